"""An entry survives the wire, names no secret, and fits a line."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from mock_control_plane.entry import Entry, Principal, digest_of

texts = st.text(max_size=20)
entries = st.builds(
    Entry,
    seq=st.integers(1),
    realm=texts,
    at=st.floats(0, 1e10),
    monotonic=st.floats(0, 1e10),
    method=texts,
    path=texts,
    query=texts,
    headers=st.lists(st.tuples(texts, texts), max_size=3).map(tuple),
    body=st.binary(max_size=40),
    body_size=st.integers(0),
    principal=st.builds(Principal, kind=texts, id=st.none() | texts),
    credential=st.none() | texts,
    classification=texts,
    status=st.none() | st.integers(100, 599),
    fault=st.none() | texts,
    duration=st.floats(0, 1e6),
)


def entry(**changes: object) -> Entry:
    """An unremarkable entry, but for what is given."""
    usual: dict[str, object] = {
        "seq": 7,
        "realm": "default",
        "at": 1.0,
        "monotonic": 2.0,
        "method": "POST",
        "path": "/api/project/register",
        "query": "",
        "headers": (("Content-Type", "application/json"), ("x-a", "1"), ("x-a", "2")),
        "body": b"{}",
        "body_size": 2,
        "principal": Principal("user", "ann"),
        "credential": "0123456789ab",
        "classification": "metadata",
        "status": 200,
        "fault": None,
        "duration": 0.01,
    }
    return Entry(**{**usual, **changes})  # type: ignore[arg-type]


@given(entries)
def test_entry_survives_json(heard: Entry) -> None:
    """What is read from an entry's JSON is that entry, whatever bytes its body has."""
    assert Entry.from_json(json.loads(json.dumps(heard.to_json()))) == heard


def test_digest_is_short_and_stable() -> None:
    """A credential is known by twelve hexadecimal digits of its SHA-256."""
    assert digest_of("abc") == "ba7816bf8f01"


def test_header_is_found_in_any_case() -> None:
    """The first value of a header is found, however its name is written."""
    assert entry().header("content-type") == "application/json"
    assert entry().header("X-A") == "1"
    assert entry().header("x-b") is None


def test_entry_is_rendered_as_one_line() -> None:
    """A line names the request, the answer, who asked, and the size."""
    assert entry(query="a=b").render() == (
        "#7 POST /api/project/register?a=b -> 200 [metadata; user ann digest:0123456789ab; 2 bytes]"
    )


def test_missing_answer_and_fault_are_rendered() -> None:
    """A line says that no answer was completed, and what was done instead."""
    line = entry(status=None, fault="reset", credential=None, principal=Principal("none")).render()
    assert (
        line == "#7 POST /api/project/register -> no answer fault reset [metadata; none; 2 bytes]"
    )
