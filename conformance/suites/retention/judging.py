"""How the story of a data plane's retention is judged; pure, but for how a verdict is said."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NoReturn

from conformance.expect import Inconclusive, OutOfReach, Violation, outcome
from conformance.instruments.ages import Fate, fate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from conformance.instruments.ages import Policies
    from conformance.suites.retention.facts import Tale, Thing, Told
    from mock_control_plane.client import Entry
    from mock_control_plane.wire import Profile

LOOKED_UP = ("project", "project_automation", "experiment", "dataset")
SESSION = (("apikey", "login"), ("self", "me"))
FLAG = "--dataplane-allow-destructive"
SHOWN = 4


def windows_of(policies: Mapping[str, Mapping[str, int]]) -> Policies:
    """The policies of projects, as the model of ages knows them."""
    return {
        (territory, type): (timedelta(days=days),)
        for territory, those in policies.items()
        for type, days in those.items()
    }


def run_of(tale: Tale, name: str) -> Told:
    """A run of the story; `Inconclusive` where it did not come so far."""
    told = tale.run(name)
    if told is None and tale.stopped is None:
        raise OutOfReach(
            f"It takes a run of retention, which deletes aged data: allow that with {FLAG}.",
            unlock=FLAG,
        )
    if told is None:
        raise Inconclusive(f"it did not come to a run {name}: {tale.stopped}")
    return told


def lacking(
    profile: Profile,
    rows: Sequence[str],
    *,
    expected: str,
    came: str,
    told: Told | None = None,
) -> NoReturn:
    """Say that something did not come: a violation, unless it was only assumed how it would."""
    assumed = [row for row in rows if profile.rows[row].basis == "assumed"]
    if assumed:
        endpoint = profile.rows[assumed[0]].endpoints[0]
        raise Inconclusive(f"{came}; that it goes by {endpoint} is assumed", row=assumed[0])
    raise Violation(
        expected=expected,
        came=came,
        exchanges=() if told is None else told.exchange,
        entries=() if told is None else told.entries,
    )


def with_token(told: Told) -> list[Entry]:
    """What was asked during a run with a token that is valid and current."""
    return [entry for entry in told.entries if entry.credential in told.current.values()]


def in_use(tale: Tale, told: Told, profile: Profile) -> list[Entry]:
    """What was asked with a token; `Inconclusive` where that never was: RET-01 judges."""
    entries = [entry for entry in told.entries if entry.credential in tale.tokens]
    if not entries:
        row = "token-store" if told.exchange.ok else "retention-run"
        raise Inconclusive(
            f"no service token was used in the run {told.name}, which was answered "
            f"{outcome(told.exchange)}; RET-01 judges that",
            row=row if profile.rows[row].basis == "assumed" else None,
        )
    return entries


def takes_part(entry: Entry) -> bool:
    """Whether a request looks up what retention is about, or writes; sessions and others do not."""
    return entry.classification == "metadata" and (is_look_up(entry) or is_write(entry))


def is_look_up(entry: Entry) -> bool:
    """Whether a request reads projects, what lies in them, or policies."""
    kind, _ = _asked(entry)
    return kind in LOOKED_UP and not is_write(entry)


def is_write(entry: Entry) -> bool:
    """Whether a request to the control plane changes something there, if it is let."""
    kind, action = _asked(entry)
    if entry.method in ("GET", "HEAD", "OPTIONS") or (kind, action) in SESSION:
        return False
    return not (entry.method == "POST" and (action.startswith("get") or not action))


def who(tale: Tale, entry: Entry) -> str:
    """Whose credential a request carries, for a person."""
    if entry.credential in tale.tokens:
        return tale.tokens[str(entry.credential)]
    known = tale.users.get(entry.principal.id or "")
    return f"the key of {known}" if known else f"a credential of another kind ({entry.principal})"


def is_ours(tale: Tale, entry: Entry, *, owned: bool) -> bool:
    """Whether a request belongs to the story: on a data plane of others, others work too."""
    known = entry.credential in tale.tokens or (entry.principal.id or "") in tale.users
    return owned or known


class Survivors:
    """What a run did to the rows of one type, compared with the model."""

    def __init__(self, tale: Tale, told: Told, *, type: str, apart: float) -> None:
        self._windows = windows_of(tale.policies)
        self._span = told.span.widened(apart)
        self._tale = tale
        self.type = type

    def gone(self, before: str, after: str) -> list[Thing]:
        """The rows that were there before and are not there after."""
        first, then = self._tale.readings.get(before), self._tale.readings.get(after)
        if first is None or then is None:
            raise Inconclusive(f"what is there {after} could not be read: {self._tale.stopped}")
        return [each for each in self._rows() if first.has(each) and then.has(each) is False]

    def left(self, before: str, after: str) -> list[Thing]:
        """The rows that were there before and are there after."""
        first, then = self._tale.readings[before], self._tale.readings[after]
        return [each for each in self._rows() if first.has(each) and then.has(each)]

    def fate(self, thing: Thing) -> Fate:
        """What the run had to do with a row."""
        return fate(thing.aged, self._windows, self._span)

    def has_policy(self, thing: Thing) -> bool:
        """Whether a policy applies to a row."""
        return (thing.territory, thing.type) in self._windows

    def said(self, things: Sequence[Thing]) -> str:
        """These rows, each with its age and its policy; the first few of many."""
        shown = "; ".join(f"{each}, {self._policy(each)}" for each in things[:SHOWN])
        more = len(things) - SHOWN
        return f"{shown}; and {more} more" if more > 0 else shown

    def _rows(self) -> list[Thing]:
        return [each for each in self._tale.things if each.type == self.type]

    def _policy(self, thing: Thing) -> str:
        days = self._tale.policies.get(thing.territory, {}).get(thing.type)
        return "no policy" if days is None else f"kept for {days} days"


def _asked(entry: Entry) -> tuple[str, str]:
    """The kind of object and the action in the path of a request to the control plane."""
    parts = entry.path.rstrip("/").split("/")
    at = parts.index("api") if "api" in parts else 0
    rest = parts[at + 1 :]
    return (rest[0] if rest else "", rest[1] if len(rest) > 1 else "")
