"""The commands token and policy: what an administrator does in a control plane that runs already.

They speak to the inspection API as any client does; every problem is one sentence.
"""

from __future__ import annotations

import argparse
import math
import os
import sys
from typing import TYPE_CHECKING, Any, Final

from mock_control_plane.answers import RETAINED
from mock_control_plane.client import ControlPlane

if TYPE_CHECKING:
    from collections.abc import Callable

    from mock_control_plane.client import Organization, Provisioned, Realm

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

TOKEN_VARIABLE: Final = "CONTROL_PLANE_TOKEN"
DEFAULT_URL: Final = "http://127.0.0.1:8700"

TOKEN: Final = """\
The service token with which a data plane looks up retention policies: it may read projects and
what lies in them, and nothing else. The control plane makes it and hands it to the data plane."""

TOKEN_EXAMPLES: Final = f"""\
examples, with a control plane that was started with `serve --port 8700`:
  mock-control-plane token provision --api-url http://127.0.0.1:8000
      say where the organisation's data plane is, make a token, and hand it over
  mock-control-plane token refresh
      hand over a new one; the one of before stays valid until it is revoked
  mock-control-plane token revoke ID
      make a token invalid (without ID: the one that was handed over last)
  mock-control-plane token status --url https://mock.example:8700 --organization acme
      tell what was handed over, and what the data plane said; {TOKEN_VARIABLE} has the
      token that the control plane printed, if it listens on more than loopback"""

POLICY: Final = """\
How long a project keeps what it has: data planes that look policies up delete what is older."""

POLICY_EXAMPLES: Final = """\
examples, with a control plane that was started with `serve --port 8700`:
  mock-control-plane policy set chatbot project_logs 30
      logs of the project `chatbot` (name or id) that are older than 30 days may be deleted
  mock-control-plane policy set chatbot experiment 7
      the same for its experiments; a policy of that type is replaced
  mock-control-plane policy remove chatbot project_logs
      keep its logs for ever"""


class CommandProblem(Exception):
    """A command cannot do what it was asked to; one sentence."""


def add(commands: Commands) -> None:
    """Add the two commands, each with `act`: what it does with a realm and what was chosen."""
    token = _Command(
        commands, "token", "hand a data plane its service token", (TOKEN, TOKEN_EXAMPLES)
    )
    for name, act, help in (
        ("provision", _provision, "make a token and hand it to the data plane"),
        ("refresh", _refresh, "hand over a new token in place of the one that is there"),
        ("revoke", _revoke, "make a token invalid"),
        ("status", _status, "tell what was handed over last"),
    ):
        action = token.action(name, act, help)
        action.add_argument("--organization", metavar="O", help="name or id (default: the first)")
        if name == "provision":
            action.add_argument(
                "--api-url", metavar="URL", help="where the data plane is, from now on"
            )
        if name == "revoke":
            action.add_argument("id", nargs="?", help="default: what was handed over last")
    policy = _Command(
        commands, "policy", "say how long a project keeps what it has", (POLICY, POLICY_EXAMPLES)
    )
    setting = policy.action("set", _set_policy, "keep what is younger")
    removing = policy.action("remove", _remove_policy, "keep everything")
    for action in (setting, removing):
        action.add_argument("project", metavar="PROJECT", help="name or id")
        action.add_argument("object_type", metavar="OBJECT_TYPE", help=", ".join(RETAINED))
    setting.add_argument("days", metavar="DAYS", type=_days, help="a number, at least 0")


def perform(chosen: argparse.Namespace) -> int:
    """Do what was chosen, and say what came of it."""
    with ControlPlane(chosen.url, token=chosen.token) as control_plane:
        said = chosen.act(control_plane.realm(chosen.realm), chosen)
    sys.stdout.write(said + "\n")
    return 0


