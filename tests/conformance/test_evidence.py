"""An exception becomes an outcome, and evidence that blames the right party."""

from __future__ import annotations

import json
from typing import NoReturn
from unittest import SkipTest

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.errors import DataPlaneDied
from conformance.expect import Inconclusive, NoAnswer, OutOfReach, Violation
from conformance.outcomes import Broke, Outcome, Reason
from conformance.report.evidence import SHOWN_EXCHANGES, Finding, examine
from conformance.report.printing import shown_in_full
from tests.conformance.material import EXCHANGE

VIOLATION = Violation(expected="the user", came="the key", exchanges=EXCHANGE)


def raised_by(test: object, phase: str = "call") -> Finding:
    """What comes of the exception that a test raises."""
    with pytest.raises(BaseException) as caught:  # noqa: PT011 - whatever it is
        test()  # type: ignore[operator]
    return examine(caught.value, phase)


def test_violation_blames_the_data_plane() -> None:
    """A violation fails its requirement, and is shown with both sides and its exchange."""
    finding = examine(VIOLATION, "call")
    (evidence,) = finding.evidence
    assert (finding.outcome, finding.broke) == (Outcome.FAILED, None)
    assert (evidence.kind, evidence.expected, evidence.came) == (
        "violation",
        "the user",
        "the key",
    )
    (shown,) = evidence.exchanges
    assert shown.curl.startswith("curl ")
    assert "$BRAINTRUST_API_KEY" in shown.curl
    assert shown.answer.startswith("200 after")
    assert '{"id": "p-1"}' in shown.answer
    assert shown.curl not in shown.answer


def test_no_answer_is_a_failure() -> None:
    """A data plane that does not answer failed."""
    finding = examine(NoAnswer(expected="an answer", came="a reset"), "call")
    assert finding.outcome is Outcome.FAILED


@pytest.mark.parametrize("phase", ["setup", "teardown"])
def test_violation_fails_in_any_phase(phase: str) -> None:
    """A violation in a fixture is the data plane's as well."""
    assert examine(VIOLATION, phase).outcome is Outcome.FAILED


def test_only_the_last_exchanges_are_shown() -> None:
    """Evidence stays readable: of many exchanges the last ones are shown."""
    finding = examine(Violation(expected="a", came="b", exchanges=[EXCHANGE] * 50), "call")
    assert len(finding.evidence[0].exchanges) == SHOWN_EXCHANGES


def test_inconclusive_is_no_skip() -> None:
    """What could not be judged is kept apart from what was left out, and names its row."""
    finding = examine(Inconclusive("nothing was heard\nsee it: curl", row="status"), "call")
    assert finding.outcome is Outcome.INCONCLUSIVE
    assert finding.reason is not None
    assert (finding.reason.code, finding.reason.row) == ("unconfirmed-row", "status")
    assert finding.reason.sentence == "nothing was heard"
    assert finding.evidence[0].message == "nothing was heard\nsee it: curl"


def test_inconclusive_without_a_row() -> None:
    """Without a row of the wire profile the code says only that it was not judged."""
    finding = examine(Inconclusive("no control came"), "call")
    assert finding.reason is not None
    assert finding.reason.code == "inconclusive"


@pytest.mark.parametrize("skip", [pytest.skip.Exception("later"), SkipTest("later")])
def test_skip_is_a_skip(skip: BaseException) -> None:
    """A skip is a skip, with its reason."""
    finding = examine(skip, "setup")
    assert finding.outcome is Outcome.SKIPPED
    assert finding.reason is not None
    assert finding.reason.sentence == "later"


def test_what_is_out_of_reach_says_what_helps() -> None:
    """A test that this data plane cannot be put to is skipped, with the option that lets it be."""
    finding = examine(OutOfReach("Start it.", unlock="--dataplane-cmd CMD"), "call")
    assert finding.outcome is Outcome.SKIPPED
    assert finding.reason == Reason("out-of-reach", "Start it.", ("--dataplane-cmd CMD",))


def test_plain_assertion_fails_in_the_body_only() -> None:
    """An assertion of the test's body blames the data plane; one of a fixture blames the suite."""
    assert examine(AssertionError("1 == 2"), "call").outcome is Outcome.FAILED
    assert examine(AssertionError("1 == 2"), "setup").outcome is Outcome.ERROR
    assert examine(AssertionError(), "call").evidence[0].message


