"""From parsed command lines to `Options`, or to one sentence that says what is wrong."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from conformance import baseline
from conformance.deployment.settings import parse_assignments, read_env_file
from conformance.description import Description
from conformance.errors import UsageProblem
from conformance.instruments import egress
from conformance.instruments.egress import BrokenLine
from conformance.options import addresses
from conformance.options.selection import read_selection
from conformance.options.values import (
    ControlPlaneChoice,
    Effort,
    EgressChoice,
    Kind,
    Options,
    Target,
)
from conformance.reach import Reach
from mock_control_plane.client import Hosts, UnusableHost
from mock_control_plane.wire import Profile, ProfileProblem, load_profile, shipped

if TYPE_CHECKING:
    from conformance.baseline import ExpectedFailure
    from conformance.options.raw import Raw
    from conformance.requirements import Catalogue

__all__ = ["prepare_report_dir", "read"]

# What the run decides itself for a data plane that it starts.
RESERVED = ("BRAINTRUST_APP_URL", "PORT")


def read(raw: Raw, catalogue: Catalogue) -> Options:
    """Make one value of the command line; the first mistake in it is a `UsageProblem`."""
    target = _target(raw)
    source = _profile_source(raw, target)
    return Options(
        target=target,
        report_dir=Path(raw.text("--dataplane-report-dir") or "conformance-report").absolute(),
        reach=_reach(raw, target),
        profile=_profile(source),
        profile_source=source,
        control_plane=_control_plane(raw, target),
        selection=read_selection(raw, catalogue),
        effort=_effort(raw),
        settings=_settings(raw, target),
        ready_timeout=raw.seconds("--dataplane-ready-timeout", 60.0),
        max_deployments=_count(raw, "--dataplane-max-deployments", 8),
        observe_for=raw.seconds("--dataplane-observe-for", 0.0),
        replicas=_count(raw, "--dataplane-replicas", 1),
        openapi=_openapi(raw),
        egress=_egress(raw),
        sdks=dict(_sdk(text) for text in raw.texts("--dataplane-sdk")),
        allow_destructive=raw.given("--dataplane-allow-destructive"),
        require_complete=raw.given("--dataplane-require-complete"),
        expected_failures=_expected_failures(raw, catalogue),
        **_keys(raw, target),
    )


def prepare_report_dir(folder: Path) -> None:
    """Create the report's folder, and prove that it can be written to."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as problem:
        raise UsageProblem(
            f"--dataplane-report-dir {folder}: cannot be written to ({problem.strerror}). "
            "Name a folder that this user may create files in."
        ) from problem


def _target(raw: Raw) -> Target:
    flags = {
        "--dataplane-embedded": Kind.EMBEDDED,
        "--dataplane-cmd": Kind.COMMAND,
        "--dataplane-url": Kind.URL,
    }
    given = [flag for flag in flags if raw.given(flag)]
    if len(given) > 1:
        raise UsageProblem(f"{' and '.join(given)} name two data planes; a run judges one.")
    if not given:
        raise UsageProblem(f"no data plane to judge; give one of {', '.join(flags)}.")
    kind = flags[given[0]]
    if kind is Kind.EMBEDDED:
        return Target(kind)
    text = raw.text(given[0]) or ""
    if kind is Kind.URL:
        return Target(kind, addresses.url("--dataplane-url", text))
    return Target(kind, addresses.command("--dataplane-cmd", text))


def _reach(raw: Raw, target: Target) -> Reach:
    reach = Reach(
        url=target.address if target.kind is Kind.URL else "",
        ca=_existing_file(raw, "--dataplane-ca"),
        client_cert=_existing_file(raw, "--dataplane-client-cert"),
        headers=tuple(
            addresses.header("--dataplane-header", text) for text in raw.texts("--dataplane-header")
        ),
        timeout=raw.seconds("--dataplane-timeout", 30.0),
    )
    if reach.ca or reach.client_cert:
        reach.tls()
    return reach


def _profile_source(raw: Raw, target: Target) -> str:
    default = "reference" if target.kind is Kind.EMBEDDED else "braintrust"
    source = raw.text("--dataplane-wire-profile") or default
    return source if source in shipped() else str(Path(source).expanduser().absolute())


def _profile(source: str) -> Profile:
    try:
        return load_profile(source)
    except ProfileProblem as problem:
        raise UsageProblem(f"--dataplane-wire-profile: {problem}") from problem


