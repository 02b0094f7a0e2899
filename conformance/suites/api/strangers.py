"""Who has no business here: nobody, keys that are none, and users of another organisation."""

from __future__ import annotations

import contextlib
import json
import secrets
from typing import TYPE_CHECKING

from conformance import expect
from conformance.instruments import audit

if TYPE_CHECKING:
    from conformance.callers import Callers
    from conformance.client import Ask, Caller
    from conformance.exchange import Exchange
    from conformance.suites.api.shelf import Visit
    from mock_control_plane.client import Realm

BAD_KEYS = ("no key", "a malformed key", "an unknown key")


def keyless(callers: Callers, visit: Visit, who: str) -> Exchange:
    """Make a request with a key that is none."""
    options: Ask = {**visit.options}
    if who == "a malformed key":
        options["headers"] = {"authorization": "Basic bm9ib2R5Om5vdGhpbmc="}
    caller = callers.anonymous()
    if who == "an unknown key":
        caller = callers.with_key(f"sk-{secrets.token_urlsafe(36)}")
    return caller.request(visit.operation.method, visit.path, **options)


def everything_told(answer: Exchange) -> str:
    """Return what an answer tells, the audited resources as they read when decoded."""
    lines = [f"{name}: {value}" for name, value in answer.headers]
    for value in answer.header_all(audit.RESOURCES):
        with contextlib.suppress(audit.Undecodable):
            lines.append(json.dumps(audit.decode(value), ensure_ascii=False))
    return "\n".join([answer.text, *lines])


def outsider(callers: Callers, realm: Realm | None) -> Caller:
    """Return a new user of a new organisation."""
    if realm is None:
        expect.inconclusive("there is no second organisation: the control plane is not the mock")
    return callers.new(organizations=[realm.create_organization().id])
