"""The command line as it may be shown to anybody, and the part of it that finds a target again."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from conformance.deployment.settings import secrets_of
from conformance.options.table import (
    HOW_IT_IS_REACHED,
    HOW_MUCH,
    OPTIONS,
    THE_CONTROL_PLANE,
    WHAT_IS_JUDGED,
    Option,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["command_line", "replay_options"]

SETTING = "--dataplane-setting"
SECRET = frozenset(
    {
        "--control-plane-token",
        "--dataplane-api-key",
        "--dataplane-header",
        "--dataplane-second-api-key",
        SETTING,
    }
)
HIDDEN = "..."
JUDGED_BY = frozenset(
    {
        "--dataplane-allow-destructive",
        "--dataplane-exhaustive",
        "--dataplane-observe-for",
        "--dataplane-openapi",
        "--dataplane-quick",
        "--dataplane-wire-profile",
    }
)
"""Of the options that say how much is judged, those that a test's outcome can depend on."""


def command_line(arguments: Sequence[str]) -> str:
    """The pytest command with these arguments, without the values that may be secrets."""
    return shlex.join(["pytest", *_without_secrets(arguments)])


def replay_options(values: Mapping[str, object]) -> tuple[str, ...]:
    """The options that judge the same target in the same way again.

    Secrets are taken from the environment then; of settings, those that are none are there.
    """
    how = [option for option in HOW_MUCH if option.flag in JUDGED_BY]
    words: list[str] = []
    for option in (*WHAT_IS_JUDGED, *HOW_IT_IS_REACHED, *THE_CONTROL_PLANE, *how):
        value = values.get(option.name)
        if option.flag == SETTING:
            value = [each for each in value or () if not _is_secret(each)]  # type: ignore[attr-defined]
        if option.flag == SETTING or option.flag not in SECRET:
            words += _words(option, value)
    return tuple(words)


def _words(option: Option, value: object) -> list[str]:
    if not value:
        return []
    if option.metavar is None:
        return [option.flag]
    several = value if isinstance(value, list) else [value]
    return [word for one in several for word in (option.flag, str(one))]


def _is_secret(assignment: str) -> bool:
    name, _, value = assignment.partition("=")
    return bool(secrets_of({name: value}))


def _without_secrets(arguments: Sequence[str]) -> Iterator[str]:
    known = {option.flag for option in OPTIONS}
    hide_next = False
    for argument in arguments:
        flag, equals, _ = argument.partition("=")
        if hide_next:
            yield HIDDEN
        elif equals and flag in SECRET:
            yield f"{flag}={HIDDEN}"
        else:
            yield argument
        hide_next = not hide_next and argument in SECRET and argument in known
