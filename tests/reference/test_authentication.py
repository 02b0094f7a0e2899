"""Who is calling: keys, what is remembered of them, impersonation."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from starlette.datastructures import Headers

from conformance.reference.authentication import Authentication
from conformance.reference.control_plane import ControlPlane
from conformance.reference.problems import ControlPlaneAway, Forbidden, Limited, Unauthenticated
from conformance.reference.settings import Settings
from tests.reference.material import CALLER, NOBODY, SECRET, unique

if TYPE_CHECKING:
    import httpx

    from conformance.reference.caller import Credentials
    from tests.reference.rig import Houses

ME = {"id": "me", "email": None, "organizations": [{"id": "o", "name": "acme"}]}


class Answering(ControlPlane):
    """A control plane that says the same thing to everybody, and counts."""

    def __init__(self, answer: object) -> None:
        super().__init__(Settings())
        self.answer = answer
        self.asked = 0

    async def ask(self, credentials: Credentials, path: str, body: dict[str, object]) -> object:
        """Give the answer after everybody else had a turn."""
        del credentials, path, body
        self.asked += 1
        everybody_else = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_soon(everybody_else.set_result, None)
        await everybody_else
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def bearer(token: str) -> Headers:
    """The headers of a request with this key."""
    return Headers({"authorization": f"Bearer {token}"})


@pytest.mark.parametrize("value", [None, "", "sk-one", "Basic sk-one", "Bearer", "Bearer a b", "é"])
def test_what_is_no_bearer_token_is_refused(value: str | None) -> None:
    """The refusal says what to send."""
    headers = Headers({} if value is None else {"authorization": value})
    with pytest.raises(Unauthenticated, match="send Bearer"):
        Authentication(10).credentials(headers)


def test_scheme_is_read_in_any_case() -> None:
    """The scheme's case and blanks around the token do not matter."""
    headers = Headers({"authorization": "bearer  sk-one "})
    assert Authentication(10).credentials(headers) == SECRET


def test_malformed_impersonation_is_refused() -> None:
    """A value that names nobody is not passed on."""
    headers = Headers({"authorization": "Bearer sk-one", "x-bt-impersonate-user": "a\x01"})
    with pytest.raises(Forbidden, match="names nobody"):
        Authentication(10).credentials(headers)


def test_known_key_is_not_asked_for_again() -> None:
    """Within its seconds a verified key costs no call."""
    control_plane, authentication = Answering(ME), Authentication(10)

    async def twice() -> None:
        for _ in range(2):
            caller = await authentication.authenticate(control_plane, bearer("sk-a"))
            assert caller.user_id == "me"

    asyncio.run(twice())
    assert control_plane.asked == 1


def test_many_requests_at_once_share_one_call() -> None:
    """A new key on many connections is verified once."""
    control_plane, authentication = Answering(ME), Authentication(10)

    async def crowd() -> None:
        requests = (authentication.authenticate(control_plane, bearer("sk-a")) for _ in range(20))
        await asyncio.gather(*requests)

    asyncio.run(crowd())
    assert control_plane.asked == 1


def test_memory_ends() -> None:
    """What was verified is forgotten when its time is up, and when there is too much of it."""
    expired = Authentication(0)
    expired.remember(CALLER)
    assert expired.recall(CALLER.digest) is None


def test_last_word_holds_where_the_budget_is_spent() -> None:
    """A key that may not be verified anew is who it was, for some seconds; others are limited."""
    spent = Answering(Limited("enough", 3))

    async def authenticate(grace: float) -> str:
        authentication = Authentication(0.0, grace)
        known = await authentication.authenticate(Answering(ME), bearer("sk-a"))
        again = await authentication.authenticate(spent, bearer("sk-a"))
        assert again == known
        with pytest.raises(Limited, match="enough"):
            await authentication.authenticate(spent, bearer("sk-b"))
        return again.user_id

    assert asyncio.run(authenticate(10)) == "me"
    with pytest.raises(Limited, match="enough"):
        asyncio.run(authenticate(0))


@pytest.mark.parametrize(
    "answer", [None, [], {}, {"id": 5}, {"id": "a"}, {**ME, "organizations": [1]}]
)
def test_answer_that_is_no_person_is_the_control_planes_fault(answer: object) -> None:
    """What cannot be understood is answered as a gateway does."""
    with pytest.raises(ControlPlaneAway, match="answer"):
        asyncio.run(Authentication(10).authenticate(Answering(answer), bearer("sk-a")))


def test_unknown_key_is_refused_in_the_control_planes_words(
    houses: Houses, data_plane: str
) -> None:
    """The answer is 401 and text."""
    answer = houses.client(data_plane, "sk-unknown").get("/ping")
    assert answer.status_code == 401
    assert answer.text.startswith("Failed to validate")


def impersonating(houses: Houses, data_plane: str, *, role: str) -> tuple[httpx.Client, str, str]:
    """A client that acts as somebody else, and that user's id and address."""
    victim = houses.control_plane.directory.create_user()
    client = houses.client(data_plane, houses.control_plane.key(role=role), audit=True)
    assert victim.email is not None
    return client, victim.id, victim.email


@pytest.mark.parametrize("by", ["id", "email"])
def test_impersonated_user_is_the_caller(houses: Houses, data_plane: str, by: str) -> None:
    """An owner acts, and is attributed, as the user that is named by id or address."""
    client, id, email = impersonating(houses, data_plane, role="owner")
    headers = {"x-bt-impersonate-user": id if by == "id" else email}
    name = unique("impersonated")
    answer = client.post("/v1/project", json={"name": name}, headers=headers)
    assert answer.json()["user_id"] == id
    assert answer.headers["x-bt-audit-user-id"] == id
    assert answer.headers["x-bt-audit-user-email"] == email


def test_refused_impersonation_does_nothing(houses: Houses, data_plane: str) -> None:
    """A member may not act as somebody else: 403, and the project is not made."""
    client, id, _ = impersonating(houses, data_plane, role="member")
    name = unique("refused")
    headers = {"x-bt-impersonate-user": id}
    answer = client.post("/v1/project", json={"name": name}, headers=headers)
    assert answer.status_code == 403
    assert "x-bt-audit-user-id" not in answer.headers
    assert client.get("/v1/project", params={"project_name": name}).json() == {"objects": []}


def test_impersonating_nobody_is_refused(houses: Houses, data_plane: str) -> None:
    """An unknown user cannot be impersonated by anybody."""
    client, _, _ = impersonating(houses, data_plane, role="owner")
    assert client.get("/ping", headers={"x-bt-impersonate-user": NOBODY}).status_code == 403
