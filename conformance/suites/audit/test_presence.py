"""The audit headers are there when they are asked for, and only then."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from hypothesis import example, given

from conformance import expect, strategies
from conformance.instruments import audit
from conformance.marks import requirement
from conformance.suites.audit.headers import audit_headers
from conformance.suites.audit.tour import Stop, Tours, all_succeeded, succeeded

if TYPE_CHECKING:
    from conformance.client import Caller, Person
    from conformance.exchange import Exchange

ENABLED = "the answer to a request with x-bt-enable-audit: true has "
UNASKED = "no audit header in the answer to a request without x-bt-enable-audit"


def missing_path() -> str:
    """Return the path of a project that nobody has."""
    return f"/v1/project/{uuid.uuid4()}"


@requirement("AUD-01")
def test_every_operation_is_audited(tours: Tours) -> None:
    """Each successful operation on each kind of object carries all four audit headers."""
    for stop in succeeded(tours.audited):
        wanted = _wanted(stop, tours.caller.person)
        missing = [name for name in wanted if stop.exchange.header(name) is None]
        expect.that(
            not missing,
            expected=f"{ENABLED}{', '.join(wanted)}",
            came=f"{stop.operation} without {', '.join(missing)}",
            exchanges=stop.exchange,
        )
    all_succeeded(tours.audited)


@requirement("AUD-02")
def test_no_audit_headers_unasked(tours: Tours) -> None:
    """The same operations by the same user carry no audit header where it is not asked for."""
    _need_control(tours)
    for stop in tours.plain:
        _expect_none(stop.exchange, UNASKED)
    all_succeeded(tours.plain)


@requirement("AUD-02")
def test_no_audit_headers_unasked_on_failures(tours: Tours) -> None:
    """A request that fails carries no audit header either, where it is not asked for."""
    asked = tours.caller.get(missing_path(), audit=True)
    plain = tours.caller.get(missing_path())
    _expect_none(plain, UNASKED)
    if not audit_headers(asked):
        expect.inconclusive("failing requests have no audit headers even if asked for", asked)


@requirement("AUD-03")
@given(value=strategies.values_that_are_not_true())
def test_only_true_enables_them(tours: Tours, value: str) -> None:
    """A value that is not `true` leaves the audit headers off, on success and on failure."""
    _judge_values(tours, [value])


@requirement("AUD-03")
def test_nothing_that_looks_like_true_enables_them(tours: Tours) -> None:
    """Values that other programs take for true, or that begin with it, leave the headers off."""
    _judge_values(tours, [*strategies.NOT_TRUE, ""])


@requirement("AUD-03")
@given(name=strategies.spellings())
@example(name="X-BT-ENABLE-AUDIT")
@example(name="X-Bt-Enable-Audit")
def test_the_name_is_matched_without_case(tours: Tours, name: str) -> None:
    """However the letters of x-bt-enable-audit are written, the headers come."""
    _need_control(tours)
    spelled = _listing(tours.caller, {name: "true"})
    expect.that(
        audit_headers(spelled),
        expected=f"{name}: true asks for the audit headers as x-bt-enable-audit: true does",
        came="an answer without them",
        exchanges=spelled,
    )


def _wanted(stop: Stop, person: Person) -> list[str]:
    """Return the headers that are due; the normalised URL is documented for routes below /v1."""
    undue = set()
    if not person.email:
        undue.add(audit.USER_EMAIL)
    if not stop.operation.below_v1:
        undue.add(audit.NORMALIZED_URL)
    return [name for name in audit.NAMES if name not in undue]


def _judge_values(tours: Tours, values: list[str]) -> None:
    _need_control(tours)
    for value in values:
        _expect_none(_listing(tours.caller, {strategies.HEADER: value}), _unchanged(value))
    failing = tours.caller.get(missing_path(), headers={strategies.HEADER: values[0]})
    _expect_none(failing, _unchanged(values[0]))


def _unchanged(value: str) -> str:
    return f"x-bt-enable-audit: {value} does not enable the audit headers, only true does"


def _need_control(tours: Tours) -> None:
    if not any(audit_headers(stop.exchange) for stop in tours.audited):
        expect.inconclusive("no audit header was seen where it was asked for, which AUD-01 judges")


def _listing(caller: Caller, headers: dict[str, str]) -> Exchange:
    exchange = caller.get("/v1/project", query={"limit": 1}, headers=headers)
    return expect.done(exchange, to="list projects")


def _expect_none(exchange: Exchange, expected: str) -> None:
    came = audit_headers(exchange)
    expect.that(not came, expected=expected, came=", ".join(came), exchanges=exchange)
