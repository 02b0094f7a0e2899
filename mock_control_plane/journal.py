"""Journal: what was heard, in order, durable. One SQLite file that anybody can open.

One thread writes, with one commit for all that waits. Nothing is decoded on the way in, and the
table has no index but its key: what a request means is derived by who reads it (`reading`).
"""

from __future__ import annotations

import asyncio
import sqlite3
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA_VERSION: Final = 1
BATCH: Final = 64

# The body comes last: who looks for something else never reads what it spills over.
SCHEMA: Final = """
CREATE TABLE entry (
    seq INTEGER PRIMARY KEY,
    realm TEXT NOT NULL,
    at REAL NOT NULL,
    monotonic REAL NOT NULL,
    method TEXT NOT NULL,
    path TEXT NOT NULL,
    query TEXT NOT NULL,
    principal_kind TEXT NOT NULL,
    principal TEXT,
    credential TEXT,
    status INTEGER,
    fault TEXT,
    duration REAL NOT NULL,
    body_size INTEGER NOT NULL,
    headers BLOB NOT NULL,
    body BLOB NOT NULL
)
"""


class JournalProblem(Exception):
    """The journal's file cannot be used; one sentence."""


class Record(NamedTuple):
    """A request as it is stored; `headers` are lines of `name: value`, credentials digested."""

    realm: str
    at: float
    monotonic: float
    method: str
    path: str
    query: str
    principal_kind: str
    principal: str | None
    credential: str | None
    status: int | None
    fault: str | None
    duration: float
    body_size: int
    headers: bytes
    body: bytes


# One statement stores a whole batch and is its transaction: each statement that runs gives up the
# interpreter's lock and must win it back from the event loop, which costs more than the insertion.
_ROW: Final = f"({','.join('?' * (1 + len(Record._fields)))})"
_INSERT: Final = tuple(
    f"INSERT INTO entry (seq,{','.join(Record._fields)}) VALUES {','.join([_ROW] * rows)}"
    for rows in range(BATCH + 1)
)

Waiting = tuple[Record, "asyncio.Future[int]"]


class Journal:
    """Appends records to one file, and knows where each realm stands.

    Mutable, and owned by the event loop that it is opened in: only that thread may call it. The
    writer has the one connection that writes; readers open their own on `path`.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._loop = asyncio.get_running_loop()
        self._queue: SimpleQueue[Waiting | None] = SimpleQueue()
        self._watchers: set[asyncio.Future[None]] = set()
        self.retired = False
        connection, self._positions = _opened(path)
        self._writer = Thread(
            target=self._write,
            args=(connection, max(self._positions.values(), default=0)),
            name="journal",
            daemon=True,
        )
        self._writer.start()

    def append(self, record: Record) -> asyncio.Future[int]:
        """Give a future that is done, with the record's number, once the record is durable."""
        done: asyncio.Future[int] = self._loop.create_future()
        self._queue.put((record, done))
        return done

    def position(self, realm: str) -> int:
        """Return the number of a realm's newest entry, 0 if there is none."""
        return self._positions.get(realm, 0)

    async def changed(self) -> None:
        """Return when something more has been written, or nothing more is to be waited for."""
        watcher: asyncio.Future[None] = self._loop.create_future()
        self._watchers.add(watcher)
        try:
            await watcher
        finally:
            self._watchers.discard(watcher)

    def retire(self) -> None:
        """Send those away who wait for more: what comes from now on is only the rest."""
        self.retired = True
        self._wake()

    async def close(self) -> None:
        """Write what still waits, and close the file."""
        self._queue.put(None)
        await asyncio.to_thread(self._writer.join)

    def _write(self, connection: sqlite3.Connection, newest: int) -> None:
        while batch := self._batch():
            values: list[object] = []
            for seq, (record, _) in enumerate(batch, newest + 1):
                values.append(seq)
                values += record
            try:
                connection.execute(_INSERT[len(batch)], values)
            except Exception as problem:  # whatever it is, those who wait must hear of it
                self._loop.call_soon_threadsafe(self._refuse, batch, problem)
            else:
                self._loop.call_soon_threadsafe(self._acknowledge, batch, newest + 1)
                newest += len(batch)
        connection.close()

    def _batch(self) -> list[Waiting]:
        batch: list[Waiting] = []
        waiting = self._queue.get()
        try:
            while waiting is not None:
                batch.append(waiting)
                if len(batch) == BATCH:
                    return batch
                waiting = self._queue.get_nowait()
        except Empty:
            return batch
        if batch:
            self._queue.put(None)  # the end is for the next call
        return batch

    def _acknowledge(self, batch: list[Waiting], first: int) -> None:
        for seq, (record, done) in enumerate(batch, first):
            self._positions[record.realm] = seq
            if not done.done():
                done.set_result(seq)
        self._wake()

    def _wake(self) -> None:
        for watcher in self._watchers:
            if not watcher.done():
                watcher.set_result(None)

    def _refuse(self, batch: list[Waiting], problem: Exception) -> None:
        for _, done in batch:
            if not done.done():
                done.set_exception(
                    JournalProblem(
                        f"the journal {self.path} cannot be written ({problem}); nothing is"
                        " acknowledged that is not recorded: make room, and start the mock again"
                    )
                )


def _opened(path: Path) -> tuple[sqlite3.Connection, dict[str, int]]:
    try:
        connection = sqlite3.connect(
            path, isolation_level=None, check_same_thread=False, cached_statements=BATCH + 1
        )
        # Large pages: what most entries need is one write, and not one for every four kilobytes.
        connection.execute("PRAGMA page_size = 32768")
        connection.execute("PRAGMA journal_mode = WAL")
        # A killed process loses nothing that was committed; only a crash of the machine could.
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA wal_autocheckpoint = 2000")
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version == 0:
            connection.execute(SCHEMA)
            connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        elif version != SCHEMA_VERSION:
            raise JournalProblem(
                f"the journal {path} has version {version} of its tables, and this mock writes"
                f" {SCHEMA_VERSION}; name another file"
            )
        rows = connection.execute("SELECT realm, max(seq) FROM entry GROUP BY realm")
        return connection, dict(rows.fetchall())
    except sqlite3.Error as problem:
        raise JournalProblem(
            f"the journal {path} cannot be opened ({problem}); expected the journal of an earlier"
            " run, or a new name in a folder that can be written"
        ) from None
