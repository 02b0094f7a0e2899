"""The search: look, undo each encoding that there may be, look again; shallow before deep."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from conformance.instruments.canary.meter import Limits, Meter
from conformance.instruments.canary.opened import Opened, is_text
from conformance.instruments.canary.planted import SHORTEST, Canary, Needles
from conformance.instruments.canary.protobuf import fields
from conformance.instruments.canary.streams import embedded, whole
from conformance.instruments.canary.texts import written

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class Piece(NamedTuple):
    """A part of what is searched: where it stands, and its sub-parts with beginning and end."""

    where: str
    data: bytes
    wholes: tuple[bytes, ...]
    depth: int


class Layer(NamedTuple):
    """What was found under a chain of encodings."""

    chain: tuple[str, ...]
    opened: Opened


@dataclass(frozen=True, slots=True)
class Finding:
    """A canary, where it was, and which encodings hid it there, the outermost first."""

    canary: Canary
    chain: tuple[str, ...]
    where: str = ""

    def __str__(self) -> str:
        """Return one line for a report."""
        place = f" in {self.where}" if self.where else ""
        return f"{self.canary.place}{place}: {' > '.join(self.chain) or 'as it is'}"


@dataclass(frozen=True, slots=True)
class Report:
    """What was found: each canary once for each place, by its shortest chain of encodings.

    `truncated` says that something was left unread, so that an empty report proves nothing;
    `work` counts the bytes that were looked at.
    """

    findings: tuple[Finding, ...]
    truncated: bool
    work: int


class Detector:
    """A set of canaries that can be looked for again and again; may be shared by threads."""

    def __init__(self, canaries: Iterable[Canary], limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._needles = Needles(canaries)

    def search(self, haystack: bytes) -> Report:
        """Return what is in some bytes."""
        return self.search_pieces([Piece("", haystack, (haystack,), self.limits.depth)])

    def search_pieces(self, pieces: list[Piece], *, cut: bool = False) -> Report:
        """Return what is in any of the pieces; `cut` if these are not all there was."""
        meter = Meter(sum(len(piece.data) for piece in pieces), self.limits)
        findings: dict[tuple[str, Canary], Finding] = {}
        for piece in pieces:
            if len(piece.data) >= SHORTEST:
                for finding in self._search(piece, meter):
                    findings.setdefault((finding.where, finding.canary), finding)
        return Report(tuple(findings.values()), truncated=cut or meter.truncated, work=meter.work)

    def _search(self, piece: Piece, meter: Meter) -> Iterable[Finding]:
        """Level by level, so that what is found first is found by the shortest chain."""
        found: dict[Canary, Finding] = {}
        seen: set[int] = set()
        level = [Layer((), Opened("", piece.data, piece.wholes))]
        self._look(level[0], piece.where, found)
        meter.spend(len(piece.data))
        for depth in range(1, piece.depth + 1):
            deeper: list[Layer] = []
            for layer in _beneath(level, seen, meter):
                self._look(layer, piece.where, found)
                if depth < piece.depth:
                    deeper.append(layer)
            level = deeper
        return found.values()

    def _look(self, layer: Layer, where: str, found: dict[Canary, Finding]) -> None:
        for canary, case in self._needles.find(layer.opened.data):
            chain = layer.chain + ((case,) if case else ())
            found.setdefault(canary, Finding(canary, chain, where))


def search(haystack: bytes, canaries: Iterable[Canary]) -> Report:
    """Return which canaries are in some bytes, through up to three encodings."""
    return Detector(canaries).search(haystack)


def _beneath(level: list[Layer], seen: set[int], meter: Meter) -> Iterator[Layer]:
    for layer in level:
        for opened in _undo(layer.opened, meter):
            # The same bytes under two names are common; 64 bits tell others apart.
            key = hash(opened[1:])
            if key in seen:
                continue
            seen.add(key)
            if not meter.spend(len(opened.data)):
                return
            yield Layer((*layer.chain, opened.name), opened)


def _undo(opened: Opened, meter: Meter) -> Iterator[Opened]:
    """Yield everything that one more encoding may hide."""
    if not is_text(opened.data):
        yield from embedded(opened.data, meter)
    wholes = tuple(piece for piece in opened.wholes if not is_text(piece))
    for piece in wholes:
        yield from whole(piece, meter)
        # A message was walked through together with those inside it.
        if opened.name != "protobuf" and (message := fields(piece, meter)):
            yield message
    yield from written(opened.data, wholes)
