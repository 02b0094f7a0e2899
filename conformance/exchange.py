"""One request and its answer, kept as evidence that can be shown to anybody."""

from __future__ import annotations

import base64
import json
import shlex
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Mapping

MASK = "[a credential of this run]"


class NotJSON(ValueError):
    """The body of an answer is not JSON; the message shows how it begins."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request to the data plane and what it answered.

    Headers keep their order and letters; a status of 0 means that no answer came. The credential of
    the request is replaced before it gets here, and where the answer repeats it, it is masked.
    """

    method: str
    url: str
    request_headers: tuple[tuple[str, str], ...]
    request_body: bytes = field(repr=False)
    status: int
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    body: bytes = field(repr=False)
    seconds: float = 0.0
    secrets: tuple[str, ...] = field(default=(), repr=False, compare=False)

    @property
    def ok(self) -> bool:
        """Whether the status is a success (2xx)."""
        return 200 <= self.status < 300

    @property
    def text(self) -> str:
        """The body as text, with a replacement character for what is not UTF-8."""
        return self.body.decode("utf-8", "replace")

    def header(self, name: str) -> str | None:
        """Return the first value of a response header, or None."""
        return next(iter(self.header_all(name)), None)

    def header_all(self, name: str) -> list[str]:
        """Return every value of a response header, in the order in which they came."""
        wanted = name.lower()
        return [value for key, value in self.headers if key.lower() == wanted]

    def json(self) -> Any:
        """Return the body's JSON value; raise `NotJSON` where it is none."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise NotJSON(f"the body is not JSON: {self.text[:80]!r}") from error

    def curl(self) -> str:
        """Return the command that sends this request again; the key comes from the environment."""
        words = ["curl", "-sS", "-i", "-X", self.method, shlex.quote(self.url)]
        for name, value in self.request_headers:
            words += ["-H", _quoted(f"{name}: {value}")]
        if not self.request_body:
            return self.masked(" ".join(words))
        try:
            words += ["--data-binary", shlex.quote(self.request_body.decode("utf-8"))]
        except UnicodeDecodeError:
            encoded = base64.b64encode(self.request_body).decode("ascii")
            words = [f"printf %s {encoded} | base64 -d |", *words, "--data-binary", "@-"]
        return self.masked(" ".join(words))

    def render(self, limit: int = 2000) -> str:
        """Return request and answer as lines of text, the bodies cut at `limit` characters."""
        if not self.status:
            return f"{self.curl()}\n(no answer)"
        lines = [self.curl(), f"{self.status} after {self.seconds:.3f} s"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        return self.masked("\n".join([*lines, "", _cut(self.text, limit)]))

    def to_json(self) -> dict[str, object]:
        """Return this as a JSON object that `from_json` reads, without any credential."""
        return {
            **asdict(self),
            "request_body": self._packed(self.request_body),
            "headers": [(name, self.masked(value)) for name, value in self.headers],
            "body": self._packed(self.body),
            "secrets": [],
        }

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Self:
        """Return the exchange that `to_json` made an object of."""
        pairs = {
            name: tuple((key, value) for key, value in row[name])
            for name in ("request_headers", "headers")
        }
        bodies = {name: base64.b64decode(row[name]) for name in ("request_body", "body")}
        return cls(**{**row, **pairs, **bodies, "secrets": ()})

    def _packed(self, body: bytes) -> str:
        masked = self.masked(body.decode("latin-1")).encode("latin-1")
        return base64.b64encode(masked).decode("ascii")

    def masked(self, text: str) -> str:
        """Return a text about this exchange without the credentials that were used in it."""
        for secret in self.secrets:
            text = text.replace(secret, MASK)
        return text


def _quoted(header: str) -> str:
    """Quote for a shell; a value that names a variable must still be filled in by it."""
    if "$" not in header:
        return shlex.quote(header)
    before, variable = header.split("$", 1)
    return f'{shlex.quote(before)}"${variable}"'


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text) - limit} characters more)"
