"""Reader: what the journal tells when it is asked, decoded and classified by who asks.

Has a connection of its own for each question, and so never disturbs the writer.
"""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import aclosing, closing
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from mock_control_plane.entry import Entry, Principal
from mock_control_plane.journal import Record
from mock_control_plane.sighting import Telemetry
from mock_control_plane.telemetry import Request, classified, is_classified, sight

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator, Mapping
    from pathlib import Path

    from mock_control_plane.journal import Journal
    from mock_control_plane.wire import Profile

PAGE: Final = 1000
PAGE_BYTES: Final = 32 * 1024 * 1024
KNOWN: Final = 200_000

FILTERS: Final = {
    "method": "method = ?",
    "path": "path = ?",
    "path_prefix": "instr(path, ?) = 1",
    "principal": "principal = ?",
    "principal_kind": "principal_kind = ?",
    "classification": "is_classified(coalesce(known(seq), classify(seq, method, path,"
    " headers, body, body_size)), ?)",
    "status": "status IS ?",
    "credential": "credential = ?",
    "since": "at >= ?",
    "until": "at <= ?",
}

Value = str | int | float | None


class UnusableFilter(ValueError):
    """A filter that does not exist, or a value that it cannot have; one sentence."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Entries of one realm later than `after` that match every filter."""

    realm: str
    after: int
    conditions: tuple[tuple[str, Value], ...]

    @classmethod
    def parse(cls, realm: str, after: int, filters: Mapping[str, str]) -> Selection:
        """Return the selection that these filters, as they stand in a query, ask for."""
        conditions = [(FILTERS[_known(name)], _value(name, text)) for name, text in filters.items()]
        return cls(realm, after, tuple(conditions))

    def sql(self, columns: str) -> tuple[str, list[Value]]:
        """Return the statement that selects, and its values."""
        tests = ["realm = ?", "seq > ?", *(test for test, _ in self.conditions)]
        values = [self.realm, self.after, *(value for _, value in self.conditions)]
        return f"SELECT {columns} FROM entry WHERE {' AND '.join(tests)} ORDER BY seq", values


@dataclass(frozen=True, slots=True)
class Reader:
    """Answers questions about one journal; blocking, for any thread."""

    path: Path
    profile: Profile
    # What entries were found to be; they never change, so it is found once.
    known: dict[int, str] = field(default_factory=dict, compare=False, repr=False)
    # Decoding takes memory, and does not get faster by being done at the same time.
    decoding: Lock = field(default_factory=Lock, compare=False, repr=False)

    def count(self, selection: Selection) -> int:
        """Return how many entries there are."""
        statement, values = selection.sql("count(*)")
        with closing(self._connected()) as connection:
            return int(connection.execute(statement, values).fetchone()[0])

    def entries(self, selection: Selection, limit: int) -> tuple[list[Entry], bool]:
        """Return the first entries, and whether there may be more.

        At most `limit`; fewer where their bodies would be too much to hand out at once.
        """
        found: list[Entry] = []
        size = 0
        for entry in self._each(selection, limit):
            found.append(entry)
            size += len(entry.body)
            if size > PAGE_BYTES:
                return found, True
        return found, len(found) == limit

    def telemetry(self, selection: Selection, limit: int) -> tuple[list[Telemetry], bool]:
        """Return the first entries with telemetry in them, decoded, and whether there may be more.

        At most `limit`; fewer where they would be too much to hand out at once.
        """
        found: list[Telemetry] = []
        size = 0
        for entry in self._each(selection, limit):
            with self.decoding:
                found.append(Telemetry(entry, sight(entry, self.profile)))
            size += len(entry.body)
            if size > PAGE_BYTES // 8:
                return found, True
        return found, len(found) == limit

    def _each(self, selection: Selection, limit: int) -> Iterator[Entry]:
        statement, values = selection.sql(f"seq, {', '.join(Record._fields)}")
        with closing(self._connected()) as connection:
            for seq, *row in connection.execute(f"{statement} LIMIT ?", [*values, limit]):
                yield self._entry(seq, Record(*row))

    def _entry(self, seq: int, record: Record) -> Entry:
        entry = Entry(
            seq=seq,
            realm=record.realm,
            at=record.at,
            monotonic=record.monotonic,
            method=record.method,
            path=record.path,
            query=record.query,
            headers=tuple(_headers(record.headers)),
            body=record.body,
            body_size=record.body_size,
            principal=Principal(record.principal_kind, record.principal),
            credential=record.credential,
            classification="",
            status=record.status,
            fault=record.fault,
            duration=record.duration,
        )
        return replace(entry, classification=self._classified(seq, entry))

    def _classified(self, seq: int, request: Request | Entry) -> str:
        if seq not in self.known:
            if len(self.known) >= KNOWN:
                self.known.clear()
            with self.decoding:
                self.known[seq] = classified(request, self.profile)
        return self.known[seq]

    def _classify(self, *columns: Any) -> str:
        seq, method, path, headers, body, body_size = columns
        request = Request(method, path, tuple(_headers(headers)), body, body_size)
        return self._classified(seq, request)

    def _connected(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, isolation_level=None)
        connection.execute("PRAGMA query_only = ON")
        connection.create_function("known", 1, self.known.get)
        connection.create_function("classify", 6, self._classify)
        connection.create_function("is_classified", 2, is_classified, deterministic=True)
        return connection


async def existing(reader: Reader, selection: Selection) -> AsyncGenerator[list[Entry], None]:
    """Give what is selected, page by page."""
    more = True
    while more:
        page, more = await asyncio.to_thread(reader.entries, selection, PAGE)
        if page:
            yield page
            selection = replace(selection, after=page[-1].seq)


async def arrivals(
    journal: Journal, reader: Reader, selection: Selection
) -> AsyncGenerator[list[Entry], None]:
    """Give what is selected, page by page, and then what comes, until the journal retires."""
    while True:
        position = journal.position(selection.realm)
        if position > selection.after:
            page, more = await asyncio.to_thread(reader.entries, selection, PAGE)
            yield page
            last = page[-1].seq if page else 0
            selection = replace(selection, after=last if more else max(last, position))
        elif journal.retired:
            return
        else:
            await journal.changed()


async def wait_for(
    journal: Journal, reader: Reader, selection: Selection, *, count: int, deadline: float
) -> list[Entry]:
    """Give what is selected once it is `count` entries; what there is, when the time is up."""
    found: list[Entry] = []
    try:
        async with (
            asyncio.timeout(deadline),
            aclosing(arrivals(journal, reader, selection)) as pages,
        ):
            async for page in pages:
                found += page
                if len(found) >= count:
                    break
    except TimeoutError:
        rest = replace(selection, after=found[-1].seq) if found else selection
        found += (await asyncio.to_thread(reader.entries, rest, PAGE))[0]
    return found


def _headers(lines: bytes) -> Iterator[tuple[str, str]]:
    for line in lines.decode("latin-1").split("\n"):
        name, _, value = line.partition(": ")
        if name:
            yield name, value


def _known(name: str) -> str:
    if name in FILTERS:
        return name
    near = get_close_matches(name, FILTERS, 1)
    hint = f"did you mean {near[0]!r}?" if near else f"expected {', '.join(FILTERS)}"
    raise UnusableFilter(f"entries cannot be filtered by {name!r}; {hint}")


def _value(name: str, text: str) -> Value:
    try:
        if name == "status":
            return None if text == "none" else int(text)
        return float(text) if name in ("since", "until") else text
    except ValueError:
        raise UnusableFilter(f"the filter {name} is {text!r}; expected a number") from None
