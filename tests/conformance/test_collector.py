"""The collector as pytest sees it: what it makes of a run, whole or cut short."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import pytest

from conformance.report.collector import OUTPUT_LINES, Reporting
from conformance.report.redaction import MASK
from tests.conformance.collecting import ALL_PASS
from tests.conformance.material import FACTS

if TYPE_CHECKING:
    from tests.conformance.collecting import Run


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
    assert not [line for one in found["evidence"] for line in one["traceback"] if "pluggy" in line]
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


def test_last_output_of_the_data_plane_is_shown(run: Run) -> None:
    """A failure comes with what the data plane printed last, without a secret."""
    (deployment,) = FACTS.deployments
    path = run.path / str(deployment.output)
    path.parent.mkdir()
    path.write_text("\n".join(f"line {n} planted-secret" for n in range(5000)))
    run("@ONE\ndef test_one(): raise Violation(expected='a', came='b')")
    (evidence,) = run.outcome("ONE-01")["evidence"]
    assert len(evidence["output"]) == OUTPUT_LINES
    assert evidence["output"][-1] == f"line 4999 {MASK}"


def test_what_cannot_start_is_concluded(run: Run) -> None:
    """A run that cannot even start writes its report all the same."""
    ran = run(ALL_PASS, "--cannot-start")
    assert ran.ret == 2
    assert run.report["verdict"] == "incomplete"
    assert run.report["problem"] == "nothing answers"


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


def test_secrets_are_not_shown() -> None:
    """What holds the secrets of a run does not show them."""
    assert "planted-secret" not in repr(Reporting(secrets=("planted-secret",)))
