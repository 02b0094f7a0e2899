"""Three senders, and what is whose."""

from __future__ import annotations

from conformance.reference.telemetry.senders import API, GATEWAY, KINDS, SENDERS, STORE


def test_every_kind_has_a_sender() -> None:
    """What can be switched on is sent by somebody; each sender has a variable of its own."""
    assert {kind for sender in SENDERS for kind in sender.kinds} == {*KINDS}
    assert len({sender.variable for sender in SENDERS}) == 3


def test_requests_are_reported_by_who_serves_them() -> None:
    """Rows are the store's, calls that are passed on the gateway's, all are the API's."""
    assert STORE.serves("/v1/project_logs/{project_id}/insert")
    assert not STORE.serves("/api/{kind}")
    assert GATEWAY.serves("/api/{kind}")
    assert not GATEWAY.serves("/v1/project")
    assert API.serves("/api/{kind}")


def test_records_are_reported_by_who_logs_them() -> None:
    """A logger belongs to one sender at most."""
    for name in ("app", "store", "proxy", "telemetry.gate"):
        assert sum(sender.hears(f"conformance.reference.{name}") for sender in SENDERS) == 1
    assert not any(sender.hears("uvicorn") for sender in SENDERS)
