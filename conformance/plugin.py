"""The door of the pytest plugin; without a data plane to judge, nothing happens behind it."""

from __future__ import annotations

import pytest

from conformance.options.table import GROUPS, add_to, target_given

MARKERS = (
    "requirement(id): the requirement of a data plane that this test judges",
    "dataplane_settings(values): a configuration in which this test needs the data plane",
    "dataplane_observes(*names): what this test needs to have observed, by name or beginning",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer the options of a run."""
    for title, options in GROUPS.items():
        group = parser.getgroup(f"dataplane: {title}", f"data plane conformance: {title}")
        add_to(group.addoption, options)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Take part in this pytest session if it was given a data plane."""
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)
    if not target_given(vars(config.option)):
        return
    # Imported this late because everybody who has us installed would pay for it in every run.
    from conformance.session import join

    join(config)
