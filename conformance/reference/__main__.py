"""The reference data plane as a program: `python -m conformance.reference`."""

from __future__ import annotations

import argparse
import difflib
import importlib
import logging
import os
import sqlite3
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.types import ASGIApp

    from conformance.reference.composition import Reference
    from conformance.reference.store import Store

CATALOGUES = {"defect": "DEFECTS", "variant": "VARIANTS", "null": "NULLS"}
EMBEDDED = "braintrust-dataplane-conformance[embedded]"
SETTINGS = "Settings come from the environment, under the names of the real product."


class Refused(Exception):
    """The command cannot be carried out: one sentence, and the exit code that goes with it."""

    def __init__(self, sentence: str, exit_code: int) -> None:
        super().__init__(sentence)
        self.exit_code = exit_code


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command to a parser."""
    parser.description = f"{parser.description or 'Serve the reference data plane.'} {SETTINGS}"
    parser.add_argument(
        "--host", default="127.0.0.1", help="where to listen (default: %(default)s)"
    )
    parser.add_argument(
        "--port", help="where to listen (default: PORT, else a free port)", metavar="N"
    )
    different = parser.add_mutually_exclusive_group()
    different.add_argument("--defect", metavar="NAME", help="build this one flaw in")
    different.add_argument("--variant", metavar="NAME", help="conform in this other way")
    different.add_argument("--null", metavar="NAME", help="be no data plane at all, in this way")


def main(wish: argparse.Namespace) -> int:
    """Serve until told to stop; where that is impossible, say why and return the exit code."""
    try:
        _serve(wish, os.environ)
    except KeyboardInterrupt:
        return 0
    except Refused as refusal:
        print(refusal, file=sys.stderr)  # noqa: T201 - a command line answers
        return refusal.exit_code
    return 0


def _serve(wish: argparse.Namespace, environment: Mapping[str, str]) -> None:
    from conformance.reference import server

    _log_to_stderr()
    null = _found("null", wish.null) if wish.null else None
    app = _application(wish, environment) if null is None else None
    try:
        bound = server.bind(wish.host, _port(wish, environment))
    except OSError as error:
        raise Refused(
            f"cannot listen on {wish.host}: {error.strerror}; choose another --host or --port", 2
        ) from error
    with bound:
        if app is None:
            bound.listen()
            _ready(server.url(bound))
            importlib.import_module("conformance.reference.nulls").serve(null, bound)
            return
        server.serve(app, ready=_ready, bound=bound)


def _application(wish: argparse.Namespace, environment: Mapping[str, str]) -> ASGIApp:
    try:
        return _composed(wish, environment)
    except ModuleNotFoundError as missing:
        raise Refused(
            f"the embedded data plane needs {missing.name}, which is not installed; "
            f"install {EMBEDDED}",
            2,
        ) from missing


def _composed(wish: argparse.Namespace, environment: Mapping[str, str]) -> ASGIApp:
    from conformance.reference.composition import compose, create_app
    from conformance.reference.settings import SettingProblem, Settings

    try:
        reference = compose(Settings.from_environment(environment))
        for kind, name in (("defect", wish.defect), ("variant", wish.variant)):
            if name:
                different: Reference = _found(kind, name).apply(reference)  # type: ignore[attr-defined]
                reference = different
        app = create_app(reference)
    except SettingProblem as problem:
        raise Refused(str(problem), 4) from problem
    _probe(reference.store, environment.get("REFERENCE_DATA", ""))
    return app


def _log_to_stderr() -> None:
    """Show warnings whoever else listens; what is less is for telemetry, where it is on."""
    handler = logging.StreamHandler()
    handler.setLevel(logging.WARNING)
    logging.getLogger().addHandler(handler)


def _probe(store: Store, path: str) -> None:
    try:
        store.open()
        store.close()
    except sqlite3.Error as error:
        raise Refused(
            f"REFERENCE_DATA is {path!r}, which is no database that can be written ({error}); "
            "name a file of a folder that exists, or leave it out",
            2,
        ) from error


def _port(wish: argparse.Namespace, environment: Mapping[str, str]) -> int:
    name, told = ("--port", wish.port) if wish.port else ("PORT", environment.get("PORT") or "0")
    if not (told.isascii() and told.isdigit() and int(told) < 65536):
        raise Refused(f"{name} is {told!r}, which is no port; give a number below 65536", 4)
    return int(told)


def _found(kind: str, name: str) -> object:
    module = importlib.import_module(f"conformance.reference.{kind}s")
    known: Mapping[str, object] = getattr(module, CATALOGUES[kind])
    if name in known:
        return known[name]
    nearest = difflib.get_close_matches(name, known, n=3, cutoff=0.0)
    raise Refused(f"there is no {kind} named {name!r}; did you mean {' or '.join(nearest)}?", 4)


def _ready(url: str) -> None:
    print(f"reference data plane listening on {url}", flush=True)  # noqa: T201 - says it is ready


def _program(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m conformance.reference", allow_abbrev=False)
    configure(parser)
    return main(parser.parse_args(arguments))


if __name__ == "__main__":
    sys.exit(_program())
