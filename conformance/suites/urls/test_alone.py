"""The data plane works while nobody of the control plane ever connects to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance import expect
from conformance.marks import requirement
from conformance.suites.urls import main_job

if TYPE_CHECKING:
    from conformance.callers import Callers
    from conformance.specimens import Specimens
    from mock_control_plane.client import Realm


@requirement("URL-14")
def test_main_job_needs_no_call_from_outside(
    callers: Callers, specimens: Specimens, realm: Realm
) -> None:
    """Logged in, registered, logged, read back, queried and summarized, and nobody called it."""
    under = "without having been called by the control plane"
    main_job.expect_done(callers.new(), specimens, under=under)
    if calls := realm.outbound():
        expect.inconclusive(
            f"the control plane did call the data plane: {calls[0].method} {calls[0].url}"
        )
