"""Readers find what they ask for, page by page, and hear of what comes."""

from __future__ import annotations

import asyncio
import time
from types import MappingProxyType
from typing import TYPE_CHECKING

import pytest

from mock_control_plane import reading
from mock_control_plane.entry import Entry, Principal
from mock_control_plane.journal import Journal, Record
from mock_control_plane.reading import (
    Reader,
    Selection,
    UnusableFilter,
    arrivals,
    existing,
    wait_for,
)
from mock_control_plane.wire import load_profile
from tests.mock_control_plane.records import record, written

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

TELEMETRY = {"classification": "telemetry"}

RECORDS = (
    record(path="/api/apikey/login", at=10.0, status=401, principal_kind="unknown", principal=None),
    record(path="/api/project/register", at=20.0),
    record(
        path="/api/pulse/status", at=30.0, principal_kind="license", principal="l", credential="l"
    ),
    record(path="/api/project/get", at=40.0, method="GET", status=None, query="id=1"),
    record(path="/api/project/get", realm="elsewhere"),
)


@pytest.fixture(name="reader")
def _reader(tmp_path: Path) -> Reader:
    """A reader of a journal with the five records; function scope, because files are cheap."""
    asyncio.run(written(tmp_path / "j", *RECORDS))
    return Reader(tmp_path / "j", load_profile())


def numbers(
    reader: Reader, filters: Mapping[str, str] = MappingProxyType({}), *, after: int = 0
) -> list[int]:
    """The numbers of the entries of the realm `here` that are selected."""
    selection = Selection.parse("here", after, filters)
    found = [entry.seq for entry in reader.entries(selection, 100)[0]]
    assert reader.count(selection) == len(found)
    return found


def test_entry_is_the_record_decoded(reader: Reader) -> None:
    """An entry has what was recorded, its headers one by one, and says what the request is."""
    (entry,), more = reader.entries(Selection.parse("elsewhere", 0, {}), 100)
    assert not more
    assert entry == Entry(
        seq=5,
        realm="elsewhere",
        at=1000.0,
        monotonic=5.0,
        method="POST",
        path="/api/project/get",
        query="",
        headers=(("content-type", "application/json"), ("x-empty", "")),
        body=b"{}",
        body_size=2,
        principal=Principal("user", "ann"),
        credential="0123456789ab",
        classification="metadata",
        status=200,
        fault=None,
        duration=0.01,
    )


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, [1, 2, 3, 4]),
        ({"method": "GET"}, [4]),
        ({"path": "/api/project/get"}, [4]),
        ({"path_prefix": "/api/pro"}, [2, 4]),
        ({"path_prefix": "/api/_"}, []),
        ({"principal": "ann"}, [2, 4]),
        ({"principal_kind": "unknown"}, [1]),
        ({"classification": "telemetry:status"}, [3]),
        ({"classification": "telemetry"}, [3]),
        ({"classification": "login"}, [1]),
        ({"status": "401"}, [1]),
        ({"status": "none"}, [4]),
        ({"credential": "l"}, [3]),
        ({"since": "20"}, [2, 3, 4]),
        ({"until": "20.0"}, [1, 2]),
        ({"since": "20", "until": "30", "principal": "ann"}, [2]),
    ],
)
def test_filter_selects(reader: Reader, filters: dict[str, str], expected: list[int]) -> None:
    """Each filter selects by its field, and several select what matches them all."""
    assert numbers(reader, filters) == expected


def test_cursor_excludes_what_was_read(reader: Reader) -> None:
    """Only what is later than the cursor is given, and never another realm's."""
    assert numbers(reader, after=2) == [3, 4]
    assert numbers(reader, after=4) == []


def test_page_ends_at_its_limit(reader: Reader) -> None:
    """A full page says that there may be more."""
    page, more = reader.entries(Selection.parse("here", 0, {}), 2)
    assert ([entry.seq for entry in page], more) == ([1, 2], True)


