"""How hypothesis works in a run: how many examples, from which seed, and where they are kept."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, settings
from hypothesis.database import DirectoryBasedExampleDatabase

from conformance.options.values import Effort

if TYPE_CHECKING:
    import pytest

    from conformance.options.values import Options

__all__ = ["EXAMPLES", "PROFILE", "set_up_examples"]

PROFILE = "dataplane"
EXAMPLES = {Effort.QUICK: 6, Effort.DEFAULT: 25, Effort.EXHAUSTIVE: 250}
LARGEST_SEED = 2**32 - 1


def set_up_examples(config: pytest.Config, options: Options) -> str:
    """Load our profile unless the user chose one; return the seed, which can be told and replayed.

    A network is slow and uneven, so no example has a deadline and slowness is no fault of a test.
    """
    settings.register_profile(
        PROFILE,
        deadline=None,
        print_blob=True,
        max_examples=EXAMPLES[options.effort],
        database=DirectoryBasedExampleDatabase(options.report_dir / "examples"),
        suppress_health_check=[HealthCheck.too_slow],
    )
    if not getattr(config.option, "hypothesis_profile", None):
        settings.load_profile(PROFILE)
    if getattr(config.option, "hypothesis_seed", None) is None:
        # Read by hypothesis' own plugin, here and in the workers that inherit the options.
        config.option.hypothesis_seed = str(random.randint(0, LARGEST_SEED))
    return str(config.option.hypothesis_seed)
