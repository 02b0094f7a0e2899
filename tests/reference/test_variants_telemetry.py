"""Variants that report in another way do report, and differ where they say so."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from conformance.reference.composition import compose, create_app
from conformance.reference.settings import SettingProblem, Settings
from conformance.reference.telemetry.senders import API, GATEWAY, KINDS, STORE
from conformance.reference.variants import VARIANTS
from tests.reference.material import create, insert
from tests.reference.telemetry.ear import Ear, everywhere, reporting, sighted

if TYPE_CHECKING:
    from conformance.reference.composition import Reference
    from tests.reference.rig import Houses

TELEMETRY = [
    name
    for name, each in VARIANTS.items()
    if each.apply.__module__ == "conformance.reference.variants.telemetry"
]
SIGNALS = ("metrics", "logs", "traces")


def told(name: str, **telemetry: str) -> Reference:
    """A variant with these variables set."""
    return VARIANTS[name].apply(compose(Settings(telemetry=telemetry, license="l")))


def listen(houses: Houses, name: str, *kinds: str, rows: int = 2) -> Ear:
    """What is heard of a variant that is used, until these kinds have come."""
    ear = Ear()
    with reporting(houses, ear, VARIANTS[name].apply, told=everywhere(",".join(kinds))) as client:
        project = create(client, "project")["id"]
        insert(client, "project_logs", project, *({"input": row} for row in range(rows)))
        for kind in kinds:
            ear.wait_for(kind)
    return ear


@pytest.mark.parametrize("name", TELEMETRY)
def test_variant_sends_every_kind_well_formed(houses: Houses, name: str) -> None:
    """Each kind that is on comes, and is what it should be."""
    ear = listen(houses, name, *KINDS)
    assert {each.kind for each in map(sighted, ear.heard)} == {*KINDS}
    assert {sighted(heard).problem for heard in ear.heard} == {None}


def test_otlp_is_json(houses: Houses) -> None:
    """Content type and content say so, and ids are in hexadecimal digits."""
    ear = listen(houses, "sends-otlp-as-json", *SIGNALS)
    assert {heard.headers["content-type"] for heard in ear.heard} == {"application/json"}
    (scope,) = json.loads(ear.of("traces")[0].content)["resourceSpans"][0]["scopeSpans"]
    assert all(len(bytes.fromhex(span["traceId"])) == 16 for span in scope["spans"])


def test_otlp_is_not_compressed(houses: Houses) -> None:
    """No encoding is named, and there is none."""
    ear = listen(houses, "sends-otlp-as-it-is", *SIGNALS)
    assert not any("content-encoding" in heard.headers for heard in ear.heard)


def test_reports_are_small_or_large(houses: Houses) -> None:
    """One item in each request, or an event for each row in one."""
    small = listen(houses, "reports-one-by-one", "usage", "logs", "traces")
    assert {sighted(heard).items for heard in small.heard} == {1}
    (large,) = listen(houses, "reports-in-thousands", "usage", rows=1500).heard
    assert sighted(large).items == 1500


def test_profiles_are_json(houses: Houses) -> None:
    """Allocations with their places, counts and bytes."""
    ear = listen(houses, "sends-profiles-as-json", "memprof")
    (first, *_) = json.loads(ear.heard[0].body)["allocations"]
    assert {*first} == {"at", "count", "bytes"}


def test_reports_come_at_other_times() -> None:
    """Slower, faster, and later at first."""
    pace = {
        name: told(name).reporting
        for name in (
            "reports-at-a-slower-pace",
            "reports-several-times-an-interval",
            "reports-late-at-first",
        )
    }
    assert [each.interval() for each in pace.values()] == [1.75, 0.25, 1.0]
    assert [each.first_after() for each in pace.values()] == [0.5, 0.0, 2.0]


def test_one_program_reads_one_variable() -> None:
    """The API sends what it is told; the others are silent, whatever theirs say."""
    gate = told("reports-from-one-program", GATEWAY_TELEMETRY="metrics").gate
    assert gate.kinds(API) == {"status", "metrics", "usage"}
    assert gate.kinds(STORE) == gate.kinds(GATEWAY) == frozenset()


def test_unknown_telemetry_is_refused() -> None:
    """The sentence has the variable, what it is, and what it could be."""
    reference = told("refuses-unknown-telemetry", GATEWAY_TELEMETRY="logs,Traces")
    sentence = (
        "GATEWAY_TELEMETRY is 'logs,Traces', which names an unknown kind; list some of status"
    )
    with pytest.raises(SettingProblem, match=sentence):
        create_app(reference)
    create_app(told("refuses-unknown-telemetry", GATEWAY_TELEMETRY="logs, traces,"))


def test_case_does_not_matter() -> None:
    """A name in capitals is the name."""
    gate = told("names-telemetry-in-any-case", CONTROL_PLANE_TELEMETRY="LOGS,Metrics,x").gate
    assert gate.kinds(API) == {"logs", "metrics"}


def test_disabled_sysadmin_endpoint_refuses(houses: Houses) -> None:
    """The endpoint is there and says 403, or works as usual."""
    apply = VARIANTS["forbids-disabled-sysadmin-endpoints"].apply
    path = "/brainstore/backfill/status"
    off = houses.client(houses.data_plane(apply, DISABLE_SYSADMIN_TELEMETRY="true")).get(path)
    assert off.status_code == 403
    assert "disabled" in off.text
    assert houses.client(houses.data_plane(apply)).get(path).status_code == 200
