"""The live things of a run are there for tests by their names."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from tests.conformance.judging import URL

if TYPE_CHECKING:
    from tests.conformance.judging import Judging


def test_live_things_are_offered(judging: Judging) -> None:
    """The deployment, its environment and the options can be asked for by name."""
    tests = """
    @requirement("AUD-04")
    def test_it(deployment, deployments, environment, options, profile, realm, specimens, callers):
        assert deployment.url == options.target.address
        assert list(deployments) == [deployment]
        assert environment.run == "run-1"
        assert profile.name == "braintrust"
        assert realm is None
        with pytest.raises(expect.Inconclusive, match="configured with A=1"):
            deployments[{"A": "1"}]
    """
    judging(URL, tests=textwrap.dedent(tests)).assert_outcomes(passed=1)
