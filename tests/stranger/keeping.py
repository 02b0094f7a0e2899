"""What the stranger keeps: rows, one service token, and rows only as long as policies say.

A run goes on in a thread after it was asked for. Experiments lose their rows; the rest of them
lives in the control plane, which may only be read.
"""

from __future__ import annotations

import datetime
import json
import threading
import uuid
from typing import TYPE_CHECKING

from tests.stranger.asking import Json, Refused, control_plane

if TYPE_CHECKING:
    from collections.abc import Iterator

STATE = threading.RLock()
ROWS: dict[tuple[str, str], dict[str, dict[str, Json]]] = {}
TOKEN: dict[str, str] = {}
RUNS: list[threading.Thread] = []
LISTED = {"experiment": "experiment", "dataset": "dataset"}


def keep(kind: str, id_: str, rows: Json) -> list[str]:
    """Keep rows; the same id again replaces."""
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Refused(400, "a list of objects is expected")
    now = datetime.datetime.now(datetime.UTC).isoformat()
    with STATE:
        table = ROWS.setdefault((kind, id_), {})
        for row in rows:
            row["id"] = str(row.get("id") or uuid.uuid4())
            table[row["id"]] = {"created": now, **table.get(row["id"], {}), **row}
    return [row["id"] for row in rows]


def retain(parts: list[str], body: Json) -> tuple[int, Json, dict[str, str]]:
    """Take a token, tell whether there is one, start a run, tell whether one goes on."""
    if parts == ["service-token", "upsert"]:
        if not isinstance(body.get("token"), str) or not isinstance(body.get("name"), str):
            raise Refused(400, "a token has a name and a secret")
        TOKEN.update(name=body["name"], secret=body["token"])
        return 201, {}, {}
    if parts[0] == "service-token":
        return (204 if TOKEN.get("name") == parts[-1] else 404), {}, {}
    if parts[-1] == "status":
        return 200, {"running": any(run.is_alive() for run in RUNS)}, {}
    if parts == ["brainstore", "time_based_retention"]:
        RUNS.append(threading.Thread(target=run_retention, daemon=True))
        RUNS[-1].start()
        return 202, {"accepted": True}, {}
    raise Refused(404, "no such route")


def run_retention() -> None:
    """Look up all policies, and all that they are about, then delete what is too old."""
    now = datetime.datetime.now(datetime.UTC)
    with STATE:
        secret = TOKEN.get("secret")
    try:
        windows = list(look_up(secret)) if secret else []
    except Refused:
        return
    with STATE:
        for place, days in windows:
            limit = now - datetime.timedelta(days=days)
            table = ROWS.get(place, {})
            old = [id_ for id_, row in table.items() if moment(row["created"]) < limit]
            for id_ in old:
                del table[id_]


def look_up(secret: str) -> Iterator[tuple[tuple[str, str], float]]:
    """Every place that a policy is about, with its days."""
    for automation in ask(secret, "project_automation", {}):
        config = automation["config"]
        if config.get("event_type") != "retention":
            continue
        kind, project = config["object_type"], automation["project_id"]
        if kind in LISTED:
            places = [row["id"] for row in ask(secret, LISTED[kind], {"project_id": project})]
        else:
            places = [project]
        yield from (((kind, id_), config["retention_days"]) for id_ in places)


def ask(secret: str, kind: str, wish: Json) -> list[dict[str, Json]]:
    """Objects of a kind, by the token; anything but a list of objects ends the run."""
    headers = {"authorization": f"Bearer {secret}", "content-type": "application/json"}
    status, _, told = control_plane(
        "POST", f"/api/{kind}/get", body=json.dumps(wish).encode(), headers=headers
    )
    rows = json.loads(told) if status == 200 else None
    if not isinstance(rows, list):
        raise Refused(502, "the control plane did not tell")
    return rows


def moment(text: str) -> datetime.datetime:
    """The moment that a text names; in UTC if it says no zone."""
    found = datetime.datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=datetime.UTC)
