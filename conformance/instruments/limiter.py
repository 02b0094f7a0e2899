"""Whether what passed a limiter keeps to a budget, whatever way of counting it uses; pure.

Windows fixed to the clock or to the first request, sliding logs and counters, and a bucket of the
budget's size are all right. Times are intervals: nothing is held against one that may be kept.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

__all__ = [
    "BY_THE_CLOCK",
    "Budget",
    "Course",
    "Judgement",
    "Overfull",
    "Span",
    "Verdict",
    "explanation",
    "judge",
    "overfull",
    "overlong",
    "starved",
]

HAIR = 1e-9
BY_THE_CLOCK = "windows that begin by the clock"
"""The way of counting that excuses one token's excess, and not that of two in turn."""


@dataclass(frozen=True, slots=True)
class Span:
    """A moment between two others, in seconds on a clock that all spans of a judgement share."""

    earliest: float
    latest: float


@dataclass(frozen=True, slots=True)
class Budget:
    """So many requests in a window of so many seconds."""

    requests: int
    window: float


@dataclass(frozen=True, slots=True)
class Course:
    """What became of one token's requests, from the first that it ever caused.

    `passed` is when each that reached the control plane was counted, `refused` when others were.
    """

    passed: tuple[Span, ...]
    refused: tuple[Span, ...] = ()


