"""What the inspection API lets a test do to a control plane: scripts, tokens, objects, policies.

One function a question; who may ask is `admin`.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from mock_control_plane import stock
from mock_control_plane.answers import Answer
from mock_control_plane.hosts import Hosts
from mock_control_plane.inspection import realm_of
from mock_control_plane.questions import BadQuestion, answer, fields_of, object_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from mock_control_plane.kinds import Kind

NUMBER: Final = ((int, float), "a number")
SWITCH: Final = ((bool,), "true or false")
ANSWER: Final[dict[str, tuple[tuple[type, ...], str]]] = {
    "status": ((int,), "a number"),
    "headers": ((list,), "a list of names and values"),
    "body": ((str,), "a text in base64"),
    "delay": NUMBER,
    "drip": NUMBER,
    "cut": ((int, type(None)), "a number or null"),
    "never": SWITCH,
    "reset": SWITCH,
    "through": SWITCH,
}
SCRIPT: Final = {"path": str, "method": str, "times": int, "principal": str, "answer": dict}


async def add_script(request: Request) -> Response:
    """Script an answer."""
    sent = await object_of(request, ", ".join(SCRIPT))
    for name, value in sent.items():
        if name not in SCRIPT or not isinstance(value, SCRIPT[name]) or value is True:
            raise BadQuestion(f"{name} is {value!r}; expected some of {', '.join(SCRIPT)}")
    if "path" not in sent or "answer" not in sent:
        raise BadQuestion("a script lacks its path or its answer; give both")
    path, given = sent.pop("path"), _answer(sent.pop("answer"))
    return answer({"id": realm_of(request).faults.add(path, given, **sent).id}, 201)


async def remove_script(request: Request) -> Response:
    """Take a script back."""
    realm_of(request).faults.remove(request.path_params["id"])
    return answer({})


async def provision(request: Request) -> Response:
    """Provision a service token."""
    sent = await fields_of(request, "organization_id")
    return answer(asdict(await realm_of(request).provisioning.provision(**sent)), 201)


async def show_provisioned(request: Request) -> Response:
    """Show the token that was provisioned last."""
    organization_id = request.query_params.get("organization_id")
    last = realm_of(request).provisioning.status(organization_id)
    return answer({"provisioned": None if last is None else asdict(last)})


async def show_outbound(request: Request) -> Response:
    """List the calls that the control plane made."""
    calls = realm_of(request).provisioning.outbound
    return answer({"outbound": [asdict(call) for call in calls]})


async def open_egress(request: Request) -> Response:
    """Open a realm's forward proxy, or change what it lets through."""
    allowed = (await object_of(request, "allowed")).get("allowed")
    realms, realm = request.app.state.inspection.realms, realm_of(request)
    url = await realms.open_egress(realm.name, None if allowed is None else _allowed(allowed))
    return answer({"url": url})


async def show_destinations(request: Request) -> Response:
    """List where a realm's data plane connected through its forward proxy."""
    found = realm_of(request).egress.destinations
    return answer({"destinations": [asdict(each) for each in found]})


async def put_object(request: Request) -> Response:
    """Store an object as it is given."""
    return answer(stock.put(realm_of(request), _kind(request), await object_of(request)).row, 201)


async def patch_object(request: Request) -> Response:
    """Set fields of an object."""
    realm, id = realm_of(request), request.path_params["id"]
    return answer(stock.patch(realm, _kind(request), id, await object_of(request)).row)


async def show_objects(request: Request) -> Response:
    """List objects, deleted ones too."""
    try:
        where = json.loads(request.query_params.get("where", "{}"))
    except ValueError:
        where = None
    if not isinstance(where, dict):
        raise BadQuestion("`where` is not a JSON object; expected the fields that objects have")
    return answer({"objects": stock.matching(realm_of(request), _kind(request), where)})


async def set_policy(request: Request) -> Response:
    """Set a retention policy of a project."""
    sent = await object_of(request, "object_type, retention_days")
    record = stock.set_policy(
        realm_of(request),
        request.path_params["project_id"],
        sent.get("object_type"),
        sent.get("retention_days"),
    )
    return answer(record.row)


async def remove_policy(request: Request) -> Response:
    """Remove a retention policy of a project."""
    project_id, object_type = request.path_params["project_id"], request.path_params["object_type"]
    stock.remove_policy(realm_of(request), project_id, object_type)
    return answer({})


def _allowed(groups: object) -> dict[str, Hosts]:
    if not isinstance(groups, dict) or not all(isinstance(each, list) for each in groups.values()):
        raise BadQuestion(f"allowed is {groups!r}; expected lists of hosts, by what allows them")
    return {name: Hosts.of(map(str, texts)) for name, texts in groups.items()}


def _kind(request: Request) -> Kind:
    return stock.kind_named(request.path_params["kind"])


def _answer(row: dict[str, Any]) -> Answer:
    for name, (kinds, expected) in ANSWER.items():
        if name in row and not (isinstance(row[name], kinds) and _is_exact(row[name], kinds)):
            raise BadQuestion(f"{name} is {row[name]!r}; expected {expected}")
    try:
        return Answer.from_json(row)
    except (KeyError, TypeError, ValueError) as problem:
        raise BadQuestion(
            f"the answer of a script cannot be read ({problem}); client and mock should be of one"
            " version"
        ) from None


def _is_exact(value: object, kinds: tuple[type, ...]) -> bool:
    if isinstance(value, list):
        pairs = [each if isinstance(each, list) else () for each in value]
        return all(len(each) == 2 and all(isinstance(x, str) for x in each) for each in pairs)
    return not isinstance(value, bool) or bool in kinds
