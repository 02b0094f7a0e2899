"""What the story of a data plane's retention tells, as JSON, and what the tests read from it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

from conformance.exchange import Exchange
from conformance.instruments.ages import Aged, Span
from mock_control_plane.client import Entry

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.observing import JsonObject


@dataclass(frozen=True, slots=True)
class Thing:
    """A row that was written: where, how old it is, and since which run it should be there."""

    id: str
    path: str
    territory: str
    organization: str
    type: str
    text: str | None
    said: str
    overdue: bool = False

    @property
    def aged(self) -> Aged:
        """The row as the model knows it."""
        created = None if self.text is None else datetime.fromisoformat(self.text)
        return Aged(self.territory, self.type, created)

    def __str__(self) -> str:
        place = {
            "project_logs": f"in the logs of {self.territory}",
            "experiment": f"in an experiment of {self.territory}",
            "dataset": f"in a dataset of {self.territory}",
        }[self.type]
        age = "no time of its own" if self.text is None else f"created {self.text}"
        return f"the row {self.id} {place} ({self.said}: {age})"


@dataclass(frozen=True, slots=True)
class Reading:
    """What could be read of everything that was written: the ids of rows, by where they are.

    `refused` are the places that are not there any more; `changed` says what became of rows that
    are there and are not what they were.
    """

    there: Mapping[str, tuple[str, ...]]
    refused: tuple[str, ...] = ()
    changed: tuple[tuple[str, str], ...] = ()

    def has(self, thing: Thing) -> bool | None:
        """Whether a row is there; None if its place was not read."""
        if thing.path in self.refused:
            return False
        ids = self.there.get(thing.path)
        return None if ids is None else thing.id in ids

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Self:
        """What `asdict` made an object of."""
        there = {path: tuple(ids) for path, ids in row["there"].items()}
        changed = tuple((id, what) for id, what in row["changed"])
        return cls(there, tuple(row["refused"]), changed)


@dataclass(frozen=True, slots=True)
class Told:
    """One run: when it was asked for and was over, what was answered, and what was heard meanwhile.

    `over`: the data plane said that it was, None if it does not say. `current` are the digests of
    the tokens that are valid and were handed over last, by organisation; `settled`: they were
    handed over longer ago than the profile's grace.
    """

    name: str
    first: float
    last: float
    over: bool | None
    exchange: Exchange
    entries: tuple[Entry, ...]
    current: Mapping[str, str]
    settled: bool

    @property
    def span(self) -> Span:
        """Between which moments the run took place."""
        return Span(datetime.fromtimestamp(self.first, UTC), datetime.fromtimestamp(self.last, UTC))

    def to_json(self) -> JsonObject:
        """This as JSON that `from_json` reads, without credentials."""
        return {
            "name": self.name,
            "first": self.first,
            "last": self.last,
            "over": self.over,
            "exchange": self.exchange.to_json(),
            "entries": [bare(entry).to_json() for entry in self.entries],
            "current": dict(self.current),
            "settled": self.settled,
        }

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Self:
        """What `to_json` wrote."""
        entries = tuple(map(Entry.from_json, row["entries"]))
        return cls(**{**row, "exchange": Exchange.from_json(row["exchange"]), "entries": entries})


@dataclass(frozen=True, slots=True)
class Leak:
    """A token that was seen where none belongs: whose, where, how hidden, and in what."""

    whose: str
    where: str
    exchange: Exchange | None = None
    entry: Entry | None = None

    def to_json(self) -> JsonObject:
        """This as JSON that `from_json` reads, without the token."""
        return {
            "whose": self.whose,
            "where": self.where,
            "exchange": None if self.exchange is None else self.exchange.to_json(),
            "entry": None if self.entry is None else bare(self.entry).to_json(),
        }

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Self:
        """What `to_json` wrote."""
        exchange, entry = row["exchange"], row["entry"]
        return cls(
            row["whose"],
            row["where"],
            None if exchange is None else Exchange.from_json(exchange),
            None if entry is None else Entry.from_json(entry),
        )


@dataclass(slots=True)
class Tale:
    """Everything that was done and seen; `stopped` says why the story ends before its end.

    `handed` is what the data plane answered to each token, None for nothing; `tokens` names the
    tokens by their digests, `users` the users by their ids. `policies` are days. `restamped` are
    rows that say another creation time than they were written with. `bystanders` is how many
    objects were watched that no policy is about, `hurt` what is answered for those that changed.
    """

    policies: dict[str, dict[str, int]] = field(default_factory=dict)
    things: list[Thing] = field(default_factory=list)
    runs: list[Told] = field(default_factory=list)
    readings: dict[str, Reading] = field(default_factory=dict)
    datasets: dict[str, int] = field(default_factory=dict)
    restamped: list[str] = field(default_factory=list)
    bystanders: int = 0
    hurt: dict[str, str] = field(default_factory=dict)
    handed: dict[str, tuple[int | None, str | None]] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    users: dict[str, str] = field(default_factory=dict)
    took: float | None = None
    quiet: dict[str, float] = field(default_factory=dict)
    leaks: list[Leak] = field(default_factory=list)
    searched: dict[str, int] = field(default_factory=dict)
    stopped: str | None = None

    def run(self, name: str) -> Told | None:
        """The run of that name, the last one if it had to be repeated."""
        return next((each for each in reversed(self.runs) if each.name == name), None)

    def to_json(self) -> JsonObject:
        """This as JSON that `from_json` reads."""
        return {
            "policies": self.policies,
            "things": [asdict(each) for each in self.things],
            "runs": [each.to_json() for each in self.runs],
            "readings": {name: asdict(each) for name, each in self.readings.items()},
            "datasets": self.datasets,
            "restamped": self.restamped,
            "bystanders": self.bystanders,
            "hurt": self.hurt,
            "handed": self.handed,
            "tokens": self.tokens,
            "users": self.users,
            "took": self.took,
            "quiet": self.quiet,
            "leaks": [each.to_json() for each in self.leaks],
            "searched": self.searched,
            "stopped": self.stopped,
        }

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Self:
        """What `to_json` wrote."""
        known = {
            "things": [Thing(**each) for each in row["things"]],
            "runs": [Told.from_json(each) for each in row["runs"]],
            "readings": {name: Reading.from_json(each) for name, each in row["readings"].items()},
            "handed": {name: tuple(each) for name, each in row["handed"].items()},
            "leaks": [Leak.from_json(each) for each in row["leaks"]],
        }
        names = cls.__dataclass_fields__
        return cls(**{name: value for name, value in {**row, **known}.items() if name in names})


def bare(entry: Entry) -> Entry:
    """The entry without headers and body, in which there is nothing for a report."""
    return replace(entry, headers=(), body=b"")
