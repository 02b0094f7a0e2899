"""The API area visits every operation, and twists bodies without naming what is not its own."""

from __future__ import annotations

import base64
import gzip
import json

from conformance.description import Description
from conformance.exchange import Exchange
from conformance.suites.api import operations
from conformance.suites.api.strangers import everything_told
from conformance.suites.api.test_hostile import BODIES, ODD, _twisted


def test_every_operation_is_visited() -> None:
    """No operation of the suite's own description is left out."""
    description = Description.load()
    assert operations.known(description) == list(description.operations)


def test_each_member_is_twisted() -> None:
    """Each member of a body, and of the first of its rows, is each odd value once."""
    found = [json.loads(body) for body in _twisted({"events": [{"id": "a", "input": 1}]}, ODD)]
    assert [each["events"] for each in found[: len(ODD)]] == list(ODD)
    assert len(found) == 3 * len(ODD)


def test_names_stay_those_of_the_run() -> None:
    """What names an object is never twisted, so that nobody else's object can be meant."""
    found = [json.loads(body) for body in _twisted({"name": "mine", "public": False}, ODD)]
    assert {each["name"] for each in found} == {"NAME"}
    assert all(b"NAME" in body for body in BODIES if b'"name"' in body)


def test_audited_resources_are_read() -> None:
    """A name that stands in the audited resources counts as told, though it is packed there."""
    listed = json.dumps([{"type": "prompt", "id": "1", "name": "canary"}]).encode()
    packed = json.dumps({"v": 1, "p": base64.b64encode(gzip.compress(listed)).decode()})
    headers = (("X-Bt-Audit-Resources", packed), ("x-other", "plain"))
    answer = Exchange("GET", "http://127.0.0.1/", (), b"", 403, headers, b"no")
    told = everything_told(answer)
    assert "canary" in told
    assert "x-other: plain" in told
