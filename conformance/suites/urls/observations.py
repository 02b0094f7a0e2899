"""What is observed of the area: a session of the real SDK, which takes a while to start."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from conformance import expect
from conformance.observing import Observation
from conformance.suites.urls import fence, sdk_session
from conformance.suites.urls.settings import UNREACHABLE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from conformance.client import Caller
    from conformance.exchange import Exchange
    from conformance.observing import Ground, JsonObject
    from conformance.options.values import Options

AREA = "urls"
SDK = "urls.sdk-"
RESTRICTED = "urls.restricted"
PUBLIC = "urls.public"
INSTALLED = "installed"
WITHIN = 90.0
LAST = 300
WITH_SCORES = {"summarize_scores": "true"}


def observations(options: Options) -> Sequence[Observation]:
    """A session of each SDK, and the main job of a data plane that may go nowhere else."""
    fenced = Observation(
        PUBLIC, AREA, {}, fence.observe_public, attached=True, fenced=True, may_refuse=True
    )
    folders = {INSTALLED: None, **options.sdks}
    return [
        *(
            Observation(SDK + version, AREA, {}, partial(_observe, folder=folder), attached=True)
            for version, folder in folders.items()
        ),
        replace(fenced, name=RESTRICTED, run=fence.observe),
        replace(fenced, settings=_public(options)),
    ]


def _public(options: Options) -> Mapping[str, str]:
    """A data plane that is attached to has the public URL that it has."""
    return UNREACHABLE if options.target.started else {}


def _observe(ground: Ground, *, folder: Path | None) -> JsonObject:
    caller = ground.callers.new()
    expect.ok(caller.post("/api/apikey/login"), to="log an SDK in")
    home = ground.specimens.make(caller, "project")
    prompt, _ = [ground.specimens.make(caller, "prompt", project=home) for _ in range(2)]
    named = {"project_name": home.name, "slug": str(prompt.fields.get("slug"))}
    caller.until(lambda answer: prompt.id in answer.text, "GET", "/v1/prompt", {"query": named})
    told = _session(ground, caller.credential.secret or "", folder, tuple(named.values()))
    told["prompt"] = prompt.id
    told["read"] = _read_back(caller, told)
    told["shown"] = {"sdk": told["version"], "flows": len(told["flows"])}
    return told


def _session(ground: Ground, key: str, sdk: Path | None, prompt: tuple[str, ...]) -> JsonObject:
    """Run the SDK in a process of its own, and return what it told."""
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "result.json"
        environment = _environment(ground, Path(folder), key, sdk)
        said = _run(ground, environment, (str(result), *_place(ground), *prompt))
        if not result.exists():
            expect.inconclusive(f"the SDK's process was over before it was done: {said}")
        told: JsonObject = json.loads(result.read_text(encoding="utf-8").replace(key, "…"))
        return told


def _place(ground: Ground) -> tuple[str, str]:
    """The host that the SDK may reach, and how long a write may take."""
    host = urlsplit(ground.deployment.url).hostname or ""
    return host, str(ground.profile.timing.write_visible)


def _environment(ground: Ground, folder: Path, key: str, sdk: Path | None) -> dict[str, str]:
    """An environment that knows one address."""
    return {
        "BRAINTRUST_APP_URL": ground.deployment.url,
        "BRAINTRUST_APP_PUBLIC_URL": "https://braintrust.example.test",
        "BRAINTRUST_API_KEY": key,
        "HOME": str(folder),
        "PATH": os.environ.get("PATH", ""),
        "PYTHONPATH": os.pathsep.join([*([str(sdk)] if sdk else []), *filter(None, sys.path)]),
    }


def _run(ground: Ground, environment: dict[str, str], arguments: tuple[str, ...]) -> str:
    """Run the SDK in the folder that is its home; return its last words."""
    within = WITHIN + 4 * ground.profile.timing.write_visible
    try:
        ran = subprocess.run(
            [sys.executable, "-P", "-m", sdk_session.__name__, *arguments],
            env=environment,
            cwd=environment["HOME"],
            capture_output=True,
            text=True,
            timeout=within,
            check=False,
        )
    except subprocess.TimeoutExpired:
        expect.inconclusive(f"the SDK's session with the data plane took over {within:g} s")
    words = " ".join(ran.stderr.replace(environment["BRAINTRUST_API_KEY"], "…").split())
    return f"exit code {ran.returncode}, {words[-LAST:]}"


def _read_back(caller: Caller, told: JsonObject) -> JsonObject:
    """Read through the API what the SDK says that it has written."""
    flows = told["flows"]
    spans, dataset, evaluation = map(flows.get, ("log_spans", "keep_dataset", "evaluate"))
    read: JsonObject = {}
    if spans:
        path = f"/v1/project_logs/{spans['project']}/fetch"
        read["spans"] = _rows(caller, path, *sdk_session.HELPFUL)
    if dataset:
        path = f"/v1/dataset/{dataset['id']}/fetch"
        read["records"] = _rows(caller, path, str(sdk_session.CHANGED["y"]))
    if evaluation:
        path = f"/v1/experiment/{evaluation['id']}/summarize"
        summary = caller.until(
            partial(_shows, (sdk_session.SCORE,)), "GET", path, {"query": WITH_SCORES}
        )
        read["evaluation"] = expect.body_of(summary, to="summarize") if summary.ok else {}
    return read


def _rows(caller: Caller, path: str, *wanted: str) -> JsonObject:
    """Read rows until these words are among them, or the time that a write may take has passed."""
    fetched = caller.until(partial(_shows, wanted), "POST", path, {"json": {"limit": 100}})
    events = expect.body_of(fetched, to="read rows back").get("events")
    if not isinstance(events, list):
        expect.inconclusive("the rows that were read back are no list", fetched)
    return {str(row.get("id")): row for row in events if isinstance(row, dict)}


def _shows(words: Sequence[str], answer: Exchange) -> bool:
    return answer.ok and all(word in answer.text for word in words)
