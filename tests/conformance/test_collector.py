"""The collector as pytest sees it: in one process and under pytest-xdist, cut short and whole."""

from __future__ import annotations

import json
import textwrap
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import jsonschema
import pytest

from conformance.report import document
from conformance.report.collector import Reporting
from conformance.report.redaction import MASK
from tests.conformance.material import FACTS

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.report.document import Document

PLUGINS = ("-p", "xdist", "-p", "_hypothesis_pytestplugin")
CONFTEST = """
    import pytest
    from conformance.report.collector import Collector, Reporting
    from tests.conformance.material import CATALOGUE, EVERYTHING, FACTS, WITHOUT_TWO
    from conformance.baseline import ExpectedFailure

    def pytest_addoption(parser):
        parser.addoption("--known", action="append", default=[])
        parser.addoption("--without-two", action="store_true")

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
        config.pluginmanager.register(collector, "collector")
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


@pytest.fixture(name="run")
def _run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A pytest run; a fresh folder for each test, and no plugin that happens to be installed."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    return Run(pytester)


def test_everything_passes(run: Run) -> None:
    """A run in which all passed ends with 0, a favourable verdict, and its report."""
    ran = run(ALL_PASS)
    assert ran.ret == 0
    assert run.report["verdict"] == "conformant"
    assert run.report["problem"] is None
    ran.stdout.fnmatch_lines(["*verdict   conformant: all 2 MUSTs passed", "report: *report.json"])


def test_violation_fails_its_requirement(run: Run) -> None:
    """A violation is in the report with its evidence, and pytest prints no traceback of ours."""
    ran = run(
        ALL_PASS
        + """
    @ONE
    def test_named():
        '''The user is named.

        More about it.
        '''
        raise Violation(expected="the user", came="the key", exchanges=EXCHANGE)
    """
    )
    assert ran.ret == 1
    failed = run.outcome("ONE-01")
    assert failed["outcome"] == "failed"
    assert [one["outcome"] for one in failed["tests"]] == ["passed", "failed"]
    (evidence,) = failed["evidence"]
    assert evidence["claim"] == "The user is named."
    assert (evidence["expected"], evidence["came"]) == ("the user", "the key")
    ran.stdout.fnmatch_lines(["expected: the user", "came:     the key"])
    ran.stdout.no_fnmatch_line("*raise Violation*")


def test_traceback_is_there_for_who_asks(run: Run) -> None:
    """With --tb the author of a test sees its code."""
    ran = run("@ONE\ndef test_x():\n    raise Violation(expected='a', came='b')", "--tb=long")
    ran.stdout.fnmatch_lines(["*raise Violation(expected*"])


@pytest.mark.parametrize(
    ("body", "outcome", "reason", "code"),
    [
        ("raise Inconclusive('nothing came', row='status')", "inconclusive", "unconfirmed-row", 6),
        ("pytest.skip('not today')", "skipped", "skipped", 6),
        ("assert 1 == 2", "failed", "assertion", 1),
        ("1 / 0", "error", "suite", 3),
        ("raise DataPlaneDied('it died')", "error", "environment", 2),
    ],
)
def test_outcomes_are_kept_apart(run: Run, body: str, outcome: str, reason: str, code: int) -> None:
    """Each kind of exception is its own outcome, with its own reason and exit code."""
    ran = run(f"{ALL_PASS}\n    @ONE\n    def test_x(): {body}\n")
    found = run.outcome("ONE-01")
    assert (found["outcome"], found["reason"]["code"]) == (outcome, reason)
    assert ran.ret == code


FIXTURES = """
    @pytest.fixture
    def early():
        {0}

    @pytest.fixture
    def late():
        yield
        {0}
