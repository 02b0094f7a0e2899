"""The words that the audit tests share: what an answer's audit headers say, or why nobody can tell.

Each requirement judges its own flaw: what another one judges is `Inconclusive` here, and names it.
"""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from conformance import expect
from conformance.instruments import audit
from conformance.instruments.audit import Undecodable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.client import Caller
    from conformance.exchange import Exchange

Parser = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Resource:
    """One listed resource that has everything that a resource must have."""

    type: str
    id: str
    name: str


@cache
def sdk_parser() -> Parser | None:
    """Return the SDK's own parser of the resources header; None where no SDK is installed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            sdk = importlib.import_module("braintrust")
        except ImportError:
            return None
    return getattr(sdk, "parse_audit_resources", None)


def look(caller: Caller) -> Exchange:
    """List one project with the audit header: what any user may do, whatever there is."""
    query: dict[str, object] = {"limit": 1}
    if caller.person.organization_name is not None:
        query["org_name"] = caller.person.organization_name
    return caller.get("/v1/project", query=query, audit=True)


def audit_headers(exchange: Exchange) -> list[str]:
    """Return the names of all audit headers of an answer, known ones and others."""
    return [name for name, _ in exchange.headers if name.lower().startswith(audit.PREFIX)]


def present(exchange: Exchange, name: str) -> str:
    """Return an audit header's value; where it is missing altogether, AUD-01 judges that."""
    expect.done(exchange, to="answer an audited request")
    value = exchange.header(name)
    if value is None:
        expect.inconclusive(f"{name} is missing, which AUD-01 judges", exchange)
    return value


def parse(value: str) -> list[object]:
    """Decode a resources header as the SDK does; raise `Undecodable` where it cannot."""
    parser = sdk_parser()
    if parser is None:
        return audit.decode(value)
    try:
        return audit.listed(parser(value))
    except Undecodable:
        raise
    except Exception as error:
        raise Undecodable(f"{type(error).__name__}: {error}") from error


def listed(exchange: Exchange) -> list[object]:
    """Return what the resources header lists; where it cannot be decoded, AUD-09 judges that."""
    try:
        return parse(present(exchange, audit.RESOURCES))
    except Undecodable as error:
        expect.inconclusive(
            f"{audit.RESOURCES} cannot be decoded ({error}), which AUD-09 judges", exchange
        )


def resources(exchange: Exchange) -> list[Resource]:
    """Return the listed resources; where one lacks type, id or name, AUD-10 judges that."""
    return [_whole(item, exchange) for item in listed(exchange)]


def named(exchange: Exchange, identifier: str) -> Resource | None:
    """Return the listed resource with an id, or None."""
    return next((each for each in resources(exchange) if each.id == identifier), None)


def ids(listing: Iterable[Resource]) -> list[str]:
    """Return the ids of resources, in order."""
    return [each.id for each in listing]


def user_of(exchange: Exchange) -> dict[str, str]:
    """Return the user headers that an answer has."""
    names = (audit.USER_ID, audit.USER_EMAIL)
    return {name: value for name in names if (value := exchange.header(name)) is not None}


def shown(listing: Iterable[Resource]) -> str:
    """Return resources as they are printed in a message."""
    return ", ".join(f"{each.type} {each.id} {expect.shown(each.name)}" for each in listing) or (
        "an empty list"
    )


def _whole(item: object, exchange: Exchange) -> Resource:
    lacking = audit.malformed(item)
    if lacking is not None or not isinstance(item, dict):
        expect.inconclusive(f"{lacking}, which AUD-10 judges", exchange)
    return Resource(item["type"], item["id"], item["name"])
