"""Refusals look as production's do."""

from __future__ import annotations

import json
import re

from mock_control_plane.directory import Directory
from mock_control_plane.routes.refusal import (
    absent,
    invalid,
    missing,
    not_a_uuid,
    request_id,
    suffix,
    wrong_type,
)


def test_issues_are_a_printed_list() -> None:
    """What is wrong with fields is a JSON array, printed with two blanks a level."""
    text = invalid([not_a_uuid("id"), absent("name")]).text
    assert text.startswith('[\n  {\n    "validation": "uuid",\n')
    assert [issue["path"] for issue in json.loads(text)] == [["id"], ["name"]]


def test_wrong_type_names_both_types() -> None:
    """An issue says which type was expected and which came."""
    given = [None, True, "x", {}, [], 5, 5.5, object()]
    received = [wrong_type("f", "string", value)["received"] for value in given]
    names = ["null", "boolean", "string", "object", "array", "number", "number", "undefined"]
    assert received == names


def test_missing_object_is_told_in_the_recorded_words() -> None:
    """The sentence is production's own."""
    expected = "Missing read access to project id x, or the project does not exist"
    assert missing("project", "x").text == expected
    assert missing("project", "x").status == 400


def test_request_ids_have_the_edges_form() -> None:
    """Five characters, milliseconds and twelve digits; no two are the same."""
    assert re.fullmatch(r"iad1::[0-9a-f]{5}-\d{13}-[0-9a-f]{12}", request_id())
    assert request_id() != request_id()


def test_brackets_name_a_known_user_only() -> None:
    """Somebody unknown has neither an address nor an organisation."""
    assert suffix(None, None, "iad1::x").startswith(" [timestamp=")
    user = Directory().create_user(email="a@b.example")
    assert suffix(user, "acme", "iad1::x").startswith(" [user_email=a@b.example] [user_org=acme] ")
