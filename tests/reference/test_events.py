"""Rows: inserted, fetched, given feedback, ingested, queried and summed up."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.reference.material import NOBODY, create, fetched, insert, resources, unique

if TYPE_CHECKING:
    import httpx

    from tests.reference.rig import Houses

PARENTS = {"project_logs": "project", "experiment": "experiment", "dataset": "dataset"}
by_type = pytest.mark.parametrize("type", PARENTS)


def home(client: httpx.Client, type: str) -> str:
    """The id of a new object that rows of this type are written into."""
    return create(client, PARENTS[type])["id"]


@by_type
def test_row_is_read_back(client: httpx.Client, type: str) -> None:
    """What was inserted comes back, with the ids that make it a row of its object."""
    id = home(client, type)
    body = json.dumps({"events": [{"input": {"a": "é\ud800"}, "tags": ["t"]}]})
    (row_id,) = client.post(f"/v1/{type}/{id}/insert", content=body).json()["row_ids"]
    (row,) = fetched(client, type, id)
    assert (row["id"], row["input"], row["tags"]) == (row_id, {"a": "é\ud800"}, ["t"])
    assert row[f"{PARENTS[type]}_id"] == id
    assert {"_xact_id", "created", "project_id", "span_id", "root_span_id"} <= {*row}


@by_type
def test_rows_of_an_object_are_audited(audited: httpx.Client, type: str) -> None:
    """Insert, fetch and feedback list the object that the path names, each with its own URL."""
    id = home(audited, type)
    path = f"/v1/{type}/{id}"
    answers = {
        "insert": audited.post(f"{path}/insert", json={"events": [{"id": "r"}]}),
        "fetch": audited.get(f"{path}/fetch"),
        "feedback": audited.post(f"{path}/feedback", json={"feedback": [{"id": "r"}]}),
    }
    for verb, answer in answers.items():
        assert [(kind, touched) for kind, touched, _ in resources(answer)] == [(type, id)]
        assert answer.headers["x-bt-audit-normalized-url"] == f"/v1/{type}/[id]/{verb}"


@by_type
def test_foreign_rows_are_refused(houses: Houses, data_plane: str, type: str) -> None:
    """Another organisation's user can neither write, read nor query them."""
    id = home(houses.client(data_plane), type)
    other = houses.control_plane.directory.create_organization(unique("other"))
    stranger = houses.client(data_plane, houses.control_plane.key(organizations=[other.id]))
    status = 400 if type == "project_logs" else 403
    row = {f"{PARENTS[type]}_id": id, "log_id": "g"}
    answers = [
        stranger.post(f"/v1/{type}/{id}/insert", json={"events": [{}]}),
        stranger.get(f"/v1/{type}/{id}/fetch"),
        stranger.post("/logs3", json={"rows": [row]}),
        stranger.post("/btql", json={"query": f"select: * | from: {type}('{id}')"}),
    ]
    assert [answer.status_code for answer in answers] == [status] * 4


def test_merge_keeps_and_replacement_drops(client: httpx.Client) -> None:
    """A merge adds to a row; without it the row is replaced; a deletion removes it."""
    id = home(client, "dataset")
    insert(client, "dataset", id, {"id": "r", "input": {"a": 1}, "metadata": {"x": 1}})
    insert(client, "dataset", id, {"id": "r", "input": {"b": 2}, "_is_merge": True})
    (merged,) = fetched(client, "dataset", id)
    assert (merged["input"], merged["metadata"]) == ({"a": 1, "b": 2}, {"x": 1})
    insert(client, "dataset", id, {"id": "r", "input": 5})
    (replaced,) = fetched(client, "dataset", id)
    assert (replaced["input"], replaced.get("metadata")) == (5, None)
    insert(client, "dataset", id, {"id": "r", "_object_delete": True})
    assert fetched(client, "dataset", id) == []
    (old,) = fetched(client, "dataset", id, version=merged["_xact_id"])
    assert old["input"] == {"a": 1, "b": 2}


def test_feedback_is_merged_and_commented(client: httpx.Client) -> None:
    """Scores, tags and expected values go into the row, comments beside it; also unseen rows."""
    id = home(client, "project_logs")
    insert(client, "project_logs", id, {"id": "r", "scores": {"a": 0.5}})
    items = [
        {"id": "r", "scores": {"b": 1}, "comment": "good", "source": "app"},
        {"id": "r", "expected": "yes", "comment": "better"},
        {"id": "new", "comment": "first"},
    ]
    answer = client.post(f"/v1/project_logs/{id}/feedback", json={"feedback": items})
    assert answer.json() == {"status": "success"}
    rows = {str(row["id"]): row for row in fetched(client, "project_logs", id)}
    assert rows["r"]["scores"] == {"a": 0.5, "b": 1}
    assert rows["r"]["expected"] == "yes"
    told = [each["comment"]["text"] for each in rows["r"]["comments"]]  # type: ignore[attr-defined]
    assert (told, len(rows)) == (["good", "better"], 2)


def test_child_of_a_row_belongs_to_its_trace(client: httpx.Client) -> None:
    """A row that names its parent in the old way joins the parent's trace."""
    id = home(client, "experiment")
    insert(client, "experiment", id, {"id": "root"})
    insert(client, "experiment", id, {"id": "child", "_parent_id": "root"})
    rows = {str(row["id"]): row for row in fetched(client, "experiment", id)}
    assert rows["child"]["root_span_id"] == rows["root"]["root_span_id"]
    assert (rows["child"]["is_root"], rows["root"]["is_root"]) == (False, True)


