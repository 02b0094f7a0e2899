"""What is asked is understood exactly, or refused in a sentence."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest
from starlette.requests import Request

from mock_control_plane.questions import (
    BadQuestion,
    answer,
    fields_of,
    number_of,
    refusal,
    selection_of,
    telemetry_of,
)
from mock_control_plane.reading import Selection

if TYPE_CHECKING:
    from starlette.types import Message


def asked(query: str = "", body: bytes = b"") -> Request:
    """A request with this query and body."""

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    scope = {"type": "http", "method": "POST", "path": "/", "headers": []}
    return Request({**scope, "query_string": query.encode()}, receive)


def fields(body: str, **how: str) -> dict[str, object]:
    """What is read from a body that may have a name, an id, and organisations."""
    return asyncio.run(fields_of(asked(body=body.encode()), "name", "id", "organizations", **how))


def test_fields_are_read() -> None:
    """Known fields are given as they were sent; nothing sent is no field."""
    sent = {"name": "a", "id": None, "organizations": ["b"]}
    assert fields(json.dumps(sent)) == sent
    assert fields("") == {}


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("[]", "not a JSON object; expected one with name, id, organizations"),
        ("{", "not a JSON object"),
        ("[" * 100_000, "not a JSON object"),
        ('{"nane": "a"}', "no field 'nane' here; expected name, id, organizations"),
        ('{"name": 1}', "the field 'name' is 1; expected a text"),
        ('{"name": ["a"]}', "the field 'name' is"),
        ('{"organizations": [1]}', "the field 'organizations' is"),
    ],
)
def test_unusable_body_is_explained(body: str, sentence: str) -> None:
    """A body that is not what is wanted is refused with what was expected."""
    with pytest.raises(BadQuestion, match=sentence):
        fields(body)


def test_required_field_is_missed() -> None:
    """A field that must be there and is not is named."""
    with pytest.raises(BadQuestion, match="the field 'name' is missing"):
        fields('{"id": "a"}', required="name")


def test_number_is_read() -> None:
    """A number is taken from the query, or else the default."""
    assert number_of(asked("deadline=1.5"), "deadline", 0) == 1.5
    assert number_of(asked(), "deadline", 7) == 7


@pytest.mark.parametrize("text", ["-1", "x", "nan", "inf", "1e99", ""])
def test_unusable_number_is_explained(text: str) -> None:
    """What is no number, or none that can be waited for, is refused."""
    with pytest.raises(BadQuestion, match=r"deadline is .* not negative"):
        number_of(asked(f"deadline={text}"), "deadline", 0)


def test_selection_is_everything_that_is_no_cursor() -> None:
    """Cursor, limits and deadlines are no filters."""
    selection = selection_of(asked("after=3&limit=4&count=5&deadline=6&follow=true&path=/x"), "r")
    assert (selection.realm, selection.after) == ("r", 3)
    assert selection.conditions == (("path = ?", "/x"),)


def test_answers_are_marked() -> None:
    """Whatever the inspection API answers can be told from what others answer."""
    assert "x-mock-control-plane" in answer({}).headers
    refused = refusal(BadQuestion("a sentence"), 400)
    assert (refused.status_code, "x-mock-control-plane" in refused.headers) == (400, True)
    assert json.loads(bytes(refused.body)) == {"error": "a sentence", "kind": "BadQuestion"}


@pytest.mark.parametrize(
    ("query", "wanted"),
    [("kind=logs&after=3", "telemetry:logs"), ("after=3", "telemetry")],
)
def test_telemetry_is_selected(query: str, wanted: str) -> None:
    """A kind is a classification, and without one every kind is meant."""
    expected = Selection.parse("here", 3, {"classification": wanted})
    assert telemetry_of(asked(query), "here") == expected


def test_kind_that_does_not_exist_is_explained() -> None:
    """Who mistypes a kind hears which there are."""
    with pytest.raises(BadQuestion, match="kind 'metric'; expected status, metrics, usage"):
        telemetry_of(asked("kind=metric"), "here")
