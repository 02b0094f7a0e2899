"""The audit headers, step by step and as a whole."""

from __future__ import annotations

import gzip
import json
import random
import uuid

import braintrust
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import Response

from conformance.reference.auditor import (
    HEADER_BLOCK,
    NORMALIZED_URL,
    RESOURCES,
    USER_EMAIL,
    USER_ID,
    Auditor,
    Resource,
)
from conformance.reference.caller import Caller
from tests.reference.material import SECRET, trail

AUDITOR = Auditor()
ASKED = {"x-bt-enable-audit": "true"}
names = st.text(max_size=300)


def many(count: int) -> list[Resource]:
    """Resources whose ids do not compress."""
    chance = random.Random(1)
    ids = (str(uuid.UUID(int=chance.getrandbits(128), version=4)) for _ in range(count))
    return [Resource("project", id, "name") for id in ids]


@pytest.mark.parametrize(
    ("headers", "asked"),
    [
        ({"X-BT-Enable-Audit": "true"}, True),
        ({"x-bt-enable-audit": "  true\t"}, True),
        ({"x-bt-enable-audit": "True"}, False),
        ({"x-bt-enable-audit": "1"}, False),
        ({}, False),
    ],
)
def test_only_true_asks_for_audit(headers: dict[str, str], asked: bool) -> None:
    """The value must be exactly true, blanks around it aside; the name's case does not matter."""
    assert AUDITOR.asked(trail(headers)) is asked


def test_url_comes_from_the_template() -> None:
    """Path parameters are replaced by placeholders, whatever they look like."""
    assert AUDITOR.normalized_url(trail()) == "/v1/project/[id]"


def test_placeholder_of_a_word_names_it() -> None:
    """Parameters that are no ids keep their own word."""
    assert [AUDITOR.placeholder(each) for each in ("dataset_id", "kind")] == ["[id]", "[kind]"]


def test_touching_twice_lists_once() -> None:
    """An object is listed once, under the name with which it was touched first."""
    touched = trail()
    touched.touch("project", "1", "before")
    touched.touch("dataset", "1", "other")
    touched.touch("project", "1", "after")
    assert [(each.type, each.name) for each in AUDITOR.resources(touched)] == [
        ("project", "before"),
        ("dataset", "other"),
    ]


@given(names)
def test_every_name_survives(name: str) -> None:
    """The SDK's own parser gives every name back."""
    value = AUDITOR.encode([Resource("project", "1", name)])
    assert braintrust.parse_audit_resources(value) == [{"type": "project", "id": "1", "name": name}]


def test_lone_surrogate_is_escaped() -> None:
    """A name that UTF-8 cannot hold does not break the header."""
    value = AUDITOR.encode([Resource("project", "1", "a\ud800")])
    assert braintrust.parse_audit_resources(value)[0]["name"] == "a\ud800"


def test_payload_is_one_gzip_member_without_time() -> None:
    """The compressed bytes are the same for the same list, at any time."""
    data = AUDITOR.compress(b"[]")
    assert (gzip.decompress(data), data[4:8]) == (b"[]", bytes(4))


def test_envelope_tells_the_version() -> None:
    """The header is a JSON object of a version and the payload."""
    assert json.loads(AUDITOR.envelope("abc")) == {"v": 1, "p": "abc"}


@pytest.mark.parametrize("count", [0, 1, 10, 5000])
def test_list_is_cut_to_the_room(count: int) -> None:
    """As many resources are kept as fit, the first ones; one more would not."""
    resources, room = many(count), 3000
    kept = AUDITOR.cut(resources, room)
    assert kept == resources[: len(kept)]
    assert len(AUDITOR.encode(kept)) <= room
    assert kept == resources or len(AUDITOR.encode(resources[: len(kept) + 1])) > room


def test_no_room_leaves_an_empty_list() -> None:
    """A list of which nothing fits is empty, and still a list."""
    assert AUDITOR.cut(many(3), 10) == []


def test_header_block_stays_below_its_limit() -> None:
    """With thousands of resources all headers together stay below the limit."""
    touched = trail(ASKED)
    touched.touched += many(3000)
    response = Response(headers={"x-other": "y" * 500})
    raw = AUDITOR.audit(touched, response).raw_headers
    assert sum(len(name) + len(value) + 4 for name, value in raw) > HEADER_BLOCK * 0.9
    assert sum(len(name) + len(value) + 4 for name, value in raw) <= HEADER_BLOCK


def test_failed_authentication_names_nobody() -> None:
    """Without a verified caller the two headers about the user are absent."""
    answer = AUDITOR.audit(trail(ASKED, caller=None), Response())
    assert {USER_ID, USER_EMAIL}.isdisjoint(answer.headers)
    assert answer.headers[NORMALIZED_URL] == "/v1/project/[id]"
    assert braintrust.parse_audit_resources(answer.headers[RESOURCES]) == []


def test_user_without_address_has_no_address_header() -> None:
    """Where a user has no e-mail, the header is left out instead of empty."""
    caller = Caller("id", None, (), SECRET, SECRET.digest)
    answer = AUDITOR.audit(trail(ASKED, caller=caller), Response())
    assert answer.headers[USER_ID] == "id"
    assert USER_EMAIL not in answer.headers


def test_value_that_no_field_may_hold_is_escaped() -> None:
    """Control characters and what is not ASCII never reach the wire."""
    assert AUDITOR.header("x", "a\r\nb: é") == (b"x", b"a\\r\\nb: \\xe9")


def test_unasked_answer_is_left_alone() -> None:
    """Without the request's header nothing is added."""
    response = Response("body")
    before = list(response.raw_headers)
    assert AUDITOR.audit(trail(), response).raw_headers == before
