"""Variants that limit in another way keep the budget, and differ where they say so."""

from __future__ import annotations

import time
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

import pytest

from conformance.reference.composition import compose
from conformance.reference.settings import Budget, Settings
from conformance.reference.variants import VARIANTS
from tests.reference.test_limiter import PATIENCE, admitted

if TYPE_CHECKING:
    import httpx

    from conformance.reference.limiter import Limiter
    from tests.reference.rig import Houses

COUNTING = (
    "counts-from-the-first-request",
    "counts-by-the-clock",
    "counts-the-last-window-in-part",
    "fills-a-bucket-of-tokens",
)

every_way = pytest.mark.parametrize("name", COUNTING)


def limiter(name: str, requests: int, seconds: float) -> Limiter:
    """The limiter of a variant with this budget."""
    settings = Settings(budget=Budget(requests, seconds))
    return VARIANTS[name].apply(compose(settings)).limiter


def beginning(seconds: float) -> None:
    """Wait until a window by the clock has just begun."""
    while time.time() % seconds > seconds / 4:
        pass


def spent(houses: Houses, name: str) -> httpx.Response:
    """The answer of a variant to a token whose budget of one is spent."""
    settings = {"OUTBOUND_RATE_LIMIT_MAX_REQUESTS": "1", "OUTBOUND_RATE_LIMIT_WINDOW_MINUTES": "60"}
    client = houses.client(houses.data_plane(VARIANTS[name].apply, **settings))
    assert client.post("/api/project/get").status_code == 200
    return client.post("/api/project/get")


@every_way
@pytest.mark.parametrize("requests", [1, 7, 100])
def test_fresh_window_passes_the_budget(name: str, requests: int) -> None:
    """Each token's own, and no more."""
    limited = limiter(name, requests, 60_000)
    for token in ("sk-1", "sk-2"):
        assert admitted(limited, token, 3 * requests) == requests


@every_way
def test_zero_is_no_limit(name: str) -> None:
    """Everything passes."""
    assert admitted(limiter(name, 0, 60), "sk-1", 500) == 500


@every_way
def test_budget_comes_back(name: str) -> None:
    """In k windows no more than k + 1 budgets pass, and something does."""
    limited = limiter(name, 2, 0.2)
    beginning(0.2)
    since, passed = time.monotonic(), 0
    while passed < 10 and time.monotonic() < since + PATIENCE:
        passed += admitted(limited, "sk-1", 1)
    assert passed == 10
    assert time.monotonic() - since > 0.2 * 3


@every_way
def test_refusal_says_when_to_come_again(houses: Houses, name: str) -> None:
    """At once, as text, with seconds within the window."""
    answer = spent(houses, name)
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["retry-after"]) <= 3600


def test_limit_is_explained_in_json(houses: Houses) -> None:
    """The body has the sentence and the seconds; the header stays."""
    answer = spent(houses, "explains-the-limit-in-json")
    assert answer.status_code == 429
    assert answer.json()["retry_after"] == int(answer.headers["retry-after"])
    assert answer.json()["error"].startswith("Too many requests")


def test_retry_after_is_a_date(houses: Houses) -> None:
    """An HTTP date in the near future."""
    answer = spent(houses, "names-the-time-to-try-again")
    date = parsedate_to_datetime(answer.headers["retry-after"])
    assert 0 < date.timestamp() - time.time() <= 3601
