"""A relay learns whose credentials go through it from what the upstream says."""

from __future__ import annotations

import gzip

import pytest

from mock_control_plane import acquaintances
from mock_control_plane.acquaintances import IMPERSONATE, SELF, Acquaintances, introduces
from mock_control_plane.entry import Principal


def test_user_is_known_once_the_upstream_named_him() -> None:
    """Before that he is unknown; who has no credential is nobody."""
    known = Acquaintances()
    assert known.principal("d1") == Principal("unknown")
    known.learn("d1", [], b'{"id": "u1"}')
    assert known.principal("d1") == Principal("user", "u1")
    assert known.principal("d2") == Principal("unknown")
    assert known.principal(None) == Principal("none")


def test_compressed_answer_is_understood() -> None:
    """What was compressed on its way says the same."""
    known = Acquaintances()
    known.learn("d", [(b"content-encoding", b"gzip")], gzip.compress(b'{"id": "u"}'))
    assert known.principal("d") == Principal("user", "u")


@pytest.mark.parametrize("answer", [b"", b"[]", b"{}", b'{"id": 7}', b"\xff", b"[" * 100_000])
def test_other_answers_teach_nothing(answer: bytes) -> None:
    """Whatever an upstream says, a relay goes on."""
    known = Acquaintances()
    known.learn("d", [], answer)
    known.learn("d", [(b"content-encoding", b"gzip")], answer or b"no gzip")
    assert known.principal("d") == Principal("unknown")


def test_impersonated_user_is_not_the_caller() -> None:
    """Who acts as somebody else is not introduced by the answer."""
    assert introduces(SELF, [])
    assert not introduces(SELF, [(IMPERSONATE, b"u2")])
    assert not introduces("/api/project/get", [])


def test_oldest_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many credentials come, memory does not grow without end."""
    monkeypatch.setattr(acquaintances, "MAX_KNOWN", 1)
    known = Acquaintances()
    known.learn("d1", [], b'{"id": "u1"}')
    known.learn("d2", [], b'{"id": "u2"}')
    assert known.principal("d1") == Principal("unknown")
    assert known.principal("d2") == Principal("user", "u2")
