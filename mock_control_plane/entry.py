"""Entry: one request that the mock heard, as the journal keeps it and as its readers see it.

Shared by the journal and the client. How it is stored is `journal`, how it is made `recording`.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import asdict, dataclass, field
from typing import Any


def digest_of(secret: str) -> str:
    """Return the twelve hexadecimal digits that stand for a credential wherever one is kept."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Principal:
    """Who made a request: user, service_token, license, unknown or none; never the secret."""

    kind: str
    id: str | None = None

    def __str__(self) -> str:
        return self.kind if self.id is None else f"{self.kind} {self.id}"


@dataclass(frozen=True, slots=True)
class Entry:
    """One request that reached the mock.

    `seq` counts in the order in which answers were completed; `at` (wall clock) and `monotonic`
    are taken when the request arrived. `path` and `query` are as they stood in the request line.
    `status` is None where no answer was completed; of an answer that a script gave (`fault`) it is
    what was sent, and None only if nothing was. Where an upstream failed behind a relay `fault`
    is "upstream". `body` is cut where `body_size` is larger,
    except that a login's `{token}` is kept as its digest.
    """

    seq: int
    realm: str
    at: float
    monotonic: float
    method: str
    path: str
    query: str
    headers: tuple[tuple[str, str], ...]
    body: bytes = field(repr=False)
    body_size: int
    principal: Principal
    credential: str | None
    classification: str
    status: int | None
    fault: str | None
    duration: float

    def header(self, name: str) -> str | None:
        """Return the first value of a header, by its name in any case."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)

    def render(self) -> str:
        """Return one line for a report."""
        target = f"{self.path}?{self.query}" if self.query else self.path
        answer = "no answer" if self.status is None else str(self.status)
        fault = f" fault {self.fault}" if self.fault else ""
        credential = f" digest:{self.credential}" if self.credential else ""
        return (
            f"#{self.seq} {self.method} {target} -> {answer}{fault}"
            f" [{self.classification}; {self.principal}{credential}; {self.body_size} bytes]"
        )

    def to_json(self) -> dict[str, object]:
        """Return the entry as a JSON object, its body in base64."""
        return asdict(self) | {"body": base64.b64encode(self.body).decode("ascii")}

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> Entry:
        """Return the entry that `to_json` gave."""
        return cls(
            **row
            | {
                "headers": tuple((name, value) for name, value in row["headers"]),
                "body": base64.b64decode(row["body"]),
                "principal": Principal(**row["principal"]),
            }
        )
