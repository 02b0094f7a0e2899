"""What a deployment is configured with, under the variable names of the real product."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_APP_URL = "https://www.braintrust.dev"


class SettingProblem(ValueError):
    """A variable holds something that cannot be used: which one, what was expected."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The deployment's settings after parsing; nothing else reads the environment."""

    app_url: str = DEFAULT_APP_URL
    public_url: str = DEFAULT_APP_URL
    whitelisted_origins: tuple[str, ...] = ()
    data: str = ""
    authentication_seconds: float = 10.0
    access_seconds: float = 10.0

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """Read the variables; raise `SettingProblem` for a value that cannot be used."""
        app_url = _url(environment, "BRAINTRUST_APP_URL", DEFAULT_APP_URL)
        return cls(
            app_url=app_url,
            public_url=_url(environment, "BRAINTRUST_APP_PUBLIC_URL", app_url),
            whitelisted_origins=_items(environment.get("WHITELISTED_ORIGINS", "")),
            data=environment.get("REFERENCE_DATA", ""),
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
