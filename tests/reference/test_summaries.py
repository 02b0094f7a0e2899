"""What experiments and datasets add up to, and where people are sent to see it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.reference.events.scores import compared
from tests.reference.material import NOBODY, create, insert, resources, unique

if TYPE_CHECKING:
    import httpx

    from tests.reference.rig import Houses


def summary(client: httpx.Client, experiment: str, **query: str) -> dict[str, object]:
    """The summary of an experiment with its scores."""
    path = f"/v1/experiment/{experiment}/summarize"
    answer = client.get(path, params={"summarize_scores": "true", **query})
    assert answer.status_code == 200, answer.text
    told: dict[str, object] = answer.json()
    return told


def test_scores_are_means_over_traces(client: httpx.Client) -> None:
    """Scores on any span of a trace count for the trace; each trace counts once."""
    id = create(client, "experiment")["id"]
    one = [{"span_id": "a", "root_span_id": "t", "metrics": {"start": 1, "end": 3, "tokens": 10}}]
    one += [{"span_id": "b", "root_span_id": "t", "span_parents": ["a"], "scores": {"s": 1}}]
    insert(client, "experiment", id, *one, {"scores": {"s": 0, "n": None}})
    told = summary(client, id)
    zero = {"improvements": 0, "regressions": 0}
    assert told["scores"] == {"s": {"name": "s", "score": 0.5, **zero}}
    assert told["metrics"] == {
        "tokens": {"name": "tokens", "metric": 10, "unit": "", **zero},
        "duration": {"name": "duration", "metric": 2, "unit": "s", **zero},
    }


def test_base_is_compared_by_input(client: httpx.Client) -> None:
    """With a base, each case is compared with the one of the same input."""
    base = create(client, "experiment")
    project = base["project_id"]
    rows = [{"input": n, "scores": {"s": 0.5}} for n in range(3)]
    insert(client, "experiment", base["id"], *rows)
    ours = create(client, "experiment", project=project, base_exp_id=base["id"])["id"]
    scores = [1, 0.25, 0.5]
    insert(
        client,
        "experiment",
        ours,
        *({"input": n, "scores": {"s": s}} for n, s in enumerate(scores)),
    )
    told = summary(client, ours)
    score = told["scores"]["s"]  # type: ignore[index]
    assert (score["improvements"], score["regressions"]) == (1, 1)
    assert score["diff"] == pytest.approx(1.75 / 3 - 0.5)
    assert told["comparison_experiment_name"] == base["name"]
    assert told == summary(client, ours, comparison_experiment_id=base["id"])


def test_base_that_is_gone_is_no_base(client: httpx.Client) -> None:
    """A deleted base leaves the summary alone; one that is asked for must exist."""
    base = create(client, "experiment")
    ours = create(client, "experiment", project=base["project_id"], base_exp_id=base["id"])["id"]
    client.delete(f"/v1/experiment/{base['id']}")
    assert "comparison_experiment_name" not in summary(client, ours)
    path = f"/v1/experiment/{ours}/summarize"
    assert client.get(path, params={"comparison_experiment_id": NOBODY}).status_code == 403


def test_number_beyond_all_measure_is_ignored() -> None:
    """A huge integer neither breaks the summary nor counts."""
    row = {"root_span_id": "t", "is_root": True, "metrics": {"a": 10**400, "b": 1, "c": True}}
    assert [*compared([row], None)["metrics"]] == ["b"]  # type: ignore[misc]


def test_dataset_counts_its_records(client: httpx.Client) -> None:
    """Both routes tell how many records there are now."""
    id = create(client, "dataset")["id"]
    insert(client, "dataset", id, {"id": "a"}, {"id": "b"})
    insert(client, "dataset", id, {"id": "a", "_object_delete": True})
    new = client.get(f"/v1/dataset/{id}/summarize", params={"summarize_data": "true"}).json()
    old = client.get("/dataset-summary", params={"dataset_id": id}).json()
    assert new["data_summary"] == old == {"total_records": 1}
    assert "data_summary" not in client.get(f"/v1/dataset/{id}/summarize").json()


def test_older_route_gives_the_same_numbers(audited: httpx.Client) -> None:
    """The comparison of the older SDKs has the scores and metrics of the summary."""
    id = create(audited, "experiment")["id"]
    insert(audited, "experiment", id, {"scores": {"s": 1}})
    answer = audited.get("/experiment-comparison2", params={"experiment_id": id})
    told = summary(audited, id)
    assert answer.json() == {"scores": told["scores"], "metrics": told["metrics"]}
    assert [type for type, _, _ in resources(answer)] == ["experiment"]


@pytest.mark.parametrize("path", ["/experiment-comparison2", "/dataset-summary"])
def test_older_routes_need_an_id(client: httpx.Client, path: str) -> None:
    """Without an id there is nothing to sum up."""
    assert client.get(path).status_code == 400


@pytest.mark.parametrize("public", ["", "https://people.example/"])
def test_people_are_sent_to_the_public_url(houses: Houses, public: str) -> None:
    """Addresses begin with the public URL where it is set, else with the application's."""
    url = houses.data_plane(BRAINTRUST_APP_PUBLIC_URL=public)
    client = houses.client(url)
    project = create(client, "project", name=unique("a/b é"))
    experiment = create(client, "experiment", project=project["id"], name=unique("x?y"))
    told = summary(client, experiment["id"])
    base = public.rstrip("/") or houses.control_plane.url
    assert str(told["project_url"]).startswith(f"{base}/app/")
    assert "/p/a%2Fb%20%C3%A9" in str(told["project_url"])
    assert str(told["experiment_url"]).startswith(f"{told['project_url']}/experiments/x%3Fy")
