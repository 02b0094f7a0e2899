"""When telemetry is sent, by whom, and that nothing else is."""

from __future__ import annotations

import json
import logging
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from conformance.reference.telemetry.reporting import Reporting
from conformance.reference.telemetry.senders import KINDS, SENDERS, STORE
from tests.reference.material import create, insert
from tests.reference.telemetry.ear import Ear, everywhere, reporting, sighted

if TYPE_CHECKING:
    import httpx

    from conformance.reference.composition import Reference
    from tests.reference.rig import Houses

CANARY = "c4n4ry-0f-4-cust0m3r"


def use(client: httpx.Client) -> None:
    """Do what every kind has something to report about."""
    project = create(client, "project", name=CANARY)["id"]
    insert(client, "project_logs", project, {"input": CANARY, "metadata": {CANARY: 1}})
    prompt = create(client, "prompt", project=project, name=CANARY, description=CANARY)
    client.get(f"/v1/prompt/{prompt['id']}")
    client.post("/btql", json={"query": CANARY})
    client.get(f"/{CANARY}")
    client.request(CANARY.upper(), "/v1/project")
    client.post("/api/project/get", json={"project_name": CANARY})


def senders(ear: Ear, kind: str) -> set[str]:
    """The senders from which a kind came."""
    names = {sender.name for sender in SENDERS}
    contents = [json.dumps(sighted(heard).document) for heard in ear.of(kind)]
    return {name for name in names for content in contents if name in content}


def test_every_kind_is_sent_by_its_senders(houses: Houses) -> None:
    """With all six on, each comes, well formed, from everybody who sends it, free of content."""
    ear = Ear()
    with reporting(houses, ear) as client:
        use(client)
        for kind in KINDS:
            ear.wait_for(kind, 3 if kind != "usage" else 1)
    assert {sighted(heard).problem for heard in ear.heard} == {None}
    for kind in ("metrics", "logs", "traces"):
        assert senders(ear, kind) == {"api", "brainstore", "gateway"}
    assert senders(ear, "status") == {"api", "brainstore"}
    assert not any(CANARY in heard.content.decode("latin-1").lower() for heard in ear.heard)
    licence = "Bearer licence-of-the-deployment"
    assert {heard.headers["authorization"] for heard in ear.heard} == {licence}


@pytest.mark.parametrize("kind", KINDS)
def test_one_kind_is_sent_alone(houses: Houses, kind: str) -> None:
    """What is not named is not sent, from start to shutdown."""
    ear = Ear()
    with reporting(houses, ear, told=everywhere(kind)) as client:
        use(client)
        ear.wait_for(kind, 2 if kind != "usage" else 1)
    assert {each.kind for each in map(sighted, ear.heard)} == {kind}


def test_unset_means_the_default_set(houses: Houses) -> None:
    """Status, metrics and usage are on, and nothing else."""
    ear = Ear()
    with reporting(houses, ear, told=everywhere(None)) as client:
        use(client)
        for kind in ("status", "metrics", "usage"):
            ear.wait_for(kind)
    assert ear.kinds() == {"status", "metrics", "usage"}


def test_empty_means_silence(houses: Houses) -> None:
    """With nothing on nothing is heard, though the same use makes another deployment talk."""
    silent, talking = Ear(), Ear()
    with (
        reporting(houses, silent, told=everywhere(" ")) as client,
        reporting(houses, talking) as other,
    ):
        use(client)
        use(other)
        talking.wait_for("metrics", 6)
    assert silent.heard == []


def test_each_sender_has_its_own_variable(houses: Houses) -> None:
    """With one sender off the two others go on."""
    ear = Ear()
    with reporting(houses, ear, told={STORE.variable: ""}) as client:
        use(client)
        ear.wait_for("metrics", 4)
    assert senders(ear, "metrics") == {"api", "gateway"}


def test_nothing_waits_for_the_end(houses: Houses) -> None:
    """What is there when the data plane stops is reported before it has stopped."""
    ear = Ear()
    with reporting(houses, ear, told={"REFERENCE_REPORT_SECONDS": "1000"}) as client:
        use(client)
        assert ear.heard == []
    assert ear.kinds() == {*KINDS}


def test_telemetry_is_not_limited(houses: Houses) -> None:
    """A budget that is spent is a user's; the deployment's reports go on."""
    ear = Ear()
    with reporting(houses, ear, told={"OUTBOUND_RATE_LIMIT_MAX_REQUESTS": "1"}) as client:
        assert client.get("/ping").status_code == 200
        assert client.get("/v1/project").status_code == 429
        ear.wait_for("status", len(ear.of("status")) + 3)


def test_refused_reports_do_no_harm(houses: Houses, caplog: pytest.LogCaptureFixture) -> None:
    """The API goes on; each reporter complains once; usage comes when it is accepted again."""
    ear = Ear(status=500)
    on = everywhere("status,usage")
    with caplog.at_level(logging.WARNING), reporting(houses, ear, told=on) as client:
        use(client)
        ear.wait_for("usage", 3)
        ear.status = 200
        first = ear.of("usage")[0]
        last = ear.wait_for("usage", len(ear.of("usage")) + 1)[-1]
    assert last.body == first.body
    complaints = [each for each in caplog.messages if "was not sent" in each]
    assert 2 <= len(complaints) <= 3


def test_kind_can_be_started_later(houses: Houses) -> None:
    """A reporter that is started while the data plane runs reports like all others."""

    class Later(Reporting):
        async def open(self, parts: Reference) -> None:  # type: ignore[override]  # it is one
            await super().open(parts)
            self.start(parts, SENDERS[0], "memprof")

    ear = Ear()
    with reporting(
        houses, ear, lambda parts: replace(parts, reporting=Later(0.05)), told=everywhere("")
    ):
        ear.wait_for("memprof")
    assert ear.kinds() == {"memprof"}


def test_missing_sdk_is_complained_about(
    houses: Houses, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where OpenTelemetry is not installed, all other kinds are sent, and the log says why."""
    package = sys.modules["conformance.reference.telemetry"]
    monkeypatch.delattr(package, "pipelines", raising=False)
    monkeypatch.setitem(sys.modules, f"{package.__name__}.pipelines", None)
    ear = Ear()
    with reporting(houses, ear, told=everywhere("status,metrics")):
        ear.wait_for("status", 6)
    assert ear.kinds() == {"status"}
    assert any("kind metrics was not sent: " in each for each in caplog.messages)
