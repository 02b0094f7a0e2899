"""Where the self-check runs its subjects: a mock control plane, a fork server, and time limits."""

from __future__ import annotations

import json
import tempfile
import threading
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from conformance.deployment.control_plane import Mock, bring_up
from conformance.deployment.environment import DEFAULT, Deployment, Environment, Failed
from conformance.deployment.pool import name_of
from conformance.deployment.process import last_lines
from conformance.deployment.settings import base_settings
from conformance.errors import ControlPlaneProblem
from conformance.marks import needs_of, suite_modules
from conformance.options import values
from conformance.reach import Reach
from conformance.requirements import Catalogue, load
from conformance.selfcheck import children
from conformance.selfcheck.children import Suite
from conformance.selfcheck.forking import Forking, NotUp
from conformance.selfcheck.launches import Launches
from conformance.selfcheck.subject import Kind, Subject
from mock_control_plane.client import ControlPlaneError
from mock_control_plane.wire import load_profile

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from conformance.selfcheck.matrix import Outcomes
    from mock_control_plane.client import Realm

__all__ = ["Bench", "NoResult", "set_up"]

PROFILE = "reference"
REPORT = "report.json"
SUITE_LOG = "suite.log"
DONE_WITHIN = 150.0
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
        self._forking = Forking()

    def run(self, subject: Subject) -> Outcomes:
        """Return the outcome of each requirement of the subject's areas; raise `NoResult`."""
        folder = self._folder / f"{subject.kind}-{subject.name}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / REPORT).unlink(missing_ok=True)
        with ExitStack() as stack:
            environment = self._environment(subject, folder, stack)
            self._run_suite(subject, environment, folder)
        return self._outcomes(subject, folder)

    def _run_suite(self, subject: Subject, environment: Environment, folder: Path) -> None:
        """Run the suite to its end, and meanwhile bring up whatever else it asks for."""
        ours, theirs = self._forking.pipe()
        launches = Launches(ours, partial(self._forking.plane, subject))
        serving = threading.Thread(target=launches.serve, daemon=True)
        arguments = self._arguments(subject, folder)
        suite = Suite(environment.to_json(), arguments, folder, folder / SUITE_LOG, theirs)
        with ours, self._forking.child(children.run_suite, suite) as process:
            theirs.close()
            serving.start()
            process.join(DONE_WITHIN)
            if process.exitcode is None:
                raise NoResult(f"it was not done after {DONE_WITHIN:g} s")
            serving.join()

    def _environment(self, subject: Subject, folder: Path, stack: ExitStack) -> Environment:
        """Bring up the subject in each configuration that is asked for; the default one must be."""
        planes: list[Deployment] = []
        failed: list[Failed] = []
        for asked in self._configurations(subject.areas):
            try:
                planes.append(stack.enter_context(self._data_plane(subject, asked, folder)))
            except NotUp as failure:
                if not asked:
                    raise NoResult(f"the data plane did not come up: {failure}") from None
                failed.append(Failed(asked, str(failure)))
        return Environment(
            run="selfcheck",
            deployments=tuple(planes),
            control_plane=self._mock.address,
            failed=tuple(failed),
        )

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
        with self._forking.plane(subject, settings, output) as plane:
            realm.update_organization(realm.organization.id, api_url=plane.url, proxy_url=plane.url)
            yield Deployment(name, plane.url, settings, asked, realm.name, output)
            if plane.died():
                raise NoResult(f"the data plane died during the run: {plane.last_words()}")

    def _realm(self) -> Realm:
        try:
            return self._mock.client.create_realm()
        except ControlPlaneError as problem:
            raise ControlPlaneProblem(f"{problem}.") from problem

    def _arguments(self, subject: Subject, folder: Path) -> list[str]:
        patience = PATIENCE.get(subject.kind, USUAL_PATIENCE)
        return [
            "--dataplane-embedded",
            "--dataplane-quick",
            f"--dataplane-report-dir={folder}",
            f"--dataplane-timeout={patience}",
            *(f"--dataplane-area={area}" for area in subject.areas),
        ]

    def _outcomes(self, subject: Subject, folder: Path) -> Outcomes:
        report = folder / REPORT
        if not report.exists():
            raise NoResult(f"the suite wrote no report: {last_lines(folder / SUITE_LOG)}")
        document = json.loads(report.read_text("utf-8"))
        return {
            row["id"]: row["outcome"]
            for row in document["requirements"]
            if row["area"] in subject.areas
        }
