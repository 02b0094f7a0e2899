"""Queries as text and as the syntax trees of the SDKs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.reference.events import btql_text
from conformance.reference.events.filters import compiled
from conformance.reference.problems import BadRequest
from tests.reference.material import create, insert, resources

if TYPE_CHECKING:
    import httpx

ROW = {
    "id": "r1",
    "n": 5,
    "text": "Hello World",
    "none": None,
    "metadata": {"deep name": {"x": [1, 2]}},
    "tags": ["a", "b"],
}


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("id = 'r1'", True),
        ("id != 'r1'", False),
        ("n > 4 and n <= 5", True),
        ("n < 5 or n >= 6", False),
        ("not (n = 5)", False),
        ("n > 'a'", False),
        ("text ilike '%WORLD'", True),
        ("n like '%'", False),
        ("none is null", True),
        ("absent is not null", False),
        ("tags includes 'a'", True),
        ("tags includes ['a', 'c']", False),
        ("id in ('r0', 'r1')", True),
        ("metadata.'deep name'.x includes 2", True),
        ("n.x is null", True),
        ("none = null", True),
        ("n = 5.0 AND NOT FALSE = true", True),
        ("id <> 'it''s'", True),
    ],
)
def test_filter_keeps_what_it_says(text: str, kept: bool) -> None:
    """The filter of a query in text is evaluated on a row."""
    tree = btql_text.parse(f"select: * | from: dataset('x') | filter: {text}")
    assert compiled(tree["filter"])(ROW) is kept


@given(st.text())
def test_every_text_is_a_literal(text: str) -> None:
    """A quoted string means itself, whatever it holds."""
    quoted = "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"
    tree = btql_text.parse(f"filter: id = {quoted}")
    assert compiled(tree["filter"])({"id": text})


@pytest.mark.parametrize(
    "query",
    [
        None,
        5,
        "",
        "nonsense",
        "select: * from: x",
        "select: * | from: logs('a')",
        "select: * | from: project_logs('abc')",
        "select: * | from: project_logs(",
        "dimensions: x | from: dataset('a')",
        "filter: " + "(" * 300 + "a = 1" + ")" * 300,
        "filter: a ?? 1",
        "filter: a is 5",
        "filter: a between 5",
        "filter: a = |",
        {"from": 5},
        {"from": {"name": {"name": ["dataset"]}, "args": [5]}},
        {"measures": [1]},
        {"filter": 5},
        {"filter": {"op": "magic", "left": {"op": "literal"}, "right": {"op": "literal"}}},
        {"filter": {"op": "eq", "left": 5}},
        {"filter": {"op": "not"}, "limit": "x"},
    ],
    ids=repr,
)
def test_unreadable_query_is_refused(client: httpx.Client, query: object) -> None:
    """A query that cannot be understood is a 400, never a failure."""
    assert client.post("/btql", json={"query": query}).status_code == 400


def tree(type: str, id: str, **clauses: object) -> dict[str, object]:
    """A query as the SDKs send it."""
    name = {"op": "ident", "name": [type]}
    source = {"op": "function", "name": name, "args": [{"op": "literal", "value": id}]}
    return {"select": [{"op": "star"}], "from": source, **clauses}


def test_pages_of_a_query_follow_each_other(client: httpx.Client) -> None:
    """The SDK's loop ends when there is no cursor, and has every row once."""
    id = create(client, "dataset")["id"]
    insert(client, "dataset", id, *({"id": f"r{index}"} for index in range(5)))
    seen, cursor, first = [], None, True
    while first or cursor:
        first = False
        answer = client.post("/btql", json={"query": tree("dataset", id, limit=2, cursor=cursor)})
        seen += [row["id"] for row in answer.json()["data"]]
        cursor = answer.json()["cursor"]
        assert answer.headers.get("x-bt-cursor") == cursor
    assert seen == ["r4", "r3", "r2", "r1", "r0"]


def test_rows_are_sorted_and_projected(client: httpx.Client) -> None:
    """Sorted by two fields, with only the fields that were selected, as lines of JSON."""
    id = create(client, "dataset")["id"]
    rows = [{"id": "a", "input": 1}, {"id": "b", "input": 2}, {"id": "c", "input": 1}]
    insert(client, "dataset", id, *rows)
    query = f"select: id, input | from: dataset('{id}') spans | sort: input desc, id asc | limit: 9"
    answer = client.post("/btql", json={"query": query, "fmt": "jsonl"})
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert lines == [rows[1], rows[0], rows[2]]


def test_shapes_are_spans_traces_and_roots(client: httpx.Client) -> None:
    """Spans are single rows, traces whole traces with a row that is kept, a summary the roots."""
    id = create(client, "project")["id"]
    root = {"id": "root", "span_id": "s", "root_span_id": "t"}
    child = {"id": "child", "span_id": "c", "root_span_id": "t", "span_parents": ["s"]}
    insert(client, "project_logs", id, root, child, {"id": "other"})

    def ids(shape: str, condition: str) -> list[str]:
        query = f"select: id | from: project_logs('{id}') {shape} | filter: {condition}"
        return [row["id"] for row in client.post("/btql", json={"query": query}).json()["data"]]

    assert ids("spans", "id = 'child'") == ["child"]
    assert ids("traces", "id = 'child'") == ["child", "root"]
    assert ids("summary", "root_span_id = 't'") == ["root"]
    assert client.post("/btql", json={"query": f"from: dataset('{id}') cake"}).status_code == 400


def test_versions_of_a_prompt_are_its_history(audited: httpx.Client) -> None:
    """The audit log has every version, the plain query the newest; both list the prompt."""
    prompt = create(audited, "prompt")
    changed = audited.patch(f"/v1/prompt/{prompt['id']}", json={"description": "d"}).json()
    query = tree("project_prompts", prompt["project_id"])
    now = audited.post("/btql", json={"query": query})
    history = audited.post("/btql", json={"query": query, "audit_log": True}).json()["data"]
    assert now.json()["data"] == [changed]
    assert [row["_xact_id"] for row in history] == [changed["_xact_id"], prompt["_xact_id"]]
    assert resources(now)[-1] == ("prompt", prompt["id"], prompt["name"])


def test_unknown_operator_is_refused() -> None:
    """The refusal names the operator."""
    literal = {"op": "literal", "value": 1}
    with pytest.raises(BadRequest, match="'magic' is not known"):
        compiled({"op": "magic", "left": literal, "right": literal})
