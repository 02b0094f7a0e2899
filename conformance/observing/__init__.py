"""What takes time: observed beside all else from the start of a run, and judged when it is over.

A suite declares its observations in `conformance/suites/<area>/observations.py` as a function
`observations(options) -> Sequence[Observation]`; its tests say `@marks.observes(name)` and read
what came of them from the fixture `observed`.
"""

from __future__ import annotations

from conformance.observing.ground import Ground
from conformance.observing.observation import JsonObject, Observation, Observed
from conformance.observing.results import Results

__all__ = ["Ground", "JsonObject", "Observation", "Observed", "Results"]
