"""The backfill and compaction status endpoints, each asked once by a user with rows of his own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from conformance.exchange import Exchange, NotJSON
from conformance.suites.telemetry.planting import Customer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from conformance.callers import Callers
    from conformance.observing import Ground, JsonObject
    from conformance.specimens import Specimens
    from conformance.suites.telemetry.planting import Planted
    from mock_control_plane.wire import Endpoint, Profile

ROW = "sysadmin"


@dataclass(frozen=True, slots=True)
class Asked:
    """An endpoint of the profile, and what one question to it was answered with."""

    endpoint: str
    exchange: Exchange


@dataclass(frozen=True, slots=True)
class Round:
    """What every endpoint answered to a user, and the texts that his rows hold."""

    planted: Planted
    asked: tuple[Asked, ...]


def go_round(callers: Callers, specimens: Specimens, profile: Profile) -> Round:
    """Log rows as somebody who may do anything in his organisation, then ask every endpoint."""
    customer = Customer(callers.new(role="owner"), specimens)
    customer.log_everywhere()
    return Round(customer.planted, tuple(_ask_all(customer, profile)))


def ask_without(ground: Ground) -> JsonObject:
    """The observation of a data plane on which the endpoints are disabled."""
    asked = go_round(ground.callers, ground.specimens, ground.profile).asked
    shown = {one.endpoint: one.exchange.status for one in asked}
    return {"asked": [to_json(one) for one in asked], "shown": shown}


def asked_from(result: Mapping[str, Any]) -> tuple[Asked, ...]:
    """What was asked in an observation."""
    return tuple(_from_json(row) for row in result["asked"])


def paired(asked: Iterable[Asked], twins: Iterable[Asked]) -> Iterator[tuple[Asked, Asked | None]]:
    """Each question with the same one to the other data plane, None where that was not asked."""
    known: dict[str, list[Asked]] = {}
    for twin in twins:
        known.setdefault(twin.endpoint, []).append(twin)
    for one in asked:
        same = known.get(one.endpoint, [])
        yield one, same.pop(0) if same else None


def holds_data(exchange: Exchange, twin: Exchange) -> bool | None:
    """Whether an answer is a success with data; None if nobody can tell.

    The twin is the same question where the endpoint is enabled: data looks like its data.
    """
    if not exchange.ok or not exchange.body.strip():
        return False
    try:
        value = exchange.json()
    except NotJSON:
        return True if exchange.body == twin.body else None
    if value in (None, {}, [], ""):
        return False
    words, known = _words(value), _words(_json(twin))
    return True if words & known or value == _json(twin) else None


def _ask_all(customer: Customer, profile: Profile) -> Iterator[Asked]:
    projects = customer.holders["project_logs"]
    for endpoint in profile.rows[ROW].endpoints:
        if "{object_id}" not in endpoint.path:
            yield _ask(customer, endpoint, projects.id)
            continue
        for holder in customer.holders.values():
            yield _ask(customer, endpoint, projects.id, holder.id)


def _ask(customer: Customer, endpoint: Endpoint, project: str, object: str = "") -> Asked:
    path = endpoint.path.replace("{project_id}", project).replace("{object_id}", object)
    if endpoint.method == "GET":
        return Asked(str(endpoint), customer.caller.get(path))
    return Asked(str(endpoint), customer.caller.request(endpoint.method, path, json={}))


def _words(value: object) -> frozenset[str]:
    """The names of everything that a JSON value says something about."""
    if isinstance(value, dict):
        return frozenset(value).union(*map(_words, value.values()))
    if isinstance(value, list):
        return frozenset().union(*map(_words, value))
    return frozenset()


def _json(exchange: Exchange) -> object:
    try:
        return exchange.json()
    except NotJSON:
        return None


def to_json(asked: Asked) -> JsonObject:
    """What was asked, without what is secret in it."""
    return {"endpoint": asked.endpoint, "exchange": asked.exchange.to_json()}


def _from_json(row: Mapping[str, Any]) -> Asked:
    return Asked(row["endpoint"], Exchange.from_json(row["exchange"]))
