"""What the documentation says must be so: its tables, its snippets, its links, its commands."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from engine.activations import ACTIVATIONS
from engine.data.sources import SOURCES
from engine.export.targets import EXPORTS
from engine.findings import RULES
from engine.initializers import INITIALIZERS
from engine.layers import LAYERS
from engine.losses import LOSSES
from engine.metrics import METRICS
from engine.optimizers import OPTIMIZERS
from engine.schedules import SCHEDULES

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), ROOT / "CHANGELOG.md"]
ROWS: dict[str, list[str]] = {
    "layers": [part.label for part in LAYERS.values()],
    "schedules": [part.label for part in SCHEDULES.values()],
    "metrics": [part.label for part in METRICS],
    "activations": [part.label for part in ACTIVATIONS],
    "losses": [part.label for part in LOSSES],
    "optimizers": [part.label for part in OPTIMIZERS.values()],
    "initializers": [part.label for part in INITIALIZERS],
    "data sets": [part.label for part in SOURCES],
    "hints": [part.label for part in RULES],
    "exports": [part.label for part in EXPORTS],
}
VIEWS = (ROOT / "docs" / "views.md").read_text(encoding="utf-8")
TERMINAL = (ROOT / "docs" / "terminal.md").read_text(encoding="utf-8")
SNIPPETS = [
    pytest.param(code, id=f"{page.name}-{number}")
    for page in PAGES
    for number, code in enumerate(re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL))
]


@pytest.mark.parametrize("row", ROWS)
def test_the_readme_lists_every_part_of_a_registry_in_its_order(row: str) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    listed = re.search(rf"^\| {row} \| (.*?) \|$", readme, re.MULTILINE)
    assert listed is not None
    assert [name.lower() for name in listed[1].split(", ")] == [label.lower() for label in ROWS[row]]


@pytest.mark.parametrize("code", SNIPPETS)
def test_a_snippet_of_the_documentation_runs(code: str) -> None:
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_to_a_file_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8"))
    assert [link for link in links if "://" not in link and not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_to_a_heading_leads_to_one(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]*)#([^)]+)\)", page.read_text(encoding="utf-8"))
    targets = [(page.parent / file if file else page, heading) for file, heading in links]
    assert [heading for target, heading in targets if heading not in headings(target)] == []


def headings(page: Path) -> set[str]:
    """The names of a page's headings in links, as GitHub makes them."""
    found = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in found}


def test_the_guide_names_every_key_of_the_toolbar() -> None:
    from gui.actions import COMMANDS

    guide = (ROOT / "docs" / "guide.md").read_text(encoding="utf-8")
    keys = [key for command in COMMANDS for key in command.keys[:1]]
    assert [key for key in keys if key not in guide] == []


def test_every_picture_is_there_in_both_themes_and_shown_and_all_are_small() -> None:
    pages, folder = (page.read_text(encoding="utf-8") for page in PAGES), ROOT / "docs" / "pictures"
    shown = {name for page in pages for name in re.findall(r'(?:src|srcset)="pictures/([^"]+)"', page)}
    readme = set(re.findall(r"docs/pictures/([^)]+)\)", (ROOT / "README.md").read_text(encoding="utf-8")))
    there = {path.name: path.stat().st_size for path in folder.iterdir()}
    assert set(there) == shown | readme
    names = {name.rpartition("-")[0] for name in there}
    assert set(there) == {f"{name}-{theme}.png" for name in names for theme in ("light", "dark")}
    # A clone stays quick and a page loads at once: about 30 kB a picture.
    assert sum(there.values()) <= 6_000_000


def names_of_views() -> dict[str, str]:
    """What every live view is called, by its id, in the order of the window."""
    from gui.plots.catalogue import VIEWS as KINDS

    first = {"loss": "Loss", "magnitudes": "Weight magnitudes", "pins": "Pinned values", "output": "Output"}
    return first | {kind.id: kind.name for kind in KINDS}


def test_the_readme_lists_every_live_view_and_every_page_of_the_output() -> None:
    from gui.pages.table import PAGES as KINDS

    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    # Two pages may have one name, each for another kind of data.
    pages = list(dict.fromkeys(kind.name for kind in KINDS))
    for row, names in {"live views": list(names_of_views().values()), "pages of the output": pages}.items():
        listed = re.search(rf"^\| {row} \| (.*?) \|$", readme, re.MULTILINE)
        assert listed is not None
        said = [re.sub(r" \(.*\)", "", name).lower() for name in listed[1].split(", ")]
        assert said == [name.lower() for name in names]


