"""The rules of the house, read from the source: who imports whom, how long things are, what is documented."""

from __future__ import annotations

import ast
import io
import re
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROGRAM = [path for folder in ("engine", "gui", "benchmarks") for path in sorted((ROOT / folder).rglob("*.py"))]
PROGRAM += [path for path in [ROOT / "main.py"] if path.exists()]
Function = ast.FunctionDef | ast.AsyncFunctionDef
QT = {"PySide6", "shiboken6", "pyqtgraph"}


def name_of(path: Path) -> str:
    """``engine.data.table`` for ``engine/data/table.py``."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


MODULES = {name_of(path): path for path in PROGRAM}
ENGINE = [name for name in MODULES if name.startswith("engine.")]
every_file = pytest.mark.parametrize("path", PROGRAM, ids=name_of)


@cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of a file, each node knowing its ``parent``."""
    module = ast.parse(path.read_text("utf-8"), str(path))
    for node in ast.walk(module):
        for child in ast.iter_child_nodes(node):
            child.parent = node  # type: ignore[attr-defined]
    return module


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """Every node of a file's syntax tree."""
    return tuple(ast.walk(tree(path)))


def around(node: ast.AST) -> Iterator[ast.AST]:
    """What a node stands in, from the inside out."""
    while (parent := getattr(node, "parent", None)) is not None:
        yield parent
        node = parent


def dotted(node: ast.AST) -> str:
    """``np.random.seed`` for the expression that says so, or nothing."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def is_for_types_only(node: ast.AST) -> bool:
    """Whether a line of the window stands under ``if TYPE_CHECKING``; the engine knows no such excuse."""
    return any(isinstance(outer, ast.If) and dotted(outer.test).endswith("TYPE_CHECKING") for outer in around(node))


@cache
def imported(path: Path, everywhere: bool = True) -> frozenset[str]:
    """Full names of the modules a file imports; those inside functions only when ``everywhere``."""
    found: set[str] = set()
    package = name_of(path).split(".") if path.stem == "__init__" else name_of(path).split(".")[:-1]
    for node in nodes(path):
        if not isinstance(node, ast.Import | ast.ImportFrom):
            continue
        if not everywhere and any(isinstance(outer, Function) for outer in around(node)):
            continue
        if name_of(path).startswith("gui") and is_for_types_only(node):
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        else:
            base = ".".join([*package[: len(package) + 1 - node.level], *filter(None, [node.module])])
            whole = base if node.level else str(node.module)
            below = {f"{whole}.{alias.name}" for alias in node.names}
            found |= (below & MODULES.keys()) or {whole}
    return frozenset(found)


def packages(path: Path, everywhere: bool = True) -> set[str]:
    """The top-level packages a file imports."""
    return {name.split(".")[0] for name in imported(path, everywhere)}


# -- who imports whom --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["engine", *ENGINE])
def test_the_engine_knows_no_window_and_no_terminal(name: str) -> None:
    assert packages(MODULES[name]) & {*QT, "gui", "main", "typer", "rich"} == set()


@pytest.mark.parametrize("name", ["engine", *ENGINE])
def test_the_engine_loads_only_what_it_always_needs(name: str) -> None:
    allowed = {*sys.stdlib_module_names, "engine", "numpy", "pydantic", "pydantic_core", "safetensors"}
    assert packages(MODULES[name], everywhere=False) - allowed == set()


@every_file
def test_what_takes_long_to_load_is_imported_inside_functions(path: Path) -> None:
    slow = {"sklearn", "psutil", "pandas", "scipy", "jinja2", "onnx", "torch", "pyarrow", "python_calamine"}
    assert packages(path, everywhere=False) & slow == set()


def test_importing_the_engine_loads_no_window_and_nothing_slow() -> None:
    code = "import sys, engine, engine.runner; print(*{name.split('.')[0] for name in sys.modules})"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert {*QT, "sklearn", "psutil", "pandas", "scipy", "typer", "torch"} & set(loaded.split()) == set()


# What may be imported by what comes after it; parts of one step may not import each other's likes.
REGISTRIES = (
    "activations",
    "losses",
    "initializers",
    "optimizers",
    "schedules",
    "metrics",
    "data.sources",
    "data.derived",
    "curves",
)
ORDER = [
    ("registry", "spec", "files", "tensor_file"),
    (*REGISTRIES, "optimizer", "batch_optimizers"),
    ("layers", "matrices"),
    ("experiment",),
    ("data.loading", "plan"),
    ("network", "batches"),
    ("update", "adoption", "gradient_check", "probes", "unit_views"),
    ("model",),
    ("operation",),
    ("stopping", "recording", "unit_surgery", "layer_surgery"),
    ("lineage",),
    ("checkpoint", "training", "project_weights", "project_words"),
    ("project_run", "project_data"),
    ("project_reading",),
    ("project",),
    ("trainer",),
    ("probing.probe", "probing.histogram"),
    ("probing.distributions", "probing.activity", "probing.proof", "probing.effects"),
    ("probing.table",),
    ("probing.rounds",),
    ("edge_views", "looking", "verifying"),
    ("snapshot",),
    ("findings",),
    ("runner",),
    ("export.target",),
    ("export.targets",),
    ("export.writing", "export.proof"),
]
RANK = {f"engine.{name}": rank for rank, names in enumerate(ORDER) for name in names}


@cache
def reached(name: str, everywhere: bool = True) -> frozenset[str]:
    """Every module of the program that a module imports, directly or by way of others."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        fresh = (imported(MODULES[waiting.pop()], everywhere) & MODULES.keys()) - found
        found |= fresh
        waiting += fresh
    return frozenset(found)


