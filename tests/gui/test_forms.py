"""Forms are made from the specs; every control says what it is."""

from __future__ import annotations

import hands
import pytest
from pyqtgraph import PlotWidget
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QAbstractSlider, QComboBox, QLabel, QLineEdit, QScrollBar, QWidget
from pytestqt.qtbot import QtBot

from engine.data.points import PointsSpec
from engine.data.table_spec import TableSpec
from engine.experiment import DataSpec, Dense, EarlyStopping, Experiment, Output, StopAt, TrainingSpec
from engine.layers import LAYERS
from engine.optimizers import OPTIMIZERS
from engine.schedules import SCHEDULES
from engine.spec import Setting, Spec
from gui.fields import ChoiceField, NumberField, ToggleField
from gui.forms import Form, changes_in_words, settings_of
from gui.window import Window

UNPAINTED = True

SPECS: dict[str, Spec] = {
    "DataSpec": DataSpec(table=TableSpec(path="a.csv"), points=PointsSpec()),
    **{cls.__name__: cls() for cls in (Dense, Output, TrainingSpec)},
    **{kind: cls() for kinds in (OPTIMIZERS, SCHEDULES, LAYERS) for kind, cls in kinds.items()},
}
SETTINGS = [(part, path) for part, spec in SPECS.items() for path, _, _ in settings_of(type(spec))]
every_spec = pytest.mark.parametrize("part", SPECS)
every_setting = pytest.mark.parametrize(("part", "name"), SETTINGS)


def form_of(qtbot: QtBot, part: str) -> Form:
    """A form that shows the defaults of a spec."""
    form = Form(type(SPECS[part]))
    qtbot.addWidget(form)
    form.show_spec(SPECS[part])
    form.show()
    return form


def setting_of(part: str, path: str) -> Setting:
    """How a field was declared."""
    return next(setting for name, setting, _ in settings_of(type(SPECS[part])) if name == path)


def owner_of(part: str, path: str) -> tuple[Spec, str]:
    """The spec in which a field stands, and its name there."""
    spec, (*way, name) = SPECS[part], path.split(".")
    for step in way:
        spec = getattr(spec, step)
    return spec, name


def shown_by(field: QWidget) -> object:
    """The value that a field shows."""
    if isinstance(field, ToggleField):
        return field.isChecked()
    assert isinstance(field, ChoiceField | NumberField)
    return field.key if isinstance(field, ChoiceField) else field.value


@every_spec
def test_a_form_has_a_row_for_every_setting(qtbot: QtBot, part: str) -> None:
    assert list(form_of(qtbot, part).fields) == [path for path, _, _ in settings_of(type(SPECS[part]))]


def test_a_form_reaches_into_the_specs_inside_a_spec() -> None:
    inside = {path for path, _, _ in settings_of(TrainingSpec) if "." in path}
    assert inside == {
        *(f"early_stopping.{name}" for name in EarlyStopping.settings()),
        *(f"stop_at.{name}" for name in StopAt.settings()),
    }


@every_setting
def test_a_row_has_the_label_and_the_help_of_its_setting(qtbot: QtBot, part: str, name: str) -> None:
    form, setting = form_of(qtbot, part), setting_of(part, name)
    labels = [label for label in form.findChildren(QLabel) if label.buddy() is form.fields[name]]
    said = [label.text() for label in labels]
    assert (said, setting.help in form.fields[name].toolTip()) == ([setting.label], True)


@every_setting
def test_a_row_shows_the_value_of_the_spec(qtbot: QtBot, part: str, name: str) -> None:
    form = form_of(qtbot, part)
    field = form.fields[name]
    assert shown_by(field) == getattr(*owner_of(part, name))


@every_setting
def test_a_row_offers_all_choices_of_its_setting(qtbot: QtBot, part: str, name: str) -> None:
    form, setting = form_of(qtbot, part), setting_of(part, name)
    field = form.fields[name]
    offered = [field.itemData(i) for i in range(field.count())] if isinstance(field, ChoiceField) else None
    assert offered == ([key for key, _ in setting.choices()] if setting.choices else None)


@every_setting
def test_a_row_is_shown_when_its_setting_matters(qtbot: QtBot, part: str, name: str) -> None:
    condition, (owner, short) = setting_of(part, name).shown_if, owner_of(part, name)
    matters = condition is None or getattr(owner, condition[0]) in condition[1]
    # The first setting of a spec inside another is its switch, and by default it is off.
    behind_a_switch = "." in name and short != next(iter(type(owner).settings()))
    form = form_of(qtbot, part)
    assert form.fields[name].isVisible() == (matters and not behind_a_switch)


@every_setting
def test_an_edit_of_a_row_says_name_and_value_that_the_spec_takes(qtbot: QtBot, part: str, name: str) -> None:
    form, wished = form_of(qtbot, part), []
    form.edited.connect(lambda *wish: wished.append(wish))
    field = form.fields[name]
    if isinstance(field, ChoiceField):
        hands.choose(field, field.itemData(field.count() - 1))
    elif isinstance(field, ToggleField):
        QTest.mouseClick(field, hands.LEFT)
    else:
        field.step_by(-1)
        field.step_by(2)
    (said, value, _), spec = wished[-1], SPECS[part].with_value(name, wished[-1][1])
    for step in name.split("."):
        spec = getattr(spec, step)
    assert (said, spec) == (name, value)


