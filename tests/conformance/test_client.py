"""The client sends what it is told, keeps what comes, and takes no 429 for a failure."""

from __future__ import annotations

import time
from email.utils import formatdate

import pytest

from conformance.client import Caller, Credential, retry_after, whoami
from conformance.expect import Inconclusive
from tests.conformance.scripted import Scripted, answer, serving


def minting(served: Scripted, *fresh: str) -> Caller:
    """Return a caller whose key can be replaced by these, one after the other."""
    keys = iter(fresh)
    caller = served.caller()
    return Caller(caller.transport, Credential("sk-old", mint=lambda: next(keys)), caller.person)


def test_a_request_carries_what_it_was_given() -> None:
    """Method, mount prefix, query, JSON body, audit and impersonation headers go out as told."""
    with serving(answer()) as served:
        served.url += "/prefix/"
        caller = served.caller()
        caller.patch(
            "/v1/project/ü",
            query={"ids": ["1", "2"], "name": "a b"},
            json={"name": "é"},
            headers={"X-Note": "1"},
            audit=True,
            impersonate="somebody@example.com",
        )
    head, _, body = served.requests[0].partition(b"\r\n\r\n")
    first, *lines = head.decode("ascii").split("\r\n")
    assert first == "PATCH /prefix/v1/project/%C3%BC?ids=1&ids=2&name=a+b HTTP/1.1"
    assert {
        "x-bt-enable-audit: true",
        "x-bt-impersonate-user: somebody@example.com",
        "X-Note: 1",
        "content-type: application/json",
        "authorization: Bearer sk-secret",
    } <= set(lines)
    assert body == '{"name": "é"}'.encode()


def test_extra_headers_are_sent_and_not_shown() -> None:
    """What every request must carry to get through the door is sent; its value is not shown."""
    with serving(answer(b"hush")) as served:
        caller = served.caller()
        object.__setattr__(caller.transport.reach, "headers", (("x-gate", "hush"),))
        exchange = caller.get("/v1")
    assert b"x-gate: hush" in served.requests[0]
    assert "hush" not in exchange.render()
    assert "x-gate: " in exchange.curl()


def test_nobody_sends_no_credential() -> None:
    """A caller without a key sends no authorization."""
    with serving(answer()) as served:
        exchange = served.caller(secret=None).get("/v1")
    assert b"authorization" not in served.requests[0].lower()
    assert exchange.ok


def test_a_spent_key_is_replaced() -> None:
    """After a 429 the request is repeated with a fresh key of the same user."""
    with serving(answer(status="429 Too Many"), answer()) as served:
        caller = minting(served, "sk-new")
        assert caller.get("/v1").ok
    assert b"Bearer sk-old" in served.requests[0]
    assert b"Bearer sk-new" in served.requests[1]
    assert caller.credential.secret == "sk-new"


def test_a_key_that_somebody_replaced_is_not_replaced_again() -> None:
    """Of two threads that find the same key spent, one gets a fresh one for both."""
    fresh = iter(["sk-1", "sk-2"])
    credential = Credential("sk-0", mint=lambda: next(fresh))
    assert credential.renew("sk-0")
    assert credential.renew("sk-0")
    assert credential.secret == "sk-1"
    assert not Credential("sk-own").renew("sk-own")


def test_without_fresh_keys_the_announced_time_is_waited() -> None:
    """A user's own key waits as long as the answer asks, and says that it does."""
    said: list[str] = []
    with serving(answer(status="429 Too Many", headers=["retry-after: 0"]), answer()) as served:
        caller = served.caller()
        caller.transport.notify = said.append
        assert caller.get("/v1").ok
    assert said == ["429 from the data plane: waiting 0 s as it asks"]


def test_waiting_has_an_end() -> None:
    """A wait that is longer than the run's limit makes the test inconclusive, and says why."""
    refused = answer(status="429 Too Many", headers=["retry-after: 60"])
    with serving(refused) as served, pytest.raises(Inconclusive, match=r"answers 429 .* 60 s more"):
        served.caller().get("/v1")


@pytest.mark.parametrize(("value", "seconds"), [("7", 7), ("soon", 5), (None, 5)])
def test_retry_after_is_a_number_or_a_default(value: str | None, seconds: float) -> None:
    """A number is taken as it is; what is neither number nor date counts as a default."""
    headers = [f"retry-after: {value}"] if value else []
    with serving(answer(headers=headers)) as served:
        assert retry_after(served.caller().get("/v1")) == seconds


def test_retry_after_may_be_a_date() -> None:
    """A date is as far away as it is from now."""
    with serving(answer(headers=[f"retry-after: {formatdate(time.time() + 60)}"])) as served:
        assert 50 <= retry_after(served.caller().get("/v1")) <= 61


def test_reading_waits_until_a_write_is_visible() -> None:
    """A read is repeated while the object is not there yet."""
    missing = answer(status="403 Forbidden")
    with serving(missing, missing, answer()) as served:
        assert served.caller(write_visible=5.0).read("/v1/project/x").ok
    assert len(served.requests) == 3


def test_reading_has_a_deadline() -> None:
    """After the profile's deadline the last refusal is the answer."""
    with serving(answer(status="400 Bad Request")) as served:
        assert served.caller(write_visible=0.1).read("/v1/project/x").status == 400


def test_a_key_tells_whose_it_is() -> None:
    """Without the mock, the person is what the data plane's control plane says of the key."""
    body = (
        b'{"id": "u", "email": null, "organizations": [{"id": "o", "name": "n"}, {"id": "other"}]}'
    )
    with serving(answer(body)) as served:
        person = whoami(served.caller())
    assert (person.id, person.email) == ("u", None)
    assert (person.organization_id, person.organization_name) == ("o", "n")


def test_a_key_whose_user_is_not_told_judges_nothing() -> None:
    """Where nobody says whose key it is, no requirement can be blamed."""
    with serving(answer(b"[]")) as served, pytest.raises(Inconclusive, match="whose key"):
        whoami(served.caller())
