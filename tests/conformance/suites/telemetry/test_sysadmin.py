"""Whether an answer of a status endpoint is one with data, told by what its twin looks like."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from conformance.exchange import MASK, Exchange
from conformance.suites.telemetry.sysadmin import Asked, asked_from, holds_data, paired, to_json

STATUS = b'{"objects": [{"object_id": "o-1", "rows": 3}]}'
TWIN = Exchange(
    method="GET",
    url="http://127.0.0.1:4000/brainstore/backfill/status",
    request_headers=(("Authorization", "Bearer $BRAINTRUST_API_KEY"),),
    request_body=b"",
    status=200,
    headers=(("content-type", "application/json"),),
    body=STATUS,
    secrets=("sk-secret",),
)


@pytest.mark.parametrize(
    ("status", "body", "data"),
    [
        (200, STATUS, True),
        (200, b'{"rows": 0}', True),
        (207, b'[{"rows": 0}]', True),
        (200, b'{"message": "disabled"}', None),
        (200, b"disabled", None),
        (200, b" \n", False),
        (204, b"", False),
        (200, b"{}", False),
        (200, b"null", False),
        (404, STATUS, False),
        (302, STATUS, False),
    ],
)
def test_success_with_data_is_told_by_the_twin(status: int, body: bytes, data: bool | None) -> None:
    """A success that says something about the same things as the twin has data."""
    assert holds_data(replace(TWIN, status=status, body=body), TWIN) is data


def test_same_text_has_the_same_data() -> None:
    """What is no JSON is compared as it is."""
    text = replace(TWIN, body=b"3 rows in 1 segment")
    assert holds_data(text, text) is True


def test_questions_are_paired_in_their_order() -> None:
    """The same endpoint may be asked several times; what has no twin has none."""
    first, second, third = Asked("GET /a", TWIN), Asked("GET /a", TWIN), Asked("GET /b", TWIN)
    twins = [Asked("GET /a", replace(TWIN, status=status)) for status in (201, 202)]
    found = [
        twin.exchange.status if twin else None for _, twin in paired([first, third, second], twins)
    ]
    assert found == [201, None, 202]


def test_answers_go_through_a_file_without_secrets() -> None:
    """An exchange is the same afterwards, but for the credential that it was made with."""
    telling = replace(TWIN, body=STATUS + b"sk-secret", headers=(("x-key", "sk-secret"),))
    (after,) = asked_from(json.loads(json.dumps({"asked": [to_json(Asked("GET /a", telling))]})))
    assert after.endpoint == "GET /a"
    assert after.exchange.body == STATUS + MASK.encode()
    assert after.exchange.headers == (("x-key", MASK),)
    assert (after.exchange.status, after.exchange.request_headers) == (200, TWIN.request_headers)
