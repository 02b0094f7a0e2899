"""Where the data plane connects, and that it needs nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance import expect
from conformance.exchange import Exchange
from conformance.instruments.egress import CONTROL_PLANE, OTHER, Contact
from conformance.marks import observes, requirement
from conformance.suites.urls import fence
from conformance.suites.urls.observations import PUBLIC, RESTRICTED
from conformance.suites.urls.settings import UNREACHABLE

if TYPE_CHECKING:
    from conformance.observing import JsonObject, Observed, Results
    from mock_control_plane.client import ControlPlane

Contacts = list[dict[str, Any]]

MAY = "its control plane, the allow list of the guide, its own hosts and what its users configured"
UNSEEN = (
    "nothing that the data plane asked its control plane was seen on the way, so it is not known "
    "where else it connects: it uses no forward proxy (HTTP_PROXY and the like), or the mock that "
    "has one is on another machine. Pass --dataplane-egress-log FILE with what a proxy or firewall "
    "of yours saw"
)


@requirement("URL-06")
@observes(RESTRICTED)
def test_main_job_needs_nothing_beyond_the_allow_list(
    observed: Results, control_plane: ControlPlane | None
) -> None:
    """It starts and works where every other destination is refused."""
    one = observed[RESTRICTED]
    contacts = _contacts(one, control_plane)
    refused = [each for each in contacts if each["outcome"] == "refused"]
    if trouble := _trouble(one):
        if not refused:
            expect.inconclusive(
                f"the main job did not work, and nothing was refused that it could be for: "
                f"{trouble['came']}"
            )
        raise expect.Violation(
            expected=f"it starts, and the main job works, with nothing reachable but {MAY}",
            came=f"{trouble['came']}\nrefused were: {_listed(refused)}; what of these is the "
            "deployment's own is named with --dataplane-own-host",
            exchanges=_exchanges(trouble),
        )
    _expect_seen(contacts)
    others = [each for each in contacts if each["class"] == OTHER and each not in refused]
    if others:
        expect.inconclusive(
            f"the data plane connected to {_listed(others)}, and whether it needs that is not "
            "known: nobody refused it. Let it be refused (with refused: true in the list), or "
            "name what is the deployment's own with --dataplane-own-host"
        )


@requirement("URL-05")
@observes(PUBLIC, RESTRICTED)
def test_public_url_is_for_people_only(
    observed: Results, control_plane: ControlPlane | None
) -> None:
    """It is never contacted, and all that works without it works with it."""
    one, twin = observed[PUBLIC], observed[RESTRICTED]
    contacts = _contacts(one, control_plane)
    settings = one.deployment.settings if one.deployment else UNREACHABLE
    public = fence.public_place(settings)
    host = public.rpartition(":")[0]
    wanted = [each for each in contacts if each["host"] == host and each["class"] != CONTROL_PLANE]
    expect.that(
        not wanted,
        expected=f"{host}, the host of the public URL, is for people and never contacted",
        came=f"the data plane wanted to connect to it: {_listed(wanted)}",
    )
    if trouble := _trouble(one):
        if without := _trouble(twin):
            expect.inconclusive(f"it does not work without a public URL either: {without['came']}")
        raise expect.Violation(
            expected=f"all that works without a public URL works with one that leads to {public}, "
            "which cannot be reached",
            came=trouble["came"],
            exchanges=_exchanges(trouble),
        )
    _expect_seen(contacts)


def _contacts(one: Observed, control_plane: ControlPlane | None) -> Contacts:
    """All that any observer saw; of a data plane that did not start, the proxy still knows."""
    if one.refused is None:
        return [each for seen in one.result["egress"] for each in seen["destinations"]]
    if control_plane is None or one.realm is None:
        return []
    return fence.destinations(control_plane.realm(one.realm))


def _trouble(one: Observed) -> JsonObject:
    """What did not work, empty if everything did."""
    if one.refused is None:
        trouble: JsonObject = one.result["job"]
        return trouble
    return {"came": f"it did not start: {one.refused}", "exchanges": []}


def _expect_seen(contacts: Contacts) -> None:
    """Whoever did not see the way to the control plane may have seen nothing at all."""
    if not any(each["class"] == CONTROL_PLANE for each in contacts):
        expect.inconclusive(UNSEEN)


def _listed(contacts: Contacts) -> str:
    return ", ".join(sorted({f"{_named(each)} ({each['outcome']})" for each in contacts}))


def _named(contact: dict[str, Any]) -> str:
    return str(Contact(contact["host"], contact["port"]))


def _exchanges(trouble: JsonObject) -> list[Exchange]:
    return [Exchange.from_json(row) for row in trouble["exchanges"]]
