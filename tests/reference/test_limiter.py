"""A token's budget: how many, for how long, of whom, and what a refused caller is told."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from conformance.reference.limiter import Limiter, Outbound
from conformance.reference.problems import Limited
from conformance.reference.settings import Budget
from tests.reference.material import create, fetched, insert

if TYPE_CHECKING:
    import httpx

    from tests.reference.rig import Houses

PATIENCE = 10.0
LONG = "60"


def admitted(limiter: Limiter, token: str, times: int) -> int:
    """How many of some requests at once are admitted."""

    async def attempt() -> list[BaseException | None]:
        outbound = Outbound(token, "POST", "/api/project/get")
        return await asyncio.gather(
            *(limiter.admit(outbound) for _ in range(times)), return_exceptions=True
        )

    outcomes = asyncio.run(attempt())
    assert all(each is None or isinstance(each, Limited) for each in outcomes)
    return outcomes.count(None)


def heard(houses: Houses, client: httpx.Client) -> int:
    """How many requests with the client's token have reached the control plane."""
    own = client.headers["authorization"]
    return sum(each.get("authorization") == own for each in houses.control_plane.headers)


@pytest.mark.parametrize("requests", [1, 2, 7, 100])
def test_whole_budget_passes_and_no_more(requests: int) -> None:
    """Each token has its own."""
    limiter = Limiter(Budget(requests, 60))
    for token in ("sk-1", "sk-2"):
        assert admitted(limiter, token, 3 * requests) == requests
        assert admitted(limiter, token, 1) == 0


def test_zero_is_no_limit() -> None:
    """Everything passes."""
    assert admitted(Limiter(Budget(0, 60)), "sk-1", 2000) == 2000


def test_nobody_has_no_budget() -> None:
    """Without a token there is nobody to limit; the control plane refuses them itself."""
    assert admitted(Limiter(Budget(1, 60)), "", 10) == 10


def test_budget_comes_back() -> None:
    """After the window a token passes again, and no window holds more than its budget."""
    limiter = Limiter(Budget(3, 0.2))
    times: list[float] = []
    deadline = time.monotonic() + PATIENCE
    while len(times) < 9 and time.monotonic() < deadline:
        times += [time.time()] * admitted(limiter, "sk-1", 1)
    assert len(times) == 9
    assert all(last - first >= 0.19 for first, last in zip(times, times[3:], strict=False))


def test_refusal_says_when_to_come_again() -> None:
    """A reason that can be read, whole seconds, and not the token."""
    limiter = Limiter(Budget(1, 90))
    outbound = Outbound("sk-secret", "GET", "/api/project")
    asyncio.run(limiter.admit(outbound))
    with pytest.raises(Limited, match=r"at most 1 in 1\.5 minutes for each token; try") as refusal:
        asyncio.run(limiter.admit(outbound))
    assert refusal.value.seconds == 90
    assert "sk-secret" not in f"{refusal.value} {outbound!r} {limiter.key(outbound)}"


def test_limited_request_is_answered_at_once(houses: Houses) -> None:
    """429 in plain text with Retry-After, and nothing leaves for it."""
    client = houses.client(houses.data_plane(OUTBOUND_RATE_LIMIT_MAX_REQUESTS="2"))
    assert [client.post("/api/project/get").status_code for _ in range(4)] == [200, 200, 429, 429]
    answer = client.get("/v1/project")
    assert answer.status_code == 429
    assert answer.headers["content-type"].startswith("text/plain")
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    assert answer.text.startswith("Too many requests to other domains: at most 2 in 1 minutes")
    assert heard(houses, client) == 2


def test_everything_that_leaves_counts(houses: Houses) -> None:
    """Authentication, metadata and what is passed on share one budget."""
    client = houses.client(houses.data_plane(OUTBOUND_RATE_LIMIT_MAX_REQUESTS="3"))
    assert client.get("/v1/project").status_code == 200
    assert client.post("/api/project/get").status_code == 200
    assert client.get("/v1/project").status_code == 429
    assert heard(houses, client) == 3


def test_what_is_served_here_is_not_limited(houses: Houses) -> None:
    """Rows and prompts go on after the budget is spent, also after another's change."""
    url = houses.data_plane(
        OUTBOUND_RATE_LIMIT_MAX_REQUESTS="6", OUTBOUND_RATE_LIMIT_WINDOW_MINUTES=LONG
    )
    client, other = houses.client(url), houses.client(url)
    project = create(client, "project")["id"]
    insert(client, "project_logs", project, {"id": "a"})
    while client.post("/api/project/get").status_code != 429:
        assert heard(houses, client) < 7
    create(other, "project")
    other.post("/api/project/register", json={"project_name": "another"})
    insert(client, "project_logs", project, {"id": "b"})
    prompt = create(client, "prompt", project=project)
    assert client.get(f"/v1/prompt/{prompt['id']}").status_code == 200
    assert len(fetched(client, "project_logs", project)) == 2
    assert client.get("/ping").status_code == 200
    assert heard(houses, client) == 6


def test_burst_on_many_connections_is_limited(houses: Houses) -> None:
    """Twenty times the budget at once from 16 connections: the budget passes."""
    url = houses.data_plane(
        OUTBOUND_RATE_LIMIT_MAX_REQUESTS="5", OUTBOUND_RATE_LIMIT_WINDOW_MINUTES=LONG
    )
    key, ready = houses.control_plane.key(), threading.Barrier(16)
    clients = [houses.client(url, key) for _ in range(16)]

    def fire(client: httpx.Client) -> Counter[int]:
        ready.wait(PATIENCE)
        return Counter(client.post("/api/project/get").status_code for _ in range(7))

    with ThreadPoolExecutor(16) as pool:
        total = sum(pool.map(fire, clients), Counter[int]())
    assert total == {200: 5, 429: 107}
    assert heard(houses, clients[0]) == 5


def test_impersonated_users_do_not_multiply_the_budget(houses: Houses) -> None:
    """The budget is the token's, whoever it acts for."""
    url = houses.data_plane(OUTBOUND_RATE_LIMIT_MAX_REQUESTS="2")
    client = houses.client(url, houses.control_plane.key(role="owner"))
    victims = [houses.control_plane.directory.create_user().id for _ in range(3)]
    headers = [{"x-bt-impersonate-user": victim} for victim in victims]
    statuses = [client.post("/api/project/get", headers=each).status_code for each in headers]
    assert statuses == [200, 200, 429]
