"""A started data plane is awaited with a deadline, and with an eye on its process."""

from __future__ import annotations

import os
import shlex
import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from conformance.deployment.ports import free_port
from conformance.deployment.process import Process
from conformance.deployment.readiness import wait_until_ready
from conformance.errors import DataPlaneDied, NotReady
from conformance.reach import Reach
from tests.conformance import programs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LONG = 20.0


@contextmanager
def running(folder: Path, program: str, **settings: str) -> Iterator[tuple[Process, Reach]]:
    """One of the small programs, and where it would answer."""
    port = free_port()
    process = Process(
        shlex.split(programs.command(folder, program)),
        environment={**os.environ, **settings, "PORT": str(port)},
        folder=folder,
        output=folder / "default.log",
    )
    try:
        yield process, Reach(f"http://127.0.0.1:{port}")
    finally:
        process.stop()


@pytest.mark.parametrize("status", ["200", "404"])
def test_answer_below_500_is_ready(tmp_path: Path, status: str) -> None:
    """A data plane that answers is ready, also where it has no version."""
    with running(tmp_path, programs.SERVES, STATUS=status) as (process, reach):
        wait_until_ready(process, reach, deadline=LONG)
        assert not process.ended()


def test_death_is_told_at_once(tmp_path: Path) -> None:
    """A command that dies says how, with its last lines, long before the deadline."""
    with (
        running(tmp_path, programs.DIES) as (process, reach),
        pytest.raises(DataPlaneDied, match=r"exited with 3; its last lines:\n +no database"),
    ):
        wait_until_ready(process, reach, deadline=600.0)


@pytest.mark.parametrize(
    ("program", "settings", "sentence"),
    [
        (programs.HANGS, {}, r"(?s)GET /version: none: ConnectError.*\n    warming up"),
        (programs.SERVES, {"STATUS": "503"}, r"GET /version: 503; GET /: 503"),
    ],
)
def test_deadline_is_kept(
    tmp_path: Path, program: str, settings: dict[str, str], sentence: str
) -> None:
    """A command that never gets ready is told what was awaited, what came, and what to raise."""
    with (
        running(tmp_path, program, **settings) as (process, reach),
        pytest.raises(NotReady, match=sentence) as raised,
    ):
        wait_until_ready(process, reach, deadline=5.0)
    assert "--dataplane-ready-timeout" in str(raised.value)


def test_illegal_answer_is_an_answer(tmp_path: Path) -> None:
    """A data plane whose headers are not legal HTTP is up; what that means is for the suite."""
    with (
        running(tmp_path, programs.HANGS) as (process, _),
        socket.create_server(("127.0.0.1", 0)) as server,
    ):
        thread = threading.Thread(target=answer_once, args=(server,))
        thread.start()
        wait_until_ready(
            process, Reach(f"http://127.0.0.1:{server.getsockname()[1]}"), deadline=LONG
        )
        thread.join()


def answer_once(server: socket.socket) -> None:
    """Answer one request with a header field that nobody may send."""
    connection, _address = server.accept()
    with connection:
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 200 OK\r\nx\0y: z\r\ncontent-length: 0\r\n\r\n")
