"""An upstream written in a few lines: what it sends is what a test says, byte by byte."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from mock_control_plane.client import ControlPlane
from mock_control_plane.server import Options, serve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from mock_control_plane.client import Realm

HEAD_END = b"\r\n\r\n"


def head_of(connection: socket.socket) -> bytes:
    """Read until the head of a request is there; what came of its body follows it."""
    came = b""
    while HEAD_END not in came:
        piece = connection.recv(65536)
        if not piece:
            return came
        came += piece
    return came


def saying(said: bytes) -> Callable[[socket.socket], None]:
    """What answers each connection with the same bytes, once it was asked."""

    def answer(connection: socket.socket) -> None:
        head_of(connection)
        connection.sendall(said)

    return answer


@contextmanager
def upstream(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """Serve each connection in a thread of its own; it is closed when `answer` returns."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def one(connection: socket.socket) -> None:
            with connection:
                answer(connection)

        def accept() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                threading.Thread(target=one, args=(connection,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            listener.shutdown(socket.SHUT_RDWR)


@contextmanager
def relay(url: str, bodies: str = "whole", journal: Path | None = None) -> Iterator[Realm]:
    """A relay to this upstream, as what it heard."""
    options = Options(upstream=url, bodies=bodies, journal=journal)
    with serve(options) as running, ControlPlane(running.url) as control_plane:
        yield control_plane.realm("default")
