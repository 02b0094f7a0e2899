"""The run, in the process that owns the pytest session: brought up, watched, judged, taken down."""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING, NoReturn

import pytest

from conformance import held
from conformance.console import Console
from conformance.deployment.control_plane import Mock, bring_up, connect
from conformance.deployment.pool import Pool
from conformance.errors import ConformanceError, DataPlaneDied
from conformance.marks import SUITES, needs_of, suite_modules
from conformance.observing.owner import Owner
from conformance.observing.staging import Surroundings
from conformance.options.invocation import command_line, replay_options
from conformance.progress import Progress
from conformance.report.collector import Collector, Reporting
from conformance.report.facts import (
    Facts,
    Implementation,
    Problem,
    RunFacts,
    Target,
)
from conformance.termination import Termination

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.deployment.environment import Environment
    from conformance.options.values import Options
    from conformance.requirements import Catalogue
    from conformance.scope import Scope

__all__ = ["WORKER_INPUT", "WORKER_TAKES", "Run"]

WORKER_INPUT = "dataplane_environment"
WORKER_TAKES = "dataplane_takes"
INTERRUPTED = 2
DYING = 0.5
"""How long, in seconds, a data plane that refuses connections may take to be dead."""


class Run:
    """One run of the suite; its hooks are called by pytest in its main thread.

    What it starts ends with the session, however that ends.
    """

    def __init__(
        self, config: pytest.Config, options: Options, catalogue: Catalogue, scope: Scope
    ) -> None:
        self.id = f"conformance-{secrets.token_hex(4)}"
        self._config = config
        self._options = options
        self._catalogue = catalogue
        self._scope = scope
        self._mock: Mock | None = None
        self._pool: Pool | None = None
        self._environment: Environment | None = None
        self._problem: Problem | None = None
        self._termination = Termination()
        self.observing = Owner(config, options, self._surroundings)
        self.collector = Collector(
            catalogue=catalogue,
            scope=scope,
            facts=self.facts,
            reporting=Reporting(
                report_dir=options.report_dir,
                expected_failures=options.expected_failures,
                secrets=_secrets(options),
                narrowed=_narrowed(config),
                require_complete=options.require_complete,
            ),
        )

    @property
    def _seed(self) -> str:
        return str(self._config.option.hypothesis_seed)

    def facts(self) -> Facts:
        """What the report says about the run itself, as far as it is known by now."""
        options, environment = self._options, self._environment
        needed = {row for id in self._scope.in_scope for row in self._catalogue[id].wire}
        return Facts(
            run=RunFacts(
                self.id,
                command_line(self._config.invocation_params.args),
                seed=int(self._seed) if self._seed.isdecimal() else None,
                replay=("pytest", *replay_options(vars(self._config.option))),
            ),
            target=Target(
                options.target.kind.value,
                options.settings,
                options.profile.name,
                tuple(row.name for row in options.profile.assumed if row.name in needed),
            ),
            implementation=Implementation(
                version=environment.version if environment else None,
                url=environment.default.url if environment else options.target.address or None,
            ),
            deployments=(
                *(environment.deployments if environment else ()),
                *self.observing.deployments,
            ),
            longest_wait=self.observing.longest_wait,
            observations=self.observing.states,
            problem=self._problem,
        )

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """Bring up what the tests need, before any test or worker is started.

        An environment that is already held is used as it is; whoever put it there owns it.
        """
        config = session.config
        if config.option.collectonly:
            return
        self._termination.install()
        console = Console.of(config)
        console.opening(self._options, self._catalogue, self._scope, self._seed)
        if held.ENVIRONMENT not in config.stash:
            config.stash[held.ENVIRONMENT] = self._begin(session, console)
        self._environment = config.stash[held.ENVIRONMENT]
        self.observing.prepare()
        terminal = config.pluginmanager.getplugin("terminalreporter")
        if terminal is not None and config.args == [SUITES]:
            config.pluginmanager.register(Progress(terminal, self._catalogue), "dataplane-progress")

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: object) -> None:
        """Tell a worker of pytest-xdist what is up, and what will take how long."""
        assert self._environment is not None
        told = node.workerinput  # type: ignore[attr-defined]
        told[WORKER_INPUT] = self._environment.to_json()
        told[WORKER_TAKES] = self.observing.takes

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """End the run where a data plane died: what comes after would blame it for the silence."""
        if self._pool is None:
            return
        death = self._pool.death(patience=DYING if report.failed else 0.0)
        if death:
            self._problem = Problem(death, DataPlaneDied.exit_code)
            raise Stopped(death, DataPlaneDied.exit_code)

    def pytest_unconfigure(self) -> None:
        """Stop everything that was started."""
        self._take_down()
        self._termination.remove()

    def _begin(self, session: pytest.Session, console: Console) -> Environment:
        began = time.monotonic()
        try:
            environment = self._bring_up()
        except (ConformanceError, KeyboardInterrupt) as problem:
            self._give_up(session, problem)
        console.connected(self._options, environment, time.monotonic() - began)
        return environment

    def _bring_up(self) -> Environment:
        mock = bring_up(self._options) if self._options.mocked else None
        self._mock = mock
        self._pool = Pool(self._options, mock, run=self.id)
        return self._pool.start(self._configurations())

    def _surroundings(self) -> Surroundings:
        """What observations are made in; a pool only where the data plane is not attached to."""
        assert self._environment is not None
        means, address = self._config.stash.get(held.MEANS, None), self._environment.control_plane
        if self._pool is None and means is not None and address is not None:
            self._mock = connect(address)
            self._pool = Pool(self._options, self._mock, run=self.id, means=means)
        pool = self._pool if self._options.target.started else None
        return Surroundings(self._options, self._environment, pool)

    def _configurations(self) -> list[Mapping[str, str]]:
        needs = needs_of(suite_modules())
        return [
            configuration
            for need in needs
            if need.requirement in self._scope.in_scope
            for configuration in need.configurations
        ]

    def _give_up(
        self, session: pytest.Session, problem: ConformanceError | KeyboardInterrupt
    ) -> NoReturn:
        """End a run that cannot begin; pytest finishes no session that was not begun."""
        self._take_down()
        sentence = str(problem) or "the run was interrupted before a test was started"
        code = problem.exit_code if isinstance(problem, ConformanceError) else INTERRUPTED
        self._problem = Problem(sentence, code)
        self.collector.conclude(session, code)
        raise Stopped(sentence, code)

    def _take_down(self) -> None:
        pool, mock = self._pool, self._mock
        self._pool = self._mock = None
        self.observing.end()
        if pool is not None:
            pool.stop()
        self.observing.join()
        if mock is not None:
            mock.stop()


class Stopped(pytest.exit.Exception):  # type: ignore[name-defined,misc]  # an attribute
    """The end of a run that cannot go on.

    pytest writes `msg` where a session could not start, and the exception itself in any case; so
    that the sentence does not stand there twice, the latter is short.
    """

    __module__ = "builtins"  # or pytest would show the name of this module beside it

    def __init__(self, sentence: str, exit_code: int) -> None:
        super().__init__(sentence, exit_code)

    def __str__(self) -> str:
        return "the run was cut short"


def _narrowed(config: pytest.Config) -> bool:
    """Whether the user lets only a part of the suite be collected."""
    option = config.option
    return config.args != [SUITES] or bool(option.keyword or option.markexpr or option.deselect)


def _secrets(options: Options) -> tuple[str, ...]:
    given = (options.api_key, options.second_api_key, options.control_plane.token)
    headers = (value for _, value in options.reach.headers)
    return tuple(secret for secret in (*given, *headers) if secret)
