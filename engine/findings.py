"""Findings: what looks wrong in a run or in its data, each with its evidence and with the view that shows it.

They are rules of thumb, read from a snapshot alone. Each says, in ``about``, from when on it speaks, and what helps.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from engine.activations import Activation
from engine.data.balance import Imbalance
from engine.history import Numbers
from engine.layers import LayerNorm, Norm
from engine.registry import Registry
from engine.separating import is_parted
from engine.snapshot import Snapshot
from engine.unit_views import has_no_slope, steepest_slope

# Far out, where an activation that saturates is flat.
_FAR = 30.0
# Twins differ by what rounding has made of them.
_ALIKE = 1e-3


@dataclass(frozen=True)
class Finding:
    """What one rule has found. ``sentence`` has the evidence in it; ``layer`` of the plan is meant, None for none."""

    key: str
    sentence: str
    view: str
    layer: int | None = None


@dataclass(frozen=True)
class Evidence:
    """What a rule says where something is wrong, and the layer of the plan that is meant."""

    sentence: str
    layer: int | None = None


@dataclass(frozen=True)
class Rule:
    """One thing that can be wrong, and what ``helps``. ``view`` is the id of the live view that shows the evidence."""

    key: str
    label: str
    about: str
    view: str
    look: Callable[[Snapshot], Evidence | None]
    helps: str


def findings(snapshot: Snapshot) -> list[Finding]:
    """Everything that looks wrong at an instant, the gravest first."""
    with np.errstate(all="ignore"):
        found = [(rule, rule.look(snapshot)) for rule in RULES]
    return [Finding(rule.key, seen.sentence, rule.view, seen.layer) for rule, seen in found if seen is not None]


# -- the run -------------------------------------------------------------------------------------------


def _diverged(snapshot: Snapshot) -> Evidence | None:
    end = snapshot.diverged
    if end is None:
        return None
    layer = next((i for i, each in enumerate(snapshot.plan.layers) if each.name == end.layer), None)
    return Evidence(f"Diverged at step {end.step:,}: {end.what} in {end.layer}", layer)


def _no_rest(snapshot: Snapshot) -> Evidence | None:
    shares = _column(snapshot, "train.accuracy")
    if not _is_perceptron(snapshot) or snapshot.epoch < 20 or not len(shares) or shares.max() >= 1.0:
        return None
    if is_parted(snapshot.data.x_train, snapshot.data.y_train.ravel() > 0):
        # It is only not there yet, as with a small learning rate.
        return None
    return Evidence(
        f"After {snapshot.epoch:,} epochs the perceptron rule still errs: it comes to rest only where straight lines "
        "part the classes"
    )


def _is_perceptron(snapshot: Snapshot) -> bool:
    """Whether a single layer learns by the perceptron rule, whose loss goes up and down at any learning rate."""
    return snapshot.plan.loss.key == "perceptron" and len(snapshot.plan.layers) == 1


def _rate_too_large(snapshot: Snapshot) -> Evidence | None:
    if _is_perceptron(snapshot):
        return None
    losses = _column(snapshot, "train.loss")
    if len(losses) < 6 or snapshot.step < 20 or not np.isfinite(losses).all():
        return None
    first, least, last = losses[0], losses.min(), float(np.median(losses[-3:]))
    rate = snapshot.experiment.training.optimizer.learning_rate
    if last > 1.05 * first and last > 1.2 * least:
        return Evidence(
            f"The training loss has risen from {first:.3g} to {last:.3g}: the learning rate {rate:g} is too large"
        )
    return None


def _vanishing(snapshot: Snapshot) -> Evidence | None:
    layers = [i for i, layer in enumerate(snapshot.plan.layers) if layer.trainable]
    if len(layers) < 3:
        return None
    norms = [_lately(snapshot, f"{snapshot.plan.layers[i].name}.gradient") for i in layers]
    first, last = norms[0], norms[-1]
    if not (np.isfinite([first, last]).all() and last > 0.0 and first < 1e-3 * last):
        return None
    name = snapshot.plan.layers[layers[0]].name
    if first == 0.0:
        return Evidence(f"The gradient of {name} is zero: it does not learn", layers[0])
    return Evidence(f"The gradient of {name} is {first / last:.1g} of that of the output: it hardly learns", layers[0])


def _dead(snapshot: Snapshot) -> Evidence | None:
    for i, statistics in enumerate(snapshot.units.layers if snapshot.units is not None else []):
        dead, units = int(statistics.dead.sum()), len(statistics.dead)
        if dead >= max(1.0, 0.2 * units):
            name, activation = snapshot.plan.layers[i].name, snapshot.plan.layers[i].activation
            if has_no_slope(activation):
                label = activation.label.lower()
                return Evidence(f"{name} cannot learn: {label} has no slope, so that no gradient passes it", i)
            if units == 1:
                return Evidence(f"The only unit of {name} is dead: no row can change it any more", i)
            if dead == 1:
                return Evidence(f"1 of the {units:,} units of {name} is dead: no row can change it any more", i)
            return Evidence(f"{dead:,} of the {units:,} units of {name} are dead: no row can change them any more", i)
    return None


def _twins(snapshot: Snapshot) -> Evidence | None:
    layers = snapshot.plan.layers
    for i, (layer, after) in enumerate(pairwise(layers)):
        if layer.units < 2 or not layer.trainable or after.stages:
            continue
        if _alike(snapshot.weights(i), snapshot.biases(i)[None]) and _alike(snapshot.weights(i + 1).T):
            return Evidence(
                f"The {layer.units:,} units of {layer.name} are twins: alike in all their weights, they stay "
                "alike; initialise them at random",
                i,
            )
    return None


def _alike(*parts: Numbers) -> bool:
    """Whether the columns of each part are the same; of huge layers a look at two of them is mostly enough."""
    near = _ALIKE * max(float(np.abs(part[:, 0]).max(initial=0.0)) for part in parts)
    looks = [part[:, 1:2] - part[:, :1] for part in parts]
    if any((np.abs(look) > near).any() for look in looks):
        return False
    return all(bool((np.abs(part - part[:, :1]) <= near).all()) for part in parts)


def _only_linear(snapshot: Snapshot) -> Evidence | None:
    *hidden, output = snapshot.plan.layers
    stages = [stage.stage for layer in (*hidden, output) for stage in layer.stages]
    if not hidden or any(layer.activation.key != "linear" for layer in hidden):
        return None
    norms = [stage for stage in stages if isinstance(stage, Norm)]
    if any(isinstance(norm, LayerNorm) or norm.activation != "linear" for norm in norms):
        return None
    return Evidence("All hidden layers are linear: together they do no more than a network without any would")


def _saturated(snapshot: Snapshot) -> Evidence | None:
    for i, statistics in enumerate(snapshot.units.layers[:-1] if snapshot.units is not None else []):
        layer, shares = snapshot.plan.layers[i], statistics.saturated
        if np.isfinite(shares).all() and _has_two_flat_ends(layer.activation) and shares.mean() > 0.9:
            return Evidence(
                f"{layer.name} is saturated at {100 * shares.mean():.0f} % of the rows: hardly any gradient passes it",
                i,
            )
    return None


def _has_two_flat_ends(activation: Activation) -> bool:
    """Whether an activation is flat far out on both sides, so that a flat place is no rest but an end."""
    if activation.backward is not None:
        return False
    z = np.array([-_FAR, _FAR])
    slopes = np.abs(np.broadcast_to(np.asarray(activation.slope(z, activation.value(z, None)), float), z.shape))
    return bool((slopes < 0.05 * steepest_slope(activation)).all())


def _over_fitting(snapshot: Snapshot) -> Evidence | None:
    if not snapshot.evaluation.test:
        return None
    steps, test, train = (_column(snapshot, name) for name in ("step", "test.loss", "train.loss"))
    if len(test) < 10 or snapshot.epoch < 10 or not (np.isfinite(test).all() and np.isfinite(train).all()):
        return None
    best, now = int(test.argmin()), float(np.median(test[-3:]))
    worse = now > 1.1 * test[best] and now - test[best] > 0.02 * abs(test[0])
    if steps[-1] > 1.25 * steps[best] and worse and np.median(train[-3:]) < train[best]:
        return Evidence(
            f"Over-fitting: the test loss was best at step {int(steps[best]):,} ({test[best]:.3g}) and lately "
            f"{now:.3g}, while the training loss went on falling"
        )
    return None


def _plateau(snapshot: Snapshot) -> Evidence | None:
    steps, losses = _column(snapshot, "step"), _column(snapshot, "train.loss")
    if len(losses) < 20 or snapshot.epoch < 10 or not np.isfinite(losses).all():
        return None
    lately = losses[steps >= 0.6 * steps[-1]]
    if len(lately) < 6 or losses[-1] < 0.5 * losses[0] or np.ptp(lately) > 0.005 * abs(losses[-1]):
        return None
    since = int(steps[np.abs(losses - losses[-1]) > 0.005 * abs(losses[-1])].max(initial=0.0))
    return Evidence(f"The training loss has stayed at {losses[-1]:.3g} since about step {since:,}")


# -- the data ------------------------------------------------------------------------------------------


def _unscaled(snapshot: Snapshot) -> Evidence | None:
    data = snapshot.data
    spreads = data.spreads
    moving = np.flatnonzero(spreads > 0.0)
    if data.bounds is not None or len(moving) < 1:
        return None
    most, least = moving[spreads[moving].argmax()], moving[spreads[moving].argmin()]
    if spreads[most] > 100.0 * spreads[least]:
        large, small = data.names[most], data.names[least]
        return Evidence(
            f"The inputs differ much in size: '{large}' spreads over {spreads[most]:.3g}, '{small}' over "
            f"{spreads[least]:.3g}; scale them"
        )
    if spreads[most] > 20.0:
        return Evidence(
            f"'{data.names[most]}' spreads over {spreads[most]:.3g}, where about 1 is best: scale the inputs"
        )
    return None


def _unbalanced(snapshot: Snapshot) -> Evidence | None:
    data, training = snapshot.data, snapshot.experiment.training
    if not data.classes or not len(data.y_train) or training.class_weights != "none":
        return None
    counts = np.bincount(np.asarray(data.y_train, np.int64).ravel(), minlength=len(data.classes))
    found = Imbalance.of(counts)
    if found.unbalanced:
        return Evidence(
            f"The classes are unbalanced: {counts[found.most]:,} training rows of '{data.classes[found.most]}', "
            f"{counts[found.least]:,} of '{data.classes[found.least]}'"
        )
    return None


def _column(snapshot: Snapshot, name: str) -> Numbers:
    """A column of the history, empty where it is not recorded."""
    return snapshot.history[name] if name in snapshot.history.names else np.empty(0)


def _lately(snapshot: Snapshot, name: str) -> float:
    """The median of the last five numbers of a column, NaN where there are none."""
    values = _column(snapshot, name)
    values = values[np.isfinite(values)]
    return float(np.median(values[-5:])) if len(values) else float("nan")


RULES: Registry[Rule] = Registry(
    "finding",
    [
        Rule(
            "diverged",
            "Diverged",
            "A number became infinite or NaN, or the loss exploded.",
            "loss",
            _diverged,
            "A smaller learning rate, a clipped gradient, or scaled inputs.",
        ),
        Rule(
            "rate_too_large",
            "Learning rate too large",
            "After 20 steps the training loss is above the one at the start, and a fifth above the best.",
            "loss",
            _rate_too_large,
            "A smaller learning rate: try a tenth of it, and Reset.",
        ),
        Rule(
            "no_rest",
            "No line found",
            "After 20 epochs the perceptron rule without a hidden layer has not once been right at all training rows, "
            "and a quick search for a line found none either.",
            "output",
            _no_rest,
            "A hidden layer, and a loss with a slope, such as binary cross-entropy.",
        ),
        Rule(
            "twin_units",
            "Twin units",
            "All units of a hidden layer have the same weights, those they are given and those they give on.",
            "matrix",
            _twins,
            "An initializer that draws at random, such as Glorot or He, and Reset: units that begin alike learn alike.",
        ),
        Rule(
            "vanishing_gradients",
            "Vanishing gradients",
            "The norm of the first layer's gradient is below a thousandth of that of the output.",
            "gradients",
            _vanishing,
            "ReLU or its like in the hidden layers, fewer layers, or batch normalization between them.",
        ),
        Rule(
            "dead_units",
            "Dead units",
            "A fifth of a layer's units have a slope of zero at every training row.",
            "activations",
            _dead,
            "Leaky ReLU, whose slope is never zero, or a smaller learning rate and Reset.",
        ),
        Rule(
            "over_fitting",
            "Over-fitting",
            "After 10 epochs, for a fifth of the run the test loss has not come down to its best again, it is a tenth "
            "above it now, and the training loss went on falling.",
            "loss",
            _over_fitting,
            "More rows, fewer units, dropout or L2, or early stopping with Restore best.",
        ),
        Rule(
            "saturation",
            "Saturation",
            "The units of a hidden layer are flat at more than nine tenths of the rows.",
            "activations",
            _saturated,
            "A smaller learning rate and Reset, scaled inputs, or batch normalization before the layer.",
        ),
        Rule(
            "only_linear",
            "Only linear layers",
            "There are hidden layers, and each of them is linear: one matrix could stand for all of them.",
            "output",
            _only_linear,
            "Tanh, ReLU or another activation that bends, in one hidden layer at least.",
        ),
        Rule(
            "plateau",
            "Plateau",
            "For the last two fifths of the run the training loss moved by less than half a per cent, "
            "and it is still above half of the first one.",
            "loss",
            _plateau,
            "A larger learning rate, Adam instead of plain gradient descent, or New start.",
        ),
        Rule(
            "unscaled_inputs",
            "Unscaled inputs",
            "The standard deviations of two inputs differ by more than 100 times, or one is above 20.",
            "data",
            _unscaled,
            "Scaling, under Data: Standardize.",
        ),
        Rule(
            "unbalanced_classes",
            "Unbalanced classes",
            "One class has four times as many training rows as another, and they are not weighed.",
            "data",
            _unbalanced,
            "Class weights, under Regularization: Balanced. Accuracy says little here, precision–recall more.",
        ),
    ],
)
