"""What the client hands out names secrets by their digests only."""

from __future__ import annotations

import json

import pytest

from mock_control_plane.answers import Answer, Key, Provisioned, ServiceToken
from mock_control_plane.entry import digest_of


@pytest.mark.parametrize(
    "issued",
    [
        Key(id="1", user_id="ann", secret="sk-hush"),
        ServiceToken(id="1", name="retention", organization_id="acme", secret="sk-hush"),
        Provisioned(token_id="1", secret="sk-hush", name="data-plane", status=200, problem=None),
    ],
)
def test_secret_is_known_by_its_digest(issued: Key | ServiceToken | Provisioned) -> None:
    """A secret is not printed, and its digest is what entries have in its place."""
    assert "hush" not in repr(issued)
    assert issued.digest == digest_of("sk-hush")


@pytest.mark.parametrize(
    "answer",
    [
        Answer(),
        Answer(status=503, headers=(("a", "\xe9"), ("a", "")), body=bytes(range(256))),
        Answer(delay=0.5, drip=1e-3, cut=0, never=True, reset=True, through=True),
    ],
)
def test_answer_survives_the_way(answer: Answer) -> None:
    """A scripted answer is the same on the other side of JSON."""
    assert Answer.from_json(json.loads(json.dumps(answer.to_json()))) == answer
