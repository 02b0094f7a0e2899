"""What a browser lets a page do, by the checks of the Fetch standard."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.instruments import cors

ORIGIN = "https://app.example.test"
NAMES = ("authorization", "content-type")
GRANTED = [
    ("Access-Control-Allow-Origin", ORIGIN),
    ("Access-Control-Allow-Methods", "GET, PATCH"),
    ("Access-Control-Allow-Headers", "Authorization,content-type"),
]


def judged(headers: list[tuple[str, str]], method: str = "PATCH", status: int = 204) -> str | None:
    """What speaks against a preflight."""
    return cors.preflight(status, headers, ORIGIN, method=method, names=NAMES)


@pytest.mark.parametrize("origin", [ORIGIN, "*"])
def test_granted_origin_may_read(origin: str) -> None:
    """Its own name and the star both allow a request that sends no cookies."""
    assert cors.check([("access-control-allow-origin", origin)], ORIGIN) is None


@pytest.mark.parametrize(
    "values",
    [
        [],
        ["https://other.example.test"],
        [f"{ORIGIN}/"],
        [ORIGIN.upper()],
        ["null"],
        [ORIGIN, ORIGIN],
        [f"{ORIGIN}, https://other.example.test"],
    ],
)
def test_anything_else_grants_nothing(values: list[str]) -> None:
    """Another name, another spelling, several values: a browser keeps the answer to itself."""
    headers = [("access-control-allow-origin", value) for value in values]
    assert cors.check([*headers, ("access-control-allow-credentials", "true")], ORIGIN)


@given(st.text(min_size=1, max_size=40).filter(lambda text: text not in ("*", ORIGIN)))
def test_only_two_values_grant(value: str) -> None:
    """Whatever else stands there, it is refused."""
    assert cors.check([("access-control-allow-origin", value)], ORIGIN) is not None


def test_granted_preflight_passes() -> None:
    """Origin, method and headers are all allowed, whatever the letters of names."""
    assert judged(GRANTED) is None
    assert judged(GRANTED, status=200) is None


def test_safelisted_methods_need_no_grant() -> None:
    """GET, HEAD and POST are never refused for their method."""
    without = [GRANTED[0], GRANTED[2]]
    assert [judged(without, method) for method in ("GET", "HEAD", "POST")] == [None] * 3
    assert "has no DELETE" in (judged(without, "DELETE") or "")


def test_method_is_compared_with_its_letters() -> None:
    """A method in other letters is another method."""
    headers = [GRANTED[0], ("access-control-allow-methods", "patch"), GRANTED[2]]
    assert "has no PATCH" in (judged(headers) or "")


def test_star_does_not_stand_for_the_credential() -> None:
    """All headers but Authorization can be allowed by a star."""
    headers = [*GRANTED[:2], ("access-control-allow-headers", "*")]
    assert "has no authorization" in (judged(headers) or "")
    assert judged([*headers, ("access-control-allow-headers", "authorization")]) is None


@pytest.mark.parametrize("status", [302, 401, 404, 500])
def test_preflight_must_succeed(status: int) -> None:
    """Every grant is worth nothing on an answer that is no success."""
    assert f"the status is {status}" in (judged(GRANTED, status=status) or "")


def test_preflight_needs_the_origin() -> None:
    """Methods and headers alone allow nothing."""
    assert judged(GRANTED[1:]) == "there is no access-control-allow-origin"
