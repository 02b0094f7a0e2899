"""The newest Python SDK, constrained to the reference: nothing leaves, nothing is lost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.clients import material

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from mock_control_plane.client import Entry, User
    from tests.running import RunningReference

PUBLIC_URL = "https://www.braintrust.dev"
DRIVEN_WITHIN = 120.0

pytestmark = pytest.mark.xdist_group("python-sdk")


@dataclass(frozen=True, slots=True)
class Drive:
    """One run of the driver: what it told, and the two places where it is read back."""

    seen: dict[str, Any]
    output: str
    data_plane: RunningReference
    user: User
    api: httpx.Client
    journal: list[Entry]

    def rows(self, kind: str, object_id: str) -> dict[str, dict[str, Any]]:
        """The events of an object by their id, as the API has them now."""
        answer = self.api.post(f"/v1/{kind}/{object_id}/fetch", json={"limit": 100})
        return {row["id"]: row for row in answer.raise_for_status().json()["events"]}

    def registered(self, kind: str, name: str) -> Sequence[Entry]:
        """The entries with which the control plane was asked to keep an object of that name."""
        return [
            entry
            for entry in self.journal
            if entry.path == f"/api/{kind}/register"
            and name in (json.loads(entry.body).get(field) for field in ("name", f"{kind}_name"))
        ]


@pytest.fixture(scope="module", name="drive")
def _drive(
    running_data_plane: RunningReference, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Drive]:
    """Save a prompt as one user, then let the SDK run every flow as another."""
    realm = running_data_plane.realm
    save_prompt(running_data_plane)
    user = realm.create_user()
    key = realm.create_key(user.id).secret
    folder = tmp_path_factory.mktemp("client")
    since = realm.position()
    output = run_driver(folder, app_url=running_data_plane.url, api_key=key)
    journal = realm.entries(after=since)
    with client(running_data_plane.url, key) as api:
        yield Drive(
            seen=json.loads((folder / "result.json").read_text(encoding="utf-8")),
            output=output,
            data_plane=running_data_plane,
            user=user,
            api=api,
            journal=journal,
        )


def client(url: str, key: str) -> httpx.Client:
    """An ordinary HTTP client with a key."""
    return httpx.Client(base_url=url, headers={"authorization": f"Bearer {key}"}, timeout=30)


def save_prompt(data_plane: RunningReference) -> None:
    """Save the prompt that the SDK will load."""
    with client(data_plane.url, data_plane.new_key()) as api:
        project = api.post("/v1/project", json={"name": material.PROJECT}).raise_for_status().json()
        prompt = {
            "project_id": project["id"],
            "name": "Greeting",
            "slug": material.PROMPT_SLUG,
            "prompt_data": material.PROMPT_DATA,
        }
        api.post("/v1/prompt", json=prompt).raise_for_status()


def run_driver(folder: Path, *, app_url: str, api_key: str) -> str:
    """Run the driver with an environment of its own and return what it printed."""
    environment = {
        "BRAINTRUST_APP_URL": app_url,
        "BRAINTRUST_APP_PUBLIC_URL": PUBLIC_URL,
        "BRAINTRUST_API_KEY": api_key,
        "HOME": str(folder),
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    driver = subprocess.run(
        [sys.executable, "-m", "tests.clients.driver", str(folder / "result.json")],
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=DRIVEN_WITHIN,
        check=False,
    )
    assert driver.returncode == 0, driver.stderr
    return driver.stdout + driver.stderr


def subset(row: dict[str, Any], expected: dict[str, Any]) -> dict[str, Any]:
    """What a row says about the fields that somebody wrote."""
    return {field: row.get(field) for field in expected}


def test_client_reaches_nothing_but_loopback(drive: Drive) -> None:
    """Every look-up, connect and program outside this machine is refused, and none was tried."""
    assert drive.seen["refused"] == []
    assert any(wish.startswith("socket.connect ('127.0.0.1'") for wish in drive.seen["allowed"])


def test_login_leads_to_the_data_plane(drive: Drive) -> None:
    """The login answer sends the client to the data plane, as a member of the organisation."""
    organization = drive.data_plane.realm.organization
    assert drive.seen["log_in"] == {
        "organization": {"id": organization.id, "name": organization.name},
        "api_url": drive.data_plane.url,
        "public_url": PUBLIC_URL,
    }


def test_logins_carry_the_users_own_credential(drive: Drive) -> None:
    """The control plane hears every login with the key of the user who runs the client."""
    logins = [entry for entry in drive.journal if entry.classification == "login"]
    assert logins
    assert {entry.principal.id for entry in logins} == {drive.user.id}


def test_spans_are_read_back_as_written(drive: Drive) -> None:
    """Both spans of the trace come back with every value, the child below the root."""
    told = drive.seen["log_spans"]
    rows = drive.rows("project_logs", told["project"]["id"])
    root, child = rows[told["root"]], rows[told["child"]]

    values = {field: value for field, value in material.ROOT.items() if field != "tags"}
    assert subset(root, values) == values
    assert subset(child, material.CHILD) == material.CHILD
    assert child["span_parents"] == [root["span_id"]]
    assert child["root_span_id"] == root["root_span_id"]
    assert child["span_attributes"]["type"] == "llm"


def test_feedback_is_merged_into_its_span(drive: Drive) -> None:
    """Feedback adds scores, an expected value, tags and a comment to the span it is about."""
    told = drive.seen["log_spans"]
    root = drive.rows("project_logs", told["project"]["id"])[told["root"]]
    assert root["scores"] == material.FEEDBACK["scores"]
    assert root["expected"] == material.FEEDBACK["expected"]
    assert [comment["comment"] for comment in root["comments"]] == [{"text": material.COMMENT}]
    assert {*root["tags"]} == {*material.ROOT["tags"], *material.FEEDBACK["tags"]}


def test_experiment_is_registered_with_its_metadata(drive: Drive) -> None:
    """The control plane keeps the experiment with its metadata, tags and commit."""
    (entry,) = drive.registered("experiment", "first")
    asked = json.loads(entry.body)
    assert asked["metadata"] == material.EXPERIMENT_METADATA
    assert asked["tags"] == ["baseline"]
    assert subset(asked["repo_info"], material.REPOSITORY) == material.REPOSITORY
    assert entry.principal.id == drive.user.id

    kept = drive.api.get(f"/v1/experiment/{drive.seen['run_experiments']['id']}").json()
    assert kept["metadata"] == material.EXPERIMENT_METADATA
    assert subset(kept["repo_info"], material.REPOSITORY) == material.REPOSITORY


def test_experiment_rows_are_read_back_as_written(drive: Drive) -> None:
    """The API and the SDK's own read-back agree with what was logged."""
    told = drive.seen["run_experiments"]
    stored = drive.rows("experiment", told["id"])
    opened = {row["id"]: row for row in told["rows"]}
    assert stored.keys() == opened.keys() == {row["id"] for row in material.EXPERIMENT_ROWS}
    for row in material.EXPERIMENT_ROWS:
        assert subset(stored[row["id"]], row) == row
        assert subset(opened[row["id"]], row) == row


