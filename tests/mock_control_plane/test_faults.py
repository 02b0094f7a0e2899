"""A script is for exactly the requests that it names, as often as it says, in order."""

from __future__ import annotations

import pytest

from mock_control_plane.answers import Answer
from mock_control_plane.entry import Principal
from mock_control_plane.faults import Faults, UnknownScript, UnusableScript


def taken(
    faults: Faults, path: str = "/x", method: str = "POST", principal: str | None = None
) -> int | None:
    """The status that a request of somebody gets from a script, None if there is none for it."""
    scope = {"raw_path": path.encode(), "method": method}
    answer = faults.take(scope, lambda: Principal("user", principal))
    return None if answer is None else answer.status


def test_path_is_exact() -> None:
    """A script is for its path as it stands in the request line, and for no other."""
    faults = Faults()
    faults.add("/a%20b", Answer(status=500))
    assert taken(faults, "/a%20b") == 500
    assert [taken(faults, path) for path in ("/a b", "/a%20b/", "/a%20bc", "/a")] == [None] * 4


def test_method_and_principal_narrow() -> None:
    """A script with a method or a principal leaves other requests alone."""
    faults = Faults()
    faults.add("/x", Answer(status=501), method="get")
    faults.add("/x", Answer(status=502), principal="ann")
    assert taken(faults, method="GET", principal="ann") == 501
    assert taken(faults, principal="ann") == 502
    assert taken(faults, principal="bob") is None
    assert taken(faults) is None


def test_first_wins_until_it_is_used_up() -> None:
    """The oldest script is used first, so many times; then the next, then none."""
    faults = Faults()
    first = faults.add("/x", Answer(status=501), times=2)
    second = faults.add("/x", Answer(status=502), times=1)
    assert [taken(faults) for _ in range(4)] == [501, 501, 502, None]
    faults.remove(first.id)
    faults.remove(second.id)
    assert faults.scripts == []


def test_removed_script_is_unknown() -> None:
    """A script that is taken back answers nothing more, and cannot be taken back again."""
    faults = Faults()
    script = faults.add("/x", Answer())
    faults.remove(script.id)
    assert taken(faults) is None
    with pytest.raises(UnknownScript, match=f"no script '{script.id}' in this realm, which has 0"):
        faults.remove(script.id)


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (Answer(status=100), "the status is 100; expected one between 200 and 599"),
        (Answer(status=600), "the status is 600"),
        (Answer(delay=-1), "a delay of -1 is none"),
        (Answer(drip=float("nan")), "a delay of nan is none"),
        (Answer(cut=-1), "cut is -1"),
        (Answer(never=True, reset=True), "exclude each other"),
        (Answer(headers=(("a b", "c"),)), "no header can be 'a b'"),
        (Answer(headers=(("a", "b\r\nc: d"),)), "no header can be 'a' with"),
        (Answer(headers=(("a", "\u20ac"),)), "expected Latin text"),
        (Answer(headers=(("Content-Length", "1"),)), "follows from the body"),
    ],
)
def test_unusable_answer_is_a_sentence(answer: Answer, sentence: str) -> None:
    """An answer that cannot be sent is refused when it is scripted."""
    faults = Faults()
    with pytest.raises(UnusableScript, match=sentence):
        faults.add("/x", answer)
    assert faults.scripts == []


@pytest.mark.parametrize("path", ["", "x", "http://h/x", "/x?a=1"])
def test_unusable_path_is_a_sentence(path: str) -> None:
    """A path that no request line has is refused."""
    with pytest.raises(UnusableScript, match="expected one like /api/project/get"):
        Faults().add(path, Answer())


def test_no_times_at_all_is_a_sentence() -> None:
    """A script that answers nothing is refused."""
    with pytest.raises(UnusableScript, match="times is 0; expected at least 1"):
        Faults().add("/x", Answer(), times=0)
