"""A data plane is started by its command, with its settings, and awaited."""

from __future__ import annotations

import socket
import sys
import urllib.request
from contextlib import contextmanager
from typing import TYPE_CHECKING

from conformance.deployment import launch as launching
from conformance.deployment import readiness
from conformance.deployment.launch import Launch, Launched, command_of
from conformance.deployment.ports import free_port
from conformance.options.raw import Raw
from conformance.options.reading import read
from conformance.options.values import Kind, Target
from conformance.requirements import load
from tests.conformance import programs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import pytest


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


def test_taken_port_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A port that somebody else took in the meantime does not end the run."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ports = [taken.getsockname()[1], free_port()]
        monkeypatch.setattr(launching, "free_port", lambda: ports.pop(0))
        monkeypatch.setattr(readiness, "ONE_LOOK", 0.2)
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
