"""Writes rows with ages of their own into a data plane, and reads back what is there."""

from __future__ import annotations

import contextlib
import json
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from conformance import expect
from conformance.client import Caller, Person
from conformance.suites.retention.bystanders import Bystanders
from conformance.suites.retention.facts import Reading, Thing
from conformance.suites.retention.plan import DATASET, LOGS, OURS, THEIRS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from conformance.observing import Ground
    from conformance.specimens import Specimen
    from conformance.suites.retention.plan import Holder, Territory
    from mock_control_plane.client import Organization, Realm

Row = dict[str, object]
PAGE, PAGES = 1000, 50
GONE = frozenset({400, 403, 404})
OTHER = {"event_type": "logs", "btql_filter": "error IS NOT NULL", "interval_seconds": 3600}
OTHER_ACTION = {"type": "webhook", "url": "http://127.0.0.1:9/nobody"}


@dataclass(slots=True)
class Shelves:
    """The places of one run. `owners` are who works there, by their organisation.

    There is only one organisation where the data plane takes no second one.
    """

    ground: Ground
    owners: dict[str, Caller] = field(default_factory=dict)
    projects: dict[str, Specimen] = field(default_factory=dict)
    policies: dict[str, dict[str, int]] = field(default_factory=dict)
    things: list[Thing] = field(default_factory=list)
    datasets: dict[str, Caller] = field(default_factory=dict)
    _places: dict[str, Caller] = field(default_factory=dict)
    bystanders: Bystanders = field(default_factory=Bystanders)
    _in_force: list[tuple[str, str]] = field(default_factory=list)
    _seen: dict[str, dict[str, Row]] = field(default_factory=dict)
    _kept: dict[str, dict[str, Row]] = field(default_factory=dict)
    _restless: set[str] = field(default_factory=set)

    @property
    def realm(self) -> Realm:
        """The control plane."""
        return self.ground.realm

    def refuse_policies_of_others(self) -> None:
        """Raise `Inconclusive` where the control plane has policies: a run would carry them out."""
        found = [
            each
            for each in self.realm.objects("project_automation")
            if not each.get("deleted_at")
            and (each.get("config") or {}).get("event_type") == "retention"
        ]
        if found:
            expect.inconclusive(
                f"the control plane has a policy for the project {found[0].get('project_id')}, "
                "which is not of this run, so retention is not run: take it back with "
                "`mock-control-plane policy remove`"
            )

    def clear(self) -> None:
        """Take back the policies, and delete what was made where the data plane is not ours."""
        if self.ground.owned:
            return
        self.lift_policies()
        for path, owner in self._places.items():
            if f"/{LOGS}/" not in path:
                with contextlib.suppress(expect.Violation, expect.Inconclusive):
                    owner.delete(path)

    def settle(self, lands: Iterable[Territory]) -> Iterator[Territory]:
        """Make projects with their policies; yield those that there are then."""
        self.owners.setdefault(OURS, self.ground.callers.new(role="owner"))
        for land in lands:
            if land.organization == THEIRS and not self._has_second():
                continue
            owner = self.owners[land.organization]
            name = f"{self.ground.specimens.unique('project')}-{land.label}"
            project = self.ground.specimens.make(owner, "project", name=name)
            self.projects[land.label] = project
            self.policies[land.label] = dict(land.policies)
            self.bystanders.add(owner, project.path)
            for type, days in land.policies.items():
                self.realm.set_policy(project.id, type, days)
                self._in_force.append((project.id, type))
            if land.other:
                config = {**OTHER, "action": OTHER_ACTION}
                row = {"project_id": project.id, "name": land.label, "config": config}
                self.realm.put("project_automation", row)
            yield land

    def lift_policies(self) -> None:
        """Take back every policy that is there still."""
        while self._in_force:
            self.realm.remove_policy(*self._in_force.pop())

    def define(self, land: Territory) -> None:
        """Make a prompt and a function in a project: they are rows too, and no policy is theirs."""
        owner, project = self.owners[land.organization], self.projects[land.label]
        for kind in ("prompt", "function"):
            made = self.ground.specimens.make(owner, kind, project=project)
            self.bystanders.add(owner, made.path)

    def write(self, land: Territory, holder: Holder, *, overdue: bool = False) -> list[Thing]:
        """Write the rows of a holder, and return them."""
        owner, path = self.owners[land.organization], self._place(land, holder)
        where = (path, land.label, land.organization, holder.type)
        things, events = [], []
        for age in holder.ages:
            id = str(uuid.uuid4())
            things.append(Thing(id, *where, age.text, age.said, overdue))
            event: Row = {"id": id, "input": f"{age.said} {id}", "metadata": {"age": age.text}}
            events.append(event if age.text is None else event | {"created": age.text})
        written = owner.once_visible(f"{path}/insert", json={"events": events})
        expect.done(written, to=f"write rows with creation times of their own into a {holder.type}")
        self._places[path] = owner
        self.things += things
        return things

    def look(self, paths: Iterable[str] | None = None) -> Reading:
        """Read what is there, and say what is not any more what it was."""
        there: dict[str, tuple[str, ...]] = {}
        refused: list[str] = []
        changed: list[tuple[str, str]] = []
        for path in self._places if paths is None else paths:
            rows = self._read(path)
            if rows is None:
                refused.append(path)
                continue
            there[path] = tuple(rows)
            self._seen[path] = rows
            changed += self._compared(path, rows)
        return Reading(there, tuple(refused), tuple(changed))

    def await_rows(self, things: Iterable[Thing] | None = None) -> Reading:
        """Read what was written until it is there, or ought to be, and return what is there."""
        wanted = list(self.things if things is None else things)
        paths = list(dict.fromkeys(each.path for each in wanted))
        readings = [self.look(paths)]

        def is_complete() -> bool:
            return all(readings[-1].has(each) for each in wanted)

        def look_again() -> bool:
            readings.append(self.look(paths))
            return is_complete()

        if not is_complete():
            limit = self.ground.profile.timing.write_visible
            self.ground.until(look_again, deadline=limit, why="rows to become readable")
        return readings[-1]

    def remember(self) -> Reading:
        """Keep in mind what every row is. What differs between two readings means nothing."""
        reading = self.await_rows()
        for path in reading.there:
            self._kept[path] = self._read(path) or {}
            for id, row in self._kept[path].items():
                before = self._seen[path].get(id, {})
                self._restless |= {name for name in row if row[name] != before.get(name)}
        return reading

    def restamped(self) -> list[str]:
        """The rows that were given an age and say another one."""
        return [
            each.id
            for each in self.things
            if (row := self._seen.get(each.path, {}).get(each.id)) is not None
            and is_another_time(each.text, row.get("created"))
        ]

    def state_of_datasets(self) -> dict[str, int]:
        """With which status each dataset that has an age of its own answers."""
        return {path: owner.get(path).status for path, owner in self.datasets.items()}

    def _has_second(self) -> bool:
        """Whether there is a second organisation, and the data plane lets it in."""
        if THEIRS in self.owners:
            return True
        organization = self.realm.create_organization()
        caller = self.ground.callers.new(role="owner", organizations=[organization.id])
        caller = belonging(caller, organization)
        if not caller.post("/api/self/me", json={}).ok:
            return False
        self.owners[THEIRS] = caller
        return True

    def _place(self, land: Territory, holder: Holder) -> str:
        """Where rows go, made if it has to be."""
        project = self.projects[land.label]
        if holder.type == LOGS:
            return f"/v1/{LOGS}/{project.id}"
        owner, unique = self.owners[land.organization], self.ground.specimens.unique(holder.type)
        if holder.age is None or holder.age.text is None:
            made = self.ground.specimens.make(owner, holder.type, name=unique, project=project)
            return made.path
        row = {"name": unique, "project_id": project.id, "created": holder.age.text}
        id = self.realm.put(holder.type, row)["id"]
        path = f"/v1/{holder.type}/{id}"
        if holder.type not in land.policies:
            self.bystanders.add(owner, path)
        if holder.type == DATASET:
            self.datasets[path] = owner
        return path

    def _read(self, path: str) -> dict[str, Row] | None:
        """The rows of a place by their ids; None if there is no such place any more."""
        caller, cursor = self._places[path], None
        rows: dict[str, Row] = {}
        for _ in range(PAGES):
            wish = {"limit": PAGE} | ({} if cursor is None else {"cursor": cursor})
            exchange = caller.post(f"{path}/fetch", json=wish)
            if exchange.status in GONE:
                return None
            body = expect.body_of(exchange, to="read rows back")
            events = body.get("events")
            if not isinstance(events, list) or not all(isinstance(each, dict) for each in events):
                expect.inconclusive(
                    "rows cannot be read back: there is no list of events", exchange
                )
            rows |= {str(event.get("id")): event for event in events}
            cursor = body.get("cursor")
            if not cursor or not events:
                break
        return rows

    def _compared(self, path: str, rows: dict[str, Row]) -> Iterator[tuple[str, str]]:
        """What of a place's rows is not what it was when it was remembered."""
        for id, before in self._kept.get(path, {}).items():
            now = rows.get(id)
            if now is None:
                continue
            for name in sorted({*before, *now} - self._restless):
                if _bytes(before.get(name)) != _bytes(now.get(name)):
                    yield id, f"{name} was {before.get(name)!r} and is {now.get(name)!r}"


def belonging(caller: Caller, organization: Organization) -> Caller:
    """The caller as a member of another organisation than the ready-made one."""
    who = caller.person
    person = Person(who.id, who.email, organization.id, organization.name)
    return Caller(caller.transport, caller.credential, person)


def is_another_time(given: str | None, told: object) -> bool:
    """Whether a row tells of another second than it was written with; what tells nothing does not.

    A time without a zone is read as UTC.
    """
    if given is None or not isinstance(told, str):
        return False
    try:
        moment = datetime.fromisoformat(told)
    except ValueError:
        return False
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return abs(moment - datetime.fromisoformat(given)) >= timedelta(seconds=1)


def _bytes(value: object) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)
