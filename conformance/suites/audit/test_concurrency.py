"""Many users at one moment: each answer is attributed to its own user and its own resources."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance import expect, sockets
from conformance.instruments import audit
from conformance.marks import requirement
from conformance.options.values import Effort
from conformance.suites.audit import headers

if TYPE_CHECKING:
    from conformance.callers import Callers
    from conformance.client import Caller, Request
    from conformance.exchange import Exchange
    from conformance.options.values import Options
    from conformance.specimens import Specimen, Specimens

USERS = 16
ROUNDS = {Effort.QUICK: 1, Effort.DEFAULT: 4, Effort.EXHAUSTIVE: 20}


@dataclass(frozen=True, slots=True)
class Player:
    """A user with objects of his own, and what he asks in which turn."""

    caller: Caller
    project: Specimen
    experiment: Specimen

    def requests(self) -> list[Request]:
        """The operations of one round, reading and writing."""
        ask = self.caller.compose
        ours: dict[str, object] = {"project_id": self.project.id}
        return [
            ask("GET", self.experiment.path, audit=True),
            ask("GET", self.project.path, audit=True),
            ask("PATCH", self.project.path, json={"description": "busy"}, audit=True),
            ask("GET", "/v1/experiment", query=ours, audit=True),
            ask("POST", f"{self.experiment.path}/fetch", json={"limit": 1}, audit=True),
        ]

    @property
    def own(self) -> frozenset[str]:
        """The ids that only this player's requests touch."""
        return frozenset({self.project.id, self.experiment.id})


@requirement("AUD-16")
def test_a_crowd_is_told_apart(callers: Callers, specimens: Specimens, options: Options) -> None:
    """Sixteen users at once, each on a connection of its own: no answer has what is another's."""
    players = [_player(callers, specimens) for _ in range(USERS)]
    foreign = frozenset().union(*(player.own for player in players))
    turns = range(len(players[0].requests()))
    alone = [_listed_alone(players[0], turn) for turn in turns]
    judged = 0
    for beat in range(ROUNDS[options.effort] * len(turns)):
        # Not everybody asks the same thing: half of the crowd is ahead by some turns.
        order = [(beat + 2 * (place % 2)) % len(turns) for place in range(USERS)]
        requests = [player.requests()[turn] for player, turn in zip(players, order, strict=True)]
        answers = sockets.volley(players[0].caller.transport.reach, requests)
        for player, turn, answer in zip(players, order, answers, strict=True):
            judged += _judge(player, answer, foreign - player.own, alone[turn])
    if judged < USERS:
        expect.inconclusive(f"only {judged} answers of the crowd could be judged")


def _player(callers: Callers, specimens: Specimens) -> Player:
    caller = callers.new()
    project = specimens.make(caller, "project")
    experiment = specimens.make(caller, "experiment", project=project)
    return Player(caller, project, experiment)


def _listed_alone(player: Player, turn: int) -> bool:
    """Whether one's own objects are listed for that turn when nobody else is there."""
    answer = player.caller.transport.send(player.requests()[turn])
    if not answer.ok or answer.header(audit.RESOURCES) is None:
        return False
    return bool(player.own & set(headers.ids(headers.resources(answer))))


def _judge(player: Player, answer: Exchange, foreign: frozenset[str], listed: bool) -> bool:
    """Judge one answer; return whether it had audit headers at all (if not, AUD-01 judges)."""
    if not answer.ok or not headers.audit_headers(answer):
        return False
    person = player.caller.person
    for name, wanted in ((audit.USER_ID, person.id), (audit.USER_EMAIL, person.email)):
        came = answer.header(name)
        expect.that(
            came in (None, wanted),
            expected=f"{name} of {person.email}'s request, among {USERS} users at once, "
            f"is {expect.shown(wanted)}",
            came=expect.shown(came),
            exchanges=answer,
        )
    if answer.header(audit.RESOURCES) is None:
        return False
    listing = headers.resources(answer)
    came_ids = frozenset(headers.ids(listing))
    expect.that(
        not came_ids & foreign and (not listed or came_ids & player.own),
        expected=f"a request among those of {USERS} users lists its own objects, nobody else's",
        came=headers.shown(listing),
        exchanges=answer,
    )
    return True
