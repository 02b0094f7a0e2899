"""Journals of data planes that never were: entries, telemetry, and what was heard in all."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from conformance.options.values import Kind, Target
from conformance.suites.telemetry.heard import Heard, Leak
from conformance.suites.telemetry.trials import Family, Trial
from conformance.suites.telemetry.watched import Watch
from mock_control_plane.client import Entry, Principal, Sighting, Telemetry
from mock_control_plane.wire import TELEMETRY, load_profile

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.expect import Inconclusive, Violation
    from conformance.options.values import Options

PROFILE = load_profile("reference")
ASSUMING = load_profile("braintrust")
LONG = 1000.0

ENTRY = Entry(
    seq=1,
    realm="r-1",
    at=1000.0,
    monotonic=10.0,
    method="POST",
    path="/api/pulse/status",
    query="",
    headers=(("content-type", "application/json"),),
    body=b"{}",
    body_size=2,
    principal=Principal("license", "l-1"),
    credential="0123456789ab",
    classification="telemetry:status",
    status=200,
    fault=None,
    duration=0.01,
)


def entry(seq: int = 1, kind: str | None = "status", path: str | None = None) -> Entry:
    """A request with telemetry of a kind, at the endpoint that is for it; without one, a login."""
    if kind is None:
        return replace(ENTRY, seq=seq, path="/api/apikey/login", classification="login")
    known = PROFILE.rows[kind].path if kind in PROFILE.rows else "/somewhere"
    return replace(ENTRY, seq=seq, path=path or known, classification=f"telemetry:{kind}")


def telemetry(kind: str, seq: int = 1, **fields: Any) -> Telemetry:
    """A request in which telemetry of a kind was seen; `fields` are the sighting's."""
    endpoint = kind if kind in TELEMETRY else None
    sighting = Sighting(kind, endpoint, "content", None, "json", 1)
    return Telemetry(entry(seq, kind), (replace(sighting, **fields),))


def heard(*kinds: str, **fields: Any) -> Heard:
    """What was heard of a data plane that sent these kinds, each after a second."""
    sent = tuple(telemetry(kind, seq) for seq, kind in enumerate(kinds, 1))
    whole = Heard(LONG, connected=True, took=dict.fromkeys(kinds, 1.0), telemetry=sent, searched=9)
    return replace(whole, **fields)


EVERYTHING_HEARD = heard(*TELEMETRY)


def watch(value: str | None, *kinds: str, **fields: Any) -> Watch:
    """A data plane with this value of the setting that sent these kinds; `fields` replace parts."""
    trial = Trial("telemetry-set-some", Family.SET, value)
    return replace(Watch(trial, PROFILE, heard(*kinds), others=EVERYTHING_HEARD), **fields)


def declared(value: str | None, *kinds: str, known: bool = True, **fields: Any) -> Watch:
    """A data plane that is not ours; `fields` are of what was heard."""
    trial = Trial("telemetry-declared", Family.DECLARED, value, known=known)
    return Watch(trial, PROFILE, heard(*kinds, **fields))


def attached(options: Options, **settings: str) -> Options:
    """The options of a run on a data plane that is not ours, with what its user declares."""
    return replace(options, target=Target(Kind.URL, "http://127.0.0.1:9"), settings=settings)


def leak(kind: str | None, *, content: bool = True, seq: int = 1) -> Leak:
    """A planted text in telemetry of a kind, or in a request that is none."""
    return Leak(entry(seq, kind), "a tag of a row", "the body, base64", content)


def shown(findings: Iterable[Violation | Inconclusive]) -> list[tuple[str, str]]:
    """What was found, each as its kind and what it says."""
    return [(type(one).__name__, getattr(one, "came", None) or str(one)) for one in findings]
