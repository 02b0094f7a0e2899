"""A server that sends the bytes that a test gives it, request by request, and keeps what it got."""

from __future__ import annotations

import socket
import threading
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from conformance.client import Caller, Credential, Patience, Person, Transport
from conformance.reach import Reach

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def answer(
    body: bytes = b"{}", *, status: str = "200 OK", headers: Sequence[str] = (), close: bool = True
) -> bytes:
    """Return the bytes of an HTTP answer."""
    lines = [f"HTTP/1.1 {status}", f"content-length: {len(body)}", *headers]
    if close:
        lines.append("connection: close")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


@dataclass
class Scripted:
    """Where the server listens, and the requests that it got, in order; one thread appends."""

    url: str
    requests: list[bytes] = field(default_factory=list)

    def caller(self, secret: str | None = "sk-secret", **options: float) -> Caller:
        """Return a caller of this server, impatient unless told otherwise."""
        patience = Patience(**{"write_visible": 0.2, "rate_limit": 0.2, **options})
        transport = Transport(Reach(self.url, timeout=5.0), patience=patience)
        return Caller(transport, Credential(secret), Person("user", "user@example.com"))


@contextmanager
def serving(*answers: bytes) -> Iterator[Scripted]:
    """Serve the answers, one a connection, the last one again and again."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        served = Scripted(f"http://127.0.0.1:{listener.getsockname()[1]}")
        thread = threading.Thread(target=_serve, args=(listener, served, answers), daemon=True)
        thread.start()
        yield served
        # Closing alone does not wake up a thread that waits for a connection.
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(5.0)


def _serve(listener: socket.socket, served: Scripted, answers: Sequence[bytes]) -> None:
    for number in range(10_000):
        try:
            line, _ = listener.accept()
        except OSError:
            return
        with closing(line):
            served.requests.append(_request(line))
            line.sendall(answers[min(number, len(answers) - 1)])


def _request(line: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        received = line.recv(65536)
        if not received:
            return data
        data += received
    head, _, body = data.partition(b"\r\n\r\n")
    wanted = next(
        (int(each.split(b":")[1]) for each in head.lower().split(b"\r\n") if b"-length:" in each), 0
    )
    while len(body) < wanted:
        body += line.recv(65536)
    return head + b"\r\n\r\n" + body
