"""Which observations there are: what the suites declare, each in its module `observations`."""

from __future__ import annotations

import importlib
import pkgutil
from collections import Counter
from typing import TYPE_CHECKING

from conformance.errors import ObservationBroke

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import ModuleType

    from conformance.observing.observation import Observation
    from conformance.options.values import Options

__all__ = ["declared", "distinct", "modules"]

SUITES = "conformance.suites"
MODULE = "observations"


def modules() -> list[ModuleType]:
    """Import the modules in which suites declare what they observe."""
    package = importlib.import_module(SUITES)
    return [
        importlib.import_module(found.name)
        for found in pkgutil.walk_packages(package.__path__, f"{SUITES}.")
        if found.name.rpartition(".")[2] == MODULE
    ]


def declared(options: Options) -> list[Observation]:
    """What the suites want to observe with these options, in the order of their areas."""
    return distinct(one for module in modules() for one in module.observations(options))


def distinct(observations: Iterable[Observation]) -> list[Observation]:
    """These observations; no two of them may have the same name."""
    found = list(observations)
    twice = [name for name, times in Counter(one.name for one in found).items() if times > 1]
    if twice:
        raise ObservationBroke(
            f"two observations are named {twice[0]!r}; a name stands for one, in all suites"
        )
    return found
