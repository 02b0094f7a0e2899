"""What the fork server does once, so that no run has to: imports, and whatever is computed lazily.

The fork server alone imports this module: it changes how hypothesis works in its process.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import tempfile
import warnings

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.configuration import set_hypothesis_home_dir

from conformance import marks, strategies
from conformance.description import Description
from conformance.instruments.described import Described
from conformance.observing import declaring
from conformance.selfcheck import children

LATE = (
    "_hypothesis_pytestplugin",
    "anyio._backends._asyncio",
    "braintrust",
    "conformance.reference.telemetry.pipelines",
    "conformance.session",
    "encodings.idna",
    "httpcore",
    "pdb",
    "uvicorn.lifespan.on",
    "uvicorn.protocols.http.httptools_impl",
    "uvloop",
)
"""What a run imports only when it comes to it; it may do without what is not installed."""

DRAWN = st.tuples(
    strategies.object_names(),
    strategies.email_addresses(),
    strategies.values_that_are_not_true(),
    strategies.spellings(),
    strategies.foreign_ids(),
)
"""What the suites draw: hypothesis reads its tables of characters when it first draws one."""


# A property takes its settings from the profile that is loaded when it is defined: without ours a
# slow machine fails this one, and then there is no fork server.
children.load_profile()


def draw(strategy: st.SearchStrategy[object]) -> None:
    """Draw, and be content with it."""

    @settings(max_examples=1)
    @given(strategy)
    def drawn(_: object) -> None:
        pass

    drawn()


def draw_requests() -> None:
    """Draw what area api sends: schemas become strategies when one is first wanted."""
    description = Description.load()
    described = Described(description.document)
    for operation in description.operations:
        for valid in (True, False):
            draw(described.drafts(operation, valid=valid))


marks.suite_modules()
declaring.modules()
with tempfile.TemporaryDirectory() as storage:
    set_hypothesis_home_dir(storage)
    draw(DRAWN)
    draw_requests()
for name in LATE:
    with contextlib.suppress(ImportError), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        importlib.import_module(name)
# What is here now lives as long as its process: no garbage collection needs to look at it.
gc.collect()
gc.freeze()
