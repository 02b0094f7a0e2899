"""pytest runs that judge a data plane with tests of our own in place of the suite."""

from __future__ import annotations

import json
import textwrap
from typing import TYPE_CHECKING

import httpcore
import pytest

import conformance.session
from conformance import held
from conformance.deployment.environment import Deployment, Environment

if TYPE_CHECKING:
    from conformance.report.document import Document

# pytester forgets what a run in this process imports; what is imported twice is two things.
IMPORTED_ONCE = (httpcore, conformance.session)

URL = "--dataplane-url=http://127.0.0.1:9"
UP = Environment("run-1", (Deployment("default", "http://127.0.0.1:9"),))
HEAD = """
    import pytest
    from conformance import expect
    from conformance.marks import requirement
"""
TESTS = """
    @requirement("AUD-04")
    def test_a_must():
        "A MUST."

    @requirement("AUD-03")
    def test_a_should():
        "A SHOULD."

    @requirement("AUD-06")
    def test_what_needs_the_mock():
        "A MUST that needs more."
"""


class Up:
    """A pytest plugin with which nothing needs to be brought up."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """Let the run find its environment."""
        config.stash[held.ENVIRONMENT] = UP


class Judging:
    """pytest runs that judge a data plane, in a folder of their own, in this process."""

    def __init__(self, pytester: pytest.Pytester) -> None:
        self.pytester = pytester

    def __call__(self, *arguments: str, tests: str = TESTS, up: bool = True) -> pytest.RunResult:
        """Judge with these tests in place of the suite."""
        path = self.pytester.makepyfile(textwrap.dedent(HEAD) + textwrap.dedent(tests))
        return self.pytest(*arguments, str(path), up=up)

    def pytest(self, *arguments: str, up: bool = True) -> pytest.RunResult:
        """Judge with what these arguments say."""
        # hypothesis' own plugin would fix the seed of the tests around this run, too.
        quiet = ("-p", "no:hypothesispytest", "-p", "no:randomly")
        plugins = [Up()] if up else []
        return self.pytester.runpytest_inprocess(*quiet, *arguments, plugins=plugins)

    @property
    def report(self) -> Document:
        """The report that the run wrote."""
        path = self.pytester.path / "conformance-report" / "report.json"
        document: Document = json.loads(path.read_text())
        return document
