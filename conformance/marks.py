"""What a test of the suite says of itself: its requirement, and the deployments that it needs."""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

import pytest

from conformance.requirements import load

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from types import ModuleType

    from conformance.requirements import Catalogue

__all__ = ["Need", "needs_of", "observes", "requirement", "settings", "suite_modules"]

SUITES = "conformance.suites"
REQUIREMENT = "requirement"
SETTINGS = "dataplane_settings"
OBSERVES = "dataplane_observes"


@dataclass(frozen=True, slots=True)
class Need:
    """What one test judges, the configurations that it needs beside the default one, and what
    it needs to have observed.
    """

    test: str
    requirement: str
    configurations: tuple[Mapping[str, str], ...] = field(default=())
    observations: tuple[str, ...] = ()


def requirement(identifier: str) -> pytest.MarkDecorator:
    """Say which requirement a test judges; an unknown id is an error when the test is imported."""
    _catalogue().require(identifier)
    return pytest.mark.requirement(identifier)


def settings(values: Mapping[str, str]) -> pytest.MarkDecorator:
    """Say in which configuration a test needs a deployment; may stand there several times.

    The test finds it as `deployments[values]`.
    """
    return pytest.mark.dataplane_settings(dict(values))


def observes(*names: str) -> pytest.MarkDecorator:
    """Say which observations a test judges, by their names or by how their names begin.

    The test reads them from the fixture `observed`: `observed[name]`, `observed.matching(prefix)`.
    """
    return pytest.mark.dataplane_observes(*names)


def needs_of(modules: Iterable[ModuleType]) -> Iterator[Need]:
    """What the tests of these modules need, read from their marks."""
    for module in modules:
        for name, test in vars(module).items():
            if name.startswith("test") and callable(test):
                marks = [*_marks(module), *_marks(test)]
                ids = [mark.args[0] for mark in marks if mark.name == REQUIREMENT]
                if ids:
                    asked = (mark.args[0] for mark in marks if mark.name == SETTINGS)
                    wanted = [name for mark in marks if mark.name == OBSERVES for name in mark.args]
                    full_name = f"{module.__name__}.{name}"
                    yield Need(full_name, ids[-1], tuple(asked), tuple(wanted))


def suite_modules() -> list[ModuleType]:
    """Import the test modules of the suite."""
    package = importlib.import_module(SUITES)
    names = [
        found.name
        for found in pkgutil.walk_packages(package.__path__, f"{SUITES}.")
        if found.name.rpartition(".")[2].startswith("test_")
    ]
    return [importlib.import_module(name) for name in names]


def _marks(holder: object) -> list[pytest.Mark]:
    marks: list[pytest.Mark | pytest.MarkDecorator] | pytest.MarkDecorator = getattr(
        holder, "pytestmark", []
    )
    return [
        mark.mark if isinstance(mark, pytest.MarkDecorator) else mark
        for mark in (marks if isinstance(marks, list) else [marks])
    ]


@cache
def _catalogue() -> Catalogue:
    return load()
