"""What is done in every process of a pytest session that judges a data plane."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from conformance import held, resources
from conformance.deployment.environment import Environment
from conformance.errors import UsageProblem
from conformance.examples import set_up_examples
from conformance.marks import REQUIREMENT, SUITES
from conformance.observing.files import Files
from conformance.observing.ordering import Ordering
from conformance.options.raw import Raw
from conformance.options.reading import prepare_report_dir, read
from conformance.report.collector import Collector, Reporting
from conformance.report.facts import Facts, RunFacts, Target
from conformance.requirements import load
from conformance.run import WORKER_INPUT, WORKER_TAKES, Run
from conformance.scope import LEFT_OUT, Scope, scope_of
from conformance.steady import Steadying
from conformance.termination import Termination

if TYPE_CHECKING:
    from conformance.options.values import Options
    from conformance.requirements import Catalogue

__all__ = ["join"]

Takes = Callable[[], Mapping[str, float]]
Want = Callable[[Iterable[str]], object]


@dataclass(frozen=True, slots=True)
class Judged:
    """What a session judges, and how."""

    options: Options
    catalogue: Catalogue
    scope: Scope


def join(config: pytest.Config) -> None:
    """Read the options, make the suite what is collected, and register what a run consists of.

    The process that owns the session brings up, judges and reports; pytest-xdist's workers get
    what is up from it, and only run tests.
    """
    try:
        catalogue = load()
        options = _options(config, catalogue)
    except UsageProblem as problem:
        raise pytest.UsageError(str(problem)) from problem
    _collect_the_suite(config)
    options = replace(options, seed=set_up_examples(config, options))
    config.stash[held.OPTIONS] = options
    scope = scope_of(options, catalogue)
    config.pluginmanager.register(resources, "dataplane-resources")
    config.pluginmanager.register(Steadying(), "dataplane-steadying")
    selecting = Selecting(scope)
    config.pluginmanager.register(selecting, "dataplane-selecting")
    if is_worker(config):
        takes, want = _work(config, Judged(options, catalogue, scope))
    else:
        takes, want = _own(config, Judged(options, catalogue, scope))
    ordering = Ordering(takes, judged=selecting.judges, want=want)
    config.pluginmanager.register(ordering, "dataplane-ordering")


def is_worker(config: pytest.Config) -> bool:
    """Whether this process only runs tests for another one that owns the session."""
    return hasattr(config, "workerinput")


def _own(config: pytest.Config, judged: Judged) -> tuple[Takes, Want]:
    """Take the part of the process that owns the session."""
    run = Run(config, judged.options, judged.catalogue, judged.scope)
    config.pluginmanager.register(run.collector, "dataplane-collector")
    # After the collector, so that it is asked first whether a failure is the data plane's.
    config.pluginmanager.register(run, "dataplane-run")
    config.pluginmanager.register(run.observing, "dataplane-observing")
    return lambda: run.observing.takes, run.observing.begin


def _work(config: pytest.Config, judged: Judged) -> tuple[Takes, Want]:
    """Take the part of one of its workers."""
    told = config.workerinput  # type: ignore[attr-defined]
    config.stash[held.ENVIRONMENT] = Environment.from_json(told[WORKER_INPUT])
    collector = Collector(
        catalogue=judged.catalogue, scope=judged.scope, facts=_no_facts, reporting=Reporting()
    )
    config.pluginmanager.register(collector, "dataplane-collector")
    Termination().install()
    return lambda: told[WORKER_TAKES], Files(judged.options.report_dir).want


class Selecting:
    """Leaves out what the user does not want judged, and skips what cannot be judged."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        """Deselect the tests of requirements that the options leave out."""
        left_out = [item for item in items if LEFT_OUT in self._missing(item)]
        if left_out:
            items[:] = [item for item in items if item not in left_out]
            config.hook.pytest_deselected(items=left_out)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Skip a test of a requirement that the options do not provide everything for."""
        missing = self._missing(item)
        if missing:
            pytest.skip(" ".join(missing.values()))

    def judges(self, item: pytest.Item) -> bool:
        """Whether a test, if it is not deselected, will be more than skipped."""
        return not self._missing(item)

    def _missing(self, item: pytest.Item) -> dict[str, str]:
        mark = item.get_closest_marker(REQUIREMENT)
        identifier = str(mark.args[0]) if mark and mark.args else ""
        missing = self._scope.out_of_scope.get(identifier, ())
        return {one.need: one.sentence for one in missing}


def _options(config: pytest.Config, catalogue: Catalogue) -> Options:
    options = read(Raw(vars(config.option), os.environ), catalogue)
    if not is_worker(config) and not config.option.collectonly:
        prepare_report_dir(options.report_dir)
    return options


def _collect_the_suite(config: pytest.Config) -> None:
    """Collect the suite where the user names no path; his own patterns must not hide it."""
    if config.args_source is not pytest.Config.ArgsSource.ARGS:
        config.args[:] = [SUITES]
        config.option.pyargs = True
    if config.args == [SUITES]:
        config.addinivalue_line("python_files", "test_*.py")
        config.addinivalue_line("python_functions", "test")


def _no_facts() -> Facts:
    return Facts(RunFacts("", ""), Target(""))
