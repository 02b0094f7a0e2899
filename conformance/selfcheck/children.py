"""What runs in the forked children of the self-check: one data plane, or one run of the suite.

What the fork server does for all of them before it forks is in `preload`.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest
from hypothesis.configuration import set_hypothesis_home_dir

from conformance import held, plugin
from conformance.deployment.environment import Environment
from conformance.deployment.pool import Means
from conformance.examples import EXAMPLES
from conformance.options.values import Effort
from conformance.reference import nulls, server
from conformance.reference.composition import Reference, compose, create_app
from conformance.reference.defects import DEFECTS
from conformance.reference.settings import Settings
from conformance.reference.variants import VARIANTS
from conformance.selfcheck.remote import Remote
from conformance.selfcheck.subject import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from multiprocessing.connection import Connection

    from conformance.deployment.connection import Probe
    from conformance.reach import Reach

__all__ = ["Suite", "load_profile", "run_suite", "serve"]

PROFILE = "dataplane-selfcheck"
SEED = 1
PHASES = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
CONFIGURATION = Path(plugin.__file__).with_name("run.ini")
PLUGINS = (plugin.__name__, "_hypothesis_pytestplugin")


def load_profile() -> None:
    """Few examples, the same in each run, and none made smaller: which fails is all that counts."""
    hypothesis.settings.register_profile(
        PROFILE,
        deadline=None,
        database=None,
        phases=PHASES,
        max_examples=EXAMPLES[Effort.QUICK],
        report_multiple_bugs=False,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    hypothesis.settings.load_profile(PROFILE)


def serve(
    kind: Kind, name: str, settings: Mapping[str, str], output: Path, ready: Connection
) -> None:
    """Be a data plane until the process is told to stop; its URL is sent as soon as it is known."""
    _become_a_child(output)
    os.environ.update(settings)  # where HTTP clients look for proxies
    bound = server.bind("127.0.0.1", 0)
    if kind is Kind.NULL:
        bound.listen()
        ready.send(server.url(bound))
        nulls.serve(nulls.NULLS[name], bound)
    else:
        reference = _different(kind, name, compose(Settings.from_environment(settings)))
        server.serve(create_app(reference), ready=ready.send, bound=bound)


@dataclass(frozen=True, slots=True)
class Suite:
    """A run of the suite: what is up, pytest's arguments, and where more data planes come from."""

    environment: str
    arguments: Sequence[str]
    folder: Path
    output: Path
    launching: Connection


def run_suite(suite: Suite) -> None:
    """Run the suite against what is up already, and end with pytest's exit code."""
    _become_a_child(suite.output)
    os.chdir(suite.folder)
    set_hypothesis_home_dir(suite.folder / ".hypothesis")
    load_profile()
    for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS"):
        os.environ.pop(name, None)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    means = Means(Remote(suite.launching), check=_trusted)
    provided = Provided(Environment.from_json(suite.environment), means)
    options = [f"-p{name}" for name in PLUGINS] + ["-pno:cacheprovider"]
    options += [f"--config-file={CONFIGURATION}", f"--rootdir={suite.folder}"]
    options += [f"--hypothesis-profile={PROFILE}", f"--hypothesis-seed={SEED}"]
    sys.exit(pytest.main([*options, *suite.arguments], plugins=[provided]))


class Provided:
    """A pytest plugin that hands a run what is up, and the means to start what else it needs."""

    def __init__(self, environment: Environment, means: Means) -> None:
        self._environment = environment
        self._means = means

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """Put them where the run looks for them."""
        config.stash[held.ENVIRONMENT] = self._environment
        config.stash[held.MEANS] = self._means


def _trusted(_reach: Reach, _probe: Probe) -> None:
    """Do not ask what a data plane is: here it may be none, and that is for the suite to find."""


def _different(kind: Kind, name: str, reference: Reference) -> Reference:
    if kind is Kind.DEFECT:
        return DEFECTS[name].apply(reference)
    if kind is Kind.VARIANT:
        return VARIANTS[name].apply(reference)
    return reference


def _become_a_child(output: Path) -> None:
    """Print into a file, also through the descriptors, and end when the parent is gone."""
    descriptor = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    os.close(descriptor)
    threading.Thread(target=_end_with_the_parent, daemon=True).start()


def _end_with_the_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
