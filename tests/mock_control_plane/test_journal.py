"""The journal keeps everything in order, and acknowledges nothing that it has not kept."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from typing import TYPE_CHECKING, Any

import pytest

from mock_control_plane.journal import BATCH, Journal, JournalProblem, Record
from tests.mock_control_plane.records import record, written

if TYPE_CHECKING:
    from pathlib import Path


def rows(path: Path, columns: str = "*") -> list[tuple[Any, ...]]:
    """What any SQLite tool would find in a journal."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(f"SELECT {columns} FROM entry ORDER BY seq").fetchall()


def test_records_are_numbered_as_they_come(tmp_path: Path) -> None:
    """Two records get consecutive numbers, and are found under them as they were given."""
    first, second = record(path="/a"), record(path="/b", status=None, principal=None)
    assert asyncio.run(written(tmp_path / "j", first, second)) == [1, 2]
    assert rows(tmp_path / "j") == [(1, *first), (2, *second)]


def test_more_than_a_batch_at_once_is_kept(tmp_path: Path) -> None:
    """However many wait at once, each is kept once, in order."""
    many = 3 * BATCH + 1

    async def append() -> list[int]:
        journal = Journal(tmp_path / "j")
        numbers = await asyncio.gather(*(journal.append(record(at=float(n))) for n in range(many)))
        await journal.close()
        return numbers

    assert asyncio.run(append()) == list(range(1, many + 1))
    assert rows(tmp_path / "j", "seq, at") == [(n + 1, float(n)) for n in range(many)]


def test_acknowledged_record_is_on_disk(tmp_path: Path) -> None:
    """When an append is done, another connection can read the record."""

    async def append() -> list[tuple[Any, ...]]:
        journal = Journal(tmp_path / "j")
        await journal.append(record(path="/now"))
        found = rows(tmp_path / "j", "path")
        await journal.close()
        return found

    assert asyncio.run(append()) == [("/now",)]


def test_closing_writes_what_waits(tmp_path: Path) -> None:
    """What was appended and not awaited is written before the file is closed."""

    async def append() -> None:
        journal = Journal(tmp_path / "j")
        for _ in range(2 * BATCH):
            journal.append(record())
        await journal.close()

    asyncio.run(append())
    assert len(rows(tmp_path / "j")) == 2 * BATCH


def test_positions_are_by_realm_and_survive(tmp_path: Path) -> None:
    """A reopened journal goes on counting, and knows where each realm stood."""
    asyncio.run(written(tmp_path / "j", record(realm="a"), record(realm="b"), record(realm="a")))

    async def reopen() -> tuple[int, ...]:
        journal = Journal(tmp_path / "j")
        before = [journal.position(realm) for realm in ("a", "b", "c")]
        after = await journal.append(record(realm="b"))
        positions = (*before, after, journal.position("b"))
        await journal.close()
        return positions

    assert asyncio.run(reopen()) == (3, 2, 0, 4, 4)


def test_whoever_waits_hears_of_changes_and_of_the_end(tmp_path: Path) -> None:
    """A watcher is woken by a record, and by the journal's retirement."""

    async def watch() -> bool:
        journal = Journal(tmp_path / "j")
        waiting = asyncio.create_task(journal.changed())
        await journal.append(record())
        await asyncio.wait_for(waiting, 5)
        waiting = asyncio.create_task(journal.changed())
        asyncio.get_running_loop().call_soon(journal.retire)
        await asyncio.wait_for(waiting, 5)
        await journal.close()
        return journal.retired

    assert asyncio.run(watch())


def test_record_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    """Where a record cannot be stored its append fails, and the next one does not."""

    async def append() -> int:
        journal = Journal(tmp_path / "j")
        poisoned = record()._replace(body=object())  # type: ignore[arg-type]
        with pytest.raises(JournalProblem, match=r"cannot be written .* make room"):
            await journal.append(poisoned)
        number = await journal.append(record())
        await journal.close()
        return number

    assert asyncio.run(append()) == 1


def test_abandoned_append_harms_nobody(tmp_path: Path) -> None:
    """Who no longer waits for his record does not keep others from theirs."""

    async def append() -> int:
        journal = Journal(tmp_path / "j")
        journal.append(record()).cancel()
        number = await journal.append(record())
        await journal.close()
        return number

    assert asyncio.run(append()) == 2


@pytest.mark.parametrize("content", [b"not a database, but long enough to be taken for one" * 9])
def test_foreign_file_is_refused(tmp_path: Path, content: bytes) -> None:
    """A file that is no journal is not touched, and named."""
    path = tmp_path / "j"
    path.write_bytes(content)

    async def opened() -> None:
        Journal(path)

    with pytest.raises(JournalProblem, match=r"cannot be opened .* expected the journal of an"):
        asyncio.run(opened())
    assert path.read_bytes() == content


def test_journal_of_another_version_is_refused(tmp_path: Path) -> None:
    """Tables of another version are not written to."""
    with closing(sqlite3.connect(tmp_path / "j")) as connection:
        connection.execute("PRAGMA user_version = 99")

    async def opened() -> None:
        Journal(tmp_path / "j")

    with pytest.raises(JournalProblem, match="has version 99 of its tables"):
        asyncio.run(opened())


def test_record_has_a_column_for_each_field(tmp_path: Path) -> None:
    """The table is the record, with its number; and it has no index but its key."""
    asyncio.run(written(tmp_path / "j"))
    with closing(sqlite3.connect(tmp_path / "j")) as connection:
        columns = [row[1] for row in connection.execute("PRAGMA table_info(entry)")]
        indexes = connection.execute("PRAGMA index_list(entry)").fetchall()
    assert columns == ["seq", *Record._fields]
    assert indexes == []


class Sender(threading.Thread):
    """Posts numbered requests until the connection ends; remembers which were acknowledged."""

    def __init__(self, port: int, name: str) -> None:
        super().__init__(name=name)
        self.port = port
        self.acknowledged: list[str] = []
        self.enough = threading.Event()

    def run(self) -> None:
        """Send, one after the other."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            for number in range(1_000_000):
                said = f'"{self.name}/{number}"'
                connection.request("POST", "/api/pulse/status", body=said)
                if connection.getresponse().read() == b"{}":
                    self.acknowledged.append(said)
                if number == 50:
                    self.enough.set()
        except (OSError, HTTPException):
            return
        finally:
            self.enough.set()
            connection.close()


def test_kill_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    """Whatever was answered before kill -9 is in the journal, once, and the next mock goes on."""
    path = tmp_path / "j"
    command = [
        sys.executable,
        "-m",
        "mock_control_plane",
        "serve",
        "--json",
        "--journal",
        str(path),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        port = int(json.loads(process.stdout.readline())["url"].rsplit(":", 1)[1])
        senders = [Sender(port, f"sender-{n}") for n in range(8)]
        for sender in senders:
            sender.start()
        for sender in senders:
            assert sender.enough.wait(60)
        os.kill(process.pid, signal.SIGKILL)
        for sender in senders:
            sender.join(60)
    acknowledged = [said for sender in senders for said in sender.acknowledged]
    kept = [body.decode() for (body,) in rows(path, "body")]
    assert len(acknowledged) > 8 * 50
    assert set(acknowledged) <= set(kept)
    assert len(kept) == len(set(kept))
    assert asyncio.run(written(path, record())) == [len(kept) + 1]
