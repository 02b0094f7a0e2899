"""What a parser made of the command line, before anything of it is checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.errors import UsageProblem
from conformance.options.table import OPTIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Raw"]


@dataclass(frozen=True, slots=True)
class Raw:
    """What a parser made of the command line, and the environment to fall back on."""

    values: Mapping[str, object]
    environment: Mapping[str, str]

    def text(self, flag: str) -> str | None:
        """The option's value, else that of its environment variable, else None."""
        option = next(option for option in OPTIONS if option.flag == flag)
        value = self.values.get(option.name)
        if value is None and option.environment:
            value = self.environment.get(option.environment) or None
        return None if value is None else str(value).strip()

    def given(self, flag: str) -> bool:
        """Whether the option stands on the command line, whatever the environment says."""
        option = next(option for option in OPTIONS if option.flag == flag)
        return bool(self.values.get(option.name))

    def texts(self, flag: str) -> list[str]:
        """The values of an option that may be repeated."""
        option = next(option for option in OPTIONS if option.flag == flag)
        values = self.values.get(option.name)
        return [str(value) for value in values] if isinstance(values, list) else []

    def seconds(self, flag: str, default: float) -> float:
        """A positive number of seconds."""
        text = self.text(flag)
        if text is None:
            return default
        try:
            number = float(text)
        except ValueError:
            number = 0.0
        if not 0 < number < float("inf"):
            raise UsageProblem(f"{flag} {text}: expected a positive number of seconds.")
        return number
