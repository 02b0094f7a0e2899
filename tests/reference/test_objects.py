"""Projects, experiments, datasets, prompts and functions under `/v1`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.reference.material import KINDS, NOBODY, create, resources, unique

if TYPE_CHECKING:
    import httpx

    from tests.reference.rig import Houses

FORBIDDEN = {"experiment": 403, "dataset": 403}
by_kind = pytest.mark.parametrize("kind", KINDS)


@by_kind
def test_object_lives_from_creation_to_deletion(client: httpx.Client, kind: str) -> None:
    """Created, read, changed, listed and deleted, it is the same object, and then it is gone."""
    made = create(client, kind)
    path, name = f"/v1/{kind}/{made['id']}", unique("é 🎉")
    assert client.get(path).json() == made
    changed = client.patch(path, json={"name": name, "description": "d"}).json()
    assert (changed["name"], changed["description"]) == (name, "d")
    assert client.get(path).json() == changed
    assert client.get(f"/v1/{kind}", params={f"{kind}_name": name}).json() == {"objects": [changed]}
    deleted = client.delete(path)
    assert (deleted.status_code, deleted.json()["id"]) == (200, made["id"])
    assert deleted.json().get("deleted_at") or deleted.json()["_object_delete"]
    assert client.get(path).status_code == FORBIDDEN.get(kind, 400)
    assert client.get(f"/v1/{kind}", params={"ids": made["id"]}).json() == {"objects": []}


@by_kind
def test_every_operation_lists_its_object(audited: httpx.Client, kind: str) -> None:
    """Create, read, list, change and delete name the object with its type, id and name."""
    project = create(audited, "project")["id"]
    body = {"name": unique(kind), "project_id": project, "slug": unique("s"), "function_data": {}}
    made = audited.post(f"/v1/{kind}", json=body)
    id, path, name = made.json()["id"], f"/v1/{kind}/{made.json()['id']}", made.json()["name"]
    assert resources(made) == resources(audited.get(path)) == [(kind, id, name)]
    assert resources(audited.get(f"/v1/{kind}", params={"ids": id})) == [(kind, id, name)]
    renamed = audited.patch(path, json={"name": "other"})
    assert resources(renamed) == resources(audited.delete(path)) == [(kind, id, "other")]
    assert renamed.headers["x-bt-audit-normalized-url"] == f"/v1/{kind}/[id]"


@by_kind
@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_missing_object_is_refused(client: httpx.Client, kind: str, method: str) -> None:
    """What the control plane checks is answered 400 and text, what we check 403 and JSON."""
    answer = client.request(method, f"/v1/{kind}/{NOBODY}", json={})
    assert answer.status_code == FORBIDDEN.get(kind, 400)
    assert f"Missing read access to {kind} id {NOBODY}" in answer.text
    assert client.request(method, f"/v1/{kind}/abc", json={}).status_code == 400


@by_kind
def test_foreign_object_is_missing(houses: Houses, data_plane: str, kind: str) -> None:
    """A user of another organisation can neither see nor change an object."""
    made = create(houses.client(data_plane), kind)
    other = houses.control_plane.directory.create_organization(unique("other"))
    stranger = houses.client(data_plane, houses.control_plane.key(organizations=[other.id]))
    for method in ("GET", "PATCH", "DELETE"):
        answer = stranger.request(method, f"/v1/{kind}/{made['id']}", json={"name": "x"})
        assert answer.status_code == FORBIDDEN.get(kind, 400)
    for query in ({"ids": made["id"]}, {f"{kind}_name": made["name"]}, {}):
        assert made not in stranger.get(f"/v1/{kind}", params=query).json()["objects"]


@by_kind
def test_list_is_paged_from_the_newest(client: httpx.Client, kind: str) -> None:
    """Pages follow each other in both directions, and a limit of none gives none."""
    project = create(client, "project")["id"]
    made = [create(client, kind, project=project)["id"] for _ in range(3)]

    def page(**query: object) -> list[str]:
        scope: dict[str, object] = {"project_id": project}
        if kind == "project":
            scope = {"ids": made}
        answer = client.get(f"/v1/{kind}", params={**scope, **query})  # type: ignore[dict-item]
        return [each["id"] for each in answer.json()["objects"]]

    assert page() == made[::-1]
    assert page(limit=2) == [made[2], made[1]]
    assert page(limit=2, starting_after=made[1]) == [made[0]]
    assert page(limit=1, ending_before=made[0]) == [made[1]]
    assert page(limit=0) == []


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "-1"},
        {"limit": "many"},
        {"ids": "abc"},
        {"starting_after": "abc"},
        {"starting_after": NOBODY, "ending_before": NOBODY},
    ],
    ids=str,
)
@by_kind
def test_malformed_list_is_refused(client: httpx.Client, kind: str, query: dict[str, str]) -> None:
    """What cannot be asked for is a 400."""
    assert client.get(f"/v1/{kind}", params=query).status_code == 400


@by_kind
@pytest.mark.parametrize(
    "body",
    [b"[]", b"\xff", b"{}", b'{"name": 5}', b'{"name": "a", "project_id": "abc"}', b'{"name": ""}'],
)
def test_malformed_creation_is_refused(client: httpx.Client, kind: str, body: bytes) -> None:
    """A body that describes no object is a 400; a project needs only a name."""
    if kind == "project" and b"abc" in body:
        body = b'{"name": "a\\u0000"}'
    assert client.post(f"/v1/{kind}", content=body).status_code == 400


@pytest.mark.parametrize(("kind", "told"), [("project", True), ("dataset", True)])
def test_existing_object_is_returned_and_told(client: httpx.Client, kind: str, told: bool) -> None:
    """Where the name is taken the object of that name comes back, with a header."""
    made = create(client, kind)
    again = client.post(f"/v1/{kind}", json={**made, "description": "changed"})
    assert again.json() == made
    assert (again.headers.get("x-bt-found-existing") == "true") is told


def test_existing_experiment_comes_back_untold(client: httpx.Client) -> None:
    """Without ensure_new the existing experiment, with it one of a new name; never a header."""
    made = create(client, "experiment")
    body = {"project_id": made["project_id"], "name": made["name"]}
    again = client.post("/v1/experiment", json=body)
    new = client.post("/v1/experiment", json={**body, "ensure_new": True})
    assert again.json() == made
    assert new.json()["name"].startswith(f"{made['name']}-")
    assert not [each for each in (again, new) if "x-bt-found-existing" in each.headers]


def test_organisation_is_chosen_by_name(houses: Houses, data_plane: str) -> None:
    """A user of several organisations says where a project goes, and only there."""
    directory = houses.control_plane.directory
    names = [unique("org") for _ in range(3)]
    ids = [directory.create_organization(name).id for name in names]
    client = houses.client(data_plane, houses.control_plane.key(organizations=ids[:2]))
    chosen = [create(client, "project", org_name=name)["org_id"] for name in names[:2]]
    assert chosen == ids[:2]
    refused = client.post("/v1/project", json={"name": "a", "org_name": names[2]})
    assert (refused.status_code, "belong to no organization" in refused.text) == (400, True)


@pytest.mark.parametrize("kind", ["prompt", "function"])
def test_slug_is_created_once_and_replaced(client: httpx.Client, kind: str) -> None:
    """POST returns what has the slug as it is; PUT replaces it, with a new version."""
    made = create(client, kind)
    body = {**made, "description": "new", "function_data": {"type": "prompt"}}
    assert client.post(f"/v1/{kind}", json=body).json() == made
    replaced = client.put(f"/v1/{kind}", json=body).json()
    assert (replaced["id"], replaced["description"]) == (made["id"], "new")
    assert replaced["_xact_id"] > made["_xact_id"]
    old = client.get(f"/v1/{kind}/{made['id']}", params={"version": made["_xact_id"]})
    assert old.json() == made


@pytest.mark.parametrize("kind", ["prompt", "function"])
def test_definition_is_found_by_its_scope(client: httpx.Client, kind: str) -> None:
    """Slug, project's name and id, and organisation narrow a list; what fits nothing is empty."""
    made = create(client, kind)
    project = client.get(f"/v1/project/{made['project_id']}").json()

    def found(**query: str) -> object:
        return client.get(f"/v1/{kind}", params={"slug": made["slug"], **query}).json()["objects"]

    assert found() == found(project_name=project["name"]) == [made]
    assert found(project_id=project["id"], version=made["_xact_id"]) == [made]
    assert found(project_name="another") == found(project_id=NOBODY) == []
    assert found(environment="production") == found(version="1") == []


