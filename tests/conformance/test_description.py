"""The description knows every operation by its route template."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml

from conformance import data
from conformance.description import Description, DescriptionProblem
from conformance.specimens import KINDS

if TYPE_CHECKING:
    from pathlib import Path


def references(value: object) -> list[str]:
    """Every `$ref` in a document."""
    if isinstance(value, list):
        return [each for item in value for each in references(item)]
    if not isinstance(value, dict):
        return []
    own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
    return own + [each for item in value.values() for each in references(item)]


@pytest.fixture(scope="module", name="description")
def _description() -> Description:
    """The suite's own description."""
    return Description.load()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("verb", ["create", "read", "list", "change", "delete"])
def test_every_kind_has_its_operations(description: Description, kind: str, verb: str) -> None:
    """Each kind of object can be created, read, listed, changed and deleted."""
    operation = description.operation(kind, verb)
    assert operation.template == f"/v1/{kind}" + (
        "" if verb in ("create", "list") else f"/{{{kind}_id}}"
    )


@pytest.mark.parametrize("verb", ["insert", "fetch", "fetch_by_query", "feedback"])
@pytest.mark.parametrize("kind", ["project_logs", "experiment", "dataset"])
def test_every_kind_with_rows_has_its_operations(
    description: Description, kind: str, verb: str
) -> None:
    """Rows can be inserted, fetched in two ways and commented on."""
    assert description.operation(kind, verb).template.startswith(f"/v1/{kind}/{{")


def test_operations_are_named_by_kind_and_verb_once(description: Description) -> None:
    """No two operations do the same thing to the same kind."""
    named = [(operation.kind, operation.verb) for operation in description.operations]
    assert len(set(named)) == len(named)
    assert all(kind and verb for kind, verb in named)


@pytest.mark.parametrize(
    ("method", "path", "template"),
    [
        ("GET", "/v1/project/018f?x=/y", "/v1/project/{project_id}"),
        ("post", "/v1/dataset/a%2Fb/fetch", "/v1/dataset/{dataset_id}/fetch"),
        ("GET", "/v1/experiment", "/v1/experiment"),
        ("GET", "/v1/experiment/", None),
        ("GET", "/v1/experiment/x/y", None),
        ("PUT", "/v1/project", None),
    ],
)
def test_requests_are_matched_segment_by_segment(
    description: Description, method: str, path: str, template: str | None
) -> None:
    """A path is a template's if its literal segments are equal and its parameters not empty."""
    found = description.match(method, path)
    assert (found.template if found else None) == template


def test_literal_segments_win() -> None:
    """Where a literal and a parameter both fit, the route is the literal one."""
    document: dict[str, object] = {
        "paths": {"/v1/acl/{acl_id}": {"get": {}}, "/v1/acl/list_org": {"get": {}}}
    }
    found = Description.of(document).match("GET", "/v1/acl/list_org")
    assert found is not None
    assert found.template == "/v1/acl/list_org"


def test_paths_are_filled_in_and_encoded(description: Description) -> None:
    """A parameter's value is one segment, whatever it is."""
    operation = description.operation("experiment", "summarize")
    assert operation.parameters == ("experiment_id",)
    assert operation.path("a/b é") == "/v1/experiment/a%2Fb%20%C3%A9/summarize"
    assert str(operation) == "GET /v1/experiment/{experiment_id}/summarize"
    assert operation.below_v1
    assert not description.operation("rows", "batch").below_v1


def test_every_reference_in_the_document_leads_somewhere() -> None:
    """The document holds together: no `$ref` points at nothing."""
    document: object = yaml.safe_load(data.find("openapi", "data_plane.yaml").read_text())

    for reference in references(document):
        place: object = document
        for part in reference.removeprefix("#/").split("/"):
            assert isinstance(place, dict)
            assert part in place, reference
            place = place[part]


@pytest.mark.parametrize(
    ("text", "said"),
    [("paths: {}", "has no paths"), ("[1]", "has no paths"), ("a: b: c", "cannot be read as YAML")],
)
def test_a_file_that_describes_nothing_is_refused(tmp_path: Path, text: str, said: str) -> None:
    """A document that is not OpenAPI is named, with what was expected."""
    path = tmp_path / "api.yaml"
    path.write_text(text)
    with pytest.raises(DescriptionProblem, match=said):
        Description.load(path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """A path that leads nowhere is told with the path."""
    with pytest.raises(DescriptionProblem, match=r"none\.yaml cannot be read"):
        Description.load(tmp_path / "none.yaml")


def test_an_operation_that_is_not_described_is_told(description: Description) -> None:
    """A description that lacks what the suite needs says so."""
    with pytest.raises(DescriptionProblem, match="no operation to fly a project"):
        description.operation("project", "fly")
