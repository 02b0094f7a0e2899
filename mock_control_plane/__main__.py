"""The command mock-control-plane: serve a control plane on this machine, and administer it."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Final

from mock_control_plane import __version__, commands
from mock_control_plane.client import ControlPlaneError
from mock_control_plane.commands import TOKEN_VARIABLE, CommandProblem
from mock_control_plane.identities import DirectoryProblem
from mock_control_plane.journal import JournalProblem
from mock_control_plane.keeping import MODES, WHOLE
from mock_control_plane.ports import Address, ServeProblem
from mock_control_plane.realms import DEFAULT
from mock_control_plane.server import Options, Running, serve
from mock_control_plane.upstream import UpstreamProblem, checked
from mock_control_plane.wire import ProfileProblem, load_profile, shipped

if TYPE_CHECKING:
    from collections.abc import Sequence

PULSE: Final = 0.5
PROBLEMS: Final = (
    CommandProblem,
    ControlPlaneError,
    DirectoryProblem,
    JournalProblem,
    ProfileProblem,
    ServeProblem,
    UpstreamProblem,
)

DESCRIPTION: Final = """\
A control plane on your own machine: data planes and SDKs work against it, and it records every
request that it hears. Point a data plane's BRAINTRUST_APP_URL at it."""

EPILOG: Final = """\
examples:
  mock-control-plane serve
      on a free port of this machine; prints the URL, an API key, and the variables to paste
  mock-control-plane serve --port 8700 --journal heard.sqlite
      on a fixed port, with a journal that stays (open it with any SQLite tool)
  mock-control-plane serve --host 0.0.0.0 --port 8700 --public-url http://host.docker.internal:8700
      for a data plane in a container; the inspection API then wants the token that is printed
  mock-control-plane serve --port 8700 --upstream https://www.braintrust.dev
      forwards everything to a real control plane, and records what went through"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except PROBLEMS as problem:
        sys.stderr.write(f"mock-control-plane: {problem}\n")
        return 2


def _parser() -> argparse.ArgumentParser:
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(
        "mock-control-plane", description=DESCRIPTION, epilog=EPILOG, formatter_class=raw
    )
    parser.add_argument("--version", action="version", version=__version__)
    parser.set_defaults(run=commands.perform)
    choices = parser.add_subparsers(required=True, metavar="command")
    serving = choices.add_parser(
        "serve",
        help="serve until it is stopped (Ctrl-C, SIGTERM)",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=raw,
    )
    serving.set_defaults(run=_serve)
    _add_place(serving.add_argument_group("where it listens"))
    _add_nature(serving.add_argument_group("what it is"))
    run = serving.add_argument_group("how it is run")
    run.add_argument("--json", action="store_true", help="print one line of JSON when ready")
    run.add_argument(
        "--exit-with-parent", action="store_true", help="stop when the starting process is gone"
    )
    commands.add(choices)
    return parser


def _add_place(listen: argparse._ArgumentGroup) -> None:
    listen.add_argument("--host", default="127.0.0.1", help="interface (default: %(default)s)")
    listen.add_argument("--port", type=int, default=0, help="port (default: any that is free)")
    listen.add_argument(
        "--public-url", metavar="URL", help="how a data plane reaches it, where that differs"
    )
    listen.add_argument("--certfile", metavar="PEM", help="serve TLS with this certificate")
    listen.add_argument("--keyfile", metavar="PEM", help="the certificate's key")


def _add_nature(what: argparse._ArgumentGroup) -> None:
    what.add_argument(
        "--upstream",
        metavar="URL",
        help="relay: forward everything to the control plane under URL, whose are the keys,"
        " organisations and policies then, and record it",
    )
    what.add_argument(
        "--record-bodies",
        choices=MODES,
        help="how a relay keeps the bodies of requests; secrets in them are never kept"
        f" (default: {WHOLE})",
    )
    what.add_argument("--organization", metavar="NAME", help="name of the ready-made organisation")
    what.add_argument(
        "--profile",
        default="braintrust",
        help=f"wire profile: {', '.join(shipped())}, or a TOML file (default: %(default)s)",
    )
    what.add_argument(
        "--journal",
        type=Path,
        metavar="FILE",
        help="keep what is heard here (default: until it ends)",
    )
    what.add_argument(
        "--token",
        default=os.environ.get(TOKEN_VARIABLE),
        help=f"what the inspection API under /_mock wants; also {TOKEN_VARIABLE}"
        " (default: nothing on loopback, otherwise one is made and printed)",
    )


def _serve(chosen: argparse.Namespace) -> int:
    parent = os.getppid()
    stopping = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    with serve(_options(chosen)) as running:
        _announce(_announcement(running, chosen))
        while running.alive() and not stopping.wait(PULSE):
            if chosen.exit_with_parent and os.getppid() != parent:
                break
        return 0 if running.alive() else 1


def _options(chosen: argparse.Namespace) -> Options:
    relays = chosen.upstream is not None
    if relays and chosen.organization is not None:
        raise UpstreamProblem(
            "--organization names one that the mock makes; a relay has those of its --upstream"
        )
    if chosen.record_bodies is not None and not relays:
        raise UpstreamProblem(
            "--record-bodies is for a relay; give --upstream URL too, or leave it out"
        )
    return Options(
        address=Address(
            chosen.host, chosen.port, chosen.public_url, chosen.certfile, chosen.keyfile
        ),
        journal=chosen.journal,
        token=chosen.token or None,
        profile=chosen.profile,
        organization=chosen.organization,
        upstream=checked(chosen.upstream) if relays else None,
        bodies=chosen.record_bodies or WHOLE,
    )


def _announce(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _announcement(running: Running, chosen: argparse.Namespace) -> str:
    if chosen.upstream is not None:
        return _of_relay(running, chosen)
    return _as_json(running) if chosen.json else _as_text(running, chosen.profile)


def _of_relay(running: Running, chosen: argparse.Namespace) -> str:
    upstream = checked(chosen.upstream)
    if chosen.json:
        said = {
            "url": running.url,
            "token": running.token,
            "upstream": upstream,
            "journal": str(running.journal),
        }
        return json.dumps(said)
    (name,) = load_profile(chosen.profile).settings["app_url"][:1]
    token = "not wanted" if running.token is None else running.token
    return "\n".join(
        [
            f"mock control plane listening on {running.url}",
            "",
            f"  relays to     {upstream}",
            f"  inspection    {running.url}/_mock (token: {token})",
            f"  journal       {running.journal}",
            "",
            "Change one setting of the data plane, and restart it:",
            f"  {name}={running.url}",
        ]
    )


def _as_json(running: Running) -> str:
    organization, user = running.organization, running.user
    return json.dumps(
        {
            "url": running.url,
            "token": running.token,
            "realm": {
                "name": DEFAULT,
                "url": running.url,
                "organization": {"id": organization.id, "name": organization.name},
                "user": {"id": user.id, "email": user.email},
                "api_key": running.key.secret,
            },
            "journal": str(running.journal),
        }
    )


def _as_text(running: Running, profile: str) -> str:
    settings = load_profile(profile).settings
    values = {
        "app_url": running.url,
        "primary_organization": running.organization.name,
        "license": "any-word-will-do",
    }
    variables = [f"  {name}={value}" for key, value in values.items() for name in settings[key]]
    token = "not wanted" if running.token is None else running.token
    return "\n".join(
        [
            f"mock control plane listening on {running.url}",
            "",
            f"  organisation  {running.organization.name} ({running.organization.id})",
            f"  user          {running.user.email} ({running.user.id})",
            f"  API key       {running.key.secret}",
            f"  inspection    {running.url}/_mock (token: {token})",
            f"  journal       {running.journal}",
            "",
            "Paste into a data plane:",
            *variables,
            "",
            "Paste into an SDK, with the URL of the data plane:",
            f"  BRAINTRUST_API_KEY={running.key.secret}",
            f"  BRAINTRUST_APP_URL={running.url}",
            "  BRAINTRUST_API_URL=http://your-data-plane",
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
