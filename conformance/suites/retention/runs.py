"""Has a data plane carry out retention, and keeps what its control plane hears meanwhile."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from conformance.exchange import NotJSON
from conformance.expect import NoAnswer
from conformance.suites.retention.facts import Told
from mock_control_plane.client import digest_of

if TYPE_CHECKING:
    from conformance.client import Caller
    from conformance.exchange import Exchange
    from conformance.observing import Ground
    from mock_control_plane.client import Provisioned

ROW, STORE = "retention-run", "token-store"
EVERYTHING = 1_000_000


@dataclass(slots=True)
class Tokens:
    """The service tokens that the control plane handed over.

    `secrets` are all of them, by their names for a person; `names` are these by their digests.
    `current` are the digests of the newest, by organisation, and `since` is when the last was
    handed over.
    """

    ground: Ground
    secrets: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    current: dict[str, str] = field(default_factory=dict)
    handed: dict[str, tuple[int | None, str | None]] = field(default_factory=dict)
    since: float = 0.0
    _ids: list[str] = field(default_factory=list)

    def configure(self, organization: str, id: str) -> None:
        """Set an organisation's data plane URL, and let the control plane do what follows."""
        realm, url = self.ground.realm, self.ground.deployment.url
        realm.update_organization(id, api_url=url, provision=True)
        made = realm.token_status(id)
        if made is not None:
            self._note(organization, made)

    def refresh(self, organization: str, id: str) -> None:
        """Have the control plane make a new token and hand it over."""
        self._note(organization, self.ground.realm.provision(id))

    def revoke_all(self) -> None:
        """Make every token invalid that was handed over."""
        for id in self._ids:
            self.ground.realm.revoke_service_token(id)
        self._ids.clear()
        self.current.clear()

    def rest(self) -> None:
        """Wait until the profile's grace after a token was handed over is past."""
        left = self.since + self.ground.profile.rows[STORE].grace - time.time()
        if left > 0:
            self.ground.wait(left, "a new service token to be in use")

    @property
    def settled(self) -> bool:
        """Whether the grace is past."""
        return time.time() >= self.since + self.ground.profile.rows[STORE].grace

    def _note(self, organization: str, made: Provisioned) -> None:
        count = sum(name.endswith(f"{organization} organisation") for name in self.secrets)
        name = f"token {count + 1} of the {organization} organisation"
        self.secrets[name] = made.secret
        self.names[made.digest] = name
        self.handed[name] = (made.status, made.problem)
        self.current[organization] = made.digest
        self.since = time.time()
        self._ids.append(made.token_id)


@dataclass(slots=True)
class Runner:
    """Starts runs as somebody who does nothing else; `told` are those that were made."""

    ground: Ground
    starter: Caller
    tokens: Tokens
    told: list[Told] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)

    @property
    def deadline(self) -> float:
        """Within how many seconds a run has had its effect, by the profile."""
        return self.ground.profile.rows[ROW].deadline or 0.0

    def run(self, name: str) -> Told:
        """Have retention carried out, and return when it is over, as far as that can be known."""
        realm = self.ground.realm
        current, settled = dict(self.tokens.current), self.tokens.settled
        after, first = realm.position(), time.time()
        start, *_ = self.ground.profile.rows[ROW].endpoints
        exchange = self.starter.request(start.method, start.path, json={})
        self.exchanges.append(exchange)
        over = self._over(after) if exchange.ok else None
        entries = tuple(realm.entries(after=after, limit=EVERYTHING))
        last = time.time()
        told = Told(name, first, last, over, exchange, entries, current, settled)
        self.told.append(told)
        return told

    def stretch(self, told: Told) -> None:
        """Let a run last until now: ages may have been taken as long as rows were seen to go."""
        at = next(at for at, each in enumerate(self.told) if each is told)
        self.told[at] = replace(told, last=time.time())

    def uses_token(self, told: Told) -> bool:
        """Whether a token that is valid was used in a run."""
        return any(entry.credential in told.current.values() for entry in told.entries)

    def _over(self, after: int) -> bool | None:
        """Wait until the data plane says that no run goes on; None if it does not say.

        Then what it looks up is waited for a moment: where it looks nothing up, nothing comes.
        """
        if self._running() is None:
            self.ground.until(
                lambda: self._heard(after),
                deadline=self.ground.profile.timing.seen,
                why="retention to look up its policies",
            )
            return None
        return self.ground.until(
            lambda: not self._running(),
            deadline=self.deadline,
            why="retention to be over",
        )

    def _running(self) -> bool | None:
        *_, status = self.ground.profile.rows[ROW].endpoints
        try:
            exchange = self.starter.request(status.method, status.path, json={})
            self.exchanges.append(exchange)
            value = exchange.json() if exchange.ok else None
        except (NotJSON, NoAnswer):
            return None
        running = value.get("running") if isinstance(value, dict) else None
        return running if isinstance(running, bool) else None

    def _heard(self, after: int) -> bool:
        digests = {digest_of(secret) for secret in self.tokens.secrets.values()}
        entries = self.ground.realm.entries(after=after, limit=EVERYTHING)
        return any(entry.credential in digests for entry in entries)
