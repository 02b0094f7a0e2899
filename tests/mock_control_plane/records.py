"""Records and journals as the tests of the journal and its readers need them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mock_control_plane.journal import Journal, Record

if TYPE_CHECKING:
    from pathlib import Path


def record(**changes: object) -> Record:
    """An unremarkable record, but for what is given."""
    usual: dict[str, object] = {
        "realm": "here",
        "at": 1000.0,
        "monotonic": 5.0,
        "method": "POST",
        "path": "/api/project/register",
        "query": "",
        "principal_kind": "user",
        "principal": "ann",
        "credential": "0123456789ab",
        "status": 200,
        "fault": None,
        "duration": 0.01,
        "body_size": 2,
        "headers": b"content-type: application/json\nx-empty: ",
        "body": b"{}",
    }
    return Record(**{**usual, **changes})  # type: ignore[arg-type]


async def written(path: Path, *records: Record) -> list[int]:
    """Append records to the journal of that name, and close it again; give their numbers."""
    journal = Journal(path)
    numbers = [await journal.append(each) for each in records]
    await journal.close()
    return numbers
