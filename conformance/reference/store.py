"""The database, and the transaction ids that order everything in it.

One connection, used from the event loop's thread only: each statement takes some microseconds.
"""

from __future__ import annotations

import logging
import sqlite3
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SCHEMA = """
CREATE TABLE IF NOT EXISTS rows (
    version INTEGER PRIMARY KEY,
    object_type TEXT NOT NULL,
    object_id TEXT NOT NULL,
    id TEXT NOT NULL,
    root_span_id TEXT NOT NULL,
    position INTEGER NOT NULL,
    xact_id INTEGER NOT NULL,
    superseded INTEGER,
    data TEXT NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS row_now ON rows (object_type, object_id, id)
    WHERE superseded IS NULL;
CREATE INDEX IF NOT EXISTS row_trace ON rows (object_type, object_id, root_span_id);
CREATE TABLE IF NOT EXISTS documents (
    version INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    org_id TEXT NOT NULL,
    project_id TEXT NOT NULL,
    name TEXT NOT NULL,
    slug TEXT NOT NULL,
    position INTEGER NOT NULL,
    xact_id INTEGER NOT NULL,
    superseded INTEGER,
    data TEXT NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS document_now ON documents (kind, id) WHERE superseded IS NULL;
CREATE INDEX IF NOT EXISTS document_version ON documents (kind, id);
CREATE INDEX IF NOT EXISTS document_project ON documents (kind, project_id);
CREATE TABLE IF NOT EXISTS service_tokens (
    organization TEXT NOT NULL,
    name TEXT NOT NULL,
    sealed TEXT NOT NULL,
    PRIMARY KEY (organization, name)
);
CREATE TABLE IF NOT EXISTS tombstones (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    PRIMARY KEY (kind, id)
);
"""

TABLES = ("rows", "documents")
XACT_PREFIX = 0x0DE1 << 48

Value = str | int | None

log = logging.getLogger(__name__)


def written_at(xact_id: int) -> datetime:
    """Return when a transaction was, to the second."""
    return datetime.fromtimestamp((xact_id & ~XACT_PREFIX) >> 16, UTC)


class Store:
    """One SQLite database: a file, or by default one that is gone when it is closed."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None
        self._newest = 0

    def open(self) -> None:
        """Open the database and make its tables."""
        self._connection = sqlite3.connect(self._path, isolation_level=None)
        self._connection.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;" + SCHEMA)
        newest = [self.ask(f"SELECT max(xact_id) FROM {table}")[0][0] for table in TABLES]
        self._newest = max(int(each or 0) for each in newest)

    def close(self) -> None:
        """Close the database; one without a file is gone."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def ask(self, statement: str, values: Iterable[Value] = ()) -> list[tuple[Value, ...]]:
        """Run one statement and return all of its rows."""
        assert self._connection is not None, "the store is used before it was opened"
        return self._connection.execute(statement, tuple(values)).fetchall()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Write all statements within, or none; one inside another belongs to it."""
        assert self._connection is not None, "the store is used before it was opened"
        if self._connection.in_transaction:
            yield
            return
        self._connection.execute("BEGIN")
        with self._connection:
            yield
        log.info("a transaction was written")

    def next_xact(self) -> int:
        """Return a transaction id above every earlier one; its bits 16 to 47 are seconds."""
        self._newest = max(self._newest + 1, XACT_PREFIX | (int(time.time()) << 16))
        return self._newest

    @property
    def newest_xact(self) -> int:
        """The transaction id of the newest write."""
        return self._newest
