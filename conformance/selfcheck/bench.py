"""Where the self-check runs its subjects: a mock control plane, a fork server, and time limits."""

from __future__ import annotations

import json
import multiprocessing
import tempfile
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from conformance.deployment.control_plane import Mock, bring_up
from conformance.deployment.environment import DEFAULT, Deployment, Environment
from conformance.deployment.pool import name_of
from conformance.deployment.process import last_lines
from conformance.deployment.settings import base_settings
from conformance.errors import ControlPlaneProblem
from conformance.marks import needs_of, suite_modules
from conformance.options import values
from conformance.reach import Reach
from conformance.requirements import Catalogue, load
from conformance.selfcheck import children
from conformance.selfcheck.subject import Kind, Subject
from mock_control_plane.client import ControlPlaneError
from mock_control_plane.wire import load_profile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from multiprocessing.context import ForkServerProcess

    from conformance.selfcheck.matrix import Outcomes
    from mock_control_plane.client import Realm

__all__ = ["Bench", "NoResult", "set_up"]

PRELOAD = "conformance.selfcheck.preload"
PROFILE = "reference"
READY_WITHIN = 60.0
DONE_WITHIN = 150.0
GRACE = 5.0
PATIENCE = {Kind.NULL: 0.3}
USUAL_PATIENCE = 10.0
"""How long, in seconds, one request may take; a data plane that is none is not waited for."""


class NoResult(Exception):
    """A run that ended without a report, and why."""


@contextmanager
def set_up(keep: Path | None = None) -> Iterator[Bench]:
    """Bring up what all runs share; `keep` is a folder in which their reports stay."""
    with tempfile.TemporaryDirectory(prefix="selfcheck-") as folder:
        options = values.Options(
            target=values.Target(values.Kind.EMBEDDED),
            report_dir=Path(folder),
            reach=Reach(""),
            profile=load_profile(PROFILE),
            profile_source=PROFILE,
        )
        mock = bring_up(options)
        try:
            yield Bench(mock, keep or Path(folder), load())
        finally:
            mock.stop()


class Bench:
    """Runs the suite against one subject at a time, for any number of threads."""

    def __init__(self, mock: Mock, folder: Path, catalogue: Catalogue) -> None:
        self._mock = mock
        self._folder = folder
        self._catalogue = catalogue
        self._needs = tuple(needs_of(suite_modules()))
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload([PRELOAD])

    def run(self, subject: Subject) -> Outcomes:
        """Return the outcome of each requirement of the subject's areas; raise `NoResult`."""
        folder = self._folder / f"{subject.kind}-{subject.name}"
        folder.mkdir(parents=True, exist_ok=True)
        report, output = folder / "report.json", folder / "suite.log"
        report.unlink(missing_ok=True)
        with ExitStack() as stack:
            planes = [
                stack.enter_context(self._data_plane(subject, configuration, folder))
                for configuration in self._configurations(subject.areas)
            ]
            environment = Environment(
                run="selfcheck",
                deployments=tuple(planes),
                control_plane=self._mock.address,
            )
            arguments = (environment.to_json(), self._arguments(subject, folder), folder, output)
            with self._child(children.run_suite, *arguments) as suite:
                suite.join(DONE_WITHIN)
                if suite.exitcode is None:
                    raise NoResult(f"it was not done after {DONE_WITHIN:g} s")
        return self._outcomes(subject, report, output)

    def _configurations(self, areas: Sequence[str]) -> list[Mapping[str, str]]:
        """The default configuration, and each one that a test of these areas asks for."""
        asked = {
            name_of(configuration): configuration
            for need in self._needs
            if self._catalogue[need.requirement].area in areas
            for configuration in need.configurations
        }
        return [{}, *asked.values()]

    @contextmanager
    def _data_plane(
        self, subject: Subject, asked: Mapping[str, str], folder: Path
    ) -> Iterator[Deployment]:
        """A subject that answers, in one configuration, with a realm of its own."""
        realm = self._realm()
        settings = {**base_settings(realm.url, realm.organization.name), **asked}
        name = name_of(asked) if asked else DEFAULT
        output = folder / f"{name}.log"
        ready, tell = self._context.Pipe(duplex=False)
        arguments = (subject.kind, subject.name, settings, output, tell)
        with ready, self._child(children.serve, *arguments) as plane:
            tell.close()
            if not ready.poll(READY_WITHIN):
                raise NoResult(f"the data plane was not ready after {READY_WITHIN:g} s")
            try:
                url = ready.recv()
            except EOFError:
                raise NoResult(f"the data plane died: {last_lines(output)}") from None
            realm.update_organization(realm.organization.id, api_url=url, proxy_url=url)
            yield Deployment(name, url, settings, asked, realm.name, output)
            if not plane.is_alive():
                raise NoResult(f"the data plane died during the run: {last_lines(output)}")

    def _realm(self) -> Realm:
        try:
            return self._mock.client.create_realm()
        except ControlPlaneError as problem:
            raise ControlPlaneProblem(f"{problem}.") from problem

    @contextmanager
    def _child(
        self, target: Callable[..., None], *arguments: object
    ) -> Iterator[ForkServerProcess]:
        """A forked process that is over when the context is left."""
        process = self._context.Process(target=target, args=arguments, daemon=True)
        process.start()
        try:
            yield process
        finally:
            process.terminate()
            process.join(GRACE)
            if process.exitcode is None:
                process.kill()
                process.join()
            process.close()

    def _arguments(self, subject: Subject, folder: Path) -> list[str]:
        patience = PATIENCE.get(subject.kind, USUAL_PATIENCE)
        return [
            "--dataplane-embedded",
            "--dataplane-quick",
            f"--dataplane-report-dir={folder}",
            f"--dataplane-timeout={patience}",
            *(f"--dataplane-area={area}" for area in subject.areas),
        ]

    def _outcomes(self, subject: Subject, report: Path, output: Path) -> Outcomes:
        if not report.exists():
            raise NoResult(f"the suite wrote no report: {last_lines(output)}")
        document = json.loads(report.read_text("utf-8"))
        return {
            row["id"]: row["outcome"]
            for row in document["requirements"]
            if row["area"] in subject.areas
        }
