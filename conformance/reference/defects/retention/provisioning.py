"""Tokens that are taken into use late, or not by everybody, or never again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.reference.defects.definition import defect
from conformance.reference.retention.tokens import Tokens

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.reference.composition import Reference
    from conformance.reference.retention.tokens import Held
    from conformance.reference.settings import Settings
    from conformance.reference.store import Store


def _with(reference: Reference, tokens: type[Tokens]) -> Reference:
    return replace(reference, tokens=tokens(reference.settings, reference.store))


@defect(breaks={"RET-01"})
def reads_its_tokens_once_at_start(reference: Reference) -> Reference:
    """A token that is stored is taken into use by the next start of the process."""

    class Flawed(Tokens):
        def __init__(self, settings: Settings, store: Store) -> None:
            super().__init__(settings, store)
            self.later: set[tuple[str, str]] = set()

        def put(self, held: Held) -> None:
            self.later.add((held.organization, held.name))
            super().put(held)

        def current(self) -> list[Held]:
            found = super().current()
            return [each for each in found if (each.organization, each.name) not in self.later]

    return _with(reference, Flawed)


@defect(breaks={"RET-01"})
def takes_a_token_into_use_when_somebody_asks_for_it(reference: Reference) -> Reference:
    """A token that is stored is used from when somebody has asked whether it is there."""

    class Flawed(Tokens):
        def __init__(self, settings: Settings, store: Store) -> None:
            super().__init__(settings, store)
            self.asked: set[str] = set()

        def has(self, organizations: Iterable[str], name: str) -> bool:
            self.asked.add(name)
            return super().has(organizations, name)

        def current(self) -> list[Held]:
            return [each for each in super().current() if each.name in self.asked]

    return _with(reference, Flawed)


@defect(breaks={"RET-01"})
def has_its_token_confirmed_by_a_second_one(reference: Reference) -> Reference:
    """The first token of an organisation is not used: only one that replaces another is."""

    class Flawed(Tokens):
        def __init__(self, settings: Settings, store: Store) -> None:
            super().__init__(settings, store)
            self.confirmed: set[str] = set()

        def put(self, held: Held) -> None:
            if self.has([held.organization], held.name):
                self.confirmed.add(held.organization)
            super().put(held)

        def current(self) -> list[Held]:
            return [each for each in super().current() if each.organization in self.confirmed]

    return _with(reference, Flawed)


class _Workers(Tokens):
    """Two workers that take turns, each with tokens of its own."""

    def __init__(self, settings: Settings, store: Store) -> None:
        super().__init__(settings, store)
        self.held: tuple[dict[str, Held], dict[str, Held]] = ({}, {})
        self.calls = 0

    def put(self, held: Held) -> None:
        super().put(held)
        told = self.held[:1] if held.organization in self.held[0] else self.held
        for worker in told:
            worker[held.organization] = held

    def current(self) -> list[Held]:
        return list(self.held[self.turn()].values())

    def turn(self) -> int:
        self.calls += 1
        return self.calls % 2


@defect(breaks={"RET-04"})
def keeps_a_new_token_in_one_worker(reference: Reference) -> Reference:
    """Of two workers that take turns, the one that was not told uses the token from before."""
    return _with(reference, _Workers)


@defect(breaks={"RET-04"})
def keeps_the_token_that_it_used_first(reference: Reference) -> Reference:
    """The token of an organisation is read by the first run and remembered for ever."""

    class Flawed(Tokens):
        def __init__(self, settings: Settings, store: Store) -> None:
            super().__init__(settings, store)
            self.used: dict[str, Held] = {}

        def current(self) -> list[Held]:
            for each in super().current():
                self.used.setdefault(each.organization, each)
            return list(self.used.values())

    return _with(reference, Flawed)


@defect(breaks={"RET-04"})
def does_not_replace_a_token(reference: Reference) -> Reference:
    """A token whose name is there is accepted and dropped."""

    class Flawed(Tokens):
        def put(self, held: Held) -> None:
            if not self.has([held.organization], held.name):
                super().put(held)

    return _with(reference, Flawed)


@defect(breaks={"RET-04"})
def uses_a_new_token_from_the_second_run_on(reference: Reference) -> Reference:
    """The first run after a refresh still uses the token from before."""

    class Flawed(Tokens):
        def __init__(self, settings: Settings, store: Store) -> None:
            super().__init__(settings, store)
            self.seen: dict[str, Held] = {}

        def current(self) -> list[Held]:
            found = super().current()
            used = [self.seen.get(each.organization, each) for each in found]
            self.seen = {each.organization: each for each in found}
            return used

    return _with(reference, Flawed)
