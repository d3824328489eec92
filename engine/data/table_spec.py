"""The description of a table of one's own: how it is read, what its columns mean, what is asked of it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from engine.data.scaling import SCALES
from engine.spec import Setting, Spec

MOST_COLUMNS = 10_000
# A pasted table lives in the experiment itself.
MOST_TEXT = 2_000_000

AUTO = ("auto", "Automatic")
KINDS = (
    ("number", "Number"),
    ("category", "Category"),
    ("yes_no", "Yes or no"),
    ("date", "Date"),
    ("text", "Text"),
    ("identifier", "Identifier"),
    ("constant", "Constant"),
)
# Kinds that can be inputs; the others are left out.
USABLE = ("number", "category", "yes_no", "date")
ROLES = (("input", "Input"), ("off", "Off"))
MISSING = (
    ("drop", "Drop the row"),
    ("mean", "Mean"),
    ("median", "Median"),
    ("most_frequent", "Most frequent"),
    ("category", "A category of its own"),
)
ENCODINGS = (("one_hot", "One-hot"), ("ordinal", "Ordinal"))
TARGET_KINDS = (("class", "Class"), ("yes_no", "Yes or no"), ("number", "Number"))
SPLITS = (("share", "By share"), ("column", "By a column"), ("order", "By order"), ("file", "A second file"))
DatePart = Literal["year", "month", "day", "weekday", "hour", "days"]
DATE_PARTS = (
    ("year", "Year"),
    ("month", "Month"),
    ("day", "Day of the month"),
    ("weekday", "Day of the week"),
    ("hour", "Hour"),
    ("days", "Days since 1970"),
)
DELIMITERS = ((",", "Comma"), (";", "Semicolon"), ("\t", "Tab"), ("|", "Bar"), (" ", "Spaces"))
ENCODED = (("utf-8", "UTF-8"), ("utf-16", "UTF-16"), ("cp1252", "Western (cp1252)"), ("latin-1", "Latin-1"))
DECIMALS = ((".", "Point"), (",", "Comma"))
HEADERS = (("yes", "First row is names"), ("no", "No names"))


class ReadingSpec(Spec):
    """How a file is read; what is "auto" is found out."""

    encoding: Annotated[str, Setting("Encoding", "How the letters are stored.", choices=lambda: (AUTO, *ENCODED))] = (
        "auto"
    )
    delimiter: Annotated[
        str, Setting("Delimiter", "What stands between two fields.", choices=lambda: (AUTO, *DELIMITERS))
    ] = "auto"
    decimal: Annotated[
        str, Setting("Decimal sign", "What stands before the decimals.", choices=lambda: (AUTO, *DECIMALS))
    ] = "auto"
    header: Annotated[
        str, Setting("Names", "Whether the first row holds the names.", choices=lambda: (AUTO, *HEADERS))
    ] = "auto"
    comment: Annotated[
        str,
        Setting(
            "Comments",
            "Lines that begin with this are left out.",
            choices=lambda: (AUTO, ("", "None"), ("#", "#"), ("%", "%"), ("//", "//"), ("sep=", "sep=")),
        ),
    ] = "auto"
    sheet: str = ""


class ColumnSpec(Spec):
    """What is done with one column; what is "auto" follows from its values."""

    name: str
    kind: Annotated[str, Setting("Kind", "What the values mean.", choices=lambda: (AUTO, *KINDS))] = "auto"
    role: Annotated[str, Setting("Role", "Whether it is an input.", choices=lambda: (AUTO, *ROLES))] = "auto"
    missing: Annotated[
        str,
        Setting("Missing values", "What becomes of rows without a value.", choices=lambda: (AUTO, *MISSING)),
    ] = "auto"
    indicator: Annotated[bool, Setting("Indicator", "One more input that says where a value was missing.")] = False
    zeros_missing: Annotated[bool, Setting("Zero is missing", "A zero stands for a value that was not taken.")] = False
    scale: Annotated[
        str,
        Setting(
            "Scaling",
            "Like the other columns, or in its own way.",
            choices=lambda: (("auto", "As the others"), *SCALES),
        ),
    ] = "auto"
    encoding: Annotated[
        str,
        Setting(
            "Encoding",
            "One input for each category, or one with their places.",
            choices=lambda: ENCODINGS,
        ),
    ] = "one_hot"
    date_parts: Annotated[tuple[DatePart, ...], Field(min_length=1)] = ("year", "month", "weekday")


class TableSpec(Spec):
    """A table of one's own: where it is, what its columns mean, what is to be learned, and what is held out.

    ``path`` names a file, ``text`` is a pasted table; one of them is given. ``columns`` are those that are not taken
    as guessed. ``target`` is the name of a column, "" for the last one. ``edition`` counts how often the file was
    opened again because it had changed: another one is another table.
    """

    path: str = ""
    text: Annotated[str, Field(max_length=MOST_TEXT)] = ""
    reading: ReadingSpec = ReadingSpec()
    columns: Annotated[tuple[ColumnSpec, ...], Field(max_length=MOST_COLUMNS)] = ()
    target: str = ""
    target_kind: Annotated[
        str, Setting("Target", "What is asked: a class, yes or no, or a number.", choices=lambda: (AUTO, *TARGET_KINDS))
    ] = "auto"
    target_log: Annotated[
        bool, Setting("Log of the target", "The network learns log(1 + y): for numbers over several magnitudes.")
    ] = False
    split: Annotated[str, Setting("Test rows", "How rows are held out for testing.", choices=lambda: SPLITS)] = "share"
    stratify: Annotated[
        bool,
        Setting("Stratified", "Every class keeps its share in both parts.", shown_if=("split", ("share",))),
    ] = True
    split_column: str = ""
    order_column: str = ""
    test_path: str = ""
    edition: Annotated[int, Field(ge=0)] = 0

    @model_validator(mode="after")
    def _one_place(self) -> TableSpec:
        """A file or a pasted text, and not both; no column described twice."""
        if bool(self.path) == bool(self.text):
            raise PydanticCustomError(
                "refused", "a table of one's own needs the path of a file, or a pasted text, and not both"
            )
        names = [column.name for column in self.columns]
        twice = next((name for name in names if names.count(name) > 1), None) if len(set(names)) < len(names) else None
        if twice is not None:
            raise PydanticCustomError("refused", "the column '{name}' is described twice", {"name": twice})
        return self

    @property
    def settings_by_name(self) -> dict[str, ColumnSpec]:
        """What is said of columns, by name."""
        return {column.name: column for column in self.columns}

    @property
    def second(self) -> TableSpec | None:
        """The file with the test rows, read in the same way; None where they are in the table itself."""
        if self.split != "file" or not self.test_path:
            return None
        return TableSpec(path=self.test_path, reading=self.reading, edition=self.edition)

    def with_column(self, name: str, **changes: object) -> TableSpec:
        """The same with other settings of one column; raises ``ValidationError``."""
        known = self.settings_by_name
        changed = known.get(name, ColumnSpec(name=name)).edited(**changes)
        columns = {**known, name: changed}
        kept = tuple(column for column in columns.values() if column != ColumnSpec(name=column.name))
        return self.edited(columns=kept)
