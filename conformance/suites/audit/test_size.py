"""However many objects a request touches, its answer's headers pass through a common proxy."""

from __future__ import annotations

import base64
import json
import secrets
import string
import zlib
from typing import TYPE_CHECKING

from conformance import expect, sockets
from conformance.instruments import audit
from conformance.instruments.audit import Undecodable
from conformance.marks import requirement
from conformance.suites.audit import headers

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.callers import Callers
    from conformance.client import Caller
    from conformance.exchange import Exchange
    from conformance.specimens import Specimen, Specimens

PROXY_LIMIT = 8192
UNCUT = 16384
# How long a name and how many objects: the longer a data plane takes them, the fewer are needed.
LETTERS = string.ascii_letters + string.digits
LENGTHS = ((900, 20), (240, 70), (60, 240))


@requirement("AUD-19")
def test_many_objects_fit_through_a_proxy(callers: Callers, specimens: Specimens) -> None:
    """A list of very many objects is answered with a header block of at most 8 KiB that decodes."""
    caller = callers.new()
    project = specimens.make(caller, "project")
    _fill(caller, specimens, project)
    query: dict[str, object] = {"project_id": project.id}
    full = caller.get("/v1/experiment", query=query)
    objects = expect.objects_of(full, to="list very many objects")
    size = _uncut(objects)
    if size < UNCUT:
        expect.inconclusive(f"the objects listed would need {size} bytes only", full)
    request = caller.compose("GET", "/v1/experiment", query=query, audit=True)
    block = sockets.head_of(caller.transport.reach, request)
    asked = request.answered(block.status)
    expect.that(
        200 <= block.status < 300,
        expected="an audited list of very many objects is answered as an unaudited one: 2xx",
        came=str(block.status),
        exchanges=(full, asked),
    )
    value = block.value(audit.RESOURCES)
    expect.that(
        block.size <= PROXY_LIMIT,
        expected=f"status line and headers of {len(objects)} objects take {PROXY_LIMIT} bytes "
        "at most, as common proxies allow",
        came=f"{block.size} bytes, {len(value or '')} of them in {audit.RESOURCES}",
        exchanges=asked,
    )
    _expect_decodable(value, asked, lambda: _each_is_decodable(caller, objects))


def _fill(caller: Caller, specimens: Specimens, project: Specimen) -> None:
    """Make experiments with incompressible names, as long as the data plane takes them whole."""
    specimens.make(caller, "experiment", project=project)
    for length, count in LENGTHS:
        first = _create(caller, specimens, project, length)
        if first:
            for _ in range(count - 1):
                _create(caller, specimens, project, length)
            return
    expect.inconclusive("the data plane takes no names of 60 letters and digits")


def _create(caller: Caller, specimens: Specimens, project: Specimen, length: int) -> bool:
    """Create one; return whether it has the name that was asked for."""
    name = "".join(secrets.choice(LETTERS) for _ in range(length))
    body = specimens.body(caller, "experiment", name=name, project=project)
    created = caller.post("/v1/experiment", json=body)
    return created.ok and specimens.adopt(caller, "experiment", created).name == name


def _uncut(objects: list[dict[str, object]]) -> int:
    """Return how long the header's payload would be if nothing were left out."""
    rows = [{"type": "experiment", "id": each["id"], "name": each["name"]} for each in objects]
    return len(base64.b64encode(zlib.compress(json.dumps(rows).encode(), 9)))


def _expect_decodable(
    value: str | None, asked: Exchange, each_is_decodable: Callable[[], None]
) -> None:
    """Judge what was left of the list; where it is undecodable in any case, AUD-09 judges."""
    problem = "it is missing"
    if value is not None:
        try:
            headers.parse(value)
        except Undecodable as error:
            problem = str(error)
        else:
            return
    each_is_decodable()
    raise expect.Violation(
        expected=f"{audit.RESOURCES} of very many objects is cut so that it still decodes",
        came=problem,
        exchanges=asked,
    )


def _each_is_decodable(caller: Caller, objects: list[dict[str, object]]) -> None:
    """Raise `Inconclusive` unless the objects can be decoded one by one, all of them.

    A single one proves little: a wrong alphabet, or a missing padding, shows in some values only.
    """
    for each in objects:
        headers.listed(caller.get(f"/v1/experiment/{each['id']}", audit=True))
