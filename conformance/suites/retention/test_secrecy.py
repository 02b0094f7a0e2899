"""The token is nowhere to be seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.expect import Inconclusive, Violation
from conformance.marks import observes, requirement
from conformance.suites.retention.judging import in_use
from conformance.suites.retention.observations import STORY
from conformance.suites.retention.story import WITH

if TYPE_CHECKING:
    from conformance.suites.retention.facts import Leak, Tale
    from mock_control_plane.wire import Profile

SHOWN = 6


@requirement("RET-07")
@observes(STORY)
def test_token_is_seen_nowhere(tale: Tale, profile: Profile) -> None:
    """No answer to anybody (bodies, audit headers, errors), no telemetry and nothing else that the
    control plane hears holds a token, in any encoding; but for the credential of look-ups.
    """
    if tale.leaks:
        shown = "; ".join(dict.fromkeys(map(_said, tale.leaks[:SHOWN])))
        raise Violation(
            expected="a service token appears in no answer, header, error or telemetry",
            came=shown,
            exchanges=[each.exchange for each in tale.leaks if each.exchange is not None],
            entries=[each.entry for each in tale.leaks if each.entry is not None],
        )
    if not tale.searched:
        raise Inconclusive(f"it could not be searched for tokens: {tale.stopped}")
    statuses = [status for status, _ in tale.handed.values()]
    if not any(status is not None and 200 <= status < 300 for status in statuses):
        raise Inconclusive("the data plane took no token: it has none to show", row="token-store")
    told = tale.run(WITH)
    if told is not None:
        in_use(tale, told, profile)


def _said(leak: Leak) -> str:
    if leak.entry is not None:
        where = f"#{leak.entry.seq} {leak.entry.method} {leak.entry.path}"
    else:
        where = f"the answer to {leak.exchange.method} {leak.exchange.url}" if leak.exchange else ""
    return f"{leak.whose} in {where}: {leak.where}"
