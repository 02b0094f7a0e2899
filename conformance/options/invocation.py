"""The command line as it may be shown to anybody, and the part of it that finds a target again."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from conformance.options.table import (
    HOW_IT_IS_REACHED,
    OPTIONS,
    THE_CONTROL_PLANE,
    WHAT_IS_JUDGED,
    Option,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["command_line", "replay_options"]

SECRET = frozenset(
    {
        "--control-plane-token",
        "--dataplane-api-key",
        "--dataplane-header",
        "--dataplane-second-api-key",
        "--dataplane-setting",
    }
)
HIDDEN = "..."


def command_line(arguments: Sequence[str]) -> str:
    """The pytest command with these arguments, without the values that may be secrets."""
    return shlex.join(["pytest", *_without_secrets(arguments)])


def replay_options(values: Mapping[str, object]) -> tuple[str, ...]:
    """The options that reach the same target again; secrets are taken from the environment then."""
    words: list[str] = []
    for option in (*WHAT_IS_JUDGED, *HOW_IT_IS_REACHED, *THE_CONTROL_PLANE):
        if option.flag not in SECRET:
            words += _words(option, values.get(option.name))
    return tuple(words)


def _words(option: Option, value: object) -> list[str]:
    if not value:
        return []
    if option.metavar is None:
        return [option.flag]
    return [option.flag, str(value)]


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
