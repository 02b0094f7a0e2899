"""Specimens are made through the data plane, are unlike any other, and go again where they must."""

from __future__ import annotations

import json

import pytest

from conformance.client import Caller, Person
from conformance.expect import Inconclusive
from conformance.specimens import KINDS, Specimen, Specimens
from tests.conformance.scripted import Scripted, answer, serving

HOME = Specimen("project", "p1", "home", "p1", {})
CREATED = b'{"id": "x1", "name": "made", "project_id": "p1"}'


def sent(served: Scripted) -> list[tuple[str, object]]:
    """Return the request lines and JSON bodies that the server got."""
    parts = [each.partition(b"\r\n\r\n") for each in served.requests]
    return [
        (head.split(b" HTTP", 1)[0].decode(), json.loads(body) if body else None)
        for head, _, body in parts
    ]


def test_names_are_unique_and_carry_the_run() -> None:
    """No two names are the same, and each begins with the id of the run."""
    one, other = Specimens("run7", cleans_up=False), Specimens("run7", cleans_up=False)
    names = [maker.unique("project") for maker in (one, other) for _ in range(3)]
    assert len(set(names)) == 6
    assert all(name.startswith("run7-") and name.endswith("-project") for name in names)


@pytest.mark.parametrize("kind", KINDS)
def test_bodies_have_what_their_kind_needs(kind: str) -> None:
    """A body names the object and what it lies in, and holds what the kind requires beside it."""
    with serving(answer()) as served:
        body = Specimens("run", cleans_up=False).body(served.caller(), kind, project=HOME)
    wanted = {
        "project": {"name"},
        "experiment": {"name", "project_id"},
        "dataset": {"name", "project_id"},
        "prompt": {"name", "project_id", "slug", "prompt_data"},
        "function": {"name", "project_id", "slug", "function_data"},
    }
    assert set(body) == wanted[kind]


def test_projects_name_the_callers_organisation() -> None:
    """A project is asked for in the organisation that the caller is known to belong to."""
    with serving(answer()) as served:
        caller = served.caller()
    member = Caller(caller.transport, caller.credential, Person(organization_name="acme"))
    body = Specimens("run", cleans_up=False).body(member, "project", name="given")
    assert body == {"name": "given", "org_name": "acme"}


def test_an_object_gets_a_project_of_its_own() -> None:
    """Where no project is given, one is made first."""
    project = b'{"id": "p9", "name": "n"}'
    with serving(answer(project), answer(CREATED)) as served:
        specimen = Specimens("run", cleans_up=False).make(
            served.caller(), "dataset", description="d"
        )
    (first, _), (second, body) = sent(served)
    assert (first, second) == ("POST /v1/project", "POST /v1/dataset")
    assert isinstance(body, dict)
    assert (body["project_id"], body["description"]) == ("p9", "d")
    assert (specimen.path, specimen.name) == ("/v1/dataset/x1", "made")
    assert specimen.project_id == "p1"


def test_a_project_that_is_not_visible_yet_is_waited_for() -> None:
    """An object is asked for again while its project is not there yet."""
    with serving(answer(status="400 Bad Request"), answer(CREATED)) as served:
        caller = served.caller(write_visible=5.0)
        Specimens("run", cleans_up=False).make(caller, "dataset", project=HOME)
    assert len(served.requests) == 2


def test_a_refused_object_judges_nothing() -> None:
    """What cannot be made leaves the test without a verdict, and says what was refused."""
    refused = answer(b"no", status="500 Internal")
    with serving(refused) as served, pytest.raises(Inconclusive, match=r"create a project.*500"):
        Specimens("run", cleans_up=False).make(served.caller(), "project")


def test_a_child_without_project_is_our_mistake() -> None:
    """A body of a child needs its parent."""
    with serving(answer()) as served, pytest.raises(ValueError, match="a prompt lies in a project"):
        Specimens("run", cleans_up=False).body(served.caller(), "prompt")


def test_what_was_made_is_deleted_newest_first() -> None:
    """Where the data plane is not ours, everything goes again, also if a deletion fails."""
    project = answer(b'{"id": "p9", "name": "n"}')
    gone = answer(status="400 Bad Request")
    with serving(project, answer(CREATED), b"", gone) as served:
        caller, specimens = served.caller(), Specimens("run", cleans_up=True)
        specimens.make(caller, "prompt")
        specimens.delete_all()
        specimens.delete_all()
    assert [line for line, _ in sent(served)[2:]] == [
        "DELETE /v1/prompt/x1",
        "DELETE /v1/project/p9",
    ]


def test_what_was_there_before_is_not_deleted() -> None:
    """An object that existed already is somebody else's."""
    existing = answer(b'{"id": "p9", "name": "n"}', headers=["x-bt-found-existing: true"])
    with serving(existing) as served:
        specimens = Specimens("run", cleans_up=True)
        specimens.make(served.caller(), "project")
        specimens.delete_all()
    assert len(served.requests) == 1


def test_nothing_is_deleted_on_a_data_plane_of_ours() -> None:
    """A data plane that the run started is thrown away as a whole."""
    with serving(answer(b'{"id": "p9", "name": "n"}')) as served:
        specimens = Specimens("run", cleans_up=False)
        specimens.make(served.caller(), "project")
        specimens.delete_all()
    assert len(served.requests) == 1