def test_page_ends_where_bodies_are_large(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page of large bodies is cut, and its successors give the rest."""
    monkeypatch.setattr(reading, "PAGE_BYTES", 3)

    async def pages() -> list[list[int]]:
        selection = Selection.parse("here", 0, {})
        return [[entry.seq for entry in page] async for page in existing(reader, selection)]

    assert asyncio.run(pages()) == [[1, 2], [3, 4]]


def test_telemetry_is_given_decoded(reader: Reader) -> None:
    """Entries with telemetry in them come with what was seen."""
    (heard,), more = reader.telemetry(Selection.parse("here", 0, TELEMETRY), 10)
    assert not more
    assert heard.entry.seq == 3
    assert [(each.kind, each.document) for each in heard.sightings] == [("status", {})]


def test_page_of_telemetry_ends_where_bodies_are_large(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page of telemetry is cut earlier than one of entries, because decoded it is larger."""
    monkeypatch.setattr(reading, "PAGE_BYTES", 15)
    page, more = reader.telemetry(Selection.parse("here", 0, TELEMETRY), 10)
    assert (len(page), more) == (1, True)


def test_entry_is_classified_once(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    """What an entry is found to be is remembered, for so many of them."""
    assert numbers(reader, TELEMETRY) == [3]
    monkeypatch.setattr(reading, "classified", lambda *_: "forgotten")
    assert numbers(reader, TELEMETRY) == [3]
    monkeypatch.setattr(reading, "KNOWN", 4)
    asyncio.run(written(reader.path, record(path="/new")))
    forgotten = Selection.parse("here", 0, {"classification": "forgotten"})
    assert [entry.seq for entry in reader.entries(forgotten, 10)[0]] == [6]
    assert len(reader.known) < 4


@pytest.mark.parametrize(
    ("filters", "sentence"),
    [
        ({"stats": "200"}, "cannot be filtered by 'stats'; did you mean 'status'"),
        ({"zzz": "1"}, "cannot be filtered by 'zzz'; expected method, path"),
        ({"status": "ok"}, "the filter status is 'ok'; expected a number"),
        ({"since": "yesterday"}, "the filter since is 'yesterday'; expected a number"),
    ],
)
def test_unusable_filter_is_explained(filters: dict[str, str], sentence: str) -> None:
    """A filter that does not exist, or has no meaning, is refused in a sentence."""
    with pytest.raises(UnusableFilter, match=sentence):
        Selection.parse("here", 0, filters)


def test_reader_cannot_write(reader: Reader) -> None:
    """A statement that smuggles a change in does not get through."""
    statement = Selection("here", 0, (("1 = ?; DELETE FROM entry", 1),))
    with pytest.raises(Exception, match="one statement"):
        reader.count(statement)
    assert numbers(reader) == [1, 2, 3, 4]


async def heard(
    path: Path, *, count: int, deadline: float, come: tuple[Record, ...] = ()
) -> list[int]:
    """Wait for entries of `here` on /x while records come; give the numbers of what was found."""
    journal = Journal(path)
    reader, selection = Reader(path, load_profile()), Selection.parse("here", 0, {"path": "/x"})
    waiting = asyncio.create_task(
        wait_for(journal, reader, selection, count=count, deadline=deadline)
    )
    for each in come:
        await journal.append(each)
    found = await waiting
    await journal.close()
    return [entry.seq for entry in found]


def test_wait_ends_when_enough_is_there(tmp_path: Path) -> None:
    """A wait returns as soon as enough matches, counting what was there before."""
    asyncio.run(written(tmp_path / "j", record(path="/x"), record()))
    come = (record(), record(path="/x", realm="elsewhere"), record(path="/x"))
    assert asyncio.run(heard(tmp_path / "j", count=2, deadline=60, come=come)) == [1, 5]


def test_wait_returns_what_there_is_at_its_deadline(tmp_path: Path) -> None:
    """When the time is up, what has come is given, however little."""
    asyncio.run(written(tmp_path / "j", record(path="/x")))
    started = time.monotonic()
    assert asyncio.run(heard(tmp_path / "j", count=2, deadline=0.2)) == [1]
    assert asyncio.run(heard(tmp_path / "j", count=2, deadline=0)) == [1]
    assert 0.2 <= time.monotonic() - started < 10


def test_wait_ends_when_the_journal_retires(tmp_path: Path) -> None:
    """A mock that stops keeps nobody waiting."""

    async def retire() -> list[Entry]:
        journal = Journal(tmp_path / "j")
        reader, selection = Reader(tmp_path / "j", load_profile()), Selection.parse("here", 0, {})
        waiting = asyncio.create_task(wait_for(journal, reader, selection, count=1, deadline=600))
        asyncio.get_running_loop().call_soon(journal.retire)
        found = await asyncio.wait_for(waiting, 5)
        await journal.close()
        return found

    assert asyncio.run(retire()) == []


def test_arrivals_are_given_once_in_order(tmp_path: Path) -> None:
    """Who follows sees each entry once: what was there, and what comes while he reads."""

    async def follow() -> list[int]:
        journal = Journal(tmp_path / "j")
        reader, selection = Reader(tmp_path / "j", load_profile()), Selection.parse("here", 1, {})
        await asyncio.gather(*(journal.append(record()) for _ in range(5)))
        seen: list[int] = []
        async for page in arrivals(journal, reader, selection):
            seen += [entry.seq for entry in page]
            if len(seen) < 40:
                journal.append(record(realm="elsewhere"))
                journal.append(record())
            else:
                journal.retire()
        await journal.close()
        return seen

    seen = asyncio.run(follow())
    assert seen == sorted(set(seen))
    assert len(seen) >= 40