@pytest.mark.parametrize("name", [name for name in ENGINE if name in RANK])
def test_imports_go_from_registries_to_the_experiment_to_the_network_to_the_trainer_to_the_runner(name: str) -> None:
    assert [other for other in reached(name) if RANK.get(other, -1) > RANK[name]] == []


@pytest.mark.parametrize("name", MODULES)
def test_imports_make_no_circle(name: str) -> None:
    # The window may put off an import into a function, so that what it needs first loads first.
    assert name not in reached(name, everywhere=name.startswith("engine"))


@pytest.mark.parametrize("name", [name for name in MODULES if name.startswith("engine.data")])
def test_data_know_nothing_of_networks_and_training(name: str) -> None:
    assert reached(name) & {"engine.network", "engine.trainer", "engine.runner"} == set()


def says_it_is_pure(path: Path) -> bool:
    """A gui module that promises, by its name or in its docstring, to do without Qt."""
    words = ast.get_docstring(tree(path)) or ""
    by_name = path.stem in ("layout", "raster", "decimate")
    return by_name or re.search(r"\b(no|without|free of) Qt\s*[.;,:)]|\bQt-free\b", words, re.IGNORECASE) is not None


@pytest.mark.parametrize("name", [n for n, path in MODULES.items() if n.startswith("gui.") and says_it_is_pure(path)])
def test_geometry_and_number_crunching_import_no_qt(name: str) -> None:
    guilty = [other for other in (name, *reached(name)) if packages(MODULES[other]) & QT]
    assert guilty == []


# -- how long things are -----------------------------------------------------------------------------

NOT_CODE = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENCODING,
    tokenize.ENDMARKER,
}


def documented_nodes(path: Path) -> Iterator[ast.Module | ast.ClassDef | Function]:
    for node in nodes(path):
        if isinstance(node, ast.Module | ast.ClassDef | Function):
            yield node


@cache
def lines_of_code(path: Path) -> frozenset[int]:
    """The numbers of the lines that hold code: not blank, not a comment, not a docstring."""
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(path.read_text("utf-8")).readline):
        if token.type not in NOT_CODE:
            lines |= set(range(token.start[0], token.end[0] + 1))
    for node in documented_nodes(path):
        if ast.get_docstring(node, clean=False) is not None:
            first = node.body[0]
            lines -= set(range(first.lineno, (first.end_lineno or first.lineno) + 1))
    return frozenset(lines)


@every_file
def test_no_file_has_more_than_400_lines_of_code(path: Path) -> None:
    assert len(lines_of_code(path)) <= 400


@every_file
def test_no_function_has_more_than_50_lines_of_code(path: Path) -> None:
    functions = [node for node in nodes(path) if isinstance(node, Function)]
    spans = {f"{f.name}, line {f.lineno}": range(f.lineno, (f.end_lineno or 0) + 1) for f in functions}
    lengths = {name: len(lines_of_code(path).intersection(span)) for name, span in spans.items()}
    assert {name: length for name, length in lengths.items() if length > 50} == {}


