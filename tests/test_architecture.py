"""The walls of the house stand, and its rooms stay small enough to be read."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("mock_control_plane", "conformance")
ROOMS = (*PACKAGES, "tests")

MODULE_CEILING = 350
FUNCTION_CEILING = 40

# Modules and folders without test modules of their own, each with what shows that they are right.
TESTED_ELSEWHERE = {
    "conformance/suites": "tests/test_selfcheck.py",
    "conformance/reference/defects": "tests/test_selfcheck.py",
}


def modules(*rooms: str) -> list[Path]:
    """Every Python file of the rooms, as a path from the root."""
    return sorted(
        path.relative_to(ROOT)
        for room in rooms
        for path in (ROOT / room).rglob("*.py")
        if "__pycache__" not in path.parts
    )


def by_path(*rooms: str) -> pytest.MarkDecorator:
    """Run a test once for every module of the rooms."""
    return pytest.mark.parametrize("path", modules(*rooms), ids=str)


def parse(path: Path) -> ast.Module:
    """The syntax tree of a module."""
    return ast.parse((ROOT / path).read_text(encoding="utf-8"))


def functions(tree: ast.Module) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function of a module, methods and inner ones too."""
    return [
        node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def calls(tree: ast.Module) -> list[str]:
    """The dotted names that a module calls."""
    return [ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)]


def test_import_contracts_hold() -> None:
    """Nobody imports what the design does not let him import."""
    command = Path(sys.executable).with_name("lint-imports")
    ran = subprocess.run([command, "--no-logo"], cwd=ROOT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout


def test_wall_around_the_reference_is_complete() -> None:
    """The contract that keeps the reference apart names every other module of the package."""
    configured = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (wall,) = [
        contract
        for contract in configured["tool"]["importlinter"]["contracts"]
        if contract.get("source_modules") == ["conformance.reference"]
    ]
    neighbours = {path.parts[1].removesuffix(".py") for path in modules("conformance")}
    apart = neighbours - {"__init__", "__main__", "reference"}
    assert {*wall["forbidden_modules"]} == {
        "mock_control_plane",
        *(f"conformance.{name}" for name in apart),
    }


def test_fixtures_hold_data_only() -> None:
    """`fixtures/` is no package: PyPI's `fixtures`, a popular library, must stay importable."""
    assert (ROOT / "fixtures").is_dir()
    assert not list((ROOT / "fixtures").rglob("*.py"))


@by_path(*ROOMS)
def test_module_fits_its_budget(path: Path) -> None:
    """A module says what it is in at most four lines, and is short enough to be read at once."""
    lines = (ROOT / path).read_text(encoding="utf-8").splitlines()
    docstring = ast.get_docstring(parse(path))
    assert len(lines) <= MODULE_CEILING
    assert docstring
    assert len(docstring.splitlines()) <= 4


@by_path(*PACKAGES)
def test_functions_fit_their_budget(path: Path) -> None:
    """A function is short (how many parameters it takes, and how deep it nests, ruff counts)."""
    too_long = [
        function.name
        for function in functions(parse(path))
        if (function.end_lineno or 0) - function.lineno >= FUNCTION_CEILING
    ]
    assert too_long == []


@by_path(*ROOMS)
def test_module_postpones_annotations(path: Path) -> None:
    """Every module with an import or a definition reads the same on every supported Python."""
    body = parse(path).body
    future = [node for node in body if isinstance(node, ast.ImportFrom)]
    if any(not isinstance(node, ast.Expr | ast.Assign) for node in body):
        assert any(node.module == "__future__" for node in future)


@by_path("tests", "conformance/suites")
def test_nothing_sleeps(path: Path) -> None:
    """Tests wait for a condition with a deadline, never for time to pass."""
    assert not [name for name in calls(parse(path)) if name.split(".")[-1] == "sleep"]


@by_path("conformance/suites")
def test_suites_speak_through_expect(path: Path) -> None:
    """A requirement fails with its own text: no plain assert is left to pytest's rewriting."""
    assert not [node for node in ast.walk(parse(path)) if isinstance(node, ast.Assert)]


def homes_of_tests(path: Path) -> list[Path]:
    """Where the tests of a module may lie: under its name, or under that of its package."""
    parts = [part for part in path.with_suffix("").parts if part != "__init__"]
    room = ["tests", *(parts[:1] if parts[1:2] != ["reference"] else parts[1:2])]
    names = [name.strip("_") for name in parts[len(room) - 1 + (room[1] == "reference") :]]
    folders = [Path(*room, *names[:depth]) for depth in range(len(names))]
    return [
        folder / f"test_{name}.py"
        for depth, folder in enumerate(folders)
        for name in {"_".join(names[depth:]), names[depth], names[-1]}
    ]


def is_tested_elsewhere(path: Path) -> bool:
    """Whether the module, or a folder that it lies in, is excused."""
    return any(str(place) in TESTED_ELSEWHERE for place in (path, *path.parents))


def has_something_to_test(path: Path) -> bool:
    """Whether a module defines a function or a class."""
    definitions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return any(isinstance(node, definitions) for node in parse(path).body)


def test_every_module_has_its_tests() -> None:
    """Each module has a test module under its name or its package's, or a reason."""
    missing = [
        str(path)
        for path in modules(*PACKAGES)
        if has_something_to_test(path)
        and not is_tested_elsewhere(path)
        and not any((ROOT / home).is_file() for home in homes_of_tests(path))
    ]
    assert missing == []


def test_reasons_name_what_exists() -> None:
    """What is tested elsewhere exists, and so do the tests that are named for it."""
    for place, tests in TESTED_ELSEWHERE.items():
        assert (ROOT / place).exists(), place
        assert (ROOT / tests).is_file(), tests


@pytest.mark.parametrize("package", PACKAGES)
def test_public_names_exist(package: str) -> None:
    """What a package lists in `__all__` is there."""
    names = [
        str(path.parent).replace("/", ".")
        for path in modules(package)
        if path.name == "__init__.py" and "suites" not in path.parts
    ]
    for name in names:
        module = importlib.import_module(name)
        for public in getattr(module, "__all__", ()):
            assert hasattr(module, public), f"{name}.{public}"
