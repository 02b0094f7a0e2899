"""Watching one data plane: use it, let it report, stop it, and take down all that was heard."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from conformance import expect
from conformance.instruments.canary import Detector, Report, search_request
from conformance.instruments.silence import Control, covers
from conformance.suites.telemetry.heard import Heard, Leak, is_cut, kinds_of
from conformance.suites.telemetry.planting import Customer
from conformance.suites.telemetry.trials import EVERYTHING, Family
from mock_control_plane.wire import TELEMETRY

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from conformance.instruments.canary import Canary
    from conformance.observing import Ground, JsonObject
    from conformance.suites.telemetry.planting import Planted
    from conformance.suites.telemetry.trials import Trial
    from mock_control_plane.client import Entry
    from mock_control_plane.wire import Profile

LOGIN = "/api/apikey/login"
LONGER = 10.0
"""How many seconds longer than usual what must come is waited for, and no longer than as usual."""
ALL = 1_000_000_000


class Arrivals:
    """After how long each kind came where all are on; noted by one thread, read by others.

    The lock guards it. Silence elsewhere is watched for as long as that takes at least.
    """

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._lock = threading.Lock()
        self._took: dict[str, float] = {}
        self._complete = False

    def note(self, took: Mapping[str, float], *, complete: bool) -> None:
        """Take down what came; `complete`: nothing more will."""
        with self._lock:
            self._took.update(took)
            self._complete = self._complete or complete

    def covered(self, kinds: Iterable[str], seconds: float) -> bool:
        """Whether so many seconds without these kinds are enough, as far as can be known."""
        with self._lock:
            wanted = frozenset(kinds)
            known = self._complete or wanted <= self._took.keys()
            return known and covers(seconds, wanted, controls(self._took, self._profile))


class Watching:
    """One observation: its ground, what is set there, and what came so far."""

    def __init__(self, ground: Ground, trial: Trial, arrivals: Arrivals) -> None:
        self._ground = ground
        self._trial = trial
        self._arrivals = arrivals
        self._first: dict[str, float] = {}
        self._read = ground.began_seq

    def watch(self) -> JsonObject:
        """Watch it from its start to its end, and return what was heard."""
        try:
            customer = self._use()
            began = self._control()
            self._dwell(began)
        finally:
            if self._trial.name == EVERYTHING:
                self._arrivals.note({}, complete=True)
        ended = self._control()
        self._ground.stop()
        heard = self._heard(began, ended, customer)
        return heard.to_json() | {"done": customer.done, "shown": self._shown(heard)}

    @property
    def _plants(self) -> bool:
        """Whether texts are looked for in what this one sends."""
        families = (Family.DEFAULT, Family.DECLARED)
        return self._trial.family in families or self._trial.name == EVERYTHING

    def _use(self) -> Customer:
        """Use it as a customer does; where no answer comes it is tried once more."""
        customer = Customer(self._ground.callers.new(), self._ground.specimens)
        try:
            self._work(customer)
        except expect.NoAnswer:
            try:
                self._work(customer)
            except expect.Violation as problem:
                expect.inconclusive(f"the data plane could not be used: {problem.came}")
        return customer

    def _work(self, customer: Customer) -> None:
        if self._plants:
            customer.work()
        else:
            customer.work_a_little()

    def _control(self) -> Entry | None:
        """Log somebody in, new where there is a choice; the request that reached the mock then."""
        ground, caller = self._ground, self._ground.callers.new()
        before = ground.realm.position()
        try:
            caller.post(LOGIN)
        except expect.Violation:
            return None
        seen = ground.realm.wait_for(
            deadline=ground.profile.timing.seen,
            after=before,
            principal=str(caller.person.id),
        )
        return seen[0] if seen else None

    def _dwell(self, began: Entry | None) -> None:
        """Let time pass: until what must come is there, and what must not come could have come."""
        ground, since = self._ground, time.monotonic()
        window = ground.window(*TELEMETRY)
        longer = min(window, LONGER)

        def passed() -> float:
            return time.monotonic() - since

        wanted = self._expected()
        ground.until(
            lambda: wanted <= self._came(began),
            deadline=window + longer,
            why=f"telemetry with {self._trial.said}",
        )
        silent = frozenset(TELEMETRY) - self._trial.named
        why = f"what must not be sent with {self._trial.said}"
        ground.wait(max(window - passed(), 0.0), why)
        ground.until(
            lambda: self._arrivals.covered(silent, passed()),
            deadline=max(2 * window + longer - passed(), 0.0) if ground.owned else 0.0,
            why=why,
        )

    def _expected(self) -> frozenset[str]:
        """What has to come, so that it is waited for a little longer."""
        trial = self._trial
        return trial.named if trial.plain and trial.known else frozenset()

    def _came(self, began: Entry | None) -> frozenset[str]:
        """The kinds that have come by now; those of the data plane with all kinds are noted."""
        new = self._ground.realm.entries(after=self._read, limit=ALL, classification="telemetry")
        for entry in new:
            self._read = entry.seq
            for kind in kinds_of(entry):
                self._first.setdefault(kind, entry.at)
        if self._trial.name == EVERYTHING:
            self._arrivals.note(self._took(began), complete=False)
        return frozenset(self._first)

    def _took(self, began: Entry | None) -> dict[str, float]:
        since = began.at if began else self._ground.ready_at
        return {kind: max(at - since, 0.0) for kind, at in self._first.items()}

    def _heard(self, began: Entry | None, ended: Entry | None, customer: Customer) -> Heard:
        self._came(began)
        realm, after = self._ground.realm, self._ground.began_seq
        entries = realm.entries(after=after, limit=ALL) if self._plants else []
        search = Search(customer.planted)
        for entry in entries:
            search.look(entry)
        telemetry = tuple(realm.telemetry(after=after, limit=ALL))
        return Heard(
            seconds=ended.at - began.at if began and ended else 0.0,
            connected=began is not None and ended is not None,
            took=self._took(began),
            telemetry=telemetry,
            leaks=tuple(search.leaks),
            searched=len(entries),
            unread=tuple(search.unread),
            cut=tuple(each.entry.seq for each in telemetry if is_cut(each.entry)),
        )

    def _shown(self, heard: Heard) -> JsonObject:
        """What the report says of it: the time that was watched, and what stood behind it."""
        owned = self._ground.owned
        control = "the same kind where all are on" if owned else "other telemetry of its own"
        return {
            "setting": self._trial.value if self._trial.known else "not known",
            "watched": round(heard.seconds, 2),
            "connected": heard.connected,
            "control": f"a forwarded login at both ends, and {control}",
            "first seen after": {kind: round(took, 2) for kind, took in heard.took.items()},
            "requests searched": heard.searched,
        }


class Search:
    """Looks for planted texts in requests; for names and such in telemetry only."""

    def __init__(self, planted: Planted) -> None:
        self._content = frozenset(planted.content.values())
        self._for_content = Detector(self._content)
        self._for_all = Detector([*self._content, *planted.names.values()])
        self.leaks: list[Leak] = []
        self.unread: list[Entry] = []

    def look(self, entry: Entry) -> None:
        """Look through one request."""
        detector = self._for_all if kinds_of(entry) else self._for_content
        report: Report = search_request(entry, detector)
        if report.truncated:
            self.unread.append(entry)
        for finding in report.findings:
            how = f"{finding.where}, {' > '.join(finding.chain) or 'as it is'}"
            self.leaks.append(
                Leak(entry, finding.canary.place, how, self._is_content(finding.canary))
            )

    def _is_content(self, canary: Canary) -> bool:
        return canary in self._content


def controls(took: Mapping[str, float], profile: Profile) -> dict[str, Control]:
    """What shows how long each kind takes to come, from when it came where it is on."""
    rows = profile.rows
    return {kind: Control(at, rows[kind].grace) for kind, at in took.items() if kind in rows}