def test_summary_averages_the_scores(drive: Drive) -> None:
    """Each score of the first experiment is the average over its rows."""
    scores = drive.seen["run_experiments"]["first"]["comparison"]["scores"]
    assert {name: score["score"] for name, score in scores.items()} == {"exact": 0.5, "near": 0.5}


def test_summary_compares_with_the_base_experiment(drive: Drive) -> None:
    """The second experiment is compared with its base, score by score."""
    summary = drive.seen["run_experiments"]["second"]
    assert summary["comparison_experiment_name"] == "first"
    exact = summary["comparison"]["scores"]["exact"]
    assert (exact["score"], exact["diff"], exact["improvements"], exact["regressions"]) == (
        1.0,
        0.5,
        1,
        0,
    )


def test_evaluation_is_stored(drive: Drive) -> None:
    """`Eval` scores every case, and its results stand in the experiment that it made."""
    told = drive.seen["evaluate"]
    assert [(case["input"], case["output"]) for case in told["results"]] == [
        (2, 4),
        (3, 6),
        (5, 10),
    ]
    assert [case["scores"]["exactly"] for case in told["results"]] == [1, 1, 0]
    average = told["summary"]["comparison"]["scores"]["exactly"]["score"]
    assert average == pytest.approx(2 / 3)

    stored = drive.rows("experiment", told["summary"]["experiment_id"]).values()
    cases = [row for row in stored if not row["span_parents"]]
    assert sorted((row["input"], row["output"], row["expected"]) for row in cases) == [
        (2, 4, 4),
        (3, 6, 6),
        (5, 10, 11),
    ]


def test_dataset_is_read_back_as_changed(drive: Drive) -> None:
    """Inserted rows come back, one with its change merged, the deleted one not at all."""
    told = drive.seen["keep_dataset"]
    first, second, _ = material.DATASET_ROWS
    changed = {
        **second,
        "expected": material.DATASET_CHANGE["expected"],
        "metadata": {**second["metadata"], **material.DATASET_CHANGE["metadata"]},
    }
    read = {row["id"]: row for row in told["rows"]}
    stored = drive.rows("dataset", told["id"])
    assert read.keys() == stored.keys() == {"a", "b"}
    for row in (first, changed):
        assert subset(read[row["id"]], row) == row
        assert subset(stored[row["id"]], row) == row
    assert told["summary"]["data_summary"]["total_records"] == 2


def test_dataset_is_registered_once(drive: Drive) -> None:
    """Both handles of the dataset are the same object of the control plane."""
    entries = drive.registered("dataset", "cases")
    assert len(entries) == 2
    assert {entry.status for entry in entries} == {200}
    listed = drive.api.get("/v1/dataset", params={"dataset_name": "cases"}).json()["objects"]
    assert [dataset["id"] for dataset in listed] == [drive.seen["keep_dataset"]["id"]]


def test_prompt_is_loaded_as_saved(drive: Drive) -> None:
    """The prompt that another user saved is rendered with the client's values."""
    built = drive.seen["load_prompt"]["built"]
    assert drive.seen["load_prompt"]["name"] == "Greeting"
    assert built["model"] == "gpt-4o"
    assert built["temperature"] == 0.5
    assert built["messages"][0]["content"] == 'Grüße Ada <&> "Lovelace" from 東京'


def test_people_are_sent_to_the_public_url(drive: Drive) -> None:
    """The addresses that the client prints and returns are those of the web application."""
    for summary in (drive.seen["evaluate"]["summary"], drive.seen["run_experiments"]["first"]):
        assert summary["experiment_url"].startswith(f"{PUBLIC_URL}/app/")
    assert drive.seen["evaluate"]["summary"]["experiment_url"] in drive.output


def test_control_plane_hears_no_row(drive: Drive) -> None:
    """What was logged stays in the data plane: no entry holds a value of a row."""
    heard = b"".join(entry.body for entry in drive.journal).decode()
    for value in ("What is ½ of 4", "closeness", "gone in the end", "wrong on purpose"):
        assert value not in heard
        assert json.dumps(value).strip('"') not in heard


def test_control_plane_hears_the_user_and_no_other(drive: Drive) -> None:
    """Every request that the client caused carries the credential of its user."""
    assert {entry.principal.id for entry in drive.journal} == {drive.user.id}