@every_file
def test_no_class_has_more_than_25_methods(path: Path) -> None:
    classes = [node for node in nodes(path) if isinstance(node, ast.ClassDef)]
    methods = {each.name: sum(isinstance(item, Function) for item in each.body) for each in classes}
    assert {name: count for name, count in methods.items() if count > 25} == {}


# -- what is documented ------------------------------------------------------------------------------


def is_public(node: ast.ClassDef | Function) -> bool:
    """Named without an underscore, in nothing private, and in no function; no setter, which its property explains."""
    outside = list(around(node))
    names = [node.name, *(each.name for each in outside if isinstance(each, ast.ClassDef))]
    setter = any(isinstance(each, ast.Attribute) and each.attr == "setter" for each in node.decorator_list)
    within = any(isinstance(each, Function) for each in outside)
    return not (setter or within or any(name.startswith("_") for name in names))


def test_what_is_greyed_says_why() -> None:
    greyed = [
        f"{name_of(path)}:{node.lineno}"
        for path in PROGRAM
        if path.name != "greying.py"
        for node in nodes(path)
        if isinstance(node, ast.Attribute) and node.attr in ("setEnabled", "setDisabled")
    ]
    assert greyed == [], "use grey(control, reason) of gui.greying"


@every_file
def test_everything_public_is_documented(path: Path) -> None:
    public = [node for node in documented_nodes(path) if isinstance(node, ast.Module) or is_public(node)]
    bare = [getattr(node, "name", "the module") for node in public if not ast.get_docstring(node)]
    assert bare == []


# -- what is forbidden -------------------------------------------------------------------------------


MODERN = {
    "default_rng",
    "Generator",
    "BitGenerator",
    "SeedSequence",
    "PCG64",
    "PCG64DXSM",
    "Philox",
    "SFC64",
    "MT19937",
}


@every_file
def test_random_numbers_come_from_generators_only(path: Path) -> None:
    called = [dotted(node) for node in nodes(path) if isinstance(node, ast.Attribute)]
    legacy = [name for name in called if re.fullmatch(r"(np|numpy)\.random\.\w+", name)]
    legacy = [name for name in legacy if name.rsplit(".", 1)[1] not in MODERN]
    named = [node for node in nodes(path) if isinstance(node, ast.ImportFrom) and node.module == "numpy.random"]
    legacy += [alias.name for node in named for alias in node.names if alias.name not in MODERN]
    assert [*legacy, *(packages(path) & {"random"})] == []


@every_file
def test_nothing_read_is_ever_executed(path: Path) -> None:
    calls = [node for node in nodes(path) if isinstance(node, ast.Call)]
    executed = [dotted(call.func) for call in calls]
    executed = [name for name in executed if name in ("eval", "exec", "builtins.eval", "builtins.exec")]
    unpacked = [node.attr for node in nodes(path) if isinstance(node, ast.Attribute)]
    unpacked = [name for name in unpacked if name in ("extractall", "unpack_archive")]
    trusting = [word.arg for call in calls for word in call.keywords if word.arg == "allow_pickle"]
    pickled = packages(path) & {"pickle", "_pickle", "cloudpickle", "dill", "joblib", "marshal", "shelve"}
    assert [*executed, *unpacked, *trusting, *pickled] == []


@cache
def project_files() -> tuple[Path, ...]:
    """The text files of the project as git knows them, with those not yet committed; none outside a checkout."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return ()
    return tuple(ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file())


def lines_with(pattern: str) -> list[str]:
    """``file:line`` of every place in the project's files where a pattern is found."""
    found, wanted = [], re.compile(pattern)
    for path in project_files():
        text = path.read_bytes()
        if b"\0" in text:
            continue
        for number, line in enumerate(text.decode("utf-8", "replace").splitlines(), 1):
            if wanted.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}")
    return found


def test_no_file_names_a_folder_of_one_machine() -> None:
    folders = "|".join(("work", "root", "home", "Users"))
    assert lines_with(rf"(?<![\w./:$}}<-])/({folders})(?=[/\"'\s)`]|$)") == []


def test_no_file_names_a_package_registry() -> None:
    hosts = (r"py" + r"pi\.org", r"python" + r"hosted\.org", r"download\.py" + r"torch\.org", r"ana" + r"conda\.org")
    assert lines_with("|".join([*hosts, r"index" + r"-url", r"npm" + r"js\.org"])) == []


def test_no_letter_was_read_in_another_encoding_than_it_was_written_in() -> None:
    assert lines_with(r"[\u0080-\u009f\ufffd]") == []