def _control_plane(raw: Raw, target: Target) -> ControlPlaneChoice:
    url, listen = raw.text("--control-plane-url"), raw.text("--control-plane-listen")
    public = raw.text("--control-plane-public-url")
    if url and listen:
        raise UsageProblem(
            "--control-plane-url names a mock control plane that runs, --control-plane-listen "
            "starts one; give one of them."
        )
    if public and (not listen or target.started):
        raise UsageProblem(
            "--control-plane-public-url is how a data plane that already runs reaches the mock of "
            "--control-plane-listen; it needs --dataplane-url and --control-plane-listen."
        )
    upstream = raw.text("--control-plane-upstream")
    if upstream and (target.started or not (url or listen)):
        raise UsageProblem(
            "--control-plane-upstream is for a data plane that runs already and has a relay as its "
            "BRAINTRUST_APP_URL; it needs --dataplane-url, and --control-plane-listen or "
            "--control-plane-url."
        )
    if raw.given("--control-plane-token") and not (url or listen):
        raise UsageProblem(
            "--control-plane-token is the token of a mock control plane; give --control-plane-url "
            "or --control-plane-listen too."
        )
    endpoint = addresses.endpoint("--control-plane-listen", listen) if listen else None
    if public and endpoint and not endpoint[1]:
        raise UsageProblem(
            "--control-plane-listen: a mock with a public URL needs a port that is known, not 0."
        )
    return ControlPlaneChoice(
        url=addresses.url("--control-plane-url", url) if url else None,
        token=raw.text("--control-plane-token") if url or listen else None,
        listen=endpoint,
        public_url=addresses.url("--control-plane-public-url", public) if public else None,
        upstream=addresses.url("--control-plane-upstream", upstream) if upstream else None,
    )


class _Keys(TypedDict, total=False):
    api_key: str | None
    second_api_key: str | None


def _keys(raw: Raw, target: Target) -> _Keys:
    flags = ("--dataplane-api-key", "--dataplane-second-api-key")
    relayed = raw.given("--control-plane-upstream")
    mocked = not relayed and (
        target.started or raw.given("--control-plane-url") or raw.given("--control-plane-listen")
    )
    if mocked:
        for flag in flags:
            if raw.given(flag):
                raise UsageProblem(
                    f"{flag} is for a data plane with a control plane of its own; here the mock "
                    "issues the keys, so leave it out."
                )
        return {}
    first, second = (addresses.secret(flag, raw.text(flag)) for flag in flags)
    if relayed and not first:
        raise UsageProblem(
            f"--control-plane-upstream: the users are those of that control plane; pass the API "
            f"key of one with {flags[0]}, or in BRAINTRUST_API_KEY."
        )
    if second and not first:
        raise UsageProblem(f"{flags[1]} needs {flags[0]} beside it.")
    if first and first == second:
        raise UsageProblem(f"{flags[1]} is the same key as {flags[0]}; one of another user is due.")
    return {"api_key": first, "second_api_key": second}


def _effort(raw: Raw) -> Effort:
    quick, exhaustive = raw.given("--dataplane-quick"), raw.given("--dataplane-exhaustive")
    if quick and exhaustive:
        raise UsageProblem("--dataplane-quick and --dataplane-exhaustive exclude each other.")
    return Effort.QUICK if quick else Effort.EXHAUSTIVE if exhaustive else Effort.DEFAULT


def _settings(raw: Raw, target: Target) -> dict[str, str]:
    path = _existing_file(raw, "--dataplane-settings")
    settings = read_env_file(path) if path else {}
    settings.update(parse_assignments("--dataplane-setting", raw.texts("--dataplane-setting")))
    for name in RESERVED:
        if target.started and name in settings:
            raise UsageProblem(
                f"the setting {name} is chosen by the run for a data plane that it starts; "
                "leave it out."
            )
    return settings


def _count(raw: Raw, flag: str, default: int) -> int:
    text = raw.text(flag) or str(default)
    if not text.isdecimal() or int(text) < 1:
        raise UsageProblem(f"{flag} {text}: a number from 1 is expected.")
    return int(text)


def _sdk(text: str) -> tuple[str, Path]:
    """The version of the SDK in a folder, and the folder."""
    folder = Path(text).expanduser().absolute()
    found = [path.name for path in folder.glob("braintrust-*.dist-info")]
    if len(found) != 1 or not (folder / "braintrust").is_dir():
        raise UsageProblem(
            f"--dataplane-sdk {text}: there is no Python SDK; make such a folder with "
            "pip install --target DIR braintrust==VERSION."
        )
    return found[0].removeprefix("braintrust-").removesuffix(".dist-info"), folder


def _openapi(raw: Raw) -> Path | None:
    path = _existing_file(raw, "--dataplane-openapi")
    if path is not None:
        Description.load(path)
    return path


def _egress(raw: Raw) -> EgressChoice:
    hosts = tuple(raw.texts("--dataplane-own-host"))
    try:
        Hosts.of(hosts)
    except UnusableHost as problem:
        raise UsageProblem(f"--dataplane-own-host: {problem}.") from problem
    log = _existing_file(raw, "--dataplane-egress-log")
    try:
        egress.read(log) if log else ()
    except BrokenLine as problem:
        raise UsageProblem(f"--dataplane-egress-log {log}: {problem}.") from problem
    return EgressChoice(hosts, log)


def _expected_failures(raw: Raw, catalogue: Catalogue) -> tuple[ExpectedFailure, ...]:
    path = _existing_file(raw, "--dataplane-expected-failures")
    return baseline.load(path, catalogue) if path else ()


def _existing_file(raw: Raw, flag: str) -> Path | None:
    text = raw.text(flag)
    if text is None:
        return None
    path = Path(text).expanduser().absolute()
    if not path.is_file():
        raise UsageProblem(f"{flag} {text}: there is no such file.")
    return path
