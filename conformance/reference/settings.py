"""What a deployment is configured with, under the variable names of the real product."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_APP_URL = "https://www.braintrust.dev"
DEFAULT_REQUESTS = 100
DEFAULT_MINUTES = 1.0
TELEMETRY = ("CONTROL_PLANE_TELEMETRY", "BRAINSTORE_CONTROL_PLANE_TELEMETRY", "GATEWAY_TELEMETRY")
YES = ("true", "1")


class SettingProblem(ValueError):
    """A variable holds something that cannot be used: which one, what was expected."""


@dataclass(frozen=True, slots=True)
class Budget:
    """How many outbound requests a token may cause in so many seconds; 0 is no limit."""

    requests: int = DEFAULT_REQUESTS
    seconds: float = DEFAULT_MINUTES * 60


@dataclass(frozen=True, slots=True)
class Settings:
    """The deployment's settings after parsing; nothing else reads the environment.

    `telemetry` holds the variables of the senders as they are set, without those that are not:
    what they mean is the gate's to say.
    """

    app_url: str = DEFAULT_APP_URL
    public_url: str = DEFAULT_APP_URL
    whitelisted_origins: tuple[str, ...] = ()
    data: str = ""
    authentication_seconds: float = 10.0
    access_seconds: float = 10.0
    telemetry: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    license: str = field(default="", repr=False)
    report_seconds: float = 1.0
    sysadmin: bool = True
    budget: Budget = field(default_factory=Budget)
    service_token_key: str = field(default="", repr=False)
    primary_organization: str = ""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """Read the variables; raise `SettingProblem` for a value that cannot be used."""
        app_url = _url(environment, "BRAINTRUST_APP_URL", DEFAULT_APP_URL)
        return cls(
            app_url=app_url,
            public_url=_url(environment, "BRAINTRUST_APP_PUBLIC_URL", app_url),
            whitelisted_origins=_items(environment.get("WHITELISTED_ORIGINS", "")),
            data=environment.get("REFERENCE_DATA", ""),
            telemetry={name: environment[name] for name in TELEMETRY if name in environment},
            license=_license(environment),
            report_seconds=_positive(environment, "REFERENCE_REPORT_SECONDS", 1.0),
            sysadmin=environment.get("DISABLE_SYSADMIN_TELEMETRY", "").strip().lower() not in YES,
            budget=Budget(
                _count(environment, "OUTBOUND_RATE_LIMIT_MAX_REQUESTS", DEFAULT_REQUESTS),
                _positive(environment, "OUTBOUND_RATE_LIMIT_WINDOW_MINUTES", DEFAULT_MINUTES) * 60,
            ),
            service_token_key=environment.get("SERVICE_TOKEN_SECRET_KEY", "").strip(),
            primary_organization=environment.get("PRIMARY_ORG_NAME", "").strip(),
        )


def _url(environment: Mapping[str, str], name: str, default: str) -> str:
    value = environment.get(name, "").strip() or default
    try:
        parts = urlsplit(value)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise SettingProblem(
            f"{name} is {value!r}, which is not an http or https URL; "
            f"set it to one such as {DEFAULT_APP_URL}"
        )
    return value.rstrip("/")


def _items(value: str) -> tuple[str, ...]:
    return tuple(item.strip() for item in value.split(",") if item.strip())


def _license(environment: Mapping[str, str]) -> str:
    value = environment.get("BRAINSTORE_LICENSE_KEY", "").strip()
    if not (value.isascii() and value.isprintable()):
        raise SettingProblem(
            "BRAINSTORE_LICENSE_KEY holds characters that no header can carry; "
            "set it to the key as it was issued"
        )
    return value


def _count(environment: Mapping[str, str], name: str, default: int) -> int:
    value = environment.get(name, "").strip()
    if not value:
        return default
    if not (value.isascii() and value.isdigit() and len(value) < 10):
        raise SettingProblem(
            f"{name} is {value!r}, which is no whole number of requests; "
            "set it to one such as 100, or to 0 for no limit"
        )
    return int(value)


def _positive(environment: Mapping[str, str], name: str, default: float) -> float:
    value = environment.get(name, "").strip()
    if not value:
        return default
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not 0 < number < 1e9:
        raise SettingProblem(
            f"{name} is {value!r}, which is no number above zero; set it to one such as 1 or 0.5"
        )
    return number
