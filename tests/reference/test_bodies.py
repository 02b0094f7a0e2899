"""What is read from clients, and what is refused with a 400."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.reference import bodies
from conformance.reference.problems import BadRequest
from tests.reference.material import NOBODY

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(st.text(), values, max_size=5))
def test_every_json_object_is_read(value: dict[str, object]) -> None:
    """What JSON can say comes through as it is."""
    assert bodies.parse(json.dumps(value).encode()) == value


def test_empty_body_is_an_empty_object() -> None:
    """Clients send no body where they have nothing to say."""
    assert bodies.parse(b" ") == {}


@pytest.mark.parametrize(
    "body",
    [
        b"\xff",
        b"{",
        b"[]",
        b'"text"',
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        b'{"a": 1e999}',
        b'{"a": ' + b"9" * 5000 + b"}",
        b"[" * 100_000,
        b'{"a": ' * 150 + b"1" + b"}" * 150,
    ],
    ids=["bytes", "cut", "array", "text", "nan", "infinity", "float", "int", "deep", "deeper"],
)
def test_unusable_body_is_refused(body: bytes) -> None:
    """Each is the client's mistake, never a failure of the data plane."""
    with pytest.raises(BadRequest):
        bodies.parse(body)


def test_wide_body_is_not_deep() -> None:
    """Many objects side by side are fine."""
    assert len(bodies.parse(b'{"a": [' + b"{}," * 500 + b"{}]}")["a"]) == 501  # type: ignore[arg-type]


def test_id_is_a_uuid_in_any_case() -> None:
    """Letters are compared without regard to case."""
    upper = NOBODY.replace("0000-4000", "ABCD-4000")
    assert bodies.identifier(upper) == upper.lower()


@pytest.mark.parametrize("value", [None, 5, "", "abc", NOBODY + "0", f" {NOBODY}"])
def test_what_is_no_id_is_refused(value: object) -> None:
    """The refusal is a list of issues that names the member."""
    with pytest.raises(BadRequest, match="Invalid uuid") as refused:
        bodies.identifier(value, "project_id")
    assert json.loads(refused.value.message)[0]["path"] == ["project_id"]


@pytest.mark.parametrize("value", [None, "", 5, [], "a\0", "\ud800"])
def test_unusable_text_is_refused(value: object) -> None:
    """A name is text that can be stored and shown."""
    with pytest.raises(BadRequest, match="string"):
        bodies.text({"name": value}, "name")


def test_text_may_be_left_out_where_it_is_optional() -> None:
    """Absent and null mean the same."""
    assert bodies.optional_text({"name": None}, "name") is None
    assert bodies.optional_text({"name": "a"}, "name") == "a"


@pytest.mark.parametrize("value", [None, {}, "a", [1], [{}, None]])
def test_array_of_objects_is_required(value: object) -> None:
    """Events and rows come as an array of objects."""
    with pytest.raises(BadRequest, match=r"Expected (array|object)"):
        bodies.objects({"events": value}, "events")


@pytest.mark.parametrize(
    ("value", "count"), [(None, None), ("", None), ("7", 7), (0, 0), (10**12, bodies.HIGHEST_LIMIT)]
)
def test_count_is_read(value: object, count: int | None) -> None:
    """Numbers come from queries and from bodies; very large ones are cut."""
    assert bodies.count(value, "limit") == count


@pytest.mark.parametrize("value", [-1, "-1", "a", 1.5, True, [], "9" * 30], ids=repr)
def test_what_is_no_count_is_refused(value: object) -> None:
    """A limit is an integer that is not negative."""
    with pytest.raises(BadRequest, match="not negative"):
        bodies.count(value, "limit")