"""


@pytest.mark.parametrize("fixture", ["early", "late"])
@pytest.mark.parametrize(
    ("body", "outcome"),
    [("1 / 0", "error"), ("raise Violation(expected='a', came='b')", "failed")],
)
def test_setup_and_teardown_count(run: Run, fixture: str, body: str, outcome: str) -> None:
    """A test passes only if set-up and teardown do."""
    tests = textwrap.dedent(FIXTURES.format(body) + ALL_PASS)
    run(f"{textwrap.indent(tests, '    ')}\n    @ONE\n    def test_x({fixture}): pass\n")
    assert run.outcome("ONE-01")["outcome"] == outcome


def test_hypothesis_leaves_its_example(run: Run) -> None:
    """A property that fails leaves its smallest example, with its values."""
    run("""
    @ONE
    @settings(database=None, derandomize=True)
    @given(number=st.integers(0, 1000))
    def test_numbers(number):
        if number > 500:
            raise Violation(expected="at most 500", came=str(number))
    """)
    (evidence,) = run.outcome("ONE-01")["evidence"]
    assert "number=501" in evidence["example"]
    assert evidence["seed"] == FACTS.run.seed
    assert evidence["replay"].startswith("pytest -q --hypothesis-seed=7 --pyargs ")


def test_requirement_without_a_test_is_an_error(run: Run) -> None:
    """A requirement in scope of which nothing was executed is an error, never silent."""
    ran = run("@ONE\ndef test_one(): pass")
    assert run.outcome("TWO-01")["reason"]["code"] == "not-executed"
    assert ran.ret == 3


def test_known_failure_is_excused(run: Run) -> None:
    """A known failure does not fail the run, one that passes does."""
    failing = ALL_PASS.replace("def test_one(): pass", "def test_one(): assert False")
    assert run(failing, "--known", "ONE-01").ret == 0
    assert run.report["verdict"] == "not conformant"
    assert run(ALL_PASS, "--known", "ONE-01").ret == 1
    assert run.report["expected_failures"]["stale"] == ["ONE-01"]


def test_out_of_scope_is_in_the_report(run: Run) -> None:
    """What is out of scope says what would unlock it."""
    assert run(ALL_PASS, "--without-two", "-k", "one").ret == 0
    assert run.report["verdict"] == "conformant in scope"
    assert run.outcome("TWO-01")["reason"]["unlock"] == ["--control-plane-listen HOST:PORT"]


def test_part_of_the_suite_is_narrowed(run: Run) -> None:
    """With -k no verdict is favourable, and what passed still ends with 0."""
    assert run(ALL_PASS, "-k", "test_two").ret == 0
    assert run.report["verdict"] == "incomplete"
    assert run.report["scope"]["narrowed"]
    assert run.outcome("ONE-01")["reason"]["code"] == "not-selected"


def test_failure_of_somebody_else_keeps_its_number(run: Run) -> None:
    """A user's own failing test keeps its 1, and its traceback."""
    ran = run(f"{ALL_PASS}\n    def test_mine():\n        assert 'mine' == 'yours'\n")
    assert ran.ret == 1
    assert run.report["verdict"] == "conformant"
    ran.stdout.fnmatch_lines(["*assert 'mine' == 'yours'*"])


def test_marker_of_somebody_else_is_left_alone(run: Run) -> None:
    """A marker of the same name with an id that is not ours makes no test ours."""
    ran = run(
        f"{ALL_PASS}\n    @pytest.mark.requirement('JIRA-7')\n    def test_mine(): assert False\n"
    )
    assert ran.ret == 1
    assert run.report["counts"]["failed"] == 0


@pytest.mark.parametrize(
    ("body", "problem", "code"),
    [
        ("raise KeyboardInterrupt", "The run was interrupted.", 2),
        ("pytest.exit('told to stop', returncode=2)", "told to stop", 2),
    ],
)
def test_cut_short_is_reported(run: Run, body: str, problem: str, code: int) -> None:
    """A run that is interrupted still writes its report: incomplete, and why."""
    ran = run(f"{ALL_PASS}\n    @ONE\n    def test_zzz(): {body}\n")
    assert ran.ret == code
    assert run.report["verdict"] == "incomplete"
    assert run.report["problem"] == problem
    assert run.outcome("ONE-01")["reason"]["code"] == "cut-short"
    assert run.outcome("TWO-01")["outcome"] == "passed"


