"""No right way of counting is blamed, whatever is asked of it; what passes too much is found."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from conformance.instruments.limiter import (
    Budget,
    Course,
    Overfull,
    Span,
    Verdict,
    explanation,
    judge,
    overfull,
    overlong,
    starved,
)
from tests.conformance.instruments import limiters
from tests.conformance.instruments.limiters import (
    RIGHT,
    Bucket,
    ByTheClock,
    FromTheFirst,
    FromTheLast,
    ResetsOnRefusal,
    SlidingLog,
    burst,
    course_of,
    courses_of,
    pressing,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.conformance.instruments.limiters import Limiter, Request

MINUTE = 60.0
SEVEN = Budget(7, MINUTE)
HUNDRED = Budget(100, MINUTE)
LATER = 1.5

budgets = st.builds(Budget, st.integers(1, 9), st.floats(0.5, 100.0))
right = st.sampled_from(sorted(RIGHT))


@st.composite
def schedules(draw: st.DrawFn, budget: Budget, *, windows: float = 5.0) -> list[Request]:
    """Requests of one token in any rhythm, some at once, some slow, over some windows."""
    start = draw(st.floats(0.0, 3 * budget.window))
    moments = st.floats(0.0, windows * budget.window)
    lumps = draw(st.lists(st.tuples(moments, st.integers(1, 12)), min_size=1, max_size=12))
    took = st.floats(0.0, budget.window / 10)
    where = st.floats(0.0, 1.0)
    return [
        (start + moment, draw(took), draw(where)) for moment, count in lumps for _ in range(count)
    ]


def saturating(start: float, budget: Budget) -> list[Request]:
    """What a run does with one token: more than its budget, and a little later once more."""
    first = burst(start, 2 * budget.requests + 6)
    return first + burst(first[-1][0] + LATER, budget.requests + 1)


def tokens(budget: Budget, starts: Sequence[float] = (100.0, 110.0)) -> list[list[Request]]:
    """Several tokens, one after the other."""
    return [saturating(start, budget) for start in starts]


@settings(deadline=None)
@given(st.data(), budgets, right)
def test_right_limiter_is_never_blamed(data: st.DataObject, budget: Budget, name: str) -> None:
    """However many tokens ask however often: every way of counting that is right is explained."""
    asked = data.draw(st.lists(schedules(budget), min_size=1, max_size=3))
    courses = courses_of(RIGHT[name], budget, asked)
    if name == "bucket":
        courses = [replace(course, refused=()) for course in courses]
    assert judge(courses, budget).verdict is Verdict.KEPT


@given(st.data(), budgets)
def test_bucket_is_never_blamed(data: st.DataObject, budget: Budget) -> None:
    """That a bucket refuses what comes before it is filled does not speak against it."""
    courses = courses_of(Bucket, budget, [data.draw(schedules(budget))])
    assert judge(courses, budget).verdict is Verdict.KEPT


@given(st.data(), budgets, right)
def test_no_windows_of_a_right_limiter_are_overfull(
    data: st.DataObject, budget: Budget, name: str
) -> None:
    """k windows in a row never hold more than k + 1 budgets, where the limiter is right."""
    course = course_of(RIGHT[name](budget), data.draw(schedules(budget)))
    assert overfull(course, budget) is None


@given(st.data(), budgets, right)
def test_right_limiter_starves_nobody(data: st.DataObject, budget: Budget, name: str) -> None:
    """What a right limiter refuses has a whole budget before it, at most two windows ago."""
    course = course_of(RIGHT[name](budget), data.draw(schedules(budget)))
    assert starved(course, budget, slack=1e-6) is None


@given(budgets, right, st.floats(0.0, 200.0))
def test_right_limiter_lets_a_spent_token_pass_again(
    budget: Budget, name: str, start: float
) -> None:
    """A token that presses on passes in time, whatever the way of counting."""
    every = budget.window / 40
    asked = burst(start, budget.requests + 2, every=budget.window / 500)
    asked += pressing(asked[-1][0] + every, start + 3 * budget.window, every=every)
    course = course_of(RIGHT[name](budget), asked)
    assert overlong(course, budget, slack=1e-6) is None


@pytest.mark.parametrize("name", sorted(RIGHT))
@pytest.mark.parametrize("budget", [Budget(1, MINUTE), Budget(2, MINUTE), SEVEN, HUNDRED])
@settings(max_examples=12, deadline=None)
@given(start=st.floats(0.0, 120.0))
@example(start=59.9)
@example(start=119.99)
def test_saturated_right_limiter_is_not_blamed(name: str, budget: Budget, start: float) -> None:
    """What a run does with a token never blames a right limiter, at any time of a minute."""
    courses = courses_of(RIGHT[name], budget, tokens(budget, (start, start + 10)))
    assert judge(courses, budget).verdict is Verdict.KEPT


def more(budget: Budget) -> Budget:
    """One request more than the budget."""
    return Budget(budget.requests + 1, budget.window)


def in_seconds(budget: Budget) -> Budget:
    """The budget of a window whose minutes were taken for seconds."""
    return Budget(budget.requests, budget.window / 60)


WRONG: dict[str, Callable[[Budget], Limiter]] = {
    "one more, by the clock": lambda budget: ByTheClock(more(budget)),
    "one more, from the first": lambda budget: FromTheFirst(more(budget)),
    "one more, sliding": lambda budget: SlidingLog(more(budget)),
    "one more in the bucket": lambda budget: limiters.Bucket(more(budget)),
    "minutes as seconds, by the clock": lambda budget: ByTheClock(in_seconds(budget)),
    "minutes as seconds, from the first": lambda budget: FromTheFirst(in_seconds(budget)),
    "minutes as seconds, sliding": lambda budget: SlidingLog(in_seconds(budget)),
    "minutes as seconds, in the bucket": lambda budget: limiters.Bucket(in_seconds(budget)),
    "resets on refusal": ResetsOnRefusal,
}


@pytest.mark.parametrize("name", sorted(WRONG))
@pytest.mark.parametrize("budget", [Budget(1, MINUTE), Budget(2, MINUTE), SEVEN, HUNDRED])
@settings(max_examples=12, deadline=None)
@given(start=st.floats(0.0, 120.0))
def test_wrong_limiter_is_found(name: str, budget: Budget, start: float) -> None:
    """Two tokens, one after the other, are enough to find what passes more than a budget."""
    courses = courses_of(WRONG[name], budget, tokens(budget, (start, start + 10)))
    assert judge(courses, budget).verdict is Verdict.EXCEEDED


def test_slow_burst_does_not_hide_one_more() -> None:
    """Where a bucket might have been filled meanwhile, it has to be seen that it is."""
    slow = burst(0.0, 120, every=0.02)
    later = burst(slow[-1][0] + LATER, 20)
    assert judge(courses_of(Bucket, HUNDRED, [slow + later]), HUNDRED).verdict is Verdict.KEPT
    wrong = courses_of(partial(FromTheFirst), more(HUNDRED), [slow + later] * 2)
    apart = [wrong[0], course_of(FromTheFirst(more(HUNDRED)), [(t + 9, d, w) for t, d, w in slow])]
    assert explanation([wrong[0]], HUNDRED) == "windows that begin by the clock"
    assert judge(apart, HUNDRED).verdict is Verdict.EXCEEDED


def test_one_token_alone_may_have_met_the_end_of_a_window() -> None:
    """Up to twice a budget is right where a window of the clock ended meanwhile."""
    course = course_of(ByTheClock(SEVEN), burst(59.99, 30))
    assert 7 < len(course.passed) <= 14
    assert judge([course], SEVEN).by == "windows that begin by the clock"
    assert judge([Course(course.passed * 2)], SEVEN).verdict is Verdict.EXCEEDED


def test_what_several_processes_may_pass_is_unclear() -> None:
    """With K processes only what is beyond K budgets is surely too much."""
    courses = courses_of(lambda budget: FromTheFirst(budget), Budget(14, MINUTE), tokens(SEVEN))
    assert judge(courses, SEVEN, replicas=2).verdict is Verdict.UNCLEAR
    assert judge(courses, SEVEN, replicas=1).verdict is Verdict.EXCEEDED
    many = courses_of(lambda budget: FromTheFirst(budget), Budget(15, MINUTE), tokens(SEVEN))
    assert judge(many, SEVEN, replicas=2).verdict is Verdict.EXCEEDED


def test_kept_budget_is_explained_whatever_the_replicas() -> None:
    """A budget that is kept needs no excuse."""
    courses = courses_of(SlidingLog, SEVEN, tokens(SEVEN))
    assert judge(courses, SEVEN, replicas=3).by == "a log that slides"


def test_uncertain_times_excuse_what_they_may() -> None:
    """Where times are known badly, only what is certain counts."""
    sharp = Course(tuple(Span(n / 10, n / 10) for n in range(8)))
    vague = Course(tuple(Span(n / 10, 70.0) for n in range(8)))
    early = Course(tuple(Span(n / 10 + 5, n / 10 + 5) for n in range(8)))
    assert judge([sharp, early], SEVEN).verdict is Verdict.EXCEEDED
    assert judge([vague, early], SEVEN).verdict is Verdict.KEPT


def test_nothing_is_kept() -> None:
    """A token that did nothing keeps every budget."""
    assert judge([], SEVEN).verdict is Verdict.KEPT
    assert judge([Course(())], SEVEN).verdict is Verdict.KEPT


THREE = Budget(3, 2.4)


def pressed(make: Callable[[Budget], Limiter]) -> Course:
    """What becomes of a token that spends its budget and presses on."""
    return course_of(make(THREE), burst(0.0, 5) + pressing(0.12, 6.0, every=0.12))


@pytest.mark.parametrize(
    "make",
    [
        partial(FromTheLast, any_request=True),
        partial(SlidingLog, counts_refused=True),
        lambda budget: SlidingLog(Budget(3, budget.window * 60)),
    ],
    ids=["window from the last request", "refused requests starve", "minutes as hours"],
)
def test_limiter_that_never_lets_pass_again_is_found(make: Callable[[Budget], Limiter]) -> None:
    """A token that presses on and does not pass again is seen."""
    course = pressed(make)
    refusal = overlong(course, THREE)
    assert refusal is not None
    assert 2.4 * 4 / 3 < refusal.earliest < 2.4 * 4 / 3 + 0.3
    assert starved(course, THREE) is not None


def test_window_that_begins_with_each_request_is_found() -> None:
    """A token that asks for less than its budget is never refused."""
    course = course_of(FromTheLast(THREE), pressing(0.0, 7.0, every=0.75 * 2.4))
    assert starved(course, THREE) is not None
    assert starved(course_of(SlidingLog(THREE), pressing(0.0, 7.0, every=1.8)), THREE) is None


@pytest.mark.parametrize("part", [0.1, 0.25, 0.5])
def test_short_windows_are_found(part: float) -> None:
    """Windows of a part of their length are overfull."""
    course = pressed(lambda budget: FromTheFirst(Budget(3, budget.window * part)))
    found = overfull(course, THREE)
    assert found is not None
    assert found.passed > (found.windows + 1) * 3


def test_overfull_windows_are_counted() -> None:
    """The finding says in how many windows how many passed."""
    course = Course(tuple(Span(n, n) for n in (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6)))
    assert overfull(course, THREE) == Overfull(1, 7, 0.6)
    assert overfull(Course(course.passed[:6]), THREE) is None


def test_spent_token_without_a_passage_is_not_overlong() -> None:
    """Where nothing ever passed, nothing says when a window began."""
    assert overlong(Course((), (Span(0.0, 0.1),)), THREE) is None
