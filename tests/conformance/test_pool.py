"""The deployments of a run come up together, differ as they were asked to, and end together."""

from __future__ import annotations

import os
import secrets
import signal
import sys
import urllib.request
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from conformance.deployment.control_plane import Mock
from conformance.deployment.environment import ControlPlaneAddress
from conformance.deployment.pool import Pool, name_of
from conformance.errors import ControlPlaneProblem, DataPlaneDied
from conformance.options.raw import Raw
from conformance.options.reading import read
from conformance.requirements import load
from mock_control_plane.client import ControlPlane
from tests.conformance import programs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.running import RunningReference

REFERENCE = f"{sys.executable} -m conformance.reference"
DIES_WITHOUT_A_OR_HANGS = """
    import os, signal, sys
    signal.pause() if "A" in os.environ else sys.exit("no")
"""
LONG = 20.0


@contextmanager
def pool(folder: Path, control_plane: ControlPlane | None, **values: object) -> Iterator[Pool]:
    """A pool that is stopped in the end."""
    options = read(Raw({"dataplane_report_dir": str(folder), **values}, {}), load())
    mock = None
    if control_plane is not None:
        mock = Mock(ControlPlaneAddress(control_plane.url), control_plane)
    made = Pool(options, mock, run=f"run-{secrets.token_hex(4)}")
    try:
        yield made
    finally:
        made.stop()


def test_each_configuration_is_a_deployment(
    running_control_plane: ControlPlane, tmp_path: Path
) -> None:
    """Each configuration that is asked for gets a data plane, a realm and an output of its own."""
    asked = {"OUTBOUND_RATE_LIMIT_MAX_REQUESTS": "7"}
    with pool(tmp_path, running_control_plane, dataplane_cmd=REFERENCE) as made:
        environment = made.start([asked, {}, dict(asked)])
        default, other = environment.deployments
        assert default.name == "default"
        assert (default.asked, other.asked) == ({}, asked)
        assert other.settings["OUTBOUND_RATE_LIMIT_MAX_REQUESTS"] == "7"
        assert default.realm != other.realm
        assert environment.version
        for one in (default, other):
            assert one.output
            assert "listening" in one.output.read_text()
            login = running_control_plane.realm(one.realm or "").organization
            assert (login.api_url, login.proxy_url) == (one.url, one.url)
    for one in (default, other):
        with pytest.raises(OSError, match="refused"):
            urllib.request.urlopen(one.url, timeout=LONG)


def test_default_that_does_not_come_up_stops_them_all(
    running_control_plane: ControlPlane, tmp_path: Path
) -> None:
    """Where the default one cannot come up, no other is waited for any longer."""
    command = programs.command(tmp_path, DIES_WITHOUT_A_OR_HANGS)
    with (
        pool(tmp_path, running_control_plane, dataplane_cmd=command) as made,
        pytest.raises(DataPlaneDied, match=r"exited with 1; its last lines:\n +no"),
    ):
        made.start([{"A": "1"}])


def test_configuration_that_does_not_come_up_is_told(
    running_control_plane: ControlPlane, tmp_path: Path
) -> None:
    """Where one that tests ask for cannot come up, the others do, and why it did not is kept."""
    command = f"sh -c 'test -z \"$A\" || {{ echo no; exit 3; }}; exec {REFERENCE}'"
    with pool(tmp_path, running_control_plane, dataplane_cmd=command) as made:
        environment = made.start([{"A": "1"}, {"B": "1"}])
        assert [one.asked for one in environment.deployments] == [{}, {"B": "1"}]
        (failed,) = environment.failed
        assert failed.asked == {"A": "1"}
        assert "exited with 3; its last lines:\n    no" in failed.reason
        assert made.death() is None


def test_fenced_deployment_asks_through_its_proxy(
    running_control_plane: ControlPlane, tmp_path: Path
) -> None:
    """It reaches its control plane through the proxy, and only its own machine without."""
    with pool(tmp_path, running_control_plane, dataplane_cmd=REFERENCE) as made:
        up = made.open("fenced", {}, fenced=True)
        settings = up.deployment.settings
        assert settings["HTTP_PROXY"] == settings["https_proxy"] == settings["ALL_PROXY"]
        assert settings["NO_PROXY"] == settings["no_proxy"] == "localhost,127.0.0.1,::1"
        seen = running_control_plane.realm(made.realm_name("fenced")).destinations()
        assert [(one.host, one.allowance, one.outcome) for one in seen] == [
            ("0.0.0.0", "control plane", "through")
        ]
        made.close("fenced")


def test_mock_of_another_machine_fences_nobody(
    running_control_plane: ControlPlane, tmp_path: Path
) -> None:
    """Its forward proxy cannot be reached from here, and it reaches itself under its own name."""
    given = {"dataplane_report_dir": str(tmp_path), "dataplane_cmd": REFERENCE}
    far = Mock(ControlPlaneAddress("http://mock.example.test:8700"), running_control_plane)
    made = Pool(read(Raw(given, {}), load()), far, run=f"run-{secrets.token_hex(4)}")
    try:
        settings = made.open("fenced", {}, fenced=True).deployment.settings
        assert "HTTP_PROXY" not in settings
        assert "0.0.0.0" not in settings["BRAINTRUST_APP_URL"]
    finally:
        made.stop()


def test_death_is_noticed(running_control_plane: ControlPlane, tmp_path: Path) -> None:
    """A data plane that dies while it is needed is told, with its last lines."""
    command = f"sh -c 'echo $$; exec {REFERENCE}'"
    with pool(tmp_path, running_control_plane, dataplane_cmd=command) as made:
        environment = made.start([])
        assert made.death(patience=LONG) is None
        output = environment.default.output
        assert output
        os.kill(int(output.read_text().split()[0]), signal.SIGKILL)
        deaths = (made.death(patience=LONG) for _ in range(1000))
        death = next(filter(None, deaths))
    assert death.startswith("the data plane died during the run: it was killed by SIGKILL")


def test_running_data_plane_is_attached_to(
    running_data_plane: RunningReference, tmp_path: Path
) -> None:
    """A data plane that runs is the only deployment, whatever the tests ask for."""
    key = {"BRAINTRUST_API_KEY": running_data_plane.new_key()}
    values = {"dataplane_url": running_data_plane.url, "dataplane_report_dir": str(tmp_path)}
    attached = Pool(read(Raw(values, key), load()), None, run="run-1")
    environment = attached.start([{"A": "1"}])
    assert [one.url for one in environment.deployments] == [running_data_plane.url]
    assert environment.default.realm is None
    attached.stop()
    assert attached.death() is None


def test_missing_mock_is_told(tmp_path: Path) -> None:
    """A mock that is gone when a realm is needed is told as its problem."""
    with (
        ControlPlane("http://127.0.0.1:9") as gone,
        pool(tmp_path, gone, dataplane_cmd=REFERENCE) as made,
        pytest.raises(ControlPlaneProblem, match="does not answer"),
    ):
        made.start([])


def test_configuration_has_one_name() -> None:
    """The same configuration has the same name, in whatever order it was written."""
    assert name_of({"A": "1", "B": "2"}) == name_of({"B": "2", "A": "1"})
    assert name_of({"A": "1"}) != name_of({"A": "2"})
