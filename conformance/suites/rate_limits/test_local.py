"""What causes nothing outside is served also when a token may cause nothing more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance import expect
from conformance.exchange import Exchange
from conformance.marks import observes, requirement
from conformance.suites.rate_limits.judging import Spent

if TYPE_CHECKING:
    from conformance.observing import Results

SPENT = "rate-limits.spent-"


@requirement("RATE-06")
@observes(SPENT)
def test_local_request_is_never_limited(observed: Results) -> None:
    """A request that causes nothing outside with one token is not refused to another of the same
    user because its outbound budget is spent.
    """
    spents = map(Spent.of, observed.matching(SPENT))
    looked = [(spent, spent.local) for spent in spents if spent.local is not None]
    for spent, seen in looked:
        spent.need_limit()
        if not seen["local"]:
            expect.inconclusive("no request was seen that causes nothing outside")
        refused = {name: Exchange.from_json(one) for name, one in seen["refused"].items()}
        expect.that(
            not refused,
            expected="what is served without asking anybody is served also when the outbound "
            "budget is spent, as it is with another token of the same user: "
            + ", ".join(seen["local"]),
            came="; ".join(f"{name}: {expect.outcome(one)}" for name, one in refused.items()),
            exchanges=tuple(refused.values()),
        )