def test_taken_slug_is_refused(client: httpx.Client) -> None:
    """A change cannot give two prompts of one project the same slug."""
    one = create(client, "prompt")
    two = create(client, "prompt", project=one["project_id"])
    answer = client.patch(f"/v1/prompt/{two['id']}", json={"slug": one["slug"]})
    assert (answer.status_code, "has that slug" in answer.text) == (400, True)


@pytest.mark.parametrize(
    "field",
    [
        {"prompt_data": []},
        {"description": 5},
        {"tags": "x"},
        {"tags": [1]},
        {"metadata": "x"},
        {"function_type": "unknown"},
        {"function_type": {}},
        {"function_data": None},
    ],
    ids=str,
)
def test_field_of_a_wrong_type_is_refused(client: httpx.Client, field: dict[str, object]) -> None:
    """A function whose answer could not have its schema is not stored."""
    project = create(client, "project")["id"]
    body = {"project_id": project, "name": "n", "slug": "s", "function_data": {}, **field}
    assert client.post("/v1/function", json=body).status_code == 400


def test_deleted_project_takes_its_prompts_along(client: httpx.Client) -> None:
    """What lies in a deleted project is neither read nor listed."""
    prompt = create(client, "prompt")
    client.delete(f"/v1/project/{prompt['project_id']}")
    assert client.get(f"/v1/prompt/{prompt['id']}").status_code == 400
    assert client.get("/v1/prompt", params={"slug": prompt["slug"]}).json() == {"objects": []}


def test_prompt_of_an_unreadable_project_is_missing(client: httpx.Client) -> None:
    """A project that was deleted over the API takes the access to its prompts along."""
    prompt = create(client, "prompt")
    client.post("/api/project/delete_id", json={"id": prompt["project_id"]})
    answer = client.get(f"/v1/prompt/{prompt['id']}")
    assert (answer.status_code, f"prompt id {prompt['id']}" in answer.text) == (400, True)


def test_refusal_to_change_is_the_control_planes(client: httpx.Client) -> None:
    """A name that is taken is refused in its words, not as a missing object."""
    one, two = create(client, "project"), create(client, "project")
    answer = client.patch(f"/v1/project/{two['id']}", json={"name": one["name"]})
    assert answer.status_code == 400
    assert "already exists" in answer.text


def test_prompt_has_no_environments(client: httpx.Client) -> None:
    """Nothing is published to an environment here: asked for one, a prompt is missing."""
    prompt = create(client, "prompt")
    answer = client.get(f"/v1/prompt/{prompt['id']}", params={"environment": "production"})
    assert answer.status_code == 400


def test_unreadable_filter_is_refused(client: httpx.Client) -> None:
    """A query that holds what cannot be stored is a 400."""
    assert client.get("/v1/project", params={"project_name": "a\0"}).status_code == 400
