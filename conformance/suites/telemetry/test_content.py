"""Customer data stays where it is: texts that were planted in it are nowhere in what leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.marks import observes, requirement
from conformance.suites.telemetry.judging import no_content, no_customer_data
from conformance.suites.telemetry.trials import DECLARED, DEFAULT, EVERYTHING, Family

if TYPE_CHECKING:
    from conformance.suites.telemetry.watched import Watched

WITH_DEFAULT = (Family.DEFAULT, Family.DECLARED)


@requirement("TEL-08")
@observes(DEFAULT, DECLARED)
def test_content_does_not_reach_the_control_plane(watched: Watched) -> None:
    """With the default telemetry, nothing that was put into rows, attachments and prompts is found
    in any request to the control plane, in whatever encoding.
    """
    watched.judge(no_content, lambda one: one.family in WITH_DEFAULT, needs_known=False)


@requirement("TEL-18")
@observes(EVERYTHING, DECLARED)
def test_telemetry_holds_no_customer_data(watched: Watched) -> None:
    """With every type on, telemetry holds neither content of rows, attachments and prompts nor
    names and metadata of objects, in whatever encoding.
    """
    watched.judge(no_customer_data, lambda one: one.name in (EVERYTHING, DECLARED))
