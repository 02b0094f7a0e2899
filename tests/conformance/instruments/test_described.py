"""What a description promises is found, what differs from it is said, and data is drawn."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st

from conformance.description import Operation
from conformance.exchange import Exchange
from conformance.instruments.described import Described, Draft, Promise

if TYPE_CHECKING:
    from collections.abc import Mapping

ROW = {
    "type": "object",
    "required": ["id"],
    "properties": {
        "id": {"type": "string", "format": "uuid"},
        "note": {"type": "string", "nullable": True},
    },
}
NEW = {
    "type": "object",
    "required": ["size"],
    "properties": {"size": {"type": "integer"}},
    "additionalProperties": False,
}
TEMPLATE = "/v1/thing/{thing_id}"
DOCUMENT = {
    "openapi": "3.0.3",
    "info": {"title": "things", "version": "1"},
    "paths": {
        TEMPLATE: {
            "parameters": [
                {"name": "thing_id", "in": "path", "required": True, "schema": {"type": "string"}},
            ],
            "get": {
                "parameters": [{"name": "deep", "in": "query", "schema": {"type": "boolean"}}],
                "responses": {
                    "200": {
                        "description": "one",
                        "content": {
                            "application/json": {"schema": {"$ref": "#/components/schemas/Row"}}
                        },
                    },
                    "4XX": {"$ref": "#/components/responses/Refused"},
                },
            },
            "patch": {
                "requestBody": {"content": {"application/json": {"schema": NEW}}},
                "responses": {"200": {"description": "done"}},
            },
        }
    },
    "components": {
        "schemas": {"Row": ROW},
        "responses": {"Refused": {"description": "no", "content": {"text/plain": {}}}},
    },
}
DESCRIBED = Described(DOCUMENT)
GET, PATCH = Operation("GET", TEMPLATE), Operation("PATCH", TEMPLATE)


def answered(value: object, status: int = 200, content_type: str = "application/json") -> Exchange:
    """An answer with this JSON."""
    headers = (("Content-Type", content_type), ("x-a", "1"), ("X-A", "2"))
    body = json.dumps(value).encode()
    return Exchange("GET", "http://127.0.0.1/v1/thing/1", (), b"", status, headers, body)


def promised(status: int) -> Promise | None:
    """What the operation that reads promises of a status."""
    return DESCRIBED.promise(GET, status)


@pytest.mark.parametrize(
    ("status", "types"), [(200, ("application/json",)), (404, ("text/plain",))]
)
def test_a_status_is_found(status: int, types: tuple[str, ...]) -> None:
    """A status is described by itself or by its class, also through a reference."""
    promise = promised(status)
    assert promise is not None
    assert promise.types == types


def test_a_status_that_is_not_described() -> None:
    """A status that the description does not name promises nothing."""
    assert promised(201) is None


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"id": "a", "more": 1}, []),
        ({"id": "a", "note": None}, []),
        ({}, ['$: "id" is a required property']),
        ({"id": 1}, ['$.id: 1 is not of type "string"']),
        ([], ['$: [] is not of type "object"']),
    ],
)
def test_differences_are_said(value: object, said: list[str]) -> None:
    """A missing field and a wrong type are named with their place; more fields, formats and what
    may be null are no problem.
    """
    assert DESCRIBED.problems(GET, answered(value)) == said


def test_text_has_no_schema() -> None:
    """Where no JSON is described, nothing in a value differs from the description."""
    assert DESCRIBED.problems(GET, answered({"anything": 1}, 400, "text/plain")) == []


@settings(deadline=None)
@given(st.data())
def test_valid_drafts_follow_the_description(data: st.DataObject) -> None:
    """A body that is drawn to be valid is, and a query holds what is described."""
    patch = data.draw(DESCRIBED.drafts(PATCH, valid=True))
    assert patch.body is None or is_new(patch.body)
    assert len(patch.parameters) == 1
    get = data.draw(DESCRIBED.drafts(GET, valid=True))
    assert get.body is None
    assert get.query.keys() <= {"deep"}


@pytest.mark.parametrize(
    "what",
    [
        lambda draft: isinstance(draft.body, dict) and "size" not in draft.body,
        lambda draft: isinstance(draft.body, dict) and isinstance(draft.body.get("size"), str),
        lambda draft: isinstance(draft.body, bytes),
    ],
    ids=["a missing member", "another type", "no JSON"],
)
def test_invalid_drafts_include(what: object) -> None:
    """Drafts that do not follow the description lack members, have other types, or are no JSON."""
    drafts = DESCRIBED.drafts(PATCH, valid=False)
    calm = settings(deadline=None, max_examples=2000, database=None)
    assert isinstance(find(drafts, what, settings=calm), Draft)  # type: ignore[arg-type]


def is_new(body: object) -> bool:
    """Whether a body is one that the operation that changes is described to take."""
    if not isinstance(body, dict):
        return False
    size: Mapping[str, object] = body
    return size.keys() == {"size"} and type(size["size"]) in (int, float)
