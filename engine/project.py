"""Project files: an experiment, its run at one instant, its data and the weights it has learned, in one file.

The format is safetensors: the weights have the names that PyTorch uses, ``layers.0.weight`` …, counted over all parts
of the network, the output last. Beside them are the arrays of the run (``run. …``), of the data (``data. …``) and of
tables of one's own (``table. …``); what is no array is JSON in the metadata. Nothing in it is executed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from engine import project_data, project_run
from engine.answering import Predictor
from engine.checkpoint import Checkpoint
from engine.data.dataset import Dataset
from engine.data.loading import load_data
from engine.data.opened import hold
from engine.data.preparation import Preparation
from engine.data.progress import Progress
from engine.data.raw import RawTable
from engine.data.table import DataError
from engine.experiment import Experiment
from engine.files import replacing
from engine.network import Network
from engine.plan import plan
from engine.project_data import DataWords, MissingTable
from engine.project_reading import FORMAT, NewerFormatError, Reading, read
from engine.project_weights import views, without_rows
from engine.tensor_file import Content, FaultError, TensorFile

# The longest sentence about a file, whatever is written in it.
_LONGEST = 400
_NO_RUN = {
    1: "This project was written by an older Glassbox, which kept the weights but not the run: it answers, and "
    "training begins anew",
    2: "This project holds a network without its run: it answers, and training begins anew",
}
_OTHER_DATA = (
    "The table of this project is prepared otherwise than when it was saved, by another version of Glassbox or of a "
    "library; the run goes on, but not bit for bit as it would have"
)
_UNFIT_DATA = (
    "The table of this project is prepared otherwise than when it was saved, by another version of Glassbox or of a "
    "library, and does not fit its run any more"
)


class ProjectError(ValueError):
    """A project file that cannot be used, or a project that cannot be written; the message says why."""


class NewerError(ProjectError):
    """A project file that a newer version can use."""


@dataclass(frozen=True)
class Project:
    """What a project file holds: an experiment, a network that answers raw rows, and the run that led to it.

    ``checkpoint`` is the whole instant of the run, None where only the network is known; then ``problem`` says why, and
    ``missing`` which table would have to be found for it. ``note`` is what one should know of a run that goes on.
    ``unread`` is the run as its file has it where its table is missing, so that it is not lost when it is saved again.
    """

    experiment: Experiment
    preparation: Preparation
    network: Network
    checkpoint: Checkpoint | None = None
    problem: str = ""
    missing: MissingTable | None = None
    note: str = ""
    unread: Content | None = field(default=None, repr=False)

    @classmethod
    def of(cls, point: Checkpoint) -> Project:
        """The project of an instant of a run, such as ``trainer.checkpoint()``; it shares nothing with the run."""
        network = Network(plan(point.experiment, point.data), None, point.state["parameters"].dtype)
        network.parameters[:], network.statistics[:] = point.state["parameters"], point.state["statistics"]
        return cls(point.experiment, point.data.preparation, network, point)

    @property
    def predictor(self) -> Predictor:
        """What answers raw rows."""
        return Predictor(self.network, self.preparation)

    @property
    def hash(self) -> str:
        """A hash of everything that its file holds, 64 letters; the same for the same content."""
        return _content(self).hash


def save(path: Path | str, project: Project) -> None:
    """Writes a project, whole or not at all.

    Raises ``OSError`` with the reason in plain words, and ``ProjectError`` where there is more than can be described.
    """
    path = Path(path)
    try:
        content = _content(project)
        _ = content.header  # made before there is a file
    except FaultError:
        raise ProjectError(
            f"{path.name} cannot be written: frozen and pruned weights, points and columns are too many for a file"
        ) from None
    with replacing(path) as file:
        content.write(file)


def load(
    path: Path | str, table: Path | None = None, test_table: Path | None = None, progress: Progress | None = None
) -> Project:
    """Reads a project and checks all of it before it is used.

    A table that was too large for the file is read from where it was, or from ``table`` (that of the test rows from
    ``test_table``), which takes its place in the experiment; where it is not the same, the project has no checkpoint.
    ``progress`` follows the reading of a table. The tables of the project are those in use from then on (see
    ``opened.hold``). Raises ``ProjectError`` or ``TooLargeError`` with one sentence, ``OSError`` when the file cannot
    be opened, and whatever ``progress`` raises.
    """
    with _explained(path := Path(path)), TensorFile(path) as file:
        project = _assembled(read(file), table, test_table, progress)
    if project.checkpoint is not None:
        hold_tables(project.experiment, project.checkpoint.data.tables)
    return project


def steps_in(path: Path | str) -> int | None:
    """How many steps the run in a project file has; None where there is none. The file is checked, its tables are not.

    Raises like ``load``.
    """
    with _explained(path := Path(path)), TensorFile(path) as file:
        run = read(file).run
        return None if run is None else run.words.step


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """What is wrong with a file is said in a sentence with its name; whatever is written in it, it is one line."""
    try:
        yield
    except (FaultError, DataError) as fault:
        because = "" if isinstance(fault, FaultError) else "cannot be used: "
        kind = NewerError if isinstance(fault, NewerFormatError) else ProjectError
        raise kind(" ".join(f"{path.name} {because}{fault}".split())[:_LONGEST]) from None


# -- writing -------------------------------------------------------------------------------------------


def _content(project: Project) -> Content:
    """What the file of a project holds. Raises ``FaultError`` when it is asked for more than a file can say."""
    words = {
        "format": str(FORMAT),
        "experiment": project.experiment.model_dump_json(),
        "preparation": project.preparation.model_dump_json(),
    }
    arrays: dict[str, Any] = dict(views(project.network))
    if project.checkpoint is not None:
        point = project.checkpoint
        run, arrays_of_run = project_run.written(point)
        # Arrays that were given beside a description of a table cannot be read again from it.
        readable = point.data.source == point.experiment.data.source == "table"
        data, arrays_of_data = project_data.written(point.data, readable)
        words |= {"run": run.model_dump_json(), "data": data.model_dump_json()}
        arrays |= {**arrays_of_run, **arrays_of_data}
    elif project.unread is not None:
        words, arrays = {**words, **project.unread.words}, {**arrays, **project.unread.arrays}
    return Content(words, arrays)


# -- reading -------------------------------------------------------------------------------------------


def _assembled(found: Reading, table: Path | None, test_table: Path | None, progress: Progress | None) -> Project:
    """The project that the parts of a file make. Raises ``FaultError`` or ``DataError``."""
    bare = Project(found.experiment, found.preparation, found.network)
    if found.run is None or found.data is None:
        return replace(bare, problem=_NO_RUN[found.version])
    if found.data.kept:
        data = project_data.restored(found.data, found.preparation, found.arrays)
        return Project.of(found.run.at(found.experiment, data, found.network))
    experiment = _with_tables_at(found.experiment, path=table, test_path=test_table)
    own = experiment.data.table
    if own is None:
        raise FaultError("cannot be used: its data are not in it, and it does not say where they are")
    unread = Content({name: found.words[name] for name in ("run", "data")}, found.arrays)
    tables = project_data.found_again(found.data, own, progress)
    if isinstance(tables, MissingTable):
        return replace(bare, problem=tables.sentence, missing=tables, unread=unread)
    hold_tables(experiment, tables)
    data = load_data(experiment.data)
    if not _fits(data, found.data, found.preparation):
        return replace(bare, problem=_UNFIT_DATA, unread=unread)
    note = "" if data.digest == found.data.digest else _OTHER_DATA
    return replace(Project.of(found.run.at(experiment, data, found.network)), note=note)


def _fits(data: Dataset, words: DataWords, preparation: Preparation) -> bool:
    """Whether data that were read again have the rows, inputs and answers that a run was made with."""
    same_rows = (len(data.x_train), len(data.x_test)) == (words.train, words.test)
    return same_rows and (data.names, data.classes) == (preparation.names, preparation.target.classes)


def _with_tables_at(experiment: Experiment, **places: Path | None) -> Experiment:
    """The experiment with its tables in other files; everything else, also the columns, as it is."""
    data = experiment.data
    if data.table is None:
        return experiment
    table = data.table.edited(**{name: str(place.absolute()) for name, place in places.items() if place is not None})
    return experiment.edited(data=data.edited(table=table, features=data.features, derived=data.derived))


def hold_tables(experiment: Experiment, tables: tuple[RawTable, ...]) -> None:
    """The tables of a project stay those in use, whatever becomes of their files."""
    own = experiment.data.table
    for spec, table in zip((own, own and own.second), tables, strict=False):
        if spec is not None:
            hold(spec, table)


__all__ = [
    "FORMAT",
    "MissingTable",
    "NewerError",
    "Project",
    "ProjectError",
    "hold_tables",
    "load",
    "save",
    "steps_in",
    "views",
    "without_rows",
]
