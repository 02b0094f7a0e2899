"""Only what was switched on leaves: the default, every set of kinds that is tried, and none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.marks import observes, requirement
from conformance.suites.telemetry.judging import everything_listed, nothing_else
from conformance.suites.telemetry.trials import DECLARED, DEFAULT, EMPTY, EVERYTHING, SETS, Family

if TYPE_CHECKING:
    from conformance.suites.telemetry.watched import Watched

TRIED = (Family.SET, Family.DECLARED)
LISTED = (Family.SET, Family.DEFAULT, Family.DECLARED)
EMPTIED = (Family.EMPTY, Family.DECLARED)


@requirement("TEL-01")
@observes(DEFAULT, EVERYTHING)
def test_default_sends_no_other_type(watched: Watched) -> None:
    """With the setting left alone, nothing but status, metrics and usage reaches the control
    plane, from the data plane's start to its end.
    """
    watched.judge(nothing_else, lambda one: one.family is Family.DEFAULT)


@requirement("TEL-02")
@observes(SETS, DECLARED)
def test_unlisted_type_is_never_sent(watched: Watched) -> None:
    """Whichever types the setting lists, no other one reaches the control plane, on any path, from
    the data plane's start to its end.
    """
    watched.judge(nothing_else, lambda one: one.family in TRIED and one.is_a_choice)


@requirement("TEL-03")
@observes(SETS, DEFAULT, DECLARED)
def test_listed_type_is_sent(watched: Watched) -> None:
    """Every type that the setting lists, or that is on by default, reaches the control plane once
    rows were logged and read.
    """
    watched.judge(everything_listed, lambda one: one.family in LISTED and not one.is_empty)


@requirement("TEL-04")
@observes(EMPTY, EVERYTHING, DECLARED)
def test_empty_setting_sends_nothing(watched: Watched) -> None:
    """With a setting that is explicitly empty no telemetry reaches the control plane, from the
    data plane's start to its end.
    """
    watched.judge(nothing_else, lambda one: one.family in EMPTIED and one.is_empty)
