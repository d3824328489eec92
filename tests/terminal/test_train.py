"""``python main.py train``: results on standard output, words on standard error, plain exit codes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.experiment import Experiment
from engine.layers import LAYERS, Stage
from engine.optimizers import OPTIMIZERS
from engine.schedules import SCHEDULES
from gui.terminal.options import Options, build

Glassbox = Callable[..., Any]

KEYS = ["task", "inputs", "outputs", "parameters", "epochs", "steps", "seconds", "steps_per_second", "train", "test",
        "stopped"]  # fmt: skip
SHORT = ("train", "--epochs", "3", "--json")
WILD = ("train", "--data", "diabetes", "--scale", "none", "--optimizer", "gradient_descent",
        "--set", "training.optimizer.learning_rate=1000", "--json")  # fmt: skip


def result(done: Any) -> dict[str, Any]:
    """What was printed, read strictly: NaN and Infinity are no JSON."""

    def refuse(word: str) -> None:
        raise AssertionError(f"{word} is no JSON")

    found: dict[str, Any] = json.loads(done.stdout, parse_constant=refuse)
    return found


def test_json_has_exactly_the_keys_that_were_promised(glassbox: Glassbox) -> None:
    assert list(result(glassbox(*SHORT))) == KEYS


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("iris", "learned species (setosa, versicolor, virginica) from 105 rows; 45 held out"),
        ("docs/examples/flats.csv", "learned rent from 280 rows; 120 held out"),
    ],
)
def test_what_was_learned_is_said_first(here: Glassbox, data: str, words: str) -> None:
    assert here("train", "--data", data, "--epochs", "1").stdout.splitlines()[0] == words


def test_many_classes_are_not_all_named(here: Glassbox, tmp_path: Path) -> None:
    table = tmp_path / "many.csv"
    table.write_text("x,kind\n" + "".join(f"{i},kind {i % 12:02d}\n" for i in range(120)))
    assert "kind 09 and 2 more)" in here("train", "--data", str(table), "--epochs", "1").stdout


def test_standard_output_is_nothing_but_one_line_of_json(glassbox: Glassbox) -> None:
    assert glassbox(*SHORT).stdout.count("\n") == 1


def test_a_training_that_is_done_exits_with_0(glassbox: Glassbox) -> None:
    assert glassbox(*SHORT).returncode == 0


def test_progress_is_shown_on_standard_error(glassbox: Glassbox) -> None:
    assert "epoch" in glassbox(*SHORT).stderr


@pytest.mark.parametrize(
    ("data", "task", "inputs", "outputs", "keys"),
    [
        ("iris", "multiclass", 2, 3, ["loss", "accuracy"]),
        ("xor", "binary", 2, 1, ["loss", "accuracy"]),
        ("diabetes", "regression", 10, 1, ["loss", "r2", "mae"]),
    ],
)
def test_json_says_what_was_learned(
    here: Glassbox, data: str, task: str, inputs: int, outputs: int, keys: list[str]
) -> None:
    found = result(here("train", "--data", data, "--epochs", "3", "--json"))
    assert (found["task"], found["inputs"], found["outputs"]) == (task, inputs, outputs)
    assert (sorted(found["train"]), sorted(found["test"])) == (sorted(keys), sorted(keys))


def test_json_counts_parameters_epochs_and_steps(here: Glassbox) -> None:
    found = result(here(*SHORT))
    assert (found["parameters"], found["epochs"], found["steps"]) == (123, 3, 12)


def test_hidden_layers_are_taken_from_the_command_line(here: Glassbox) -> None:
    found = result(here("train", "--hidden", "5 relu", "--epochs", "1", "--json"))
    assert found["parameters"] == (2 + 1) * 5 + (5 + 1) * 3


@pytest.mark.parametrize(
    ("hidden", "parameters"),
    [
        ("5 relu, dropout 0.2, 4 tanh", 15 + 24 + 15),
        ("5 relu, batch_norm, 4", 15 + 2 * 5 + 24 + 15),
        ("5 relu, Batch Norm, layer-norm", 15 + 2 * 5 + 2 * 5 + 18),
        ("dropout", 9),
        ("gaussian_noise 0.1, 5", 15 + 18),
    ],
)
def test_stages_are_taken_from_the_command_line(here: Glassbox, hidden: str, parameters: int) -> None:
    assert result(here("train", "--hidden", hidden, "--epochs", "1", "--json"))["parameters"] == parameters


@pytest.mark.parametrize("kind", [kind for kind, cls in LAYERS.items() if issubclass(cls, Stage)])
def test_every_stage_is_called_by_its_kind(here: Glassbox, kind: str) -> None:
    assert here("train", "--hidden", f"4, {kind}, 4", "--epochs", "1", "--json").returncode == 0


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_optimizer_trains(here: Glassbox, optimizer: str) -> None:
    found = result(here("train", "--optimizer", optimizer, "--epochs", "2", "--json"))
    assert found["epochs"] == 2


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_every_schedule_is_set_by_its_kind(here: Glassbox, schedule: str) -> None:
    done = here("train", "--set", f"training.schedule.kind={schedule}", "--set", "training.schedule.warmup=1",
                "--epochs", "2", "--json")  # fmt: skip
    assert result(done)["epochs"] == 2


def test_a_switch_is_set_to_false(here: Glassbox) -> None:
    found = result(here("train", "--hidden", "5", "--set", "network.layers.0.bias=false", "--epochs", "1", "--json"))
    assert found["parameters"] == 10 + 18


ENDINGS = {
    "Stopped early": ("--set", "training.early_stopping.patience=3", "--epochs", "1000"),
    "The goal is reached": ("--set", "training.stop_at.metric=accuracy", "--set", "training.stop_at.value=0.8"),
    "The time limit": ("--set", "training.max_seconds=0.01", "--epochs", "1000000"),
}
every_ending = pytest.mark.parametrize("words", ENDINGS)


@every_ending
def test_why_a_run_ended_early_is_said_on_standard_error(here: Glassbox, words: str) -> None:
    done = here("train", *ENDINGS[words])
    assert (done.returncode, words in done.stderr, words in done.stdout) == (0, True, False)


@every_ending
def test_json_says_why_a_run_ended_early(here: Glassbox, words: str) -> None:
    assert result(here("train", *ENDINGS[words], "--json"))["stopped"].startswith(words)


def test_json_says_nothing_of_a_run_that_did_all_its_epochs(here: Glassbox) -> None:
    assert result(here(*SHORT))["stopped"] is None


def test_no_hidden_layer_is_possible(here: Glassbox) -> None:
    assert result(here("train", "--hidden", "", "--epochs", "1", "--json"))["parameters"] == 9


def test_without_test_rows_there_is_no_test_result(here: Glassbox) -> None:
    found = result(here("train", "--test-fraction", "0", "--epochs", "1", "--json"))
    assert (list(found), found["test"]) == (KEYS, None)


def without_times(found: dict[str, Any]) -> dict[str, Any]:
    """A result but for how long it took."""
    return {key: value for key, value in found.items() if key not in ("seconds", "steps_per_second")}


def test_the_same_seed_gives_the_same_result_but_for_the_times(glassbox: Glassbox) -> None:
    # A setting spelled out that is the default anyway makes it another run of the same experiment.
    one, other = glassbox(*SHORT), glassbox(*SHORT, "--batch-size", "32")
    assert without_times(result(one)) == without_times(result(other))


def test_another_seed_gives_another_result(here: Glassbox) -> None:
    assert result(here(*SHORT))["train"] != result(here(*SHORT, "--seed", "5"))["train"]


def test_any_setting_can_be_set_by_its_path(here: Glassbox) -> None:
    found = result(here(*SHORT, "--set", "network.layers.0.units=3", "--set", "training.batch_size=105"))
    assert (found["parameters"], found["steps"]) == ((2 + 1) * 3 + (3 + 1) * 8 + (8 + 1) * 3, 3)


def test_the_network_learns_the_flowers(here: Glassbox) -> None:
    assert result(here("train", "--json"))["test"]["accuracy"] > 0.9


def test_without_json_the_result_is_in_words(here: Glassbox) -> None:
    done = here("train", "--epochs", "3")
    assert (done.returncode, "test accuracy" in done.stdout, "{" in done.stdout) == (0, True, False)


# -- what fails -----------------------------------------------------------------------------------


def test_a_training_that_diverged_exits_with_1(glassbox: Glassbox) -> None:
    assert glassbox(*WILD).returncode == 1


def test_a_training_that_diverged_says_what_to_try(glassbox: Glassbox) -> None:
    assert "ten times smaller" in glassbox(*WILD).stderr


def test_the_result_of_a_training_that_diverged_is_still_json(glassbox: Glassbox) -> None:
    assert set(KEYS) <= set(result(glassbox(*WILD)))


# arguments: a word that the sentence must have
FAULTS: dict[tuple[str, ...], str] = {
    ("--data", "irsi"): "irsi",
    ("--hidden", "8 tahn"): "tahn",
    ("--hidden", "0 tanh"): "4096",
    ("--hidden", "99999 tanh"): "99999",
    ("--hidden", "eight"): "eight",
    ("--hidden", "8,,x8"): "x8",
    ("--hidden", "drpout 0.2"): "dropout",
    ("--hidden", "dropout 2"): "drop_probability",
    ("--hidden", "dropout -0.1"): "drop_probability",
    ("--hidden", "layer_norm 3"): "takes no number",
    ("--hidden", "dropout 0.2 0.3"): "dropout 0.2 0.3",
    ("--hidden", "dense"): "8 tanh",
    ("--set", "network.layers.0.bias=maybe"): "true or false",
    ("--set", "training.early_stopping.patienc=3"): "patience",
    ("--set", "training.schedule.kind=cosin"): "cosine",
    ("--set", "training.stop_at.metric=f1"): "accuracy",
    ("--loss", "huber_loss"): "huber_loss",
    ("--optimizer", "sgdd"): "sgdd",
    ("--scale", "log"): "log",
    ("--epochs", "0"): "epochs",
    ("--epochs", "many"): "'--epochs'",
    ("--batch-size", "-3"): "batch_size",
    ("--test-fraction", "1.5"): "test_fraction",
    ("--seed", "-1"): "seed",
    ("--set", "training.nothing=1"): "nothing",
    ("--set", "nothing=1"): "nothing",
    ("--set", "training.optimizer.learning_rate"): "training.optimizer.learning_rate",
    ("--set", "training.optimizer.learning_rate=fast"): "fast",
    ("--set", "training.optimizer.learning_rate=NaN"): "learning_rate",
    ("--set", "training.optimizer.kind=adamm"): "momentum",
    ("--set", "network.layers.9.units=3"): "9",
    ("--set", "network.layers.0.units=65536"): "65536",
    ("--set", "network.layers=5"): "layers",
    ("--set", "training.optimizer=5"): "optimizer",
    ("--set", "data=5"): "data",
    ("--set", 'data.features=["nosuch"]'): "nosuch",
    ("--set", "data.features=[]"): "column",
    ("--set", "=1"): "no setting",
    ("--nonsense",): "nonsense",
    ("surplus",): "surplus",
    ("--loss", "binary_cross_entropy", "--data", "diabetes"): "cross-entropy",
}
every_fault = pytest.mark.parametrize("fault", FAULTS, ids=" ".join)


@every_fault
def test_wrong_use_exits_with_2_and_prints_no_result(here: Glassbox, fault: tuple[str, ...]) -> None:
    done = here("train", "--epochs", "1", *fault) if fault[0] != "--epochs" else here("train", *fault)
    assert (done.returncode, done.stdout) == (2, "")


@every_fault
def test_wrong_use_is_explained_without_a_traceback(here: Glassbox, fault: tuple[str, ...]) -> None:
    done = here("train", "--epochs", "1", *fault) if fault[0] != "--epochs" else here("train", *fault)
    assert (FAULTS[fault] in done.stderr, "Traceback" in done.stderr, "pydantic" in done.stderr) == (True, False, False)


def test_several_faults_are_all_named_at_once(here: Glassbox) -> None:
    done = here("train", "--epochs", "0", "--batch-size", "0", "--test-fraction", "2")
    assert all(word in done.stderr for word in ("epochs", "batch_size", "test_fraction"))


def test_faults_of_layers_and_settings_are_named_at_once(here: Glassbox) -> None:
    done = here("train", "--hidden", "0 tanh, 8 tahn", "--epochs", "0", "--set", "training.batch_size=0")
    assert all(word in done.stderr for word in ("units", "tahn", "epochs", "batch_size"))


def test_a_network_too_large_for_the_memory_is_refused_with_its_size(here: Glassbox) -> None:
    done = here("train", "--hidden", ", ".join(["4096 tanh"] * 64))
    assert (done.returncode, "Traceback" in done.stderr, "GB" in done.stderr or "GiB" in done.stderr) == (
        2,
        False,
        True,
    )


# -- the program itself ---------------------------------------------------------------------------


def test_help_names_the_commands(here: Glassbox) -> None:
    done = here("--help")
    assert (done.returncode, "train" in done.stdout, "picture" in done.stdout) == (0, True, True)


@pytest.mark.parametrize(
    "option",
    ["--data", "--hidden", "--loss", "--optimizer", "--set", "--epochs", "--batch-size", "--test-fraction", "--scale",
     "--seed", "--json"],
)  # fmt: skip
def test_help_of_train_names_every_option(here: Glassbox, option: str) -> None:
    assert option in here("train", "--help").stdout


def test_the_version_is_printed(here: Glassbox) -> None:
    assert here("--version").stdout.startswith("Glassbox ")


def test_a_command_that_does_not_exist_is_refused_with_a_sentence(glassbox: Glassbox) -> None:
    done = glassbox("trian")
    assert (done.returncode, "trian" in done.stderr, "Traceback" in done.stderr) == (2, True, False)


def test_another_data_set_takes_the_settings_of_a_gate_and_made_features_along() -> None:
    gate = build(Options(data="xor_gate"))
    assert (gate.data.test_fraction, gate.data.scale) == (0.0, "none")
    assert build(Options(data="iris"), gate) == Experiment()
    assert build(Options(data="iris", test_fraction=0.5), gate).data.test_fraction == 0.5
    made = Experiment.model_validate(
        {"data": {"source": "iris", "derived": [{"kind": "square", "columns": ["petal length (cm)"]}]}}
    )
    assert build(Options(data="wine"), made).data == build(Options(data="wine")).data
