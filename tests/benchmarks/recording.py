"""How fast the mock records, as a share of what a bare application on the same server answers.

`python -m tests.benchmarks.recording` prints the figures; with `--check 0.35` it fails below that.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from mock_control_plane.ports import Address, Ports
from mock_control_plane.server import Options, new_loop, serve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.types import Receive, Scope, Send

CONNECTIONS = 32
BODY = 4096
RECORDED = "/api/pulse/status"
ROUTED = "/api/project/get"


@dataclass(frozen=True, slots=True)
class Target:
    """A server in a process of its own, and what is asked of it."""

    name: str
    server: str
    path: str


BARE = Target("bare application", "bare", "/")
TARGETS = (
    BARE,
    Target("recorded and acknowledged", "mock", RECORDED),
    Target("recorded and refused by the router", "mock", ROUTED),
)


async def bare(_scope: Scope, receive: Receive, send: Send) -> None:
    """Read the body and answer `{}`: the least that an application can do."""
    while (await receive()).get("more_body"):
        pass
    headers = [(b"content-type", b"application/json"), (b"content-length", b"2")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"{}"})


def serve_bare() -> None:
    """Serve the bare application as the mock serves its own, until standard input ends."""

    async def served() -> None:
        address = Address()
        ports = Ports(address, address.bind())
        sys.stdout.write(await ports.open(bare) + "\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.read)
        await ports.close()

    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(served())


def serve_mock() -> None:
    """Serve a mock, until standard input ends."""
    with serve(Options()) as running:
        sys.stdout.write(running.url + "\n")
        sys.stdout.flush()
        sys.stdin.read()


class Sender(asyncio.Protocol):
    """One connection that sends the same request again as soon as it is answered."""

    def __init__(self, request: bytes, answered: list[int]) -> None:
        self.request = request
        self.answered = answered
        self.came = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the first request."""
        self.transport = cast("asyncio.Transport", transport)  # uvloop's is one only in behaviour
        self.transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        """Count an answer once it is complete, and send again."""
        self.came += data
        head, end, body = self.came.partition(b"\r\n\r\n")
        length = head.lower().find(b"content-length: ")
        if not end or len(body) < int(head[length + 16 :].partition(b"\r\n")[0]):
            return
        self.came = b""
        self.answered[0] += 1
        self.transport.write(self.request)


async def load(url: str, path: str, seconds: float) -> float:
    """Answers a second under load."""
    host, port = url.removeprefix("http://").split(":")
    head = (
        f"POST {path} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer a-licence-key\r\n"
        "user-agent: benchmark\r\naccept: */*\r\naccept-encoding: gzip, deflate\r\n"
        f"content-type: application/json\r\ncontent-length: {BODY}\r\n\r\n"
    )
    request, answered = head.encode() + b"x" * BODY, [0]
    loop = asyncio.get_running_loop()
    for _ in range(CONNECTIONS):
        await loop.create_connection(lambda: Sender(request, answered), host, int(port))
    at = [loop.time() + 0.3, loop.time() + 0.3 + seconds]
    counted: list[int] = []
    done: asyncio.Future[int] = loop.create_future()
    loop.call_at(at[0], lambda: counted.append(answered[0]))
    loop.call_at(at[1], lambda: done.set_result(answered[0]))
    return (await done - counted[0]) / seconds


@contextmanager
def running(server: str) -> Iterator[str]:
    """The URL of a server in a process of its own."""
    with subprocess.Popen(
        [sys.executable, __file__, "--serve", server],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.communicate()


def measure(target: Target, seconds: float) -> float:
    """Answers a second of a fresh server, loaded by a process of its own."""
    with running(target.server) as url:
        loading = [sys.executable, __file__, "--load", url, target.path, "--seconds", str(seconds)]
        return float(subprocess.run(loading, capture_output=True, text=True, check=True).stdout)


def compare(rounds: int, seconds: float) -> dict[Target, float]:
    """Each target's share of what the bare application answered in the same round: the median."""
    shares: dict[Target, list[float]] = {target: [] for target in TARGETS}
    for _ in range(rounds):
        answered = {target: measure(target, seconds) for target in TARGETS}
        for target, rate in answered.items():
            shares[target].append(rate / answered[BARE])
            sys.stdout.write(f"{rate:9.0f} answers a second: {target.name}\n")
            sys.stdout.flush()
    return {target: statistics.median(found) for target, found in shares.items()}


def main() -> int:
    """Measure in turns, so that what else the machine does weighs on all alike."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", type=float, metavar="SHARE", help="fail if less is recorded")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0, help="of each measurement")
    parser.add_argument("--serve", choices=("bare", "mock"), help=argparse.SUPPRESS)
    parser.add_argument("--load", nargs=2, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.serve is not None:
        {"bare": serve_bare, "mock": serve_mock}[chosen.serve]()
    elif chosen.load is not None:
        with asyncio.Runner(loop_factory=new_loop) as runner:
            url, path = chosen.load
            sys.stdout.write(str(runner.run(load(url, path, chosen.seconds))))
    else:
        shares = compare(chosen.rounds, chosen.seconds)
        for target, share in shares.items():
            sys.stdout.write(f"{share:9.2f} of the bare application: {target.name}\n")
        return int(chosen.check is not None and shares[TARGETS[1]] < chosen.check)
    return 0


if __name__ == "__main__":
    sys.exit(main())
