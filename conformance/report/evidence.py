"""What an exception says about the data plane: an outcome, and evidence to argue with.

A `Violation`, or any other failed assertion of a test's body, blames the data plane; `Inconclusive`
and a skip blame nobody; everything else means that the suite or its environment broke.
"""

from __future__ import annotations

import os
import traceback
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING
from unittest import SkipTest

import httpx
import pytest
from hypothesis.errors import Flaky

from conformance.errors import EnvironmentProblem
from conformance.expect import Inconclusive, OutOfReach, Violation
from conformance.outcomes import Broke, Outcome, Reason, worst_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.exchange import Exchange

SHOWN_EXCHANGES = 5
SHOWN_ENTRIES = 20
SHOWN_TRACEBACK = 15
_EXAMPLE = ("Failing test case: ", "Falsifying example: ", "Failing example: ")
_REPLAY = "You can reproduce this"
_SENTENCE = 300
_RUNNERS = ("_pytest", "pluggy", "schemathesis")


@dataclass(frozen=True, slots=True)
class ShownExchange:
    """One request, as a command that sends it again, and its answer as text."""

    method: str
    url: str
    status: int
    seconds: float
    curl: str
    answer: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one exception shows; `kind` is violation, assertion, inconclusive, skip or error.

    `flaky`: the data plane answered the same request differently the second time.
    """

    kind: str
    phase: str
    message: str
    expected: str | None = None
    came: str | None = None
    exchanges: tuple[ShownExchange, ...] = ()
    entries: tuple[str, ...] = ()
    example: str | None = None
    reproduce: str | None = None
    flaky: bool = False
    traceback: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        """Return it as a JSON value."""
        value = asdict(self)
        return value | {key: list(item) for key, item in value.items() if isinstance(item, tuple)}


@dataclass(frozen=True, slots=True)
class Finding:
    """What one phase of a test came to."""

    outcome: Outcome = Outcome.PASSED
    reason: Reason | None = None
    broke: Broke | None = None
    evidence: tuple[Evidence, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class _Leaf:
    """One exception of a group, with the notes that hypothesis left on it and above it."""

    exception: BaseException
    notes: tuple[str, ...]
    flaky: bool


def examine(exception: BaseException, phase: str) -> Finding:
    """Say what an exception in that phase of a test means; groups are taken apart."""
    leaves = list(_leaves(exception))
    findings = [_finding(leaf, phase) for leaf in leaves]
    outcome = worst_of(finding.outcome for finding in findings)
    assert outcome is not None, "a group of exceptions is never empty"
    worst = [finding for finding in findings if finding.outcome is outcome]
    faults = {finding.broke for finding in worst}
    return replace(
        worst[0],
        broke=Broke.ENVIRONMENT if Broke.ENVIRONMENT in faults else worst[0].broke,
        evidence=tuple(one for finding in findings for one in finding.evidence),
    )


def _leaves(
    exception: BaseException, above: tuple[str, ...] = (), flaky: bool = False
) -> Iterator[_Leaf]:
    notes = (*getattr(exception, "__notes__", ()), *above)
    flaky = flaky or isinstance(exception, Flaky)
    if isinstance(exception, BaseExceptionGroup):
        for part in exception.exceptions:
            yield from _leaves(part, notes, flaky)
    else:
        yield _Leaf(exception, notes, flaky)


def _finding(leaf: _Leaf, phase: str) -> Finding:
    exception = leaf.exception
    if isinstance(exception, Violation):
        return _violation(exception, leaf, phase)
    if isinstance(exception, Inconclusive):
        return _inconclusive(exception, leaf, phase)
    if isinstance(exception, OutOfReach):
        reason = Reason("out-of-reach", exception.reason, (exception.unlock,))
        return Finding(Outcome.SKIPPED, reason)
    if isinstance(exception, pytest.skip.Exception | SkipTest):
        sentence = str(exception) or "The test was skipped without a reason."
        return Finding(Outcome.SKIPPED, Reason("skipped", sentence))
    if isinstance(exception, AssertionError) and phase == "call":
        return _assertion(exception, leaf, phase)
    return _error(exception, leaf, phase)


def _violation(violation: Violation, leaf: _Leaf, phase: str) -> Finding:
    came = violation.came
    if leaf.flaky:
        came += " (and something else when the same was tried again: its answers are not stable)"
    sentence = _short(f"Expected: {violation.expected}; came: {came}")
    evidence = replace(
        _evidence(leaf, "violation", phase, sentence),
        expected=violation.expected,
        came=came,
        exchanges=tuple(_shown(one) for one in violation.exchanges[-SHOWN_EXCHANGES:]),
        entries=tuple(entry.render() for entry in violation.entries[-SHOWN_ENTRIES:]),
    )
    return Finding(Outcome.FAILED, Reason("violation", sentence), None, (evidence,))


def _assertion(error: AssertionError, leaf: _Leaf, phase: str) -> Finding:
    sentence = _short(str(error) or "an assertion of the test does not hold")
    evidence = replace(
        _evidence(leaf, "assertion", phase, str(error) or sentence), traceback=_last_lines(error)
    )
    return Finding(Outcome.FAILED, Reason("assertion", sentence), None, (evidence,))


def _inconclusive(inconclusive: Inconclusive, leaf: _Leaf, phase: str) -> Finding:
    code = "inconclusive" if inconclusive.row is None else "unconfirmed-row"
    reason = Reason(code, _short(inconclusive.reason), row=inconclusive.row)
    evidence = _evidence(leaf, "inconclusive", phase, inconclusive.reason)
    return Finding(Outcome.INCONCLUSIVE, reason, None, (evidence,))


def _error(exception: BaseException, leaf: _Leaf, phase: str) -> Finding:
    environment = isinstance(exception, EnvironmentProblem | httpx.TransportError | OSError)
    broke = Broke.ENVIRONMENT if environment else Broke.SUITE
    what = f"{type(exception).__name__}: {exception}" if str(exception) else repr(exception)
    sentence = f"The {broke} broke, this is not the data plane's fault: {_short(what)}"
    evidence = replace(_evidence(leaf, "error", phase, sentence), traceback=_last_lines(exception))
    return Finding(Outcome.ERROR, Reason(broke.value, sentence), broke, (evidence,))


def _evidence(leaf: _Leaf, kind: str, phase: str, message: str) -> Evidence:
    example = next((note for note in leaf.notes if note.startswith(_EXAMPLE)), None)
    replay = next((note.strip() for note in leaf.notes if note.strip().startswith(_REPLAY)), None)
    if example is not None:
        example = example.partition(": ")[2]
    return Evidence(kind, phase, message, example=example, reproduce=replay, flaky=leaf.flaky)


def _shown(exchange: Exchange) -> ShownExchange:
    curl = exchange.curl()
    answer = exchange.render().removeprefix(curl).strip("\n")
    seconds = round(exchange.seconds, 6)
    return ShownExchange(exchange.method, exchange.url, exchange.status, seconds, curl, answer)


def _last_lines(exception: BaseException) -> tuple[str, ...]:
    """The end of the traceback: what was called after pytest handed over to the test."""
    frames = traceback.extract_tb(exception.__traceback__)
    ours = max((n for n, frame in enumerate(frames, 1) if _is_foreign(frame)), default=0)
    parts = traceback.format_list(frames[ours:] or frames)
    parts += traceback.format_exception_only(exception)
    return tuple("".join(parts).splitlines()[-SHOWN_TRACEBACK:])


def _is_foreign(frame: traceback.FrameSummary) -> bool:
    return any(f"{os.sep}{package}{os.sep}" in frame.filename for package in _RUNNERS)


def _short(text: str) -> str:
    first = text.strip().partition("\n")[0]
    return first if len(first) <= _SENTENCE else f"{first[:_SENTENCE]}…"
