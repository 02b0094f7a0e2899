"""What the tests of this room share."""

from __future__ import annotations

import pytest

from tests.conformance.collecting import Run
from tests.conformance.judging import Judging


@pytest.fixture(name="run")
def _run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A pytest run; a fresh folder for each test, and no plugin that happens to be installed."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    return Run(pytester)


@pytest.fixture(name="judging")
def _judging(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Judging:
    """Runs with a user's key in the environment; of one test only, because pytester's folder is."""
    monkeypatch.setenv("BRAINTRUST_API_KEY", "sk-planted-key")
    return Judging(pytester)