def test_stopping_at_the_first_failure_is_cut_short(run: Run) -> None:
    """With -x the run is incomplete, and the failure keeps its 1."""
    ran = run(ALL_PASS.replace("def test_one(): pass", "def test_one(): assert 0"), "-x")
    assert ran.ret == 1
    assert run.report["verdict"] == "incomplete"
    assert run.report["problem"] == "The run was stopped early: stopping after 1 failures."
    assert run.outcome("ONE-01")["outcome"] == "failed"


def test_collection_error_is_reported(run: Run) -> None:
    """Where the suite cannot be collected, the report says which part and why."""
    ran = run("1 / 0")
    assert ran.ret == 2
    assert "could not be collected: ZeroDivisionError" in run.report["problem"]


def test_collecting_only_writes_nothing(run: Run) -> None:
    """With --collect-only nothing is judged."""
    assert run(ALL_PASS, "--collect-only").ret == 0
    assert not (run.path / "out").exists()


def test_unwritable_folder_is_told(run: Run) -> None:
    """Where the report cannot be written, the run says so and does not end with 0."""
    (run.path / "out").write_text("a file")
    ran = run(ALL_PASS)
    assert ran.ret == 2
    ran.stdout.fnmatch_lines(["The report could not be written: *"])


MIXED = """
    @ONE
    @pytest.mark.parametrize("n", range(6))
    def test_one(n):
        if n == 3:
            raise Violation(expected="the user", came="the key", exchanges=EXCHANGE)

    @ONE_WELL
    def test_one_well(): 1 / 0

    @TWO
    def test_two(): raise Inconclusive("nothing came", row="status")
"""


def test_workers_give_the_same_report(run: Run) -> None:
    """Under pytest-xdist the report is the same, but for times."""

    def found() -> list[tuple[object, ...]]:
        return [
            (one["id"], one["outcome"], one["reason"], len(one["tests"]), len(one["evidence"]))
            for one in run.report["requirements"]
        ]

    alone = (run(MIXED).ret, found())
    assert (run(MIXED, "-n", "2").ret, found()) == alone
    assert alone[0] == 1
    assert run.outcome("ONE-01")["evidence"][0]["exchanges"][0]["status"] == 200


def test_dead_worker_is_an_error(run: Run) -> None:
    """A test whose worker died is an error of the suite, and the run goes on."""
    ran = run(f"{ALL_PASS}\n    @ONE\n    def test_zzz(): os._exit(9)\n", "-n", "2")
    assert ran.ret == 3
    assert run.outcome("ONE-01")["outcome"] == "error"
    assert run.outcome("TWO-01")["outcome"] == "passed"


SECRETS = """
    @ONE
    def test_one():
        print("out planted-secret")
        raise Violation(expected="planted-secret", came="sk-abcdefgh12 cGxhbnRlZC1zZWNyZXQ=")

    @ONE_WELL
    def test_one_well():
        raise RuntimeError("planted-secret and bt-st-abcdefgh34")

    @TWO
    def test_two():
        raise Inconclusive("authorization: Bearer planted-secret")
"""


@pytest.mark.parametrize("workers", [(), ("-n", "1")])
def test_no_secret_reaches_anything(run: Run, workers: tuple[str, ...]) -> None:
    """Planted secrets reach neither report nor console nor JUnit file, in any spelling."""
    ran = run(SECRETS, "--junitxml=junit.xml", "-rA", *workers)
    written = [(run.path / name).read_text() for name in ("out/report.json", "junit.xml")]
    for text in (*written, str(ran.stdout), str(ran.stderr)):
        for secret in ("planted-secret", "sk-abc", "bt-st-abc", "cGxhbnRlZC1zZWNyZXQ"):
            assert secret not in text
    assert MASK in run.outcome("ONE-01")["evidence"][0]["came"]


def test_junit_is_whole(run: Run) -> None:
    """pytest's own JUnit file can be read, and counts as pytest does."""
    run(MIXED, "--junitxml=junit.xml")
    (suite,) = ElementTree.parse(run.path / "junit.xml").getroot()
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("8", "2", "1")
    (failure,) = suite.findall("./testcase[@name='test_one[3]']/failure")
    assert "expected: the user" in str(failure.text)


def test_secrets_are_not_shown() -> None:
    """What holds the secrets of a run does not show them."""
    assert "planted-secret" not in repr(Reporting(secrets=("planted-secret",)))
