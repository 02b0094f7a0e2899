"""The first seconds: is it a data plane, is the key accepted, did the mock see the login?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from conformance.client import Caller, Credential, Transport
from conformance.errors import KeyRefused, NotADataPlane, NotConnected, Unreachable
from conformance.exchange import NotJSON
from conformance.expect import Inconclusive, NoAnswer

if TYPE_CHECKING:
    from conformance.exchange import Exchange
    from conformance.reach import Reach
    from mock_control_plane.client import Realm

__all__ = ["Probe", "check"]

LOGIN = "/api/apikey/login"
REFUSED = (401, 403)
LIMITED = 429
GATEWAY_PROBLEMS = (500, 502, 503, 504)
SHOWN = 80


@dataclass(frozen=True, slots=True)
class Probe:
    """Who logs in for the check: a key, and the realm that must see it where there is one.

    `seen` is how long, in seconds, the mock may take to show the login.
    """

    secret: str | None = field(default=None, repr=False)
    realm: Realm | None = None
    principal: str | None = None
    seen: float = 5.0

    @classmethod
    def with_fresh_key(cls, realm: Realm, seen: float) -> Probe:
        """A probe with the key of a user that nobody has heard of before."""
        user = realm.create_user()
        return cls(realm.create_key(user.id).secret, realm, user.id, seen)


def check(reach: Reach, probe: Probe) -> str | None:
    """Return the data plane's version, as far as it names one, once all is as it must be.

    Otherwise raise `Unreachable`, `NotADataPlane`, `KeyRefused` or `NotConnected`.
    """
    transport = Transport(reach)
    try:
        caller = Caller(transport, Credential(probe.secret))
        version = _version(_ask(caller, "GET", "/version"))
        login = _ask(caller, "POST", LOGIN)
    finally:
        transport.close()
    if probe.secret is None:
        _expect_refusal(login)
    elif _is_login(login) or _is_limited(login, probe):
        _expect_entry(reach, probe)
    else:
        raise _no_login(reach, login, probe)
    return version


def _ask(caller: Caller, method: str, path: str) -> Exchange:
    try:
        return caller.transport.send(caller.compose(method, path))
    except NoAnswer as silence:
        raise Unreachable(
            f"nothing answers under {caller.transport.reach.url} ({silence.came}); start the data "
            "plane, or correct --dataplane-url."
        ) from silence
    except Inconclusive as unreadable:
        raise NotADataPlane(
            f"what answers under {caller.transport.reach.url} does not speak HTTP as expected."
        ) from unreadable


def _version(exchange: Exchange) -> str | None:
    try:
        document = exchange.json() if exchange.ok else None
    except NotJSON:
        return None
    version = document.get("version") if isinstance(document, Mapping) else None
    return version if isinstance(version, str) else None


def _is_login(exchange: Exchange) -> bool:
    try:
        document = exchange.json() if exchange.ok else None
    except NotJSON:
        return False
    return isinstance(document, Mapping) and isinstance(document.get("org_info"), list)


def _is_limited(login: Exchange, probe: Probe) -> bool:
    """Whether the budget of a fresh key was used up by finding out whose it is."""
    return login.status == LIMITED and probe.realm is not None


def _expect_refusal(login: Exchange) -> None:
    if login.status not in (400, *REFUSED):
        raise _something_else(login)


def _expect_entry(reach: Reach, probe: Probe) -> None:
    if probe.realm is not None and not _heard(probe):
        raise _not_connected(
            reach, probe, "it answers a login, and the mock control plane did not hear of it"
        )


def _no_login(reach: Reach, login: Exchange, probe: Probe) -> Exception:
    lost = login.status in (*REFUSED, *GATEWAY_PROBLEMS)
    if lost and probe.realm is not None and not _heard(probe):
        return _not_connected(
            reach,
            probe,
            f"it answers a login with {_answer(login)}, and the mock control plane did not hear it",
        )
    if login.status in REFUSED and probe.realm is not None:
        return KeyRefused(
            f"the data plane at {reach.url} refuses a key that the mock control plane vouched "
            f"for (POST {LOGIN}: {_answer(login)}); if it is bound to an organisation, bind it to "
            f"{probe.realm.organization.name!r} (ORG_NAME) or to none."
        )
    if login.status in REFUSED:
        return KeyRefused(
            f"the data plane at {reach.url} refuses the API key (POST {LOGIN}: {_answer(login)}); "
            "give a key that it accepts, with --dataplane-api-key or BRAINTRUST_API_KEY."
        )
    return _something_else(login)


def _something_else(login: Exchange) -> NotADataPlane:
    return NotADataPlane(
        f"what answers under {login.url.removesuffix(LOGIN)} is not a data plane: POST {LOGIN} "
        f"was answered with {_answer(login)}, and a login (JSON with org_info) or a refusal of "
        "the key was expected; correct --dataplane-url."
    )


def _not_connected(reach: Reach, probe: Probe, what_came: str) -> NotConnected:
    assert probe.realm is not None
    return NotConnected(
        f"the data plane at {reach.url} is not connected to the mock control plane: {what_came}. "
        f"Set its BRAINTRUST_APP_URL to {probe.realm.url} and restart it."
    )


def _answer(login: Exchange) -> str:
    """Status and beginning of an answer on one line."""
    text = " ".join(login.text.split())
    shown = text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
    return f"{login.status} {login.masked(shown)!r}" if text else str(login.status)


def _heard(probe: Probe) -> bool:
    assert probe.realm is not None
    assert probe.principal is not None
    return bool(probe.realm.wait_for(deadline=probe.seen, principal=probe.principal))
