"""The story of one data plane's retention: without a token, with it, refreshed, revoked, restored.

One deployment, few runs, many rows: every requirement reads its part of what is told here.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import TYPE_CHECKING

from conformance.expect import Inconclusive, Violation
from conformance.instruments.ages import Fate, fate
from conformance.options.values import Effort
from conformance.suites.retention import plan
from conformance.suites.retention.facts import Tale
from conformance.suites.retention.judging import windows_of
from conformance.suites.retention.plan import OURS, THEIRS
from conformance.suites.retention.runs import Runner, Tokens
from conformance.suites.retention.secrecy import Search
from conformance.suites.retention.shelves import Shelves

if TYPE_CHECKING:
    from conformance.observing import Ground, JsonObject
    from conformance.suites.retention.facts import Reading, Thing, Told
    from conformance.suites.retention.plan import Territory

DRAWN = {Effort.QUICK: 8, Effort.DEFAULT: 30, Effort.EXHAUSTIVE: 250}
AFTER_REFRESH = {Effort.QUICK: 3, Effort.DEFAULT: 4, Effort.EXHAUSTIVE: 12}

MOST_LEAKS = 50
"""A token that is everywhere need not be shown everywhere."""

WITHOUT, WITH, REFRESHED, REVOKED, RESTORED, EXTENDED, LIFTED = (
    "without a token",
    "with a token",
    "after a refresh",
    "with a revoked token",
    "with a token again",
    "with a token for another organisation too",
    "with no policy at all",
)
BEFORE, UNPROVIDED, LAST = "before", "still without a token", "before there was no policy"


def tell(ground: Ground, *, destructive: bool) -> JsonObject:
    """Live through it, and return what was seen, however far it came."""
    story = Story(ground)
    try:
        story.live() if destructive else story.hand_over()
    except (Inconclusive, Violation) as problem:
        story.tale.stopped = str(problem)
    finally:
        story.shelves.clear()
    return story.told()


@dataclass(slots=True)
class Story:
    """What is done, one after the other; `tale` is what it leaves."""

    ground: Ground
    tale: Tale = field(default_factory=Tale)
    shelves: Shelves = field(init=False)
    tokens: Tokens = field(init=False)
    runner: Runner = field(init=False)
    search: Search = field(init=False)
    lands: dict[str, Territory] = field(default_factory=dict)

    def __post_init__(self) -> None:
        ground = self.ground
        self.shelves, self.tokens = Shelves(ground), Tokens(ground)
        who = ground.profile.rows["retention-run"].credential
        starter = ground.callers.new(role="member" if who == "member" else "owner")
        self.runner = Runner(ground, starter, self.tokens)
        self.search = Search(ground, self.tokens)

    def live(self) -> None:
        """Everything, in an order in which no part needs the end of a later one."""
        self.shelves.refuse_policies_of_others()
        self.write_what_is_early()
        self.run_without_a_token()
        self.run_with_a_token()
        self.refresh()
        self.revoke()
        self.restore()
        self.extend()
        self.lift()
        self.seek()

    def hand_over(self) -> None:
        """What can be done where nothing may be deleted: a token is stored, and looked for."""
        random = Random(self.ground.options.seed)
        land = plan.territories(random, datetime.now(UTC))[0]
        list(self.shelves.settle([plan.Territory(land.label)]))
        self.tokens.configure(OURS, self.ground.realm.organization.id)
        self.seek()

    def write_what_is_early(self) -> None:
        """Projects, policies, and everything whose age is not near an edge."""
        random, now = Random(self.ground.options.seed), datetime.now(UTC)
        drawn = DRAWN[self.ground.options.effort]
        for land in self.shelves.settle(plan.territories(random, now)):
            self.lands[land.label] = land
            if len(land.policies) == len(plan.TYPES):
                self.shelves.define(land)
        for holder in plan.early(random, now, self.lands.values(), drawn=drawn):
            self.shelves.write(self.lands[holder.territory], holder)

    def run_without_a_token(self) -> None:
        """A run that nobody gave a token for."""
        self.tale.readings[BEFORE] = self.shelves.await_rows()
        told = self.runner.run(WITHOUT)
        self.tale.readings[WITHOUT] = self.shelves.look()
        self.tale.quiet[WITHOUT] = time.time() - told.first

    def run_with_a_token(self) -> None:
        """The data plane's URL is configured, what is near an edge is written, and a run judges."""
        self.tokens.configure(OURS, self.ground.realm.organization.id)
        apart = self.ground.profile.timing.clock_apart
        for holder in plan.late(datetime.now(UTC), self.lands.values(), apart):
            self.shelves.write(self.lands[holder.territory], holder)
        self.tale.readings[UNPROVIDED] = self.shelves.remember()
        self.tale.bystanders = self.shelves.bystanders.remember()
        self.tale.restamped = self.shelves.restamped()
        told = self.runner.run(WITH)
        if not self.runner.uses_token(told):
            self.tokens.rest()
            told = self.runner.run(WITH)
        self.tale.readings[WITH] = reading = self.until_gone(told, self.shelves.things)
        self.tale.hurt = dict(self.shelves.bystanders.changed())
        self.tale.datasets = self.shelves.state_of_datasets()
        if any(self.fate_of(told, each) is Fate.GOES for each in self.things_gone(reading)):
            self.tale.took = time.time() - told.first

    def refresh(self) -> None:
        """The token is refreshed, twice; runs that start after the grace are told apart."""
        organization = self.ground.realm.organization.id
        self.tokens.refresh(OURS, organization)
        self.runner.run(REFRESHED)
        self.tokens.refresh(OURS, organization)
        self.tokens.rest()
        for _ in range(AFTER_REFRESH[self.ground.options.effort]):
            self.runner.run(REFRESHED)

    def revoke(self) -> None:
        """All tokens are revoked, and what is overdue must not go in a run."""
        land = self.lands["weeks"]
        holder = plan.overdue(datetime.now(UTC), land)
        things = self.shelves.write(land, holder, overdue=True)
        paths = self.paths_of(things)
        self.tokens.revoke_all()
        self.shelves.await_rows(things)
        told = self.runner.run(REVOKED)
        silence = told.first + (self.tale.took or 0.0) - time.time()
        self.ground.wait(max(silence, 0.0), "nothing to be deleted with a revoked token")
        reading = self.shelves.look([*paths, *self.paths_of(self.theirs())])
        self.tale.readings[REVOKED] = reading
        self.tale.quiet[REVOKED] = time.time() - told.first

    def restore(self) -> None:
        """There is a token again: what was kept has to go."""
        self.tokens.configure(OURS, self.ground.realm.organization.id)
        things = [each for each in self.shelves.things if each.overdue]
        self.tale.readings[RESTORED] = self.run_until_gone(RESTORED, things)

    def extend(self) -> None:
        """The other organisation, if there is one, gets a token too."""
        owner = self.shelves.owners.get(THEIRS)
        if owner is not None and owner.person.organization_id is not None:
            self.tokens.configure(THEIRS, owner.person.organization_id)
            self.tale.readings[EXTENDED] = self.run_until_gone(EXTENDED, self.theirs())

    def lift(self) -> None:
        """All policies are taken back: then nothing goes any more, of no age."""
        self.shelves.lift_policies()
        paths = [path for path, ids in self.tale.readings[WITH].there.items() if ids]
        self.tale.readings[LAST] = self.shelves.look(paths)
        self.runner.run(LIFTED)
        self.tale.readings[LIFTED] = self.shelves.look(paths)

    def run_until_gone(self, name: str, things: list[Thing]) -> Reading:
        """Run, again after the grace if need be, until what has to go of these is gone."""
        told = self.runner.run(name)
        reading = self.until_gone(told, things)
        if self.is_done(told, reading, things) and self.runner.uses_token(told):
            return reading
        self.tokens.rest()
        return self.until_gone(self.runner.run(name), things)

    def seek(self) -> None:
        """Ask for everything where a token could be shown, and look through all that came."""
        self.search.go_round(self.shelves, self.runner)
        self.tale.leaks = self.search.leaks(self.runner.exchanges)[:MOST_LEAKS]
        self.tale.searched = self.search.searched

    def until_gone(self, told: Told, things: list[Thing]) -> Reading:
        """Read until everything of these has gone that must, or the profile's deadline is over."""
        paths = self.paths_of(things)
        readings = [self.shelves.look(paths)]

        def is_done() -> bool:
            readings.append(self.shelves.look(paths))
            return self.is_done(told, readings[-1], things)

        if self.runner.uses_token(told) and not self.is_done(told, readings[0], things):
            self.ground.until(is_done, deadline=self.runner.deadline, why="old rows to be deleted")
        self.runner.stretch(told)
        return readings[-1]

    def is_done(self, told: Told, reading: Reading, things: list[Thing]) -> bool:
        """Whether nothing is there any more that has to go."""
        return not any(
            reading.has(each) and self.fate_of(told, each) is Fate.GOES
            for each in things
            if each.organization in told.current
        )

    def fate_of(self, told: Told, thing: Thing) -> Fate:
        """What a run has to do with a row."""
        span = told.span.widened(self.ground.profile.timing.clock_apart)
        return fate(thing.aged, windows_of(self.shelves.policies), span)

    def things_gone(self, reading: Reading) -> list[Thing]:
        """The rows that are not there."""
        return [each for each in self.shelves.things if reading.has(each) is False]

    def theirs(self) -> list[Thing]:
        """The rows of the other organisation."""
        return [each for each in self.shelves.things if each.organization == THEIRS]

    def paths_of(self, things: list[Thing]) -> list[str]:
        """Where these rows are."""
        return list(dict.fromkeys(each.path for each in things))

    def told(self) -> JsonObject:
        """The tale as JSON."""
        tale = self.tale
        tale.policies, tale.things = self.shelves.policies, self.shelves.things
        tale.runs, tale.tokens, tale.handed = (
            self.runner.told,
            self.tokens.names,
            self.tokens.handed,
        )
        tale.users = self.users()
        shown = {
            "rows": len(tale.things),
            "runs": {each.name: each.exchange.status for each in tale.runs},
        }
        return tale.to_json() | {"shown": shown}

    def users(self) -> dict[str, str]:
        """Who acts here, by the ids under which the control plane knows them."""
        callers = {"the user who starts runs": self.runner.starter} | {
            f"the user of the {name} organisation": owner
            for name, owner in self.shelves.owners.items()
        }
        return {who.person.id: name for name, who in callers.items() if who.person.id}
