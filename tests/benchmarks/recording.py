"""How fast the mock records, as a share of what a bare application on the same server answers.

`python -m tests.benchmarks.recording` prints the figures; with `--check 0.35` it fails below that.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from google.protobuf.json_format import MessageToJson
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)

from mock_control_plane.ports import Address, Ports
from mock_control_plane.server import Options, new_loop, serve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.types import Receive, Scope, Send

CONNECTIONS = 32
BODY = 4096
USAGE = "/api/billing/telemetry/v1/events"
METRICS = "/api/pulse/otel/v1/metrics"
ROUTED = "/api/project/get"


@dataclass(frozen=True, slots=True)
class Target:
    """A server in a process of its own, and what is asked of it."""

    name: str
    server: str
    path: str
    body: str


BARE = Target("bare application", "bare", "/", "events")
ACKNOWLEDGED = (
    Target("usage events, recorded and acknowledged", "mock", USAGE, "events"),
    Target("OTLP in protobuf, recorded and acknowledged", "mock", METRICS, "protobuf"),
    Target("OTLP in JSON, recorded and acknowledged", "mock", METRICS, "json"),
)
REFUSED = Target("recorded and refused by the router", "mock", ROUTED, "events")
TARGETS = (BARE, *ACKNOWLEDGED, REFUSED)


def events() -> bytes:
    """Usage events, as many as fit."""
    properties = {"model": "small", "org_id": "0" * 32, "input_tokens": 12, "output_tokens": 34}
    event = {
        "event_name": "NativeInferenceTokenUsageEvent",
        "external_customer_id": "6c1ed7de-6d5c-4d5b-b1d0-0f7c6ba7b0c2",
        "timestamp": "2026-01-01T00:00:00.000Z",
        "idempotency_key": "b29a7f6e-0c36-4b43-a5ae-2f4f3a6b6b1f",
        "properties": properties,
    }
    rows = BODY // (len(json.dumps(event)) + 2)
    return json.dumps({"events": [event] * rows}).encode().ljust(BODY)


def metrics() -> ExportMetricsServiceRequest:
    """Metrics as a process reports them."""
    request = ExportMetricsServiceRequest()
    resource = request.resource_metrics.add()
    attribute = resource.resource.attributes.add(key="service.name")
    attribute.value.string_value = "benchmark"
    scope = resource.scope_metrics.add()
    for number in range(18):
        metric = scope.metrics.add(name=f"process.{number}", description="A figure", unit="By")
        point = metric.sum.data_points.add(time_unix_nano=1_700_000_000_000_000_000, as_int=number)
        attribute = point.attributes.add(key="kind")
        attribute.value.string_value = "user"
    return request


def body(name: str) -> tuple[str, bytes]:
    """The content type and the bytes of a body; what is JSON is filled up with blanks."""
    if name == "events":
        return "application/json", events()
    if name == "json":
        return "application/json", MessageToJson(metrics(), indent=None).encode().ljust(BODY)
    return "application/x-protobuf", metrics().SerializeToString()


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


async def load(url: str, path: str, said: str, seconds: float) -> float:
    """Answers a second under load."""
    content_type, content = body(said)
    host, port = url.removeprefix("http://").split(":")
    head = (
        f"POST {path} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer a-licence-key\r\n"
        "user-agent: benchmark\r\naccept: */*\r\naccept-encoding: gzip, deflate\r\n"
        f"content-type: {content_type}\r\ncontent-length: {len(content)}\r\n\r\n"
    )
    request, answered = head.encode() + content, [0]
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
        loading = [sys.executable, __file__, "--load", url, target.path, target.body]
        loading += ["--seconds", str(seconds)]
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
    parser.add_argument("--load", nargs=3, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.serve is not None:
        {"bare": serve_bare, "mock": serve_mock}[chosen.serve]()
    elif chosen.load is not None:
        with asyncio.Runner(loop_factory=new_loop) as runner:
            url, path, said = chosen.load
            sys.stdout.write(str(runner.run(load(url, path, said, chosen.seconds))))
    else:
        shares = compare(chosen.rounds, chosen.seconds)
        for target, share in shares.items():
            sys.stdout.write(f"{share:9.2f} of the bare application: {target.name}\n")
        return int(
            chosen.check is not None and min(shares[each] for each in ACKNOWLEDGED) < chosen.check
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
