"""A data plane is started by its command, with its settings, and awaited."""

from __future__ import annotations

import socket
import sys
import urllib.request
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from conformance.deployment import launch as launching
from conformance.deployment.launch import Launch, Launched, command_of
from conformance.errors import DataPlaneDied, NotReady
from conformance.options.reading import Raw, read
from conformance.options.values import Kind, Target
from conformance.requirements import load
from tests.conformance import programs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


def launch_of(command: str, *, ready_timeout: str = "20") -> Launch:
    """The launch that a command line with --dataplane-cmd asks for."""
    values = {"dataplane_cmd": command, "dataplane_ready_timeout": ready_timeout}
    return Launch.of(read(Raw(values, {}), load()))


@contextmanager
def launched(launch: Launch, settings: Mapping[str, str], output: Path) -> Iterator[Launched]:
    """A data plane that is stopped in the end, also where it never became ready."""
    started: list[Launched] = []
    try:
        yield launch.start(settings, output, started=started.append)
    finally:
        for one in started:
            one.stop()


def test_data_plane_gets_its_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It sees what it is given, and nothing that the shell holds for another one."""
    monkeypatch.setenv("BRAINTRUST_ORG", "somebody else's")
    output = tmp_path / "default.log"
    launch = launch_of(programs.command(tmp_path, programs.SERVES))
    with launched(launch, {"A": "1"}, output) as one:
        assert urllib.request.urlopen(f"{one.url}/version", timeout=10).status == 200
        assert one.folder.is_dir()
    assert output.read_text().splitlines()[0] == "settings: 1 None"
    assert "folder: []" in output.read_text()
    assert not one.folder.exists()


def test_death_before_it_is_ready_is_told_at_once(tmp_path: Path) -> None:
    """A command that dies says how, with its last lines, long before the deadline."""
    launch = launch_of(programs.command(tmp_path, programs.DIES), ready_timeout="600")
    with (
        pytest.raises(DataPlaneDied, match=r"exited with 3; its last lines:\n +no database"),
        launched(launch, {}, tmp_path / "default.log"),
    ):
        pass


@pytest.mark.parametrize(
    ("program", "settings", "sentence"),
    [
        (programs.HANGS, {}, r"(?s)ConnectError.*warming up"),
        (programs.SERVES, {"STATUS": "503"}, r"GET /version: 503"),
    ],
)
def test_deadline_is_kept(
    tmp_path: Path, program: str, settings: dict[str, str], sentence: str
) -> None:
    """A command that never gets ready is told what was awaited and what came."""
    launch = launch_of(programs.command(tmp_path, program), ready_timeout="1")
    with (
        pytest.raises(NotReady, match=sentence) as raised,
        launched(launch, settings, tmp_path / "default.log"),
    ):
        pass
    assert "--dataplane-ready-timeout" in str(raised.value)


def test_client_error_is_an_answer(tmp_path: Path) -> None:
    """A data plane that answers 404 is up."""
    launch = launch_of(programs.command(tmp_path, programs.SERVES))
    with launched(launch, {"STATUS": "404"}, tmp_path / "default.log") as one:
        assert not one.process.ended()


def test_taken_port_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A port that somebody else took in the meantime does not end the run."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ports = [taken.getsockname()[1], launching.free_port()]
        monkeypatch.setattr(launching, "free_port", lambda: ports.pop(0))
        taken.close()
        with socket.create_server(("127.0.0.1", ports[0])):
            launch = launch_of(programs.command(tmp_path, programs.SERVES))
            with launched(launch, {}, tmp_path / "default.log") as one:
                assert not one.process.ended()
    assert ports == []


def test_command_names_its_files_in_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that names a file of the working directory works from any folder."""
    (tmp_path / "serve.py").touch()
    monkeypatch.chdir(tmp_path)
    assert command_of(Target(Kind.COMMAND, "python serve.py serve")) == (
        "python",
        str(tmp_path / "serve.py"),
        "serve",
    )


def test_embedded_data_plane_is_a_command_of_ours() -> None:
    """The embedded data plane is started as anybody's would be, whatever the folder holds."""
    assert command_of(Target(Kind.EMBEDDED)) == (
        sys.executable,
        "-P",
        "-m",
        "conformance.reference",
    )
