"""What is made of where a data plane connected: refused, seen, unseen, and with or without need."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest

from conformance.deployment.environment import Deployment
from conformance.expect import Inconclusive, Violation
from conformance.observing import Observed, Results
from conformance.suites.urls.observations import PUBLIC, RESTRICTED
from conformance.suites.urls.settings import APP_URL, UNREACHABLE
from conformance.suites.urls.test_egress import (
    test_main_job_needs_nothing_beyond_the_allow_list as judge_need,
)
from conformance.suites.urls.test_egress import (
    test_public_url_is_for_people_only as judge_public,
)
from mock_control_plane.client import Destination

if TYPE_CHECKING:
    from mock_control_plane.client import ControlPlane

APP = {APP_URL: "http://cp.example.test"}
CONTROL_PLANE = {"host": "cp.example.test", "port": 80, "class": "control plane"}
VENDOR = {"host": "vendor.example.test", "port": 443, "class": "other"}
PEOPLE = {"host": "people.conformance.test", "port": 443, "class": "other"}
FAILED = {"expected": "it works", "came": "it does not", "exchanges": []}


def seen(row: dict[str, Any], outcome: str = "through") -> dict[str, Any]:
    """A destination that an observer saw."""
    return {**row, "outcome": outcome, "count": 1}


def observed(*rows: dict[str, Any], job: dict[str, Any] | None = None) -> Observed:
    """What came of a data plane that started: its main job, and where it connected."""
    egress = {"observer": "a proxy", "blind": "nothing", "destinations": list(rows)}
    deployment = Deployment("one", "http://h:1", settings={**APP, **UNREACHABLE})
    return Observed("one", "urls", {"job": job or {}, "egress": [egress]}, None, deployment)


def results(**named: Observed) -> Results:
    """These as a test reads them."""
    return cast("Results", {f"urls.{name}": one for name, one in named.items()})


class Realm:
    """A realm whose data plane wanted to go somewhere before it gave up."""

    def __init__(self, *wanted: dict[str, Any]) -> None:
        self.wanted = wanted

    def realm(self, name: str) -> Realm:
        """The realm of every name."""
        assert name == "r"
        return self

    def destinations(self) -> list[Any]:
        """What the proxy recorded."""
        return [
            Destination(row["host"], row["port"], True, "refused", row["class"], 1, 0.0, 0.0)
            for row in self.wanted
        ]


def refusing(*wanted: dict[str, Any]) -> tuple[Observed, ControlPlane]:
    """A data plane that did not start, and the mock that knows where it wanted to go."""
    one = Observed("one", "urls", {}, "exited with 3", realm="r")
    return one, cast("ControlPlane", Realm(*wanted))


def test_job_that_works_within_the_fence_passes() -> None:
    """Also where something was refused that it does without."""
    judge_need(results(restricted=observed(seen(CONTROL_PLANE), seen(VENDOR, "refused"))), None)


@pytest.mark.parametrize(
    ("one", "why"),
    [
        (observed(), "was seen on the way"),
        (observed(seen(VENDOR, "refused")), "was seen on the way"),
        (observed(seen(CONTROL_PLANE), seen(VENDOR, "seen")), "vendor.example.test:443"),
        (observed(seen(CONTROL_PLANE), job=FAILED), "nothing was refused"),
    ],
)
def test_what_shows_no_need_judges_nothing(one: Observed, why: str) -> None:
    """Unseen connections, ones that nobody refused, and failures of another kind are no verdict."""
    with pytest.raises(Inconclusive, match=why):
        judge_need(results(restricted=one), None)


def test_job_that_fails_for_a_refused_host_fails() -> None:
    """What was refused is named beside what did not work."""
    one = observed(seen(CONTROL_PLANE), seen(VENDOR, "refused"), job=FAILED)
    with pytest.raises(Violation, match=r"(?s)it does not.*vendor\.example\.test:443 \(refused\)"):
        judge_need(results(restricted=one), None)


def test_start_that_needs_a_refused_host_fails() -> None:
    """Of a data plane that did not start, the proxy still knows what it wanted."""
    one, control_plane = refusing(VENDOR)
    with pytest.raises(Violation, match="it did not start: exited with 3"):
        judge_need(results(restricted=one), control_plane)
    one, control_plane = refusing()
    with pytest.raises(Inconclusive, match="nothing was refused"):
        judge_need(results(restricted=one), control_plane)


@pytest.mark.parametrize("outcome", ["refused", "seen", "unreachable"])
def test_contacted_public_url_fails(outcome: str) -> None:
    """Whatever came of it, and although all works."""
    one = observed(seen(CONTROL_PLANE), seen(PEOPLE, outcome))
    with pytest.raises(Violation, match=r"people\.conformance\.test, the host"):
        judge_public(results(public=one, restricted=observed(seen(CONTROL_PLANE))), None)


def test_every_port_of_the_public_host_counts() -> None:
    """It may be asked for without TLS, too; where it is the control plane, it is not meant."""
    one = observed(seen(CONTROL_PLANE), seen({**PEOPLE, "port": 80}))
    with pytest.raises(Violation, match=r"people\.conformance\.test:80"):
        judge_public(results(public=one, restricted=observed(seen(CONTROL_PLANE))), None)
    same = observed(seen({**PEOPLE, "port": 80, "class": "control plane"}))
    judge_public(results(public=same, restricted=same), None)


def test_public_url_that_breaks_something_fails() -> None:
    """What works without it and not with it is to blame on it; what works neither way is not."""
    works, fails = observed(seen(CONTROL_PLANE)), observed(seen(CONTROL_PLANE), job=FAILED)
    with pytest.raises(Violation, match="works without a public URL"):
        judge_public(results(public=fails, restricted=works), None)
    with pytest.raises(Inconclusive, match="without a public URL either"):
        judge_public(results(public=fails, restricted=fails), None)
    refused, control_plane = refusing()
    with pytest.raises(Violation, match="it did not start"):
        judge_public(results(public=refused, restricted=works), control_plane)


def test_public_url_that_is_let_be_passes() -> None:
    """It is shown, and nothing else; unseen connections prove that to nobody."""
    works = observed(seen(CONTROL_PLANE))
    judge_public(results(public=works, restricted=works), None)
    with pytest.raises(Inconclusive, match="was seen on the way"):
        judge_public(results(public=observed(), restricted=works), None)


def test_names_are_those_of_the_observations() -> None:
    """What is read here is what the area observes."""
    assert {RESTRICTED, PUBLIC} == {"urls.restricted", "urls.public"}
