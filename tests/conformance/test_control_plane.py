"""The mock of a run is started and stopped with it, or found where it runs already."""

from __future__ import annotations

import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from conformance.deployment import control_plane
from conformance.deployment.control_plane import Mock, bring_up
from conformance.errors import ControlPlaneProblem
from conformance.options.raw import Raw
from conformance.options.reading import read
from conformance.requirements import load
from mock_control_plane.client import ControlPlane, ControlPlaneError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ATTACHED = {"dataplane_url": "http://127.0.0.1:9"}


@contextmanager
def brought_up(folder: Path, **values: object) -> Iterator[Mock]:
    """The mock that a command line asks for."""
    options = read(Raw({"dataplane_report_dir": str(folder), **values}, {}), load())
    mock = bring_up(options)
    try:
        yield mock
    finally:
        mock.stop()


def test_mock_lives_as_long_as_the_run(tmp_path: Path) -> None:
    """A started mock answers, keeps its journal with the report, and is gone afterwards."""
    (tmp_path / "journal.sqlite").write_text("an older one")
    with brought_up(tmp_path, dataplane_embedded=True) as mock:
        assert mock.client.info().journal == str(tmp_path / "journal.sqlite")
        assert mock.client.info().profile == "reference"
        assert not mock.ended()
    with ControlPlane(mock.address.url) as client, pytest.raises(ControlPlaneError):
        client.info()


def test_mock_listens_for_an_attached_data_plane(tmp_path: Path) -> None:
    """It is inspected from here, and named to the data plane by its public URL."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    listen = {"control_plane_listen": f"0.0.0.0:{port}", "control_plane_token": "hush"}
    public = {"control_plane_public_url": "http://mock.example:8700"}
    with brought_up(tmp_path, **ATTACHED, **listen, **public) as mock:
        assert mock.address.url == f"http://127.0.0.1:{port}"
        assert mock.address.token == "hush"
        assert mock.client.realms()[0].url == "http://mock.example:8700"


def test_token_of_a_shell_is_for_another_mock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mock of the run's own wants the token that the run gives it, and no other."""
    monkeypatch.setenv("CONTROL_PLANE_TOKEN", "theirs")
    with brought_up(tmp_path, dataplane_embedded=True) as mock:
        assert mock.address.token is None
        assert mock.client.info().url == mock.address.url


def test_port_in_use_is_told(tmp_path: Path) -> None:
    """A port that somebody else has is named, in one sentence."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        with (
            pytest.raises(ControlPlaneProblem, match=r"cannot be started: .*in use") as raised,
            brought_up(tmp_path, **ATTACHED, control_plane_listen=listen),
        ):
            pass
    assert raised.value.exit_code == 2
    assert "Traceback" not in str(raised.value)


def test_running_mock_is_used(running_control_plane: ControlPlane, tmp_path: Path) -> None:
    """A mock that runs already is neither started nor stopped."""
    with brought_up(tmp_path, **ATTACHED, control_plane_url=running_control_plane.url) as mock:
        assert mock.process is None
        assert not mock.ended()
    assert running_control_plane.info()


def test_missing_mock_is_told(tmp_path: Path) -> None:
    """A mock that does not run where it should is named by the option."""
    with (
        pytest.raises(ControlPlaneProblem, match=r"--control-plane-url: .*does not answer"),
        brought_up(tmp_path, **ATTACHED, control_plane_url="http://127.0.0.1:9"),
    ):
        pass


def test_mock_that_never_answers_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mock that says nothing is given up after the deadline, and ended."""
    monkeypatch.setattr(control_plane, "READY_WITHIN", 0.1)
    monkeypatch.setattr(
        control_plane,
        "our_python",
        lambda *_: ("sh", "-c", "trap '' TERM; read line < /dev/fd/1; exec sleep 60"),
    )
    monkeypatch.setattr(control_plane, "GRACE", 0.1)
    with (
        pytest.raises(ControlPlaneProblem, match=r"not ready after 0\.1 s"),
        brought_up(tmp_path, dataplane_embedded=True),
    ):
        pass
