"""However the setting is spelled, it switches nothing on that it does not name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.marks import observes, requirement
from conformance.suites.telemetry.judging import everything_listed, nothing_else_or_no_start
from conformance.suites.telemetry.trials import EVERYTHING, SPELLED, Family

if TYPE_CHECKING:
    from conformance.suites.telemetry.watched import Watched


@requirement("TEL-05")
@observes(SPELLED, EVERYTHING)
def test_blanks_and_order_do_not_matter(watched: Watched) -> None:
    """With blanks around its items, and in any order, the setting enables what it lists."""
    watched.judge(everything_listed, lambda one: one.family is Family.SPELLED and one.plain)


@requirement("TEL-06")
@observes(SPELLED, EVERYTHING)
def test_no_spelling_enables_what_it_does_not_name(watched: Watched) -> None:
    """Blanks, another order or case, duplicates, empty and unknown items: nothing that the setting
    does not name is sent; not to start is right as well.
    """
    watched.judge(nothing_else_or_no_start, lambda one: one.family is Family.SPELLED)
