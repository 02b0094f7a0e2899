"""Bodies that are too large, too deep, broken or too many disturb nobody, and are recorded."""

from __future__ import annotations

import asyncio
import json
import resource
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from mock_control_plane.bodies import MAX_BODY, MAX_HELD
from mock_control_plane.client import ControlPlane, Realm
from mock_control_plane.decoding import MAX_DECODED
from mock_control_plane.wire import load_profile
from tests.mock_control_plane.telemetry_bodies import metric, packed, request_of

if TYPE_CHECKING:
    from collections.abc import Iterator

ROWS = load_profile().rows
USAGE, STATUS, METRICS = (ROWS[kind].path for kind in ("usage", "status", "metrics"))
PROTOBUF = {"content-type": "application/x-protobuf"}
JSON = {"content-type": "application/json"}
GZIP = {"content-encoding": "gzip"}
MEGABYTE = 1024 * 1024
SENDERS = 1000
# The mock itself, what all bodies may hold and its copy on the way to the disk, and one decoding.
MAX_MEMORY = 100 * MEGABYTE + 2 * MAX_HELD + 40 * MAX_DECODED


class Mock:
    """A mock in a process of its own, whose memory can be looked at."""

    def __init__(self, process: subprocess.Popen[str], control_plane: ControlPlane) -> None:
        self.process = process
        self.control_plane = control_plane

    def most_memory(self) -> int:
        """The most bytes that it ever held; 0 where the system does not tell."""
        status = Path(f"/proc/{self.process.pid}/status")
        if not status.exists():
            return 0
        line = next(each for each in status.read_text().splitlines() if each.startswith("VmHWM"))
        return int(line.split()[1]) * 1024


