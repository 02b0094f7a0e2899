"""The assertion vocabulary: what was expected, what came, and how to see it again.

`Violation` blames the data plane. `Inconclusive` blames nobody: what was needed did not happen.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NoReturn

from _pytest.outcomes import Skipped

from conformance.exchange import Exchange, NotJSON

if TYPE_CHECKING:
    from mock_control_plane.client import Entry

Exchanges = Exchange | Sequence[Exchange]
SHOWN = 600


class Violation(AssertionError):
    """The data plane did not keep a requirement; the text is written for its owner."""

    def __init__(
        self,
        *,
        expected: str,
        came: str,
        exchanges: Exchanges = (),
        entries: Sequence[Entry] = (),
    ) -> None:
        self.expected = expected
        self.came = came
        self.exchanges = (exchanges,) if isinstance(exchanges, Exchange) else tuple(exchanges)
        self.entries = tuple(entries)
        super().__init__(self.explain())

    def explain(self) -> str:
        """Return expectation, observation, and the commands that show it again."""
        lines = [f"expected: {self.expected}", f"came:     {self.came}"]
        lines += [f"see it:   {exchange.curl()}" for exchange in self.exchanges[-3:]]
        lines += [f"heard:    {entry.render()}" for entry in self.entries[-10:]]
        return "\n".join(lines)


class NoAnswer(Violation):
    """The data plane did not answer at all: reset, time-out, or not HTTP."""


class Inconclusive(Skipped):
    """What was needed to judge a requirement did not happen; `row` names a wire row to confirm."""

    def __init__(self, reason: str, *, row: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.row = row


class OutOfReach(Skipped):
    """A test cannot be run on this data plane; `unlock` is the option with which it could be."""

    def __init__(self, reason: str, *, unlock: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.unlock = unlock


def that(
    condition: object,
    *,
    expected: str,
    came: str,
    exchanges: Exchanges = (),
    entries: Sequence[Entry] = (),
) -> None:
    """Raise a `Violation` unless the condition holds."""
    if not condition:
        raise Violation(expected=expected, came=came, exchanges=exchanges, entries=entries)


def equal(came: object, wanted: object, *, what: str, exchanges: Exchanges = ()) -> None:
    """Raise a `Violation` unless both values are the same, saying what they are the value of."""
    that(
        came == wanted,
        expected=f"{what} is {shown(wanted)}",
        came=shown(came),
        exchanges=exchanges,
    )


def ok(exchange: Exchange, *, to: str | None = None) -> Exchange:
    """Raise a `Violation` unless the request was answered with a success; `to` is its purpose."""
    purpose = f" to {to}" if to else ""
    that(
        exchange.ok,
        expected=f"{exchange.method} {path_of(exchange)}{purpose} is answered with a success (2xx)",
        came=outcome(exchange),
        exchanges=exchange,
    )
    return exchange


def refused(exchange: Exchange, *, because: str) -> Exchange:
    """Raise a `Violation` if the request was granted; an answer beyond 4xx judges nothing."""
    that(
        not exchange.ok,
        expected=f"{exchange.method} {path_of(exchange)} is refused (4xx): {because}",
        came=outcome(exchange),
        exchanges=exchange,
    )
    if not 400 <= exchange.status < 500:
        inconclusive(f"a refusal (4xx) was to be seen, and {outcome(exchange)} came", exchange)
    return exchange


def done(exchange: Exchange, *, to: str) -> Exchange:
    """Raise `Inconclusive` unless the request, which is only a means here, succeeded."""
    if not exchange.ok:
        inconclusive(
            f"the data plane could not do what was needed ({to}): it answered {outcome(exchange)}",
            exchange,
        )
    return exchange


def body_of(exchange: Exchange, *, to: str) -> dict[str, object]:
    """Return the JSON object that a request, which is only a means, was answered with."""
    done(exchange, to=to)
    try:
        value = exchange.json()
    except NotJSON as error:
        inconclusive(f"the data plane could not do what was needed ({to}): {error}", exchange)
    if not isinstance(value, Mapping):
        inconclusive(
            f"the data plane could not do what was needed ({to}): "
            f"the answer is {shown(value)} instead of a JSON object",
            exchange,
        )
    return dict(value)


def field_of(exchange: Exchange, name: str, *, to: str) -> str:
    """Return a text field of the answer's object; `Inconclusive` where it is missing."""
    value = body_of(exchange, to=to).get(name)
    if not isinstance(value, str):
        inconclusive(
            f"the data plane could not do what was needed ({to}): "
            f"{name} of the answer is {exchange.masked(shown(value))} instead of a text",
            exchange,
        )
    return value


def objects_of(exchange: Exchange, *, to: str) -> list[dict[str, object]]:
    """Return the objects of a list's answer; `Inconclusive` where it is not a list of objects."""
    objects = body_of(exchange, to=to).get("objects")
    if not isinstance(objects, list) or not all(isinstance(item, dict) for item in objects):
        inconclusive(
            f"the data plane could not do what was needed ({to}): "
            f"objects of the answer is {shown(objects)} instead of a list of objects",
            exchange,
        )
    return objects


def inconclusive(reason: str, exchange: Exchange | None = None) -> NoReturn:
    """Raise `Inconclusive`, with the command that shows the exchange again."""
    raise Inconclusive(f"{reason}\nsee it:   {exchange.curl()}" if exchange else reason)


def outcome(exchange: Exchange) -> str:
    """Return status and beginning of the body, for a sentence."""
    text = exchange.masked(exchange.text)
    return f"{exchange.status} {shown(text)}" if exchange.body else str(exchange.status)


def path_of(exchange: Exchange) -> str:
    """Return the path of the request, as a reader of the API's description knows it."""
    return "/" + exchange.url.split("://", 1)[-1].partition("/")[2].partition("?")[0]


def shown(value: object) -> str:
    """Return a value as it is printed in a message: exact, ASCII, and not without end."""
    text = json.dumps(value) if isinstance(value, str) else repr(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}… ({len(text) - SHOWN} characters more)"
