"""Ages that are measured wrongly, and what is too old deleted in another way than it should be."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from conformance.reference.defects.definition import defect
from conformance.reference.retention.clock import Clock
from conformance.reference.retention.policies import Policies
from conformance.reference.retention.retention import Retention

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.reference.composition import Reference
    from conformance.reference.parts import Parts
    from conformance.reference.retention.policies import Policy, Window
    from conformance.reference.rows import Version

EAST = timedelta(hours=14)


@defect(breaks={"RET-08"})
def keeps_a_day_less(reference: Reference) -> Reference:
    """The day on which a row was made counts as one of the days of its window."""

    class Flawed(Retention):
        def cutoff(self, now: datetime, days: float) -> datetime:
            return super().cutoff(now, max(days - 1, 0))

    return replace(reference, retention=Flawed())


@defect(breaks={"RET-08"})
def takes_days_for_hours(reference: Reference) -> Reference:
    """A window of so many days is one of so many hours."""

    class Flawed(Retention):
        def cutoff(self, now: datetime, days: float) -> datetime:
            return super().cutoff(now, days / 24)

    return replace(reference, retention=Flawed())


@defect(breaks={"RET-08"})
def measures_ages_by_local_time(reference: Reference) -> Reference:
    """The time of a run is that of a clock on a wall far in the east, and is taken for UTC."""

    class Flawed(Clock):
        def now(self) -> datetime:
            return super().now() + EAST

    return replace(reference, clock=Flawed())


@defect(breaks={"RET-08", "RET-15"})
def reads_times_without_their_zones(reference: Reference) -> Reference:
    """What a row says of its time is taken for UTC, whatever zone it names."""

    class Flawed(Clock):
        def read(self, value: object) -> datetime | None:
            moment = super().read(value)
            return None if moment is None else moment.replace(tzinfo=UTC)

    return replace(reference, clock=Flawed())


@defect(breaks={"RET-08"})
def deletes_what_is_from_the_future(reference: Reference) -> Reference:
    """A row that is as far in the future as it may be in the past is too old."""

    class Flawed(Retention):
        def created(self, parts: Parts, version: Version) -> datetime:
            created, now = super().created(parts, version), parts.clock.now()
            return min(created, now - (created - now))

    return replace(reference, retention=Flawed())


@defect(breaks={"RET-08"})
def deletes_a_dataset_with_its_rows(reference: Reference) -> Reference:
    """A dataset of which a row was too old is gone with all of its rows."""

    class Flawed(Retention):
        def apply(self, parts: Parts, window: Window, now: datetime) -> int:
            deleted = super().apply(parts, window, now)
            if deleted and window.type == "dataset":
                deleted += self.delete(parts, window)
            return deleted

    return replace(reference, retention=Flawed())


@defect(breaks={"RET-15"})
def keeps_a_day_more(reference: Reference) -> Reference:
    """A window begins with the day after."""

    class Flawed(Retention):
        def cutoff(self, now: datetime, days: float) -> datetime:
            return super().cutoff(now, days + 1)

    return replace(reference, retention=Flawed())


@defect(breaks={"RET-15"})
def keeps_a_row_of_each_experiment(reference: Reference) -> Reference:
    """Of an experiment that is too old one row is left."""

    class Flawed(Retention):
        def delete(self, parts: Parts, window: Window) -> int:
            rows = [each.id for each in parts.rows.newest(window.type, window.id)][1:]
            parts.rows.purge(window.type, window.id, rows)
            return len(rows)

    return replace(reference, retention=Flawed())


@defect(breaks={"RET-15"})
def goes_by_the_first_policy_that_it_finds(reference: Reference) -> Reference:
    """Of several policies a run carries out one."""

    class Flawed(Policies):
        def policies(self, automations: Iterable[dict[str, object]]) -> list[Policy]:
            return super().policies(automations)[:1]

    return replace(reference, policies=Flawed())
