"""Ways through the real window on a real X screen, with the keyboard and the mouse of X."""

from __future__ import annotations

from collections.abc import Callable

Journey = Callable[[str], str]


def test_space_trains_and_pauses_and_quitting_while_it_trains_ends_with_exit_code_0(journey: Journey) -> None:
    script = """
keys("space")
until(lambda: now().step > 100)
keys("space")
until(lambda: not window.training.running)
pause(0.2)
paused = now().step
pause(0.2)
print(paused == now().step, window.toolbar.train.text(), window.toolbar.step.text == f"{paused:,}", flush=True)
keys("space")
until(lambda: now().step > paused + 50)
end("ctrl+q")
"""
    assert journey(script) == "True Train True"


def test_single_steps_and_epochs_are_taken_with_the_keys_of_any_keyboard(journey: Journey) -> None:
    script = """
keys("period")
until(lambda: now().step == 1)
keys("greater")
until(lambda: now().epoch == 1, 3)
print(now().step)
keys("ctrl+r")
until(lambda: now().step == 0)
"""
    assert journey(script) == "4"


def test_a_network_is_built_trained_and_taken_back(journey: Journey) -> None:
    script = """
stepper = window.builder.cards.cards[0].stepper
click(stepper.plus)
until(lambda: now().plan.widths == (2, 9, 8, 3))
click(stepper.field)
keys("ctrl+a")
write("5")
keys("Return")
until(lambda: now().plan.widths == (2, 5, 8, 3))
click(window.builder.training.optimizer.choice)
keys("Up", "Return")
until(lambda: now().experiment.training.optimizer.kind == "centred_rmsprop")
keys("ctrl+l")
until(lambda: now().plan.widths == (2, 5, 8, 8, 3))
click(window.toolbar.train)
until(lambda: now().step > 50)
click(window.toolbar.train)
until(lambda: not window.training.running)
while bool(window.document.undo_stack.undo_text):
    window.actions_by_id["edit.undo"].trigger()
until(lambda: now().plan.widths == (2, 8, 8, 3))
print(now().experiment.training.optimizer.kind)
"""
    assert journey(script) == "adam"


def test_while_it_trains_the_theme_is_switched_and_a_unit_inspected(journey: Journey) -> None:
    script = """
from gui.dialogs.commands import CommandPalette
keys("space")
until(lambda: now().step > 20)
first = theme.name()
keys("ctrl+t")
until(lambda: theme.name() != first)
keys("ctrl+shift+p")
until(lambda: window.findChildren(CommandPalette))
write("light or dark")
keys("Return")
until(lambda: theme.name() == first)
for x in range(280, window.diagram.width() - 100, 24):
    click(window.diagram, x, window.diagram.height() // 2 - 20)
    if any(not card.form.isHidden() for card in window.builder.cards.cards):
        break
print("bias" in window.inspector.terms.text(), window.training.running, window.banner.isHidden())
"""
    assert journey(script) == "True True True"


def test_a_number_is_set_on_the_drawing_with_mouse_wheel_and_keyboard(journey: Journey) -> None:
    script = """
import subprocess
from gui.selection import Unit
from PySide6.QtCore import QPoint
def middle(selection):
    return window.diagram.rect_of(selection).center().toPoint()
bias = lambda: float(now().biases(0)[3])
place = middle(Unit(1, 3))
click(window.diagram, place.x(), place.y())
until(lambda: window.selection == Unit(1, 3))
subprocess.run(["xdotool", "click", "4"], check=True)
until(lambda: bias() > 0.04)
keys("Return")
until(lambda: window.gestures.editor.is_open)
write("0,75")
keys("Return")
until(lambda: bias() == 0.75)
keys("plus")
until(lambda: now().plan.widths[1] == 9)
keys("Down", "Right")
until(lambda: window.selection == Unit(2, 4))
keys("Delete")
until(lambda: now().plan.widths[2] == 7)
keys("ctrl+z", "ctrl+z", "ctrl+z")
until(lambda: now().plan.widths == (2, 8, 8, 3) and bias() < 0.1)
keys("ctrl+z")
until(lambda: bias() == 0.0)
print(len(window.document.undo_stack))
"""
    assert journey(script) == "4"


def test_a_layer_is_dragged_and_its_activation_chosen_at_its_title(journey: Journey) -> None:
    script = """
import subprocess
from gui.selection import Unit
from PySide6.QtCore import QPoint
window.document.change(window.document.experiment.with_layer(0, units=5), "")
until(lambda: now().plan.widths == (2, 5, 8, 3))
def title(column):
    return window.diagram.mapToGlobal(QPoint(window.diagram.rect_of(Unit(column, 0)).center().toPoint().x(), 24))
a, b = title(1), title(2)
def mouse(*what):
    subprocess.run(["xdotool", *(str(each) for each in what)], check=True)
    pause(0.1)
mouse("mousemove", a.x(), a.y(), "mousedown", 1)
for share in (0.3, 0.6, 1.0):
    mouse("mousemove", round(a.x() + share * (b.x() + 60 - a.x())), a.y() + 4)
mouse("mouseup", 1)
until(lambda: now().plan.widths == (2, 8, 5, 3))
a = title(1)
mouse("mousemove", a.x(), a.y(), "click", 1)
until(lambda: window.gestures.menu is not None and window.gestures.menu.isVisible())
keys("Down", "Right", "Home", "Return")
until(lambda: now().plan.layers[0].activation.key == "linear")
print(now().plan.layers[1].activation.key)
"""
    assert journey(script) == "tanh"


