"""A report as one page for a browser: a file that loads nothing from anywhere, light or dark, and prints well."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import asdict, dataclass
from pathlib import Path

from engine.reporting.blocks import Figure, Report, Section, Table, Text
from gui.export import as_svg
from gui.report.pictures import WIDE, Picture
from gui.theme import THEMES, painted_in
from gui.version import VERSION

PROGRAM = f"Glassbox {VERSION}"
_TOKENS = ("surface", "ground", "line", "text", "quiet", "accent")


@dataclass(frozen=True)
class Embedded:
    """A picture within the page, light and dark, each an address that holds all of it."""

    light: str
    dark: str
    width: int
    height: int
    words: str
    caption: str


@dataclass(frozen=True)
class Group:
    """What stands below each other on the page: pictures beside one another, a table or a paragraph."""

    figures: tuple[Embedded, ...] = ()
    table: Table | None = None
    text: Text | None = None

    @property
    def has_heads(self) -> bool:
        """Whether the columns of the table have names."""
        return self.table is not None and any(self.table.heads)


def as_page(report: Report, pictures: dict[str, Picture]) -> bytes:
    """The report as HTML."""
    from jinja2 import Environment, StrictUndefined  # noqa: PLC0415 - takes a while, and is needed for reports alone

    environment = Environment(autoescape=True, undefined=StrictUndefined)
    template = environment.from_string((Path(__file__).parent / "page.html.jinja").read_text("utf-8"))
    tokens = {name: _tokens(name) for name in THEMES}
    sections = [{"title": section.title, "groups": _groups(section, pictures)} for section in report.sections]
    return template.render(report=report, sections=sections, tokens=tokens, program=PROGRAM).encode("utf-8")


def _tokens(theme: str) -> str:
    colours = asdict(THEMES[theme])
    return " ".join(f"--{name}: {colours[name]};" for name in _TOKENS)


def _groups(section: Section, pictures: dict[str, Picture]) -> list[Group]:
    """The blocks, with small pictures that follow one another side by side; places without a picture are left out."""
    return [
        Group(figures=tuple(_embedded(figure, pictures[figure.key]) for figure in block))
        if isinstance(block, tuple)
        else Group(table=block if isinstance(block, Table) else None, text=block if isinstance(block, Text) else None)
        for block in in_rows(section, pictures)
    ]


def in_rows(section: Section, pictures: dict[str, Picture]) -> list[tuple[Figure, ...] | Table | Text]:
    """The blocks of a section; figures of which there is a picture in rows of one that is wide, or of two."""
    found: list[tuple[Figure, ...] | Table | Text] = []
    for block in section.blocks:
        if not isinstance(block, Figure):
            found.append(block)
        elif block.key in pictures:
            before = found[-1] if found else None
            narrow = pictures[block.key].size[0] < WIDE[0]
            if narrow and isinstance(before, tuple) and len(before) == 1 and pictures[before[0].key].size[0] < WIDE[0]:
                found[-1] = (*before, block)
            else:
                found.append((block,))
    return found


def _embedded(figure: Figure, picture: Picture) -> Embedded:
    addresses = {}
    for theme in THEMES:
        with painted_in(theme):
            svg = as_svg(picture.size, picture.paint, figure.caption, picture.words)
        addresses[theme] = f"data:image/svg+xml;base64,{b64encode(svg).decode('ascii')}"
    width, height = (round(side) for side in picture.size)
    return Embedded(addresses["light"], addresses["dark"], width, height, picture.words, figure.caption)