def divide() -> NoReturn:
    """Break as a mistake of the suite would."""
    raise ZeroDivisionError("division by zero")


def test_other_exception_is_an_error_of_the_suite() -> None:
    """Any other exception is the suite's, said so, with the last lines of its traceback."""
    finding = raised_by(divide)
    assert (finding.outcome, finding.broke) == (Outcome.ERROR, Broke.SUITE)
    assert finding.reason is not None
    assert finding.reason.sentence.startswith("The suite broke, this is not the data plane's fault")
    assert finding.evidence[0].traceback[-1] == "ZeroDivisionError: division by zero"
    assert any("in divide" in line for line in finding.evidence[0].traceback)


@pytest.mark.parametrize(
    "exception", [DataPlaneDied("it died"), httpx.ConnectError("refused"), ConnectionError()]
)
def test_environment_is_told_from_the_suite(exception: Exception) -> None:
    """A dead process or an unreachable control plane is the environment's."""
    finding = examine(exception, "setup")
    assert (finding.outcome, finding.broke) == (Outcome.ERROR, Broke.ENVIRONMENT)


def test_group_is_taken_apart() -> None:
    """Several distinct failures are several pieces of evidence, and the worst is the outcome."""
    group = ExceptionGroup("two", [ZeroDivisionError(), ExceptionGroup("one", [VIOLATION])])
    finding = examine(group, "call")
    assert finding.outcome is Outcome.FAILED
    assert [one.kind for one in finding.evidence] == ["error", "violation"]


@settings(database=None, derandomize=True)
@given(st.integers(0, 1000))
def two_flaws(number: int) -> None:
    """A property that fails in two ways."""
    if number > 500:
        raise Violation(expected="at most 500", came=str(number))
    if number > 100:
        raise NoAnswer(expected="an answer", came="nothing")


def test_hypothesis_failures_are_taken_apart() -> None:
    """Each failure that hypothesis found comes with its own smallest example."""
    with shown_in_full():
        finding = raised_by(two_flaws)
    examples = {str(one.came): one.example for one in finding.evidence}
    assert sorted(examples) == ["501", "nothing"]
    assert "number=501" in str(examples["501"])
    assert "number=101" in str(examples["nothing"])


@settings(database=None, derandomize=True, print_blob=True)
@given(st.integers(0, 1000))
def one_flaw(number: int) -> None:
    """A property that fails in one way."""
    if number > 500:
        raise Violation(expected="at most 500", came=str(number))


def test_recipe_of_hypothesis_is_kept() -> None:
    """Where hypothesis says how to reproduce an example, the evidence does."""
    (evidence,) = raised_by(one_flaw).evidence
    assert evidence.reproduce is not None
    assert "@reproduce_failure" in evidence.reproduce
    assert not evidence.flaky


class Wavering:
    """A data plane that breaks a promise once and never again."""

    def __init__(self) -> None:
        self.broke_it = False

    def check(self, number: int) -> None:
        """Break the promise the first time that a large number comes."""
        if number > 500 and not self.broke_it:
            self.broke_it = True
            raise Violation(expected="at most 500", came="more")


def test_flaky_violation_is_a_failure() -> None:
    """A violation that was seen once is one, and the evidence says that it was not seen twice."""
    check = settings(database=None, derandomize=True)(given(st.integers(0, 1000))(Wavering().check))
    finding = raised_by(check)
    assert finding.outcome is Outcome.FAILED
    assert finding.evidence[0].flaky
    assert "its answers are not stable" in str(finding.evidence[0].came)


def test_evidence_is_json() -> None:
    """Evidence travels between processes as JSON."""
    finding = examine(ExceptionGroup("all", [VIOLATION, ZeroDivisionError()]), "call")
    told = [one.as_json() for one in finding.evidence]
    assert json.loads(json.dumps(told)) == json.loads(json.dumps(told, default=str))
    assert isinstance(told[0]["exchanges"], list)


def test_long_sentence_is_cut() -> None:
    """A reason is a sentence, however long what came was."""
    finding = examine(Violation(expected="x" * 5000, came="y"), "call")
    assert finding.reason is not None
    assert len(finding.reason.sentence) < 400
