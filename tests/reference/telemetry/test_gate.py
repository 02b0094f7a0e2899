"""What the setting may mean: it enables what it names, and nothing else."""

from __future__ import annotations

import logging

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.reference.settings import Settings
from conformance.reference.telemetry.gate import Gate
from conformance.reference.telemetry.senders import API, GATEWAY, KINDS, STORE, Sender

DEFAULT = {"status", "metrics", "usage"}


def gate(told: str | None, *, sender: Sender = API, license: str = "key") -> Gate:
    """A gate for which one sender's variable holds something, or is not set."""
    telemetry = {} if told is None else {sender.variable: told}
    return Gate(Settings(telemetry=telemetry, license=license))


@pytest.mark.parametrize(
    ("told", "kinds"),
    [
        (None, DEFAULT),
        ("", set()),
        (" \t ", set()),
        (",,", set()),
        (" metrics ,\tlogs", {"metrics", "logs"}),
        ("logs,metrics,logs,", {"metrics", "logs"}),
        ("METRICS,Status,usage", {"usage"}),
        ("all,*,true,metrics logs", set()),
        (",".join(KINDS), set(KINDS)),
    ],
)
def test_setting_enables_what_it_names(told: str | None, kinds: set[str]) -> None:
    """Blanks, order, duplicates and empty items do not matter; other words enable nothing."""
    assert gate(told).kinds(API) == kinds


@settings(deadline=None)
@given(st.text(alphabet="abeglmorstuy ,;", max_size=40))
def test_nothing_is_enabled_that_is_not_named(told: str) -> None:
    """Whatever the setting is, a kind that is on stands in it."""
    assert all(kind in told for kind in gate(told).named(API))


def test_senders_read_their_own_variables() -> None:
    """One variable says nothing about the other senders, which have their defaults."""
    one = gate("", sender=STORE)
    assert one.kinds(STORE) == frozenset()
    assert one.kinds(API) == DEFAULT
    assert one.kinds(GATEWAY) == {"metrics"}


def test_nothing_is_sent_without_a_licence() -> None:
    """Without a credential nobody reports, whatever the setting says."""
    assert gate("metrics", license="").kinds(API) == frozenset()


def test_unknown_items_are_reported_by_name(caplog: pytest.LogCaptureFixture) -> None:
    """The operator is told the variable, the items, and what the valid ones are."""
    with caplog.at_level(logging.WARNING):
        gate("metrics,mterics,LOGS").check()
    (message,) = caplog.messages
    assert message.startswith("CONTROL_PLANE_TELEMETRY names 'mterics', 'LOGS', which is no kind")
    assert message.endswith("the kinds are status, metrics, usage, memprof, logs, traces")


def test_known_items_are_not_talked_about(caplog: pytest.LogCaptureFixture) -> None:
    """A right setting needs no word."""
    gate("metrics, logs,").check()
    assert caplog.messages == []