def test_the_page_of_the_views_has_a_section_on_each_with_its_question() -> None:
    found = set(re.findall(r"^## (.*)$", VIEWS, re.MULTILINE))
    assert [name for name in names_of_views().values() if name not in found] == []
    links = re.findall(r"^\| .*\? \| \[(.*?)\]\(#", VIEWS, re.MULTILINE)
    assert sorted(links) == sorted(names_of_views().values())


def test_the_page_of_the_views_lists_every_page_of_the_output() -> None:
    from gui.pages.table import PAGES as KINDS

    rows = VIEWS.partition("| page | for | shows |")[2].partition("\n\n")[0]
    assert re.findall(r"^\| (\w.*?) \|", rows, re.MULTILINE) == [kind.name for kind in KINDS]


def test_the_page_of_the_views_says_the_rule_of_every_hint() -> None:
    names = names_of_views()
    rows = VIEWS.partition("| hint | when | shown in |")[2].partition("\n\n")[0]
    listed = re.findall(r"^\| (\w.*?) \| (.*?) \| (.*?) \|$", rows, re.MULTILINE)
    assert listed == [(rule.label, rule.about, names[rule.view]) for rule in RULES]


def test_the_page_of_the_views_says_what_helps_where_a_hint_is_given() -> None:
    rows = VIEWS.partition("| hint | what helps |")[2].partition("\n\n")[0]
    listed = re.findall(r"^\| (\w.*?) \| (.*?) \|$", rows, re.MULTILINE)
    assert listed == [(rule.label, rule.helps) for rule in RULES]


def test_the_pages_name_every_view_that_the_terminal_can_take_a_picture_of() -> None:
    from gui.terminal.options import VIEWS as KINDS

    row = re.search(r"^\| `--view` \| (.*?) \|$", TERMINAL, re.MULTILINE)
    assert row is not None
    assert sorted(re.findall(r"`(\w+)`", row[1])) == sorted(KINDS)


def test_the_page_of_the_views_names_every_layout() -> None:
    from gui.layouts import LAYOUTS

    rows = VIEWS.partition("| layout | keys |")[2].partition("\n\n")[0]
    listed = re.findall(r"^\| (\w+) \| (Ctrl\+\d) \|", rows, re.MULTILINE)
    assert listed == [(layout.name, f"Ctrl+{number}") for number, layout in enumerate(LAYOUTS, 1)]


def test_the_page_of_the_terminal_names_every_choice_of_a_picture() -> None:
    from engine.edge_views import EDGE_VIEWS
    from engine.unit_views import NODE_VIEWS

    rows = dict(re.findall(r"^\| `--(nodes|edges)` \| (.*?) \|$", TERMINAL, re.MULTILINE))
    listed = {name: re.findall(r"`(\w+)`", text) for name, text in rows.items()}
    assert listed == {"nodes": [part.key for part in NODE_VIEWS], "edges": [part.key for part in EDGE_VIEWS]}


def test_the_page_of_the_terminal_names_every_page_of_the_output() -> None:
    from gui.pages.table import PAGES as KINDS

    row = re.search(r"^\| `--page` \| .*?: (.*?) \|$", TERMINAL, re.MULTILINE)
    assert row is not None
    assert re.findall(r"`(\w+)`(?! finds)", row[1]) == [kind.key for kind in KINDS]


def test_the_page_of_the_terminal_has_an_example_of_every_command_and_every_export() -> None:
    from gui.terminal import COMMANDS

    examples = re.findall(r"^    python main\.py (\w+)", TERMINAL, re.MULTILINE)
    assert set(examples) == set(COMMANDS)
    listed = re.search(r"^The targets are (.*?);", TERMINAL, re.MULTILINE)
    assert listed is not None
    assert re.findall(r"`(\w+)`", listed[1]) == [part.key for part in EXPORTS]


def test_the_page_of_exports_says_what_each_one_is_and_needs() -> None:
    page = (ROOT / "docs" / "export.md").read_text(encoding="utf-8")
    keys = [
        key
        for row in re.findall(r"^\| (`.*?) \| .* \| .* \|$", page, re.MULTILINE)
        for key in re.findall(r"`(\w+)`", row)
    ]
    assert keys == [part.key for part in EXPORTS]
