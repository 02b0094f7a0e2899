"""Experiments: they never take a name that is taken, and they compare themselves with a base."""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING

from mock_control_plane.kinds import KINDS
from mock_control_plane.routes import objects, scope
from mock_control_plane.routes.refusal import Refusal, invalid, wrong_type
from mock_control_plane.routes.validation import (
    identifier,
    name_of,
    required_identifier,
    text,
    writable,
)

if TYPE_CHECKING:
    from mock_control_plane.objects import Record
    from mock_control_plane.routes.call import Call

KIND = KINDS["experiment"]


def register(call: Call) -> dict[str, object]:
    """Make an experiment under a name of its own; with `update`, open the one of this name."""
    given = dict(call.fields)
    if name_of(KIND, given) is None:
        given["name"] = _invented_name(given.get("repo_info"))
    fields = writable(KIND, given, complete=True)
    project = scope.project_of(call)
    base = _base(call, project)
    if base is not None:
        fields["base_exp_id"] = base.id
    repository = fields.get("repo_info")
    if isinstance(repository, dict) and isinstance(repository.get("commit"), str):
        fields.setdefault("commit", repository["commit"])
    record, found = objects.settle(call, KIND, scope.inside(project), fields)
    return objects.registered(call, record, found=found)


def base_id(call: Call) -> dict[str, object]:
    """Tell with which experiment another is compared; none is a refusal, as in production."""
    call.require_read(KIND)
    id = required_identifier(call.fields, "id", "experiment_id")
    experiment = scope.known(call, KIND.name, id)
    base = _recorded_base(call, experiment)
    if base is None:
        raise Refusal(400, f"No base experiment was found for the experiment with id {id}")
    return {
        "id": experiment.id,
        "project_id": experiment.parent.id,
        "name": experiment.name,
        "base_exp_id": base.id,
        "base_exp_name": base.name,
    }


def _invented_name(repository: object) -> str:
    branch = repository.get("branch") if isinstance(repository, dict) else None
    if isinstance(branch, str) and branch:
        return f"{branch}-{int(time.time())}"
    return f"experiment-{secrets.token_hex(4)}"


def _base(call: Call, project: Record) -> Record | None:
    id = identifier(call.fields, "base_exp_id")
    if id is not None:
        return scope.known(call, KIND.name, id)
    name = text(call.fields, "base_experiment")
    if name is not None:
        base = call.world.objects.find_by_key(KIND, project.id, name)
        if base is None:
            raise Refusal(
                400, f"There is no base experiment named {name!r} in the project {project.name!r}"
            )
        return base
    return _ancestor(call, project)


def _ancestor(call: Call, project: Record) -> Record | None:
    commits = call.fields.get("ancestor_commits")
    if not commits:
        return None
    if not isinstance(commits, list):
        raise invalid([wrong_type("ancestor_commits", "array", commits)])
    by_commit: dict[object, Record] = {}
    for record in call.world.objects.select(KIND.name, call.user.organizations, project.id):
        by_commit.setdefault(record.row["commit"], record)
    nearest = (commit for commit in commits if isinstance(commit, str) and commit in by_commit)
    return by_commit.get(next(nearest, ""))


def _recorded_base(call: Call, experiment: Record) -> Record | None:
    candidates = [experiment.row["base_exp_id"], _baseline(_settings(call, experiment))]
    for id in candidates:
        base = scope.find(call, KIND.name, id) if isinstance(id, str) else None
        if base is not None and base.id != experiment.id:
            return base
    return None


def _settings(call: Call, experiment: Record) -> object:
    project = scope.find(call, "project", experiment.parent.id or "")
    return None if project is None else project.row["settings"]


def _baseline(settings: object) -> object:
    return settings.get("baseline_experiment_id") if isinstance(settings, dict) else None