@pytest.fixture(name="mock", scope="module")
def _mock() -> Iterator[Mock]:
    """A mock that may have as many connections as the system lets it have."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 4 * SENDERS if hard == resource.RLIM_INFINITY else min(hard, 4 * SENDERS)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))
    command = [sys.executable, "-m", "mock_control_plane", "serve", "--port", "0", "--json"]
    try:
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            with ControlPlane(json.loads(process.stdout.readline())["url"]) as control_plane:
                yield Mock(process, control_plane)
            process.terminate()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.fixture(name="realm")
def _realm(mock: Mock) -> Realm:
    """A realm of its own for each test, so that entries can be counted."""
    return mock.control_plane.create_realm()


@contextmanager
def bystander(realm: Realm) -> Iterator[None]:
    """Somebody else who sends telemetry all the while, and is never kept waiting."""
    ended = threading.Event()
    waited: list[float] = []

    def send() -> None:
        with httpx.Client(base_url=realm.url) as client:
            while not ended.is_set() or not waited:
                started = time.monotonic()
                assert client.post(STATUS, json={}).status_code == 200
                waited.append(time.monotonic() - started)

    thread = threading.Thread(target=send)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(30)
    assert waited
    assert max(waited) < 10
    assert realm.count(path=STATUS, status=200) == len(waited)


def pieces(size: int) -> Iterator[bytes]:
    """A JSON text of this size, a megabyte at a time."""
    yield b'{"events": ['
    for _ in range(size // MEGABYTE):
        yield b" " * MEGABYTE
    yield b"]}"


@pytest.mark.parametrize(("path", "status"), [(USAGE, 200), ("/api/project/get", 413)])
def test_huge_body_is_cut_and_marked(mock: Mock, realm: Realm, path: str, status: int) -> None:
    """A body of 200 MB is kept up to the limit and counted; telemetry may be so, nothing else."""
    with bystander(realm):
        answer = httpx.post(f"{realm.url}{path}", content=pieces(200 * MEGABYTE), timeout=60)
    assert answer.status_code == status
    (entry,) = realm.entries(path=path)
    assert (len(entry.body), entry.status) == (MAX_BODY, status)
    assert entry.body_size == 200 * MEGABYTE + 14
    (seen,) = [each.of("usage") for each in realm.telemetry(kind="usage")] or [None]
    assert (seen is not None) == (path == USAGE)
    if seen is not None:
        assert (seen.told_by, seen.well_formed) == ("path", False)
    assert mock.most_memory() < MAX_MEMORY


@pytest.mark.parametrize("path", [USAGE, METRICS, "/api/apikey/login"])
def test_deep_body_is_refused(realm: Realm, path: str) -> None:
    """10 000 levels of JSON are 400 wherever JSON is read, and are recorded."""
    deep = b'{"a":' * 10_000 + b"1" + b"}" * 10_000
    with bystander(realm):
        assert httpx.post(f"{realm.url}{path}", content=deep, headers=JSON).status_code in (
            400,
            401,
        )
    (entry,) = realm.entries(path=path)
    assert entry.body == deep
    assert realm.count(classification="telemetry", path=path) == (path != "/api/apikey/login")


@pytest.mark.parametrize(("size", "status"), [(MAX_DECODED, 200), (4 * MAX_DECODED, 413)])
def test_body_that_expands_is_bounded(mock: Mock, realm: Realm, size: int, status: int) -> None:
    """A body that expands a thousandfold is right up to the limit, refused beyond, and recorded."""
    bomb = packed(b"{}" + b" " * (size - 2))
    assert len(bomb) < size / 900
    with bystander(realm):
        answer = httpx.post(f"{realm.url}{USAGE}", content=bomb, headers=GZIP, timeout=60)
    assert answer.status_code == status
    (entry,) = realm.entries(path=USAGE)
    assert (entry.body, entry.status) == (bomb, status)
    assert mock.most_memory() < MAX_MEMORY


def test_many_bombs_are_decoded_one_by_one(mock: Mock, realm: Realm) -> None:
    """Bodies that cost hundreds of megabytes each to decode are not decoded at the same time."""
    bomb = packed(b"\x0a\x00" * (MAX_DECODED // 8))

    async def send() -> list[int]:
        async with httpx.AsyncClient(base_url=realm.url, timeout=60) as client:
            sent = [client.post(METRICS, content=bomb, headers=PROTOBUF | GZIP) for _ in range(20)]
            return [answer.status_code for answer in await asyncio.gather(*sent)]

    with bystander(realm):
        assert asyncio.run(send()) == [200] * 20
    assert realm.count(path=METRICS, classification="telemetry:metrics") == 20
    assert mock.most_memory() < MAX_MEMORY


def test_truncated_protobuf_is_refused(realm: Realm) -> None:
    """Protobuf that breaks off is 400, recorded whole, and known for what it is."""
    body = request_of("metrics", metric(), metric()).SerializeToString()[:-1]
    answer = httpx.post(f"{realm.url}{METRICS}", content=body, headers=PROTOBUF)
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/x-protobuf")
    (heard,) = realm.telemetry()
    (seen,) = heard.sightings
    assert (heard.entry.body, heard.entry.status) == (body, 400)
    assert (seen.kind, seen.items, seen.well_formed) == ("metrics", 1, False)


def exchange(realm: Realm, length: str, body: bytes) -> list[bytes]:
    """Send a body under a wrong length and no more; give the status lines that come back."""
    host, port = realm.url.removeprefix("http://").split(":")
    head = f"POST {USAGE} HTTP/1.1\r\nhost: {host}\r\ncontent-length: {length}\r\n\r\n".encode()
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(head + body)
        connection.shutdown(socket.SHUT_WR)
        came = b"".join(iter(lambda: connection.recv(65536), b""))
    return [line for line in came.splitlines() if line.startswith(b"HTTP/1.1 ")]


def test_body_shorter_than_its_length_is_recorded(realm: Realm) -> None:
    """Who promises more than he sends gets no answer, and what came is recorded."""
    with bystander(realm):
        assert exchange(realm, "100", b'{"events": []}') == []
    (entry,) = realm.wait_for(path=USAGE, deadline=30)
    assert (entry.body, entry.status) == (b'{"events": []}', None)


def test_body_longer_than_its_length_is_refused(realm: Realm) -> None:
    """Who sends more than he promised is refused for both of what this makes of his request."""
    with bystander(realm):
        answered = exchange(realm, "5", b'{"events": []}')
    assert {line.split()[1] for line in answered} == {b"400"}
    (entry,) = realm.entries(path=USAGE)
    assert (entry.body, entry.status) == (b'{"eve', 400)


@pytest.mark.parametrize("length", ["-1", "ten", "5\r\ncontent-length: 6", "9" * 30])
def test_length_that_is_none_is_refused(realm: Realm, length: str) -> None:
    """A length that is no number is refused before there is a request."""
    with bystander(realm):
        answered = exchange(realm, length, b"{}")
    assert [line.split()[1] for line in answered] == [b"400"]
    assert realm.count(path=USAGE) == 0


def test_thousand_senders_are_all_recorded(mock: Mock, realm: Realm) -> None:
    """A thousand senders at once, each with 100 kB, are each answered and recorded once."""
    host, port = realm.url.removeprefix("http://").split(":")
    body = b'{"events": []}'.ljust(100_000)
    head = f"POST {USAGE} HTTP/1.1\r\nhost: {host}\r\ncontent-length: {len(body)}\r\n\r\n".encode()
    room = (resource.getrlimit(resource.RLIMIT_NOFILE)[0] - 100) // 2
    senders = min(SENDERS, room)

    async def one(opened: asyncio.Barrier) -> bytes:
        reader, writer = await asyncio.open_connection(host, int(port))
        await opened.wait()
        writer.write(head + body)
        status = await reader.readline()
        writer.close()
        return status

    async def all_at_once() -> list[bytes]:
        opened = asyncio.Barrier(senders)
        return await asyncio.gather(*(one(opened) for _ in range(senders)))

    with bystander(realm):
        assert set(asyncio.run(all_at_once())) == {b"HTTP/1.1 200 OK\r\n"}
    assert realm.count(path=USAGE, status=200) == senders
    assert mock.most_memory() < MAX_MEMORY
