"""A pytest run in a folder of its own, with the collector and nothing else of ours registered."""

from __future__ import annotations

import json
import textwrap
from typing import TYPE_CHECKING

import jsonschema

from conformance.report import document

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from conformance.report.document import Document

PLUGINS = ("-p", "xdist", "-p", "_hypothesis_pytestplugin")
CONFTEST = """
    from dataclasses import replace
    import pytest
    from conformance.report.facts import Problem
    from conformance.report.collector import Collector, Reporting
    from tests.conformance.material import CATALOGUE, EVERYTHING, FACTS, WITHOUT_TWO
    from conformance.baseline import ExpectedFailure

    def pytest_addoption(parser):
        parser.addoption("--known", action="append", default=[])
        parser.addoption("--without-two", action="store_true")
        parser.addoption("--cannot-start", action="store_true")

    @pytest.hookimpl
    def pytest_configure(config):
        config.addinivalue_line("markers", "requirement(id)")
        worker = hasattr(config, "workerinput")
        reporting = Reporting(
            report_dir=None if worker else config.rootpath / "out",
            secrets=("planted-secret",),
            expected_failures=tuple(ExpectedFailure(id, "why") for id in config.option.known),
        )
        scope = WITHOUT_TWO if config.option.without_two else EVERYTHING
        collector = Collector(
            catalogue=CATALOGUE, scope=scope, facts=lambda: FACTS, reporting=reporting
        )
        collector.learn("learnt-secret")
        config.pluginmanager.register(collector, "collector")

    def pytest_sessionstart(session):
        if session.config.option.cannot_start:
            sentence = "nothing answers"
            facts = replace(FACTS, problem=Problem(sentence, 2))
            collector = session.config.pluginmanager.getplugin("collector")
            collector._facts = lambda: facts
            collector.conclude(session, 2)
            pytest.exit(sentence, returncode=2)
"""
HEAD = """
    import os
    import pytest
    from hypothesis import given, settings, strategies as st
    from conformance.errors import DataPlaneDied
    from conformance.expect import Inconclusive, Violation
    from tests.conformance.material import EXCHANGE

    ONE, ONE_WELL, TWO = (pytest.mark.requirement(id) for id in ("ONE-01", "ONE-02", "TWO-01"))
"""
ALL_PASS = """
    @ONE
    def test_one(): pass

    @ONE_WELL
    def test_one_well(): pass

    @TWO
    def test_two(): pass
"""


class Run:
    """A pytest run in a folder of its own, with the collector registered."""

    def __init__(self, pytester: pytest.Pytester) -> None:
        self._pytester = pytester
        pytester.makeconftest(textwrap.dedent(CONFTEST))

    def __call__(self, tests: str, *arguments: str) -> pytest.RunResult:
        """Run these tests, below the usual head."""
        self._pytester.makepyfile(textwrap.dedent(HEAD) + textwrap.dedent(tests))
        return self._pytester.runpytest_inprocess(*PLUGINS, *arguments, no_reraise_ctrlc=True)

    @property
    def path(self) -> Path:
        """The folder of the run."""
        return self._pytester.path

    @property
    def report(self) -> Document:
        """The report that the run wrote, which follows its schema."""
        text = (self.path / "out" / "report.json").read_text()
        report: Document = json.loads(text)
        jsonschema.validate(report, document.schema())
        return report

    def outcome(self, id: str) -> Document:
        """What became of a requirement."""
        (found,) = (one for one in self.report["requirements"] if one["id"] == id)
        return dict(found)