class _Command:
    """A command of several actions that share one help: it shows what belongs together."""

    def __init__(self, commands: Commands, name: str, help: str, texts: tuple[str, str]) -> None:
        self._how: dict[str, Any] = {
            "description": texts[0],
            "epilog": texts[1],
            "formatter_class": argparse.RawDescriptionHelpFormatter,
        }
        command = commands.add_parser(name, help=help, **self._how)
        self._actions = command.add_subparsers(required=True, metavar="action")

    def action(
        self, name: str, act: Callable[[Realm, argparse.Namespace], str], help: str
    ) -> argparse.ArgumentParser:
        """Add an action, with the options that every one has."""
        action = self._actions.add_parser(name, help=help, **self._how)
        action.set_defaults(act=act)
        where = action.add_argument_group("which control plane")
        where.add_argument("--url", default=DEFAULT_URL, help="main port (default: %(default)s)")
        where.add_argument(
            "--token",
            default=os.environ.get(TOKEN_VARIABLE),
            help=f"what it printed, unless it listens on loopback; also {TOKEN_VARIABLE}",
        )
        where.add_argument("--realm", default="default", help="(default: %(default)s)")
        return action


def _provision(realm: Realm, chosen: argparse.Namespace) -> str:
    organization = _organization(realm, chosen.organization)
    if chosen.api_url is not None:
        organization = realm.update_organization(organization.id, api_url=chosen.api_url)
    return _handed_over(realm, organization)


def _refresh(realm: Realm, chosen: argparse.Namespace) -> str:
    organization = _organization(realm, chosen.organization)
    old = _last(realm, organization)
    return (
        f"{_handed_over(realm, organization)}\nthe token of before, {old.token_id}, is valid until"
        f" `mock-control-plane token revoke {old.token_id}`"
    )


def _revoke(realm: Realm, chosen: argparse.Namespace) -> str:
    organization = _organization(realm, chosen.organization)
    id = chosen.id or _last(realm, organization).token_id
    realm.revoke_service_token(id)
    return f"the token {id} is not valid any more"


def _status(realm: Realm, chosen: argparse.Namespace) -> str:
    organization = _organization(realm, chosen.organization)
    token = realm.token_status(organization.id)
    if token is None:
        return f"{organization.name} has no token for its data plane; `token provision` makes one"
    said = f"the data plane answered {token.status}" if token.problem is None else token.problem
    return f"{organization.name} has the token {token.name} ({token.token_id}): {said}"


def _set_policy(realm: Realm, chosen: argparse.Namespace) -> str:
    project = _project(realm, chosen.project)
    realm.set_policy(project["id"], chosen.object_type, chosen.days)
    return f"{project['name']} ({project['id']}) keeps {chosen.object_type} for {chosen.days} days"


def _remove_policy(realm: Realm, chosen: argparse.Namespace) -> str:
    project = _project(realm, chosen.project)
    realm.remove_policy(project["id"], chosen.object_type)
    return f"{project['name']} ({project['id']}) keeps {chosen.object_type} for ever"


def _handed_over(realm: Realm, organization: Organization) -> str:
    token = realm.provision(organization.id)
    if token.problem is not None:
        raise CommandProblem(token.problem)
    return (
        f"{organization.name} has the token {token.name} ({token.token_id});"
        f" the data plane at {organization.api_url} answered {token.status}"
    )


def _last(realm: Realm, organization: Organization) -> Provisioned:
    token = realm.token_status(organization.id)
    if token is None:
        raise CommandProblem(
            f"{organization.name} has no token for its data plane that is valid;"
            " `mock-control-plane token provision` makes one"
        )
    return token


def _organization(realm: Realm, wanted: str | None) -> Organization:
    there = realm.organizations()
    for organization in there:
        if wanted in (None, organization.id, organization.name):
            return organization
    raise CommandProblem(
        f"there is no organisation {wanted!r} in the realm {realm.name!r}; there is"
        f" {', '.join(each.name for each in there)}"
    )


def _project(realm: Realm, wanted: str) -> dict[str, Any]:
    living = [each for each in realm.objects("project") if each["deleted_at"] is None]
    found = [each for each in living if each["id"] == wanted]
    found = found or [each for each in living if each["name"] == wanted]
    if len(found) == 1:
        return found[0]
    names = ", ".join(sorted(str(each["name"]) for each in living)) or "none at all"
    raise CommandProblem(
        f"there are {len(found)} projects {wanted!r} in the realm {realm.name!r}; give the id of"
        f" one of them: {', '.join(each['id'] for each in found)}"
        if found
        else f"there is no project {wanted!r} in the realm {realm.name!r}; there is {names}"
    )


def _days(text: str) -> float:
    try:
        days = float(text)
    except ValueError:
        days = -1.0
    if not 0 <= days < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of days; expected one, at least 0")
    return int(days) if days.is_integer() else days
