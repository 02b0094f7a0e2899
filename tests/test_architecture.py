"""The walls of the house stand, and its rooms stay small enough to be read."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("mock_control_plane", "conformance")
ROOMS = (*PACKAGES, "tests")

MODULE_CEILING = 350
FUNCTION_CEILING = 40

# Modules and folders without test modules of their own, each with what shows that they are right.
TESTED_ELSEWHERE = {
    "conformance/selfcheck": "tests/test_selfcheck.py",
    "conformance/__main__.py": "tests/test_packaging.py",
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


@cache
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


def test_modules_are_short() -> None:
    """Every module can be read at once."""
    lengths = {
        str(path): len((ROOT / path).read_text(encoding="utf-8").splitlines())
        for path in modules(*ROOMS)
    }
    assert {path: lines for path, lines in lengths.items() if lines > MODULE_CEILING} == {}


def test_modules_say_what_they_are() -> None:
    """Every module begins with at most four lines about what lives in it."""
    docstrings = {str(path): ast.get_docstring(parse(path)) or "" for path in modules(*ROOMS)}
    lengths = {path: len(text.splitlines()) for path, text in docstrings.items()}
    assert {path: lines for path, lines in lengths.items() if not 1 <= lines <= 4} == {}


def test_functions_are_short() -> None:
    """A function is short (how many parameters it takes, and how deep it nests, ruff counts)."""
    too_long = [
        f"{path}: {function.name}"
        for path in modules(*PACKAGES)
        for function in functions(parse(path))
        if (function.end_lineno or 0) - function.lineno >= FUNCTION_CEILING
    ]
    assert too_long == []


def test_annotations_are_postponed() -> None:
    """Every module with an import or a definition reads the same on every supported Python."""
    assert [
        str(path)
        for path in modules(*ROOMS)
        if any(not isinstance(node, ast.Expr | ast.Assign) for node in parse(path).body)
        and not any(
            isinstance(node, ast.ImportFrom) and node.module == "__future__"
            for node in parse(path).body
        )
    ] == []


def test_nothing_sleeps() -> None:
    """Tests wait for a condition with a deadline, never for time to pass."""
    sleepers = [
        f"{path}: {name}"
        for path in modules("tests", "conformance/suites")
        for name in calls(parse(path))
        if name.split(".")[-1] == "sleep"
    ]
    assert sleepers == []


def test_suites_speak_through_expect() -> None:
    """A requirement fails with its own text: no plain assert is left to pytest's rewriting."""
    asserting = [
        str(path)
        for path in modules("conformance/suites")
        if any(isinstance(node, ast.Assert) for node in ast.walk(parse(path)))
    ]
    assert asserting == []


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
