"""What the inspection API is told and answers, as values of its client.

How the control plane itself keeps people is in `identities`.
"""

from __future__ import annotations

import base64
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from mock_control_plane.entry import digest_of

RETAINED: Final = ("project_logs", "experiment", "dataset")
"""What a retention policy can be about."""


@dataclass(frozen=True, slots=True)
class Info:
    """What a mock control plane says about itself; `journal` is a path on its machine.

    `upstream` is the control plane that a relay forwards to, None where the mock answers itself;
    `bodies` says how those of requests are kept: whole, digest or none.
    """

    version: str
    url: str
    profile: str
    journal: str
    upstream: str | None = None
    bodies: str = "whole"


@dataclass(frozen=True, slots=True)
class Organization:
    """An organisation, with the URLs that a login hands out for it."""

    id: str
    name: str
    api_url: str | None = None
    proxy_url: str | None = None
    realtime_url: str | None = None


@dataclass(frozen=True, slots=True)
class User:
    """A person who may have keys."""

    id: str
    email: str | None
    given_name: str | None = None
    family_name: str | None = None


@dataclass(frozen=True, slots=True)
class Key:
    """An API key `sk-…` of a user."""

    id: str
    user_id: str
    secret: str = field(repr=False)

    @property
    def digest(self) -> str:
        """What stands for the secret in entries (`Entry.credential`)."""
        return digest_of(self.secret)


@dataclass(frozen=True, slots=True)
class ServiceToken:
    """A service token `bt-st-…` of an organisation."""

    id: str
    name: str
    organization_id: str
    secret: str = field(repr=False)

    @property
    def digest(self) -> str:
        """What stands for the secret in entries (`Entry.credential`)."""
        return digest_of(self.secret)


@dataclass(frozen=True, slots=True)
class Provisioned:
    """A service token that the control plane made and handed to a data plane.

    `status` is what the data plane answered, None if nothing; `problem` is a sentence where it did
    not take the token. The token is valid either way, until it is revoked.
    """

    token_id: str
    secret: str = field(repr=False)
    name: str
    status: int | None
    problem: str | None

    @property
    def digest(self) -> str:
        """What stands for the secret in entries (`Entry.credential`)."""
        return digest_of(self.secret)


@dataclass(frozen=True, slots=True)
class Outbound:
    """A call that the control plane itself made; `problem` is a sentence where it did not work."""

    at: float
    method: str
    url: str
    status: int | None
    problem: str | None


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a data plane connected through its forward proxy, `count` times from `first` to `last`.

    `tunnel`: through CONNECT, its bytes unseen. `outcome` is "through", "refused" or "unreachable";
    `allowance` names what lets it be reached, "other" if nothing does. Wall seconds.
    """

    host: str
    port: int
    tunnel: bool
    outcome: str
    allowance: str
    count: int
    first: float
    last: float


@dataclass(frozen=True, slots=True)
class Answer:
    """What the control plane says instead of its own answer, or does instead of answering.

    Seconds: `delay` before the head, `drip` between the pieces of the body, which are eight. `cut`
    closes the connection after so many bytes of the body, all of which were promised. `never`
    gives no answer until the client leaves, `reset` resets the connection. `through` sends the
    control plane's own answer, as it was when the request came, with its own status and body:
    delayed, dripping or cut, and with these headers in place of its own of the same names.
    The length is declared, unless a header says `transfer-encoding: chunked`.
    """

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    delay: float = 0.0
    drip: float = 0.0
    cut: int | None = None
    never: bool = False
    reset: bool = False
    through: bool = False

    def to_json(self) -> dict[str, object]:
        """Return the answer as a JSON object, its body in base64."""
        return asdict(self) | {"body": base64.b64encode(self.body).decode("ascii")}

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> Answer:
        """Return the answer that `to_json` gave."""
        headers = tuple((name, value) for name, value in row["headers"])
        return cls(
            **row | {"headers": headers, "body": base64.b64decode(row["body"], validate=True)}
        )
