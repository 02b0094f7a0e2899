"""Callers are fresh users where the mock is, and the run's own where it is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.callers import Callers
from conformance.client import Transport, whoami
from conformance.expect import Inconclusive
from conformance.reach import Reach

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.running import RunningReference


@pytest.fixture(name="transport")
def _transport(running_data_plane: RunningReference) -> Iterator[Transport]:
    """Connections of one test to the shared data plane."""
    transport = Transport(Reach(running_data_plane.url))
    yield transport
    transport.close()


def test_new_callers_are_new_users(
    running_data_plane: RunningReference, transport: Transport
) -> None:
    """Each caller is somebody else, whom the data plane knows as we do."""
    callers = Callers(transport, running_data_plane.realm, (None, None))
    one, two = callers.new(), callers.second(email=None)
    assert one.person.id != two.person.id
    assert two.person.email is None
    assert whoami(one).id == one.person.id
    assert one.person.organization_id == running_data_plane.realm.organization.id


def test_spent_key_is_replaced(running_data_plane: RunningReference, transport: Transport) -> None:
    """A caller can get another key of the same user."""
    caller = Callers(transport, running_data_plane.realm, (None, None)).new()
    spent = caller.credential.secret
    assert caller.credential.renew(spent)
    assert caller.credential.secret != spent
    assert whoami(caller).id == caller.person.id


def test_given_keys_are_learnt_once(
    running_data_plane: RunningReference, transport: Transport
) -> None:
    """Without the mock there are two users, and the data plane says who they are."""
    keys = running_data_plane.new_key(), running_data_plane.new_key()
    callers = Callers(transport, None, keys)
    assert callers.new() is callers.new()
    assert callers.new().person.id
    assert callers.second().person.id != callers.new().person.id
    assert callers.new().credential.shown == "$BRAINTRUST_API_KEY"


def test_missing_key_is_inconclusive(transport: Transport) -> None:
    """Where a key is missing nothing is judged."""
    with pytest.raises(Inconclusive, match="no key for BRAINTRUST_SECOND_API_KEY"):
        Callers(transport, None, ("sk-one", None)).second()


def test_strangers_are_refused(transport: Transport) -> None:
    """Nobody, and the owner of an unknown key, get nothing."""
    callers = Callers(transport, None, (None, None))
    assert callers.anonymous().get("/v1/project").status == 401
    assert callers.with_key("sk-of-nobody").get("/v1/project").status == 401