def test_a_table_is_opened_set_up_and_learned_from(journey: Journey) -> None:
    script = """
import tempfile
from pathlib import Path
path = Path(tempfile.mkdtemp()) / "people.csv"
rows = [f"{i % 17},{(i * 7) % 11},{'tall' if i % 17 > 8 else 'small'}" for i in range(200)]
path.write_text("\\n".join(["size,noise,class", *rows]) + "\\n")
window.opening.open_file(str(path))
panel = window.opening.panel
until(lambda: panel.isActiveWindow() and panel.opened is not None)
pause(0.3)
until(lambda: panel.foot.use.isEnabled())
click(panel.foot.use)
until(lambda: now().data.target == "class")
click(window.toolbar.train)
until(lambda: now().evaluation.test["accuracy"] > 0.95, 30)
click(window.toolbar.train)
until(lambda: not window.training.running)
print(window.windowTitle(), now().data.names)
"""
    assert journey(script) == "people.csv[*] – Glassbox ('size', 'noise')"


def test_copied_cells_are_pasted_with_the_keys(journey: Journey) -> None:
    script = """
cells = "\\n".join(["a\\tb\\tc", *(f"{i % 17}\\t{i % 5}\\t{i % 2}" for i in range(60))])
application.clipboard().setText(cells)
keys("ctrl+v")
panel = window.opening.panel
until(lambda: panel.isActiveWindow() and panel.opened is not None)
pause(0.3)
keys("Return")
until(lambda: now().data.target == "c")
print(window.windowTitle(), now().data.names)
"""
    assert journey(script) == "Pasted table[*] – Glassbox ('a', 'b')"


def test_a_file_is_dragged_onto_the_window_and_gives_the_run_of_the_terminal(journey: Journey) -> None:
    # A table like that of the Pima diabetes: no names, eight numbers, yes or no last.
    script = """
import subprocess, tempfile
from pathlib import Path
import numpy as np
from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QDrag
from PySide6.QtWidgets import QLabel
from engine import Dense, Trainer

class Source(QLabel):
    def mousePressEvent(self, event):
        drag, mime = QDrag(self), QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(path))])
        drag.setMimeData(mime)
        drag.exec()

rng = np.random.default_rng(0)
x = np.round(rng.gamma(4.0, 10.0, (768, 8)), 1)
y = (x[:, 1] + rng.normal(0, 8, 768) > 42).astype(int)
path = Path(tempfile.mkdtemp()) / "patients.csv"
path.write_text("\\n".join(",".join(map(str, [*row, which])) for row, which in zip(x.tolist(), y)) + "\\n")

layers = (Dense(units=8, activation="linear"), Dense(units=8, activation="relu"))
training = window.document.experiment.training.edited(epochs=30, batch_size=10)
window.document.change(window.document.experiment.with_layers(layers).edited(training=training), "setup")
source = Source("drag me", window)
source.setGeometry(500, 300, 80, 30)
source.show()
pause(0.2)
begin, goal = source.mapToGlobal(source.rect().center()), window.mapToGlobal(window.rect().center())
way = ["mousemove", begin.x(), begin.y(), "sleep", 0.2, "mousedown", 1, "sleep", 0.2]
for share in (0.3, 0.6, 1.0):
    way += ["mousemove", *(round(a + share * (b - a)) for a, b in zip(begin.toTuple(), goal.toTuple())), "sleep", 0.2]
hand = subprocess.Popen(["xdotool", *map(str, way), "mouseup", "1"])
until(lambda: hand.poll() is not None)
panel = window.opening.panel
until(lambda: panel.isVisible() and panel.opened is not None and panel.foot.use.isEnabled())
pause(0.3)
print(panel.foot.sentence.text())
click(panel.foot.use)
until(lambda: now().data.target == "column 9" and window.training.settled)
window.toolbar.speed.setValue(window.toolbar.speed.maximum())
click(window.toolbar.train)
until(lambda: now().finished, 30)
alone = Trainer(window.document.experiment)
alone.run()
print(now().step, alone.evaluate("test") == now().evaluation.test, alone.evaluate("test")["accuracy"] > 0.7)
"""
    assert journey(script).splitlines() == ["768 rows, 8 inputs, 1 yes/no target", "1620 True True"]


def test_a_trained_network_is_exported_with_the_keyboard_and_proven_while_training_goes_on(journey: Journey) -> None:
    script = """
import os
from pathlib import Path
keys("space")
until(lambda: now().step > 100)
keys("ctrl+shift+e")
from gui.exporting.panel import NetworkExport
until(lambda: window.findChild(NetworkExport) is not None)
panel = window.findChild(NetworkExport)
until(lambda: panel.save.isEnabled() and panel.isActiveWindow())
while panel.targets.target.key != "numpy":
    keys("Down")
until(lambda: panel.preview.name.text() == "iris.py")
keys("Return")
pause(0.5)
keys("ctrl+a")
write(str(Path(os.environ["XDG_CONFIG_HOME"]) / "mine.py"))
keys("Return")
until(lambda: panel.proof.words.text().startswith("Proven"), 20)
written = Path(os.environ["XDG_CONFIG_HOME"], "mine.py").exists()
print(written, window.training.running, panel.when.text().endswith("trained further since"), flush=True)
keys("Escape")
until(lambda: window.isActiveWindow())
"""
    assert journey(script) == "True True True"
