"""Two clocks are told apart, and each request that was heard gets its place between them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.instruments.arrivals import Attempt, Heard, Tally, offset_of, tally
from conformance.instruments.limiter import Course, Span

PASSED = Attempt("a", 10.0, 10.4, 200)
REFUSED = Attempt("b", 11.0, 11.1, 429)


@given(
    st.floats(-1e6, 1e6),
    st.lists(
        st.tuples(st.floats(0.0, 100.0), st.floats(0.001, 2.0), st.floats(0.0, 1.0)),
        min_size=1,
        max_size=20,
    ),
)
def test_offset_holds_the_difference_of_the_clocks(
    apart: float, exchanges: list[tuple[float, float, float]]
) -> None:
    """Whatever the difference, and wherever in its exchange each request was heard."""
    attempts = [
        Attempt(str(number), sent, sent + took, 200)
        for number, (sent, took, _) in enumerate(exchanges)
    ]
    heard = [
        Heard(sent + took * where - apart, str(number))
        for number, (sent, took, where) in enumerate(exchanges)
    ]
    offset = offset_of(attempts, heard)
    assert offset is not None
    assert offset.earliest - 1e-6 <= apart <= offset.latest + 1e-6
    assert offset.latest - offset.earliest <= min(took for _, took, _ in exchanges) + 1e-6


def test_offset_needs_a_request_that_passed() -> None:
    """What was refused, or has no mark, tells nothing about the clocks."""
    assert offset_of([REFUSED], [Heard(5.0, "b")]) is None
    assert offset_of([PASSED], [Heard(5.0)]) is None
    assert offset_of([], []) is None


def test_clocks_that_do_not_go_alike_are_not_compared() -> None:
    """Two requests that contradict each other leave the difference unknown."""
    attempts = [PASSED, Attempt("c", 20.0, 20.1, 200)]
    assert offset_of(attempts, [Heard(0.2, "a"), Heard(50.0, "c")]) is None


def test_passed_request_was_counted_in_its_exchange() -> None:
    """A limiter may count at the beginning of a call, or at its end."""
    found = tally([PASSED, REFUSED], [Heard(0.2, "a")])
    assert found.course == Course((Span(10.0, 10.4),), (Span(11.0, 11.1),))
    assert (found.sent, found.passed, found.granted, found.denied) == (2, 1, 1, ())
    assert found.uncertainty == pytest.approx(0.4 + 0.2)


def test_request_of_the_data_plane_has_the_time_at_which_it_was_heard() -> None:
    """What carries no mark is placed by the clocks, give or take the longest exchange."""
    found = tally([PASSED], [Heard(0.2, "a"), Heard(0.1)])
    own = found.course.passed[1]
    assert own.earliest == pytest.approx(0.1 + 9.8 - 0.4)
    assert own.latest == pytest.approx(0.1 + 10.2 + 0.4)


def test_without_a_clock_everything_may_have_been_at_any_time() -> None:
    """Where nothing is known of the clocks, what was heard came at some time of the whole."""
    found = tally([PASSED, REFUSED], [Heard(0.1)])
    assert found.course.passed == (Span(10.0, 11.1),)


def test_limited_request_that_passed_on_is_denied() -> None:
    """A 429 says that a request was limited: it must not be heard of."""
    found = tally([PASSED, REFUSED], [Heard(0.2, "a"), Heard(1.05, "b")])
    assert found.denied == ("b",)
    assert (found.passed, found.granted) == (2, 1)
    assert found.course.refused == ()


def test_failed_request_that_goes_out_later_is_denied() -> None:
    """Another refusal says so only if the request left after it."""
    failed = Attempt("b", 11.0, 11.1, 503)
    assert tally([PASSED, failed], [Heard(0.2, "a"), Heard(1.05, "b")]).denied == ()
    assert tally([PASSED, failed], [Heard(0.2, "a"), Heard(2.0, "b")]).denied == ("b",)


def test_refusal_of_the_control_plane_is_nobody_elses() -> None:
    """What the control plane itself refuses was passed on as it should."""
    found = tally([PASSED, REFUSED], [Heard(0.2, "a"), Heard(1.05, "b", 429)])
    assert found.denied == ()
    assert found.passed == 2


def test_nothing_has_a_tally() -> None:
    """A token that was never used has done nothing."""
    assert tally([], []) == Tally(Course((), ()), 0, (), 0.0)


def test_tally_survives_json() -> None:
    """What an observation tells is what a test reads."""
    found = tally([PASSED, REFUSED], [Heard(0.2, "a"), Heard(1.05, "b")])
    assert Tally.from_json(json.loads(json.dumps(found.to_json()))) == found
