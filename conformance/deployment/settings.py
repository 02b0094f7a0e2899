"""Settings of a data plane: how a user writes them down, and what a started one gets anyway."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING

from conformance.errors import UsageProblem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

__all__ = [
    "base_settings",
    "configured",
    "inheritable",
    "parse_assignments",
    "proxied",
    "read_env_file",
    "secrets_of",
]

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
DOUBLE_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"\s*(?:#.*)?')
SINGLE_QUOTED = re.compile(r"'([^']*)'\s*(?:#.*)?")
ESCAPE = re.compile(r"\\(.)")
SECRET = re.compile(r"KEY|TOKEN|SECRET|PASSWORD|CREDENTIAL")
USER_INFO = re.compile(r"://[^/@]*:[^/@]+@")
ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}

OWN_MACHINE = "localhost,127.0.0.1,::1"

# A started data plane must not see what a developer's shell happens to hold for another one.
OWN_PREFIXES = ("BRAINTRUST_", "BRAINSTORE_", "CONTROL_PLANE_", "OUTBOUND_RATE_LIMIT_")
OWN_NAMES = frozenset(
    {
        "ALLOWED_ORG_IDS",
        "DISABLE_SYSADMIN_TELEMETRY",
        "GATEWAY_TELEMETRY",
        "ORG_NAME",
        "PORT",
        "PRIMARY_ORG_NAME",
        "SERVICE_TOKEN_SECRET_KEY",
        "WHITELISTED_ORIGINS",
    }
)


def base_settings(control_plane: str, organization: str) -> dict[str, str]:
    """What every started data plane gets: its control plane, and secrets that are worth nothing.

    The outbound limit is out of reach, so that only the area that judges it can trip over it; it
    is not 0, because what 0 means is judged too.
    """
    return {
        "BRAINTRUST_APP_URL": control_plane,
        "ORG_NAME": "*",
        "PRIMARY_ORG_NAME": organization,
        "WHITELISTED_ORIGINS": "https://app.conformance.test",
        "OUTBOUND_RATE_LIMIT_MAX_REQUESTS": "1000000",
        "BRAINSTORE_LICENSE_KEY": f"licence-{secrets.token_hex(16)}",
        "SERVICE_TOKEN_SECRET_KEY": secrets.token_hex(32),
    }


def configured(*layers: Mapping[str, str | None]) -> dict[str, str]:
    """Settings of several layers in one; a later layer wins, and None in it unsets a variable."""
    merged: dict[str, str | None] = {}
    for layer in layers:
        merged.update(layer)
    return {name: value for name, value in merged.items() if value is not None}


def proxied(proxy: str) -> dict[str, str]:
    """The variables that let HTTP clients ask everything through a forward proxy, as all read them.

    Exempt is the data plane's own machine, whatever a shell may exempt beside it. Node.js uses
    proxies only where it is told to.
    """
    names = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
    return {
        **dict.fromkeys(names, proxy),
        **dict.fromkeys(map(str.lower, names), proxy),
        "NO_PROXY": OWN_MACHINE,
        "no_proxy": OWN_MACHINE,
        "NODE_USE_ENV_PROXY": "1",
    }


def inheritable(environment: Mapping[str, str]) -> dict[str, str]:
    """The part of an environment that is no setting of a data plane and no secret of the run."""
    return {
        name: value
        for name, value in environment.items()
        if name not in OWN_NAMES and not name.startswith(OWN_PREFIXES)
    }


def parse_assignments(flag: str, texts: Iterable[str]) -> dict[str, str]:
    """Settings given as NAME=VALUE; messages never repeat a value, which may be a secret."""
    settings = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not NAME.fullmatch(name):
            raise UsageProblem(
                f"{flag}: expected NAME=VALUE, such as CONTROL_PLANE_TELEMETRY=status."
            )
        settings[name] = value
    return settings


def read_env_file(path: Path) -> dict[str, str]:
    """The settings of a .env file: NAME=VALUE lines, `export`, comments and both quotes."""
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as problem:
        raise UsageProblem(f"{path}: cannot be read as UTF-8 text.") from problem
    settings = {}
    for number, line in enumerate(text.splitlines(), start=1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        name, equals, value = line.removeprefix("export ").partition("=")
        name = name.strip()
        if not equals or not NAME.fullmatch(name):
            raise UsageProblem(f"{path}, line {number}: expected NAME=VALUE, a comment or nothing.")
        settings[name] = _unquoted(value.strip(), f"{path}, line {number}")
    return settings


def _unquoted(value: str, where: str) -> str:
    if value.startswith('"'):
        matched = DOUBLE_QUOTED.fullmatch(value)
        if matched:
            return ESCAPE.sub(lambda found: ESCAPES.get(found[1], found[1]), matched[1])
    elif value.startswith("'"):
        matched = SINGLE_QUOTED.fullmatch(value)
        if matched:
            return matched[1]
    else:
        return re.split(r"\s#", value, maxsplit=1)[0].rstrip()
    raise UsageProblem(f"{where}: the quotation mark at the start of the value is never closed.")


def secrets_of(settings: Mapping[str, str]) -> frozenset[str]:
    """The values of settings that must not be shown: by their names, or URLs with a password."""
    return frozenset(
        value
        for name, value in settings.items()
        if value and (SECRET.search(name) or USER_INFO.search(value))
    )
