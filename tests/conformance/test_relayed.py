"""A data plane behind a relay is judged as it is without one, and told what cannot be judged."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from conformance.deployment.relayed import expect_connected, expect_upstream, introduce
from conformance.errors import ControlPlaneProblem, NotConnected
from conformance.options.values import ControlPlaneChoice
from conformance.reach import Reach
from mock_control_plane.client import ControlPlane, digest_of
from mock_control_plane.server import Options, serve
from tests.running import program, running_reference

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mock_control_plane.client import Realm
    from tests.running import RunningReference

JUDGED = ("AUD-03", "AUD-04", "AUD-05", "TEL-02", "TEL-03", "TEL-09")
SETTINGS = {
    "CONTROL_PLANE_TELEMETRY": "status,metrics,usage",
    "BRAINSTORE_CONTROL_PLANE_TELEMETRY": "status,metrics,usage",
    "GATEWAY_TELEMETRY": "status,metrics,usage",
    "OUTBOUND_RATE_LIMIT_MAX_REQUESTS": "0",
}


@pytest.fixture(name="relay")
def _relay(running_data_plane: RunningReference) -> Iterator[Realm]:
    """A relay to the session's mock, which no data plane uses."""
    options = Options(upstream=running_data_plane.realm.url)
    with serve(options) as running, ControlPlane(running.url) as control_plane:
        yield control_plane.realm("default")


def results(folder: Path, url: str, *options: str, keys: dict[str, str]) -> dict[str, Any]:
    """Judge an attached data plane; give its report's requirements."""
    words = ["-m", "conformance", "run", "--dataplane-url", url, "--dataplane-quick", *options]
    words += ["--dataplane-report-dir", str(folder), "--dataplane-wire-profile", "reference"]
    for name, value in SETTINGS.items():
        words += ["--dataplane-setting", f"{name}={value}"]
    for requirement in JUDGED:
        words += ["--dataplane-requirement", requirement]
    ended = subprocess.run(
        [sys.executable, *words],
        env={**os.environ, **keys},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert (folder / "report.json").is_file(), ended.stdout + ended.stderr
    report = json.loads((folder / "report.json").read_text())
    return {one["id"]: one["outcome"] for one in report["requirements"] if one["id"] in JUDGED}


def test_same_verdicts_with_a_relay_as_without(tmp_path: Path) -> None:
    """A second mock is the upstream: what is in scope is judged as if the relay were not there."""
    relaying = ("-m", "mock_control_plane", "serve", "--json", "--exit-with-parent", "--upstream")
    with (
        serve(Options(profile="reference")) as behind,
        ControlPlane(behind.url) as control_plane,
        program(*relaying, behind.url) as line,
    ):
        realm, url = control_plane.realm("default"), json.loads(line)["url"]
        started = {**SETTINGS, "BRAINSTORE_LICENSE_KEY": "a-licence"}
        environment = {**started, "BRAINTRUST_APP_URL": url}
        with running_reference(realm, environment=environment) as reference:
            keys = {"BRAINTRUST_API_KEY": reference.new_key()}
            options = ("--control-plane-url", url, "--control-plane-upstream", behind.url)
            with_relay = results(tmp_path / "with", reference.url, *options, keys=keys)
        with running_reference(realm, environment=started) as reference:
            alone = ("--control-plane-url", behind.url)
            without = results(tmp_path / "without", reference.url, *alone, keys={})
    assert with_relay == without
    assert set(with_relay.values()) == {"passed"}


def test_data_plane_that_does_not_use_the_relay_is_found_out(
    running_data_plane: RunningReference, relay: Realm
) -> None:
    """What it asks another control plane does not come through; the sentence says what to set."""
    reach = Reach(url=running_data_plane.url)
    with pytest.raises(NotConnected, match=f"BRAINTRUST_APP_URL to {relay.url}"):
        expect_connected(reach, relay, 0.2)
    expect_connected(reach, running_data_plane.realm, 10)


def test_relay_learns_whose_the_keys_are(
    running_data_plane: RunningReference, relay: Realm
) -> None:
    """After that its entries name the user."""
    key = running_data_plane.new_key()
    introduce(relay.url, key)
    (entry,) = relay.entries(credential=digest_of(key))
    assert entry.principal.kind == "user"


def test_mock_must_be_what_it_is_said_to_be(
    running_data_plane: RunningReference, relay: Realm
) -> None:
    """A relay is declared, and nothing else is; the sentence says which option to change."""
    realm = running_data_plane.realm
    with ControlPlane(relay.url) as relaying:
        expect_upstream(ControlPlaneChoice(url=relay.url, upstream=realm.url), relaying)
        with pytest.raises(ControlPlaneProblem, match=f"pass --control-plane-upstream {realm.url}"):
            expect_upstream(ControlPlaneChoice(url=relay.url), relaying)


def test_mock_that_answers_itself_is_no_relay() -> None:
    """It is told so before anything is judged."""
    with (
        serve(Options()) as running,
        ControlPlane(running.url) as client,
        pytest.raises(ControlPlaneProblem, match="leave --control-plane-upstream out"),
    ):
        expect_upstream(ControlPlaneChoice(url=running.url, upstream="http://h"), client)


def test_relay_must_keep_what_is_judged() -> None:
    """Bodies that are not kept cannot be judged."""
    with (
        serve(Options(upstream="http://127.0.0.1:1", bodies="none")) as running,
        ControlPlane(running.url) as client,
        pytest.raises(ControlPlaneProblem, match="--record-bodies whole"),
    ):
        expect_upstream(ControlPlaneChoice(url=running.url, upstream="http://127.0.0.1:1"), client)
