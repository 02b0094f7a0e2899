"""Two answers that differ anyway do not make a third one different."""

from __future__ import annotations

import pytest

from conformance.instruments.sameness import changed, view


def json_view(text: str) -> dict[str, object]:
    """Return the table of a JSON answer."""
    return view(200, "application/json", text.encode())


@pytest.mark.parametrize(
    ("before", "between", "after", "paths"),
    [
        ('{"a": 1}', '{"a": 1}', '{"a": 1}', []),
        ('{"a": 1, "t": 1}', '{"a": 1, "t": 2}', '{"a": 1, "t": 3}', []),
        ('{"a": 1}', '{"a": 2}', '{"a": 1}', ["body.a"]),
        ('{"a": 1}', '{"a": 1.0}', '{"a": 1}', ["body.a"]),
        ('{"a": 1}', '{"a": true}', '{"a": 1}', ["body.a"]),
        ("{}", '{"audit": {}}', "{}", ["body.audit"]),
        ('{"a": null}', "{}", '{"a": null}', ["body.a"]),
        ("[1]", "[1, 2]", "[1]", ["body", "body[1]"]),
        ('{"a": 1, "b": 2}', '{"b": 2, "a": 1}', '{"a": 1, "b": 2}', []),
    ],
)
def test_json_is_compared_leaf_by_leaf(
    before: str, between: str, after: str, paths: list[str]
) -> None:
    """What the two outer answers agree on must be so in the middle one as well."""
    assert changed(json_view(before), json_view(between), json_view(after)) == paths


def test_a_sentence_is_compared_word_by_word() -> None:
    """A request id in an error's sentence is masked, another sentence is found."""
    first, second, third = (
        view(400, "text/plain", f"no access [request_id={number}]".encode()) for number in (1, 2, 3)
    )
    other = view(400, "text/plain", b"audited: no access [request_id=2]")
    assert changed(first, second, third) == []
    assert changed(first, other, third)


def test_a_sentence_inside_json_is_too() -> None:
    """An error's message in JSON is compared like one in plain text."""
    first, second, third = (json_view(f'{{"m": "no [{number}]"}}') for number in (1, 2, 3))
    assert changed(first, second, third) == []
    other = json_view('{"m": "No [2]"}')
    assert changed(first, other, third) == ["body.m, part 1"]


def test_status_and_content_type_count() -> None:
    """The same body with another status or type is another answer; blanks in the type are not."""
    plain = view(200, "application/json; charset=utf-8", b"{}")
    assert changed(plain, view(201, "application/json;charset=UTF-8", b"{}"), plain) == ["status"]
    assert changed(plain, view(200, "text/plain", b"{}"), plain) == ["content-type"]
    assert changed(view(200, None, b""), view(200, None, b""), view(200, None, b"")) == []
