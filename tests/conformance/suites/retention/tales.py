"""Stories of data planes that never were."""

from __future__ import annotations

from dataclasses import replace

from conformance.exchange import Exchange
from conformance.suites.retention.facts import Reading, Tale, Thing, Told
from conformance.suites.retention.story import BEFORE, UNPROVIDED, WITH, WITHOUT
from mock_control_plane.client import Entry, Principal
from mock_control_plane.wire import load_profile

PROFILE = load_profile("reference")
ASSUMING = load_profile("braintrust")
NOON = 1_767_268_800.0  # 2026-01-01T12:00:00Z
LOGS = "/v1/project_logs/1"
TOKEN, OLDER, KEY = "aaaaaaaaaaaa", "bbbbbbbbbbbb", "cccccccccccc"
FIRST, SECOND = "token 1 of the first organisation", "token 2 of the first organisation"

RUN = Exchange("POST", "http://dp/run", (), b"{}", 200, (), b'{"status":"done"}')
OLD = Thing("old", LOGS, "weeks", "first", "project_logs", "2025-11-01T00:00:00Z", "too old")
YOUNG = Thing("young", LOGS, "weeks", "first", "project_logs", "2025-12-31T00:00:00Z", "young")
FREE = Thing("free", "/v1/dataset/2", "weeks", "first", "dataset", "1999-01-01T00:00:00Z", "free")

LOOK_UP = Entry(
    seq=1,
    realm="r-1",
    at=NOON,
    monotonic=10.0,
    method="POST",
    path="/api/project_automation/get",
    query="",
    headers=(),
    body=b"",
    body_size=2,
    principal=Principal("service_token", "t-1"),
    credential=TOKEN,
    classification="metadata",
    status=200,
    fault=None,
    duration=0.01,
)


def asked(path: str, *, method: str = "POST", credential: str = TOKEN, status: int = 200) -> Entry:
    """A request to the control plane."""
    return replace(LOOK_UP, path=path, method=method, credential=credential, status=status)


def run(name: str, *entries: Entry, exchange: Exchange = RUN, settled: bool = True) -> Told:
    """A run at noon; only one without a token has none."""
    current = {} if name == WITHOUT else {"first": TOKEN}
    return Told(name, NOON, NOON + 1, True, exchange, entries, current, settled)


def reading(*things: Thing) -> Reading:
    """What was there: these, in the only two places that there are."""
    there: dict[str, tuple[str, ...]] = {LOGS: (), FREE.path: ()}
    for thing in things:
        there[thing.path] = (*there[thing.path], thing.id)
    return Reading(there)


def tale(*runs: Told, left: tuple[Thing, ...] = (YOUNG, FREE)) -> Tale:
    """A story in which of three rows these are left by the run with a token."""
    everything = reading(OLD, YOUNG, FREE)
    return Tale(
        policies={"weeks": {"project_logs": 30}},
        things=[OLD, YOUNG, FREE],
        runs=list(runs) or [run(WITHOUT), run(WITH, LOOK_UP)],
        readings={
            BEFORE: everything,
            WITHOUT: everything,
            UNPROVIDED: everything,
            WITH: reading(*left),
        },
        handed={FIRST: (200, None)},
        tokens={TOKEN: FIRST, OLDER: SECOND},
        users={"u-1": "the user who starts runs"},
        took=0.5,
        quiet={WITHOUT: 1.0},
    )