class Verdict(StrEnum):
    """What the courses of some tokens say about a budget."""

    KEPT = "kept"
    EXCEEDED = "exceeded"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict; `by` names the way of counting that explains it where the budget is kept."""

    verdict: Verdict
    by: str = ""


@dataclass(frozen=True, slots=True)
class Overfull:
    """So many windows in a row, and the requests that passed in them for certain."""

    windows: int
    passed: int
    seconds: float


def judge(courses: Iterable[Course], budget: Budget, *, replicas: int = 1) -> Judgement:
    """Say whether one limiter may have passed all this.

    Where several processes may have a limiter each, what needs more than one is unclear.
    """
    courses = list(courses)
    by = explanation(courses, budget)
    if by:
        return Judgement(Verdict.KEPT, by)
    shared = Budget(budget.requests * replicas, budget.window)
    if replicas > 1 and explanation(courses, shared):
        return Judgement(Verdict.UNCLEAR)
    return Judgement(Verdict.EXCEEDED)


def explanation(courses: Sequence[Course], budget: Budget) -> str | None:
    """Return a way of counting under which all courses keep to the budget, None if there is none.

    A budget that ends within what one token did shows only where several tokens were tried at
    different times: windows that are fixed to the clock end at the same times for all of them.
    """
    ways: dict[str, Callable[[Sequence[Course], Budget], bool]] = {
        "a log that slides": _is_rolling,
        "a bucket that fills": _is_refilled,
        "windows that begin with a request": _is_from_the_first,
        BY_THE_CLOCK: _is_by_the_clock,
    }
    return next((name for name, explains in ways.items() if explains(courses, budget)), None)


def overfull(course: Course, budget: Budget) -> Overfull | None:
    """Return the first k windows in a row that passed more than k + 1 budgets for certain."""
    for seconds, passed in _stretches(course.passed):
        windows = max(math.ceil(seconds / budget.window - HAIR), 1)
        if passed > (windows + 1) * budget.requests:
            return Overfull(windows, passed, seconds)
    return None


def overlong(course: Course, budget: Budget, *, slack: float = 0.0) -> Span | None:
    """Return a refusal that came when a new window must have begun since the budget was spent.

    The course is one that spent its budget at once. A counter that slides in part lets the first
    request pass only when it has forgotten one, and so `1/N` of a window later than the others.
    """
    first = min((span.earliest for span in course.refused), default=math.inf)
    spent = [span for span in course.passed if span.earliest <= first]
    if not spent:
        return None
    again = max(span.latest for span in spent) + budget.window * (1 + 1 / budget.requests) + slack
    for refusal in course.refused:
        before = sum(1 for span in course.passed if span.earliest <= refusal.latest)
        if refusal.earliest > again and before == len(spent):
            return refusal
    return None


def starved(course: Course, budget: Budget, *, slack: float = 0.0) -> Span | None:
    """Return a refusal although less than a budget passed in the last two windows.

    No way of counting looks farther back: a counter that slides in part is the one that does.
    """
    for refusal in course.refused:
        since = refusal.earliest - 2 * budget.window - slack
        recent = [s for s in course.passed if s.latest >= since and s.earliest <= refusal.latest]
        if len(recent) < budget.requests:
            return refusal
    return None


def _stretches(spans: Sequence[Span]) -> Iterator[tuple[float, int]]:
    """Yield, for each stretch of time worth a look, its length and how many lie in it surely."""
    by_end = sorted(spans, key=lambda span: span.latest)
    for start in sorted({span.earliest for span in spans}):
        inside = 0
        for span in by_end:
            if span.earliest >= start:
                inside += 1
                yield span.latest - start, inside


def _is_rolling(courses: Sequence[Course], budget: Budget) -> bool:
    """Never more than a budget in less than a window."""
    return all(_rolls(course, budget) for course in courses)


def _rolls(course: Course, budget: Budget) -> bool:
    return not any(
        seconds < budget.window and inside > budget.requests
        for seconds, inside in _stretches(course.passed)
    )


def _is_refilled(courses: Sequence[Course], budget: Budget) -> bool:
    """Never more than a budget and what was filled in since; and it is seen to be filled."""
    rate = budget.requests / budget.window
    return all(
        _rolls(course, budget)
        or (
            all(
                inside <= budget.requests + seconds * rate + HAIR
                for seconds, inside in _stretches(course.passed)
            )
            and not _stays_empty(course, budget)
        )
        for course in courses
    )


def _stays_empty(course: Course, budget: Budget) -> bool:
    """Whether a request was refused when a bucket had been filled with two for certain."""
    two = 2 * budget.window / budget.requests
    for refusal in course.refused:
        before = [span.latest for span in course.passed if span.earliest <= refusal.latest]
        if before and max(before) < refusal.earliest - two:
            return True
    return False


def _is_from_the_first(courses: Sequence[Course], budget: Budget) -> bool:
    """Windows begin with the first request after the last one, for each token."""
    for course in courses:
        began: Span | None = None
        inside = 0
        for span in sorted(course.passed, key=lambda span: (span.latest, span.earliest)):
            over = began is not None and span.latest >= began.earliest + budget.window
            surely = began is not None and span.earliest >= began.latest + budget.window
            if began is None or surely or (over and inside == budget.requests):
                began, inside = span, 0
            inside += 1
            if inside > budget.requests:
                return False
    return True


def _is_by_the_clock(courses: Sequence[Course], budget: Budget) -> bool:
    """Windows begin at the same times for every token."""
    if any(overfull(course, budget) for course in courses):
        return False
    full = sorted(courses, key=lambda course: -len(course.passed))
    ordered = [sorted(course.passed, key=lambda span: span.latest) for course in full]
    edges = {edge for spans in ordered for span in spans for edge in (span.earliest, span.latest)}
    phases = {edge % budget.window + hair for edge in edges for hair in (0.0, HAIR)} or {0.0}
    return any(all(_fits(spans, budget, phase) for spans in ordered) for phase in phases)


def _fits(spans: Sequence[Span], budget: Budget, phase: float) -> bool:
    """Whether each request can be put into a window that it may lie in, none holding too many.

    The spans are in the order in which they end.
    """
    windows = [
        (
            math.floor((span.earliest - phase) / budget.window),
            math.floor((span.latest - phase) / budget.window),
        )
        for span in spans
    ]
    for first in {start for start, _ in windows}:
        inside = 0
        for start, end in windows:
            if start < first:
                continue
            inside += 1
            if inside > (end - first + 1) * budget.requests:
                return False
    return True