def test_pages_hold_whole_traces(client: httpx.Client) -> None:
    """A limit counts traces; the cursor leads through all of them, newest first."""
    id = home(client, "project_logs")
    for trace in range(5):
        spans = [{"root_span_id": f"t{trace}", "span_id": f"{trace}.{span}"} for span in range(2)]
        insert(client, "project_logs", id, *spans)
    seen, cursor = [], None
    while True:
        answer = client.post(f"/v1/project_logs/{id}/fetch", json={"limit": 2, "cursor": cursor})
        seen.append([row["root_span_id"] for row in answer.json()["events"]])
        cursor = answer.json()["cursor"]
        assert answer.headers.get("x-bt-cursor") == cursor
        if not cursor:
            break
    assert seen == [["t4", "t4", "t3", "t3"], ["t2", "t2", "t1", "t1"], ["t0", "t0"]]


@pytest.mark.parametrize(
    ("verb", "body"),
    [
        ("insert", {}),
        ("insert", {"events": [{"id": 5}]}),
        ("insert", {"events": [{"metadata": []}]}),
        ("insert", {"events": [{"id": "ok"}, {"tags": "x"}]}),
        ("fetch", {"limit": -1}),
        ("fetch", {"cursor": "abc"}),
        ("fetch", {"version": "abc"}),
        ("feedback", {"feedback": [{}]}),
        ("feedback", {"feedback": [{"id": "r", "comment": 5}]}),
        ("feedback", {"feedback": [{"id": "r", "scores": {"a": 7}}]}),
    ],
)
def test_malformed_rows_are_refused_whole(
    client: httpx.Client, verb: str, body: dict[str, object]
) -> None:
    """One wrong row, and nothing of the request is written."""
    id = home(client, "dataset")
    assert client.post(f"/v1/dataset/{id}/{verb}", json=body).status_code == 400
    assert fetched(client, "dataset", id) == []


def test_batch_is_written_to_every_destination(audited: httpx.Client) -> None:
    """One body without a content type reaches logs, experiment, dataset and prompt."""
    dataset = create(audited, "dataset")
    project = dataset["project_id"]
    experiment = create(audited, "experiment", project=project)["id"]
    rows = [
        {"id": "a", "project_id": project, "log_id": "g", "input": 1},
        {"id": "a", "project_id": project, "log_id": "g", "output": 2, "_is_merge": True},
        {"id": "b", "experiment_id": experiment, "scores": {"s": 1}},
        {"id": "c", "dataset_id": dataset["id"]},
        {"project_id": project, "log_id": "p", "name": "P", "slug": "p"},
    ]
    answer = audited.post("/logs3", content=json.dumps({"rows": rows, "api_version": 2}))
    assert answer.json()["ids"][:3] == ["a", "b", "c"]
    (row,) = fetched(audited, "project_logs", project)
    assert (row["input"], row["output"], row["_xact_id"]) == (1, 2, answer.json()["xact_id"])
    touched = [type for type, _, _ in resources(answer)]
    assert touched == ["project_logs", "experiment", "dataset", "prompt"]
    (prompt,) = audited.get("/v1/prompt", params={"project_id": project}).json()["objects"]
    assert (prompt["slug"], prompt["description"]) == ("p", None)


def test_functions_are_ingested_merged_and_deleted(client: httpx.Client) -> None:
    """A function of a batch is changed by a merge and removed by a deletion."""
    project = home(client, "project_logs")
    row = {"project_id": project, "log_id": "p", "name": "F", "slug": "f"}
    code = {"function_data": {"type": "code"}}
    (id,) = client.post("/logs3", json={"rows": [{**row, **code}]}).json()["ids"]
    merge = {"project_id": project, "log_id": "p", "id": id, "_is_merge": True, **code}
    client.post("/logs3", json={"rows": [{**merge, "description": "d"}]})
    assert client.get(f"/v1/function/{id}").json()["description"] == "d"
    client.post("/logs3", json={"rows": [{**merge, "_object_delete": True}]})
    assert client.get(f"/v1/function/{id}").status_code == 400


def test_document_of_another_project_is_missing(client: httpx.Client) -> None:
    """A batch cannot take over a prompt that lies elsewhere."""
    prompt = create(client, "prompt")
    row = {**prompt, "project_id": home(client, "project_logs"), "log_id": "p"}
    assert client.post("/logs3", json={"rows": [row]}).status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"rows": {"type": "logs3_overflow", "key": "k"}},
        {"rows": [{"id": "a"}]},
        {"rows": [{"project_id": "abc"}]},
        {"rows": [{"project_id": NOBODY}]},
    ],
    ids=str,
)
def test_batch_without_a_destination_is_refused(
    client: httpx.Client, body: dict[str, object]
) -> None:
    """Rows must name an object that the caller can read."""
    assert client.post("/logs3", json=body).status_code == 400


def test_transaction_ids_grow(client: httpx.Client) -> None:
    """The plain text is a number above all earlier ones, also of the same second."""
    ids = [int(client.get("/xact-id").text) for _ in range(3)]
    assert ids == sorted({*ids})
    assert str(ids[0]).startswith("1000")
