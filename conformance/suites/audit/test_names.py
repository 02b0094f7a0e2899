"""Names in the resources header are the objects' names, to the last character of any script."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from conformance import expect, strategies
from conformance.marks import requirement
from conformance.specimens import KINDS
from conformance.suites.audit import headers

if TYPE_CHECKING:
    from conformance.callers import Callers
    from conformance.client import Caller
    from conformance.exchange import Exchange
    from conformance.specimens import Specimen, Specimens


class Bench:
    """One user with one project, in which objects of all kinds get their names.

    `plain` are the kinds whose plain names were seen to be listed right.
    """

    def __init__(self, callers: Callers, specimens: Specimens) -> None:
        self._callers = callers
        self._specimens = specimens
        self._home: tuple[Caller, Specimen] | None = None
        self.plain: set[str] = set()

    @property
    def home(self) -> tuple[Caller, Specimen]:
        """The user and the project, made when first needed."""
        if self._home is None:
            caller = self._callers.new()
            project = self._specimens.make(caller, "project")
            self._home = (caller, project)
        return self._home

    def create(self, kind: str, name: str) -> Exchange:
        """Create an object of that name, audited; a project's is made unique in the middle."""
        caller, project = self.home
        if kind == "project":
            half = len(name) // 2
            name = name[:half] + self._specimens.unique("") + name[half:]
        body = self._specimens.body(caller, kind, name=name, project=project)
        exchange = caller.post(f"/v1/{kind}", json=body, audit=True)
        if exchange.ok:
            self._specimens.adopt(caller, kind, exchange)
        return exchange

    def read(self, kind: str, created: Exchange) -> Exchange:
        """Read what was created, with the audit header."""
        caller, _ = self.home
        identifier = expect.field_of(created, "id", to=f"create a {kind}")
        return caller.read(f"/v1/{kind}/{identifier}", audit=True)


@pytest.fixture(scope="module", name="bench")
def _bench(callers: Callers, specimens: Specimens) -> Bench:
    """Where objects get their names; one for the whole module, as hypothesis needs it."""
    return Bench(callers, specimens)


@requirement("AUD-13")
@pytest.mark.parametrize("kind", KINDS)
def test_a_name_of_every_script_survives(bench: Bench, kind: str) -> None:
    """A plain name and names of several scripts are listed as the object's own answer has them."""
    _expect_plain(bench, kind)
    accepted = [_judge(bench, kind, name) for name in strategies.NAMES_IN_EVERY_SCRIPT]
    if not any(accepted):
        expect.inconclusive(f"the data plane accepts no {kind} with a name beyond ASCII")


@requirement("AUD-13")
def test_a_hard_name_survives(bench: Bench) -> None:
    """Combining marks, quotes, controls, blanks at the ends, hundreds of characters: unchanged."""
    for kind, name in zip(itertools.cycle(("dataset", "prompt")), strategies.HARD_NAMES):
        _expect_plain(bench, kind)
        _judge(bench, kind, name)


@requirement("AUD-13")
@given(kind=st.sampled_from(KINDS), name=strategies.object_names())
@example(kind="project", name=strategies.HARD_NAMES[0])
@example(kind="project", name=strategies.HARD_NAMES[-1])
@example(kind="experiment", name=strategies.HARD_NAMES[1])
@example(kind="function", name=strategies.HARD_NAMES[-2])
def test_any_name_survives(bench: Bench, kind: str, name: str) -> None:
    """Whatever Unicode text the data plane accepts as a name is the name that is listed."""
    _expect_plain(bench, kind)
    _judge(bench, kind, name)


def _judge(bench: Bench, kind: str, name: str) -> bool:
    """Judge one name, when created and when read; return whether the data plane accepts it."""
    created = bench.create(kind, name)
    if not created.ok:
        return False
    own = _expect_name(created, created, kind)
    if not own:
        own = _expect_name(bench.read(kind, created), created, kind)
    if not own:
        expect.inconclusive("the object is not listed, which AUD-11 judges", created)
    return True


def _expect_name(exchange: Exchange, created: Exchange, kind: str) -> bool:
    """Judge the listed name against the answer's own; return whether the object is listed."""
    to = f"create a {kind}"
    resource = headers.named(exchange, expect.field_of(created, "id", to=to))
    if resource is None:
        return False
    expect.equal(
        resource.name,
        expect.field_of(created, "name", to=to),
        what=f"the listed name of a {kind}",
        exchanges=exchange,
    )
    return True


def _expect_plain(bench: Bench, kind: str) -> None:
    """Where not even a plain name is listed right, AUD-10 judges that."""
    if kind in bench.plain:
        return
    created = bench.create(kind, strategies.PLAIN_NAME)
    expect.done(created, to=f"create a {kind} of a plain name")
    try:
        if not _expect_name(created, created, kind):
            _expect_name(bench.read(kind, created), created, kind)
    except expect.Violation as violation:
        expect.inconclusive(f"not even a plain name is listed, which AUD-10 judges: {violation}")
    bench.plain.add(kind)
