"""What takes time: observed beside all else from the start of a run, and judged when it is over.

A suite's module `observations` declares them: `observations(options) -> Sequence[Observation]`; a
test says `@marks.observes(name)` and reads what came of it from the fixture `observed`.
"""

from __future__ import annotations

from conformance.observing.ground import Ground
from conformance.observing.observation import JsonObject, Observation, Observed
from conformance.observing.results import Results

__all__ = ["Ground", "JsonObject", "Observation", "Observed", "Results"]