def test_the_negative_slope_is_shown_for_the_leaky_relu_only(qtbot: QtBot) -> None:
    form = form_of(qtbot, "Dense")
    shown = []
    for activation in ("relu", "leaky_relu", "tanh"):
        form.show_spec(Dense(activation=activation))
        shown.append(form.fields["negative_slope"].isVisible())
    assert shown == [False, True, False]


def test_the_rest_of_a_spec_inside_shows_when_its_first_setting_is_switched_on(qtbot: QtBot) -> None:
    form, shown = form_of(qtbot, "TrainingSpec"), []
    for patience in (0, 10):
        form.show_spec(TrainingSpec(early_stopping=EarlyStopping(patience=patience)))
        shown.append(form.fields["early_stopping.restore_best"].isVisible())
    assert shown == [False, True]


FOLDED = ("l2", "clip_norm", "class_weights", "early_stopping", "stop_at")


@pytest.mark.parametrize(
    ("training", "words"),
    [
        ({}, []),
        ({"l2": 0.001, "clip_norm": 1}, ["L2 0.001", "clip norm 1"]),
        ({"class_weights": "balanced"}, ["class weights balanced"]),
        ({"early_stopping": {"patience": 10}}, ["patience 10"]),
        ({"early_stopping": {"patience": 0, "restore_best": False}}, []),
        ({"early_stopping": {"patience": 5, "restore_best": False}}, ["patience 5", "restore best off"]),
        ({"stop_at": {"metric": "accuracy", "value": 0.95}}, ["goal accuracy", "value 0.95"]),
        ({"epochs": 7}, []),
    ],
)
def test_what_is_switched_on_is_said_in_words(training: dict[str, object], words: list[str]) -> None:
    assert changes_in_words(TrainingSpec.model_validate(training), FOLDED) == words


def test_what_has_no_effect_is_not_called_switched_on() -> None:
    smoothed = TrainingSpec(label_smoothing=0.1, loss="mean_squared_error")
    assert changes_in_words(smoothed, ("label_smoothing",)) == []


def spoken(widget: QWidget) -> str:
    """What a screen reader says of a widget."""
    return QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)


def controls(window: Window) -> list[QWidget]:
    """Everything in the window that one can press, type into or move."""
    kinds = (QAbstractButton, QComboBox, QLineEdit, QAbstractSlider)
    found = [w for w in window.findChildren(QWidget) if isinstance(w, kinds) and not isinstance(w, QScrollBar)]
    found = [w for w in found if w.isVisibleTo(window)]
    return [w for w in found if not w.objectName().startswith("qt_") and type(w).__name__ != "QDockWidgetTitleButton"]


def named(widget: QWidget) -> str:
    """How to find a widget again."""
    above = " < ".join(f"{type(w).__name__}#{w.objectName()}" for w in (widget, widget.parentWidget()) if w)
    return f"{above} '{getattr(widget, 'text', str)()}'"


def test_every_control_has_an_accessible_name(window: Window) -> None:
    hands.select_layer(window, 0)
    assert [named(w) for w in controls(window) if not spoken(w).strip("−+ ")] == []


def test_every_control_has_a_tooltip(window: Window) -> None:
    hands.select_layer(window, 0)
    assert [named(w) for w in controls(window) if not w.toolTip()] == []


def test_the_columns_of_a_wide_table_have_a_name_and_a_tooltip(window: Window) -> None:
    hands.show(window, Experiment.model_validate({"data": {"source": "wine"}}))
    assert [named(w) for w in controls(window) if not (spoken(w) and w.toolTip())] == []


def test_every_plot_has_an_accessible_name(window: Window) -> None:
    plots = window.findChildren(PlotWidget)
    assert len(plots) >= 5
    assert [named(plot) for plot in plots if not plot.accessibleName()] == []


def test_every_view_has_an_accessible_name(window: Window) -> None:
    views = (window.diagram, window.output.map, window.output.confusion, window.inspector.portrait.curve)
    assert all(view.accessibleName() for view in views)


def test_the_diagram_describes_the_network_in_words(window: Window) -> None:
    assert "hidden 2: 8 Tanh" in window.diagram.accessibleDescription()


def test_the_buttons_of_the_banner_have_names_and_tooltips(window: Window) -> None:
    window.banner.say("Something went wrong.", "Mend it", "details")
    buttons = window.banner.findChildren(QAbstractButton)
    assert [named(b) for b in buttons if not (spoken(b) and b.toolTip())] == []


def test_the_label_of_a_row_leads_to_its_field(window: Window) -> None:
    labels = [
        label for label in window.builder.training.rest_form.findChildren(QLabel) if label.property("role") == "field"
    ]
    assert all(isinstance(label.buddy(), NumberField) for label in labels)


def test_every_setting_of_data_and_training_has_a_control_in_the_builder(window: Window) -> None:
    fields = [*window.builder.findChildren(NumberField), *window.builder.findChildren(ChoiceField)]
    names = {field.objectName() for field in [*fields, *window.builder.findChildren(ToggleField)]}
    assert {path for spec in (DataSpec, TrainingSpec) for path, _, _ in settings_of(spec)} <= names
