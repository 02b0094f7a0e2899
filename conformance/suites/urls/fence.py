"""What is observed of a data plane that may go nowhere: its main job, and where it connected."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from conformance import expect
from conformance.instruments import egress
from conformance.instruments.egress import CONTROL_PLANE, Contact
from conformance.suites.urls import main_job
from conformance.suites.urls.settings import APP_URL, PUBLIC_URL

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from conformance.observing import Ground, JsonObject
    from mock_control_plane.client import Realm

__all__ = ["destinations", "observe", "observe_public", "public_place"]

OBSERVER = "recording forward proxy"
LIST = "list of the user"
REFUSED = "refused"
BLIND = {
    OBSERVER: "what does not go through HTTP_PROXY, HTTPS_PROXY or ALL_PROXY: look-ups of names, "
    "and connections of clients that use no proxy",
    LIST: "what whoever wrote the list does not see",
}
"""What each observer cannot see, for the report."""


def observe(ground: Ground) -> JsonObject:
    """Let the main job be done, and tell what came of it and where the data plane connected."""
    told: JsonObject = {"job": _job(ground)}
    log = ground.options.egress.log
    egress_seen = [_listed(ground, log)] if log else []
    if ground.owned:
        found = destinations(ground.realm)
        egress_seen.append({"observer": OBSERVER, "blind": BLIND[OBSERVER], "destinations": found})
    told["egress"] = egress_seen
    return told


def observe_public(ground: Ground) -> JsonObject:
    """The same, of a data plane with a public URL."""
    if not public_place(ground.deployment.settings):
        expect.inconclusive(
            f"it is not known that the data plane has a public URL on another host than its "
            f"control plane's; declare {PUBLIC_URL} and {APP_URL} with --dataplane-setting"
        )
    return observe(ground)


def public_place(settings: Mapping[str, str]) -> str:
    """Host and port of the public URL, empty where it is not another than that of requests."""
    places = [_place(settings.get(name, "")) for name in (PUBLIC_URL, APP_URL)]
    return places[0] if places[0] != places[1] else ""


def _place(url: str) -> str:
    try:
        return egress.place_of(url)
    except ValueError:
        return ""


def destinations(realm: Realm) -> list[JsonObject]:
    """Where the data plane of a realm connected through its forward proxy, or wanted to."""
    return [
        _row(Contact(one.host, one.port), one.allowance, one.outcome, one.count)
        for one in realm.destinations()
    ]


def _job(ground: Ground) -> JsonObject:
    """What was expected, what came and how to see it, where the job did not work."""
    under = "where nothing but what is accounted for can be reached"
    try:
        main_job.expect_done(ground.callers.new(), ground.specimens, under=under)
    except expect.Violation as violation:
        shown = [one.to_json() for one in violation.exchanges]
        return {"expected": violation.expected, "came": violation.came, "exchanges": shown}
    except expect.Inconclusive as problem:
        expected = f"the main job works {under}"
        return {"expected": expected, "came": problem.reason, "exchanges": []}
    return {}


def _listed(ground: Ground, log: Path) -> JsonObject:
    """What the user's own list says, once it has the control plane in it or is late."""
    accounts = _accounts(ground)
    found: list[Contact] = []

    def is_there() -> bool:
        found[:] = egress.read(log)
        return any(egress.class_of(one, accounts) == CONTROL_PLANE for one in found)

    try:
        ground.until(is_there, deadline=ground.profile.timing.seen, why="the list of destinations")
    except egress.BrokenLine as problem:
        expect.inconclusive(f"--dataplane-egress-log {log}: {problem}")
    rows = [
        _row(one, egress.class_of(one, accounts), REFUSED if one.refused else "seen", times)
        for one, times in Counter(found).items()
    ]
    return {"observer": LIST, "blind": BLIND[LIST], "destinations": rows}


def _accounts(ground: Ground) -> Mapping[str, Sequence[str]]:
    declared, options = ground.deployment.settings, ground.options
    address = declared.get(APP_URL) or (ground.control_plane.url if ground.control_plane else "")
    try:
        return egress.accounted(address, options.egress.own, options.settings)
    except ValueError:
        expect.inconclusive(
            f"it is not known what the data plane's control plane is; declare {APP_URL} with "
            "--dataplane-setting"
        )


def _row(place: Contact, of_class: str, outcome: str, count: int) -> JsonObject:
    """A destination as the report has it."""
    row = {"host": place.host, "port": place.port, "class": of_class}
    return {**row, "outcome": outcome, "count": count}
