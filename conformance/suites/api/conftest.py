"""What the tests of this area share beside the suite's own fixtures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import hypothesis
import pytest

from conformance import held
from conformance.description import Description
from conformance.instruments.described import Described
from conformance.options.values import Effort
from conformance.suites.api import operations
from conformance.suites.api.shelf import Shelf

if TYPE_CHECKING:
    from conformance.callers import Callers
    from conformance.options.values import Options
    from conformance.specimens import Specimens

EVERY, ON_AN_OBJECT = "operation", "operation_on_an_object"
DRAWN = {Effort.QUICK: 2, Effort.DEFAULT: 10, Effort.EXHAUSTIVE: 100}
WITH_ONE_KEY = 3
"""So many requests are drawn for an operation where all are made with one key and its budget."""

STEPS = {Effort.QUICK: 8, Effort.DEFAULT: 12, Effort.EXHAUSTIVE: 30}
LIVES = {Effort.QUICK: 2, Effort.DEFAULT: 4, Effort.EXHAUSTIVE: 25}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make one test for each operation of the description that the run goes by."""
    wanted = {EVERY, ON_AN_OBJECT} & set(metafunc.fixturenames)
    for name in wanted:
        options = metafunc.config.stash[held.OPTIONS]
        found = operations.known(Description.load(options.openapi))
        chosen = [one for one in found if one.parameters or name == EVERY]
        metafunc.parametrize(name, chosen, ids=str)


@pytest.fixture(scope="session", name="shelf")
def _shelf(callers: Callers, specimens: Specimens) -> Shelf:
    """The objects of one user, made once a worker."""
    return Shelf(callers.new(), specimens)


@pytest.fixture(scope="session", name="described")
def _described(options: Options) -> Described:
    """What the description promises of answers."""
    return Described(Description.load(options.openapi).document)


@pytest.fixture(scope="session", name="drawing")
def _drawing(options: Options) -> hypothesis.settings:
    """How many requests are drawn for an operation."""
    most = DRAWN[options.effort]
    few = most if options.mocked else min(most, WITH_ONE_KEY)
    return hypothesis.settings(max_examples=few, database=None)


@pytest.fixture(scope="session", name="living")
def _living(options: Options) -> hypothesis.settings:
    """How many lives of objects are drawn, and how long they are."""
    lives, steps = LIVES[options.effort], STEPS[options.effort]
    return hypothesis.settings(max_examples=lives, stateful_step_count=steps, database=None)
