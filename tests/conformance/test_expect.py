"""The assertion vocabulary blames the data plane, or nobody, in its owner's words."""

from __future__ import annotations

import pytest

from conformance import expect
from conformance.exchange import Exchange
from conformance.expect import Inconclusive, NoAnswer, Violation


def answered(status: int = 200, body: bytes = b"{}") -> Exchange:
    """Return an exchange with that answer."""
    return Exchange(
        "GET", "http://a.example/v1/project?limit=1", (), b"", status, (), body, 0.1, ("sk-secret",)
    )


def test_violations_show_expectation_observation_and_command() -> None:
    """The text of a violation has what was expected, what came, and how to see it again."""
    with pytest.raises(Violation) as caught:
        expect.equal("b", "a", what="the letter", exchanges=answered())
    assert str(caught.value).splitlines() == [
        'expected: the letter is "a"',
        'came:     "b"',
        "see it:   curl -sS -i -X GET 'http://a.example/v1/project?limit=1'",
    ]
    assert caught.value.exchanges == (answered(),)
    assert isinstance(caught.value, AssertionError)


def test_equal_values_pass() -> None:
    """Nothing is raised where a value is the wanted one."""
    expect.equal("a", "a", what="the letter")
    expect.that(True, expected="truth", came="truth")


def test_a_request_that_must_succeed() -> None:
    """`ok` returns the exchange of a success and names the request of a failure."""
    assert expect.ok(answered()) == answered()
    with pytest.raises(Violation, match=r"GET /v1/project to list is answered with a success"):
        expect.ok(answered(500), to="list")


@pytest.mark.parametrize(("status", "raised"), [(200, Violation), (302, Inconclusive)])
def test_a_request_that_must_be_refused(status: int, raised: type[BaseException]) -> None:
    """Granting blames the data plane; what is neither granted nor refused judges nothing."""
    assert expect.refused(answered(403), because="no right").status == 403
    with pytest.raises(raised, match="refus"):
        expect.refused(answered(status), because="no right")


def test_a_means_that_fails_blames_nobody() -> None:
    """A request that is only needed for something else makes the test inconclusive."""
    with pytest.raises(Inconclusive, match=r"could not do what was needed \(make it\).*503"):
        expect.done(answered(503), to="make it")
    assert expect.done(answered(), to="make it").ok


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"<html>", "not JSON"),
        (b"[1]", "instead of a JSON object"),
        (b"{}", "id of the answer is None"),
        (b'{"id": 7}', "id of the answer is 7"),
    ],
)
def test_an_answer_without_the_field_blames_nobody(body: bytes, said: str) -> None:
    """A field that is needed and not there is told with what came instead."""
    with pytest.raises(Inconclusive, match=said):
        expect.field_of(answered(body=body), "id", to="make it")


def test_fields_and_objects_are_returned() -> None:
    """What is there is returned."""
    assert expect.field_of(answered(body=b'{"id": "x"}'), "id", to="make it") == "x"
    listed = answered(body=b'{"objects": [{"id": "x"}]}')
    assert expect.objects_of(listed, to="list") == [{"id": "x"}]


@pytest.mark.parametrize("body", [b"{}", b'{"objects": 1}', b'{"objects": [1]}'])
def test_a_list_that_is_none_blames_nobody(body: bytes) -> None:
    """The objects of a list must be a list of objects."""
    with pytest.raises(Inconclusive, match="instead of a list of objects"):
        expect.objects_of(answered(body=body), to="list")


def test_inconclusive_is_a_skip_with_a_reason() -> None:
    """pytest takes it for a skip; its reason and the wire row to confirm can be read."""
    error = Inconclusive("nothing came", row="status")
    assert isinstance(error, pytest.skip.Exception)
    assert (error.reason, error.row, str(error)) == ("nothing came", "status", "nothing came")


def test_outcomes_hold_no_credential() -> None:
    """A sentence about an answer that repeats the key does not."""
    assert expect.outcome(answered(401, b"bad key sk-secret")) == (
        '401 "bad key [a credential of this run]"'
    )


def test_values_are_shown_exactly_and_not_without_end() -> None:
    """A text is shown in ASCII with its escapes, and cut where it is very long."""
    assert expect.shown("é\n") == '"\\u00e9\\n"'
    assert expect.shown("x" * 1000).endswith("characters more)")


def test_no_answer_is_a_violation() -> None:
    """A data plane that does not answer breaks whatever asked."""
    assert issubclass(NoAnswer, Violation)
