"""What the proof of the gradients has found, in words, and which parameter it is about. No Qt but for translation."""

from __future__ import annotations

from engine.gradient_check import Place, place_of
from engine.probing.proof import KEPT, Proof
from engine.snapshot import Snapshot
from gui.amounts import counted
from gui.selection import (
    GREEK,
    Parameter,
    Selection,
    StageAt,
    Unit,
    Weight,
    name_in_plan,
    parameter_name,
    stage_name,
    stages_before,
    unit_name,
)
from gui.text import MINUS, number, tr

_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_BYTES = 16


def selection_of(snapshot: Snapshot, index: int) -> Selection:
    """What is selected with a place of the flat vector: a weight, the unit of a bias, or a stage."""
    at = place_of(snapshot.plan, index)
    if at.stage is not None:
        return StageAt(_place_of_stage(snapshot, at, at.stage))
    return _parameter(at)


def name_of(snapshot: Snapshot, index: int) -> str:
    """How the parameter at a place of the flat vector is called."""
    at = place_of(snapshot.plan, index)
    if at.stage is not None:
        stage = snapshot.experiment.network.layers[_place_of_stage(snapshot, at, at.stage)]
        unit, layer = unit_name(snapshot, at.layer, at.unit), name_in_plan(snapshot.plan.layers[at.layer])
        return tr("{0} of {1} in {2} before {3}").format(GREEK.get(at.row, at.row), unit, stage_name(stage), layer)
    return parameter_name(snapshot, _parameter(at))


def _parameter(at: Place) -> Parameter:
    return Unit(at.layer + 1, at.unit) if at.source is None else Weight(at.layer, at.source, at.unit)


def _place_of_stage(snapshot: Snapshot, at: Place, stage: int) -> int:
    return stages_before(snapshot.plan, at.layer, len(snapshot.experiment.network.layers))[stage]


def proof_of(snapshot: Snapshot | None) -> Proof | None:
    """The newest answer about the gradients, None where there is none yet."""
    found = snapshot.probes.get("proof") if snapshot is not None else None
    return found if isinstance(found, Proof) else None


def power(value: float) -> str:
    """A small number as 3·10⁻⁸; 0 and others as they are."""
    if not 0.0 < value < 1e-3:
        return number(value, 3)
    digits, exponent = f"{value:.0e}".split("e")
    return f"{digits}·10{str(int(exponent)).translate(_RAISED)}"


def exact(value: float) -> str:
    """A number with all its digits and a true minus sign."""
    return repr(float(value)).replace("-", MINUS)


def headline(proof: Proof) -> str:
    """What has been found in a few words."""
    if proof.state == "green":
        if proof.parameters <= KEPT or proof.checked == proof.parameters:
            return tr("Gradients proven")
        return tr("Gradients agree: {0} of {1} checked").format(f"{proof.checked:,}", f"{proof.parameters:,}")
    if proof.state == "checking":
        return tr("Gradients: {0} of {1} checked").format(f"{proof.checked:,}", f"{proof.parameters:,}")
    if proof.state == "red":
        return tr("A gradient differed") if proof.differed else tr("A gradient differs")
    return tr("Gradients not proven")


def sentence(snapshot: Snapshot, proof: Proof) -> str:
    """What has been found, in one sentence."""
    worst = power(float(proof.worst["error"])) if proof.worst is not None else ""
    checked, parameters = proof.checked, proof.parameters
    if proof.state == "red":
        return _difference(snapshot, proof)
    if proof.state == "amber":
        return _nothing(proof)
    if proof.state == "checking" and not worst:
        return tr("The parameters are compared in turn: {0} of {1} so far.").format(f"{checked:,}", f"{parameters:,}")
    if checked < parameters:
        one = tr("{0} of {1} slopes is compared, and agrees with central differences to {2} of its size.")
        many = tr("{0} of {1} slopes are compared, and agree with central differences to {2} of their size.")
        return counted(checked, one, many, f"{parameters:,}", worst)
    one = tr("The only slope agrees with central differences, to {1} of its size or better.")
    many = tr("All {0} slopes agree with central differences, to {1} of their size or better.")
    if not_compared := proof.counts[2] + proof.counts[3]:
        one = tr("{0} slope agrees with central differences, to {1} of its size or better; {2} cannot be compared.")
        many = tr("{0} slopes agree with central differences, to {1} of their size or better; {2} cannot be compared.")
    return counted(checked - not_compared, one, many, worst, f"{not_compared:,}")


def compared(proof: Proof) -> str:
    """How many are compared, at which steps and on how many rows, and how many could not be."""
    told = [tr("{0} of {1} compared").format(f"{proof.checked:,}", f"{proof.parameters:,}")]
    if proof.checked:
        first, last = int(proof.compared["step"].min()), int(proof.compared["step"].max())
        steps = f"{last:,}" if first == last else f"{first:,}\u2013{last:,}"
        told.append(tr("at step {0}").format(steps))
        told.append(counted(proof.rows, tr("{0} row at a time"), tr("{0} rows at a time")))
    _, _, kinks, rounding = proof.counts
    if kinks:
        told.append(tr("{0} at kinks").format(f"{kinks:,}"))
    if rounding:
        told.append(tr("{0} lost in rounding").format(f"{rounding:,}"))
    return ", ".join(told)


def _difference(snapshot: Snapshot, proof: Proof) -> str:
    alarm = proof.alarm
    assert alarm is not None
    name, size = name_of(snapshot, int(alarm["index"])), power(float(alarm["error"]))
    if not proof.differed:
        told = tr("Backpropagation gives another slope than central differences, by {0} of its size, for {1}.")
        return told.format(size, name)
    told = tr("At step {0} the slopes differed, by {1} of their size, for {2}.")
    if (proof.compared["index"] == alarm["index"]).any():
        told = tr("At step {0} the slopes differed, by {1} of their size, for {2}; compared again since, they agree.")
    return told.format(f"{int(alarm['step']):,}", size, name)


def _nothing(proof: Proof) -> str:
    """Why nothing is proven."""
    gigabytes = number(proof.parameters * _BYTES / 1e9, 2)
    said = {
        "rows": tr("Nothing can be compared: there are no training rows."),
        "numbers": tr("Nothing can be compared: at these weights the loss is not a finite number."),
        "size": tr("The network is too large to be checked: its copy with all digits would take {0} GB."),
    }
    if proof.trouble:
        return said[proof.trouble].format(gigabytes)
    _, _, kinks, rounding = proof.counts
    if kinks == proof.checked:
        return tr("Nothing could be compared: every nudge crosses a kink, where there are two slopes.")
    if kinks + rounding == proof.checked:
        return tr("Nothing could be compared: the differences are lost in rounding.")
    floor = power(float(proof.compared["floor"].max()))
    return tr("Nothing is proven: every slope is below {0}, where differences are mostly rounding.").format(floor)
