"""What a description promises of an answer is found, and what differs from it is said."""

from __future__ import annotations

import pytest

from conformance.instruments.described import Described, Promise

ROW = {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}}
DOCUMENT = {
    "paths": {
        "/v1/thing/{thing_id}": {
            "get": {
                "responses": {
                    "200": {
                        "content": {
                            "application/json": {"schema": {"$ref": "#/components/schemas/Row"}}
                        }
                    },
                    "4XX": {"$ref": "#/components/responses/Refused"},
                }
            }
        }
    },
    "components": {
        "schemas": {"Row": ROW},
        "responses": {"Refused": {"content": {"text/plain": {}}}},
    },
}
DESCRIBED = Described(DOCUMENT)


def promised(status: int) -> Promise | None:
    """What the only operation promises of a status."""
    return DESCRIBED.promise("GET", "/v1/thing/{thing_id}", status)


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
        ({}, ["$: 'id' is a required property"]),
        ({"id": 1}, ["$.id: 1 is not of type 'string'"]),
    ],
)
def test_differences_are_said(value: object, said: list[str]) -> None:
    """A missing field and a wrong type are named with their place; more fields are no problem."""
    promise = promised(200)
    assert promise is not None
    assert DESCRIBED.problems(promise, value) == said


def test_text_has_no_schema() -> None:
    """Where no JSON is described, nothing in a value differs from the description."""
    promise = promised(400)
    assert promise is not None
    assert DESCRIBED.problems(promise, {"anything": 1}) == []
