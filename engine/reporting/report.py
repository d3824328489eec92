"""A report of a run as a value: what a careful reader wants to know of it, in words and tables."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import numpy as np

from engine.checkpoint import Checkpoint
from engine.choices import Choice, choices_of
from engine.data.dataset import Dataset
from engine.experiment import Experiment
from engine.layers import LAYERS, Dense, Stage
from engine.lineage import Event, Lineage, LineageError
from engine.metrics import METRICS, metrics_for
from engine.plan import Plan
from engine.reporting.blocks import Figure, Report, Section, Table, Text
from engine.reporting.described import about_data, columns_of, data_settings
from engine.reporting.repeating import to_repeat
from engine.reporting.wording import MOST_CLASSES, measure, metric_name, name_of
from engine.trainer import Trainer
from engine.wording import counted

_MOST_POINTS, _MOST_CHANGES = 14, 30
_PARTS = {"train": "training", "test": "test"}


def report_of(point: Checkpoint, program: str = "Glassbox", now: datetime | None = None) -> Report:
    """The report of an instant of a run. ``program`` is what it was made with, ``now`` when.

    Raises ``TooLargeError`` when the run does not fit the memory.
    """
    trainer = Trainer.at(point)
    measured = {part: trainer.report(part) for part in ("train", "test")}
    for part, found in measured.items():
        if found:
            found["loss"] = trainer.evaluate(part)["loss"]
    experiment, data, planned = trainer.experiment, trainer.data, trainer.network.plan
    sections = (
        Section("Network", (Figure("diagram", _diagram_words(planned)), _layers(experiment, planned))),
        Section("Training", (*_curves(), _metrics(measured, data))),
        *_changes(trainer.lineage),
        Section("Answers", (*_answers(data), *_by_class(measured, data))),
        _settings(experiment, data),
        Section("Data", (*about_data(experiment.data, data), *columns_of(data))),
        Section("History", (_history(trainer, measured),)),
        Section("To repeat it", to_repeat(point, program)),
    )
    made = (now or datetime.now()).strftime("%d %B %Y, %H:%M").lstrip("0")
    return Report(
        name_of(experiment.data, data),
        _summary(trainer, measured),
        trainer.diverged.message if trainer.diverged else trainer.stopped,
        made,
        _facts(trainer, measured),
        sections,
    )


# -- in short ----------------------------------------------------------------------------------------


def _summary(trainer: Trainer, measured: dict[str, dict[str, Any]]) -> str:
    """What was learned from what, by what, and how well: one sentence."""
    experiment, data = trainer.experiment, trainer.data
    asked = f"{counted(len(data.classes), 'class')} of {data.target}" if data.classes else f"The number {data.target}"
    layers = [_in_short(layer) for layer in experiment.network.layers]
    optimizer = type(experiment.training.optimizer).label
    optimizer = optimizer if optimizer[1:] != optimizer[1:].lower() or " " not in optimizer else optimizer.lower()
    parts = [
        f"{asked} from {counted(len(data.names), 'input')}",
        ", ".join(layers) or "no hidden layer",
        f"{counted(trainer.epochs_done, 'epoch')} of {optimizer}",
        _best(measured, data),
    ]
    return f"{'; '.join(part for part in parts if part)}."


def _in_short(layer: Any) -> str:
    if isinstance(layer, Dense):
        return f"{layer.units} {layer.activation}"
    return str(type(layer).label).lower()


def _best(measured: dict[str, dict[str, Any]], data: Dataset) -> str:
    """The metric to show first, on the test rows where there are any."""
    part = "test" if measured["test"] else "train"
    metric = metrics_for(data.task)[0]
    if not measured[part]:
        return ""
    return f"{_PARTS[part]} {metric_name(metric.key)} {measure(measured[part][metric.key])}"


def _facts(trainer: Trainer, measured: dict[str, dict[str, Any]]) -> tuple[tuple[str, str], ...]:
    metric = metrics_for(trainer.data.task)[0]
    facts = []
    for part in ("test", "train"):
        if measured[part]:
            facts += [
                (f"{_PARTS[part].capitalize()} {metric_name(key)}", measure(measured[part][key]))
                for key in (metric.key, "loss")
            ]
    facts += [("Parameters", f"{trainer.network.plan.parameters:,}"), ("Epochs", f"{trainer.epochs_done:,}")]
    return (*facts, ("Steps", f"{trainer.steps_done:,}"))


# -- network and training ----------------------------------------------------------------------------


def _diagram_words(planned: Plan) -> str:
    widths = " – ".join(f"{width:,}" for width in planned.widths)
    return f"The network {widths}. Blue, solid lines are positive weights, orange, dashed ones negative."


def _layers(experiment: Experiment, planned: Plan) -> Table:
    rows = []
    for layer in planned.layers:
        for part in layer.stages:
            label = LAYERS[part.stage.kind].label
            trained = len(part.stage.rows) * part.units
            rows.append((label, f"{part.units:,}", "", f"{trained:,}", _chosen(part.stage)))
        spec = experiment.network.output if layer.place < 0 else experiment.network.layers[layer.place]
        trained = layer.units * (layer.inputs + layer.bias)
        named = layer.name.capitalize(), f"{layer.units:,}", layer.activation.label
        rows.append((*named, f"{trained:,}", _chosen(spec, ("units", "activation"))))
    return Table(("Layer", "Units", "Activation", "Parameters", "Otherwise chosen"), tuple(rows), frozenset({1, 3}))


def _chosen(spec: Any, but: tuple[str, ...] = ()) -> str:
    """What is not as it is at first, in a few words; all of a stage, whose settings are few."""
    names = tuple(name for name in type(spec).settings() if name not in but)
    found = [c for c in choices_of(spec, names) if c.first or isinstance(spec, Stage)]
    return ", ".join(f"{choice.label} {choice.value}" for choice in found)


def _curves() -> tuple[Figure, Figure]:
    return (
        Figure("loss", "Loss of the training and the test rows by step, and behind it that of single batches."),
        Figure("magnitudes", "Mean absolute weight of each layer by step."),
    )


def _metrics(measured: dict[str, dict[str, Any]], data: Dataset) -> Table:
    parts = {"train": f"Training ({len(data.y_train):,} rows)", "test": f"Test ({len(data.y_test):,} rows)"}
    there = [part for part in parts if measured[part]]
    keys = ["loss", *(metric.key for metric in METRICS if any(metric.key in measured[part] for part in there))]
    labels = {"loss": "Loss", **{metric.key: metric.label for metric in METRICS}}
    rows = tuple((labels[key], *(measure(measured[part].get(key, np.nan)) for part in there)) for key in keys)
    heads = ("Measure", *(parts[part] for part in there))
    return Table(heads, rows if there else (), frozenset(range(1, len(heads))))


def _answers(data: Dataset) -> tuple[Figure, Figure]:
    part = "test" if len(data.y_test) else "training"
    if data.classes:
        matrix = f"Confusion matrix of the {part} rows: true classes down, answers across."
        return Figure("answers", matrix), Figure("map", "Answers over the two inputs; filled: training, open: test.")
    return (
        Figure("answers", "Answer against truth; on the diagonal it is right. Filled: training, open: test."),
        Figure("map", "Answer along the input, and the data. Filled: training, open: test."),
    )


def _by_class(measured: dict[str, dict[str, Any]], data: Dataset) -> tuple[Table, ...]:
    part = "test" if measured["test"] else "train"
    found = measured[part]
    if not data.classes or not found:
        return ()
    rows = []
    totals = found["confusion_matrix"].sum(axis=1)
    for k, name in enumerate(data.classes[:MOST_CLASSES]):
        figures = (measure(float(found[f"{key}_by_class"][k])) for key in ("precision", "recall", "f1"))
        rows.append((name, f"{int(totals[k]):,}", *figures))
    head = f"{_PARTS[part].capitalize()} rows"
    return (Table(("Class", head, "Precision", "Recall", "F1"), tuple(rows), frozenset({1, 2, 3, 4})),)


def _changes(lineage: Lineage) -> tuple[Section, ...]:
    """What was changed while it trained, if anything was."""
    try:
        events = [event for event in map(Event.of, lineage.events) if event.is_change]
    except LineageError:
        events = []
    rows = [(f"{event.step:,}", _change_in_words(event)) for event in events[:_MOST_CHANGES]]
    if len(events) > _MOST_CHANGES:
        rows.append(("…", f"and {counted(len(events) - _MOST_CHANGES, 'more change')}"))
    blocks: list[Text | Table] = []
    if lineage.lost:
        blocks.append(Text(f"Not everything that was changed while it trained is known: {lineage.lost}."))
    if rows:
        blocks.append(Table(("After step", "What"), tuple(rows), frozenset({0})))
    return (Section("Changed while it trained", tuple(blocks)),) if blocks else ()


def _change_in_words(event: Event) -> str:
    if event.kind == "operate":
        settings = ", ".join(f"{name} {value}" for name, value in (event.settings or {}).items())
        return f"{event.operation.replace('_', ' ')} ({settings})"
    said = []
    for place, value in event.edits:
        words = f"{value}"
        said.append(f"{'.'.join(map(str, place))} = {words if len(words) <= 60 else words[:57] + '…'}")
    return "; ".join(said)


# -- settings and history ----------------------------------------------------------------------------


def _settings(experiment: Experiment, data: Dataset) -> Section:
    """What was chosen otherwise than at first, and then all the rest."""
    chosen: list[tuple[str, Choice]] = []
    names = data_settings(experiment.data, data)
    for part, spec, of in (("Data", experiment.data, names), ("Training", experiment.training, None)):
        chosen += [(part, choice) for choice in choices_of(spec, of)]
    changed = tuple((part, c.label, c.value, c.first) for part, c in chosen if c.first)
    blocks: list[Text | Table] = [Text("Nothing was chosen otherwise than usual.")]
    if changed:
        blocks = [Table(("Part", "Setting", "Chosen", "Usually"), changed)]
    for name in ("Data", "Training"):
        rest = [f"{c.label} {c.value}" for part, c in chosen if part == name and not c.first]
        if rest:
            blocks.append(Text(f"{name}, as usual: {' · '.join(rest)}."))
    return Section("Settings", tuple(blocks))


def _history(trainer: Trainer, measured: dict[str, dict[str, Any]]) -> Table:
    """Some points of the history, the first among them, and how it is now."""
    history = trainer.history.view()
    live = [metric.key for metric in metrics_for(trainer.data.task)[:1]]
    wanted = [(part, key) for part in _PARTS for key in ("loss", *live) if measured[part]]
    rows = []
    places = np.unique(np.linspace(0, len(history) - 1, min(len(history), _MOST_POINTS)).round().astype(int))
    for place in places:
        values = (float(history[f"{part}.{key}"][place]) for part, key in wanted)
        rows.append(_point(float(history["step"][place]), float(history["epoch"][place]), values))
    if history["step"][-1] < trainer.steps_done:
        now = (measured[part][key] for part, key in wanted)
        rows.append(_point(trainer.steps_done, trainer.batches.position, now))
    heads = [f"{_PARTS[part].capitalize()} {metric_name(key)}" for part, key in wanted]
    return Table(("Step", "Epoch", *heads), tuple(rows), frozenset(range(2 + len(heads))))


def _point(step: float, epoch: float, values: Iterable[float]) -> tuple[str, ...]:
    return f"{step:,.0f}", f"{epoch:,.2f}", *map(measure, values)
