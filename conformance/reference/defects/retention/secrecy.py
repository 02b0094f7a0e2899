"""The token where others can read it, as it is or in base64."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.reference.defects.definition import defect
from conformance.reference.retention.retention import Retention
from conformance.reference.retention.service_tokens import ServiceTokens
from conformance.reference.telemetry.signals import Signals

if TYPE_CHECKING:
    from conformance.reference.call import Call
    from conformance.reference.composition import Reference
    from conformance.reference.problems import Problem
    from conformance.reference.retention.tokens import Held
    from conformance.reference.telemetry.signals import Attributes, Served


def _encoded(secret: str) -> str:
    return base64.b64encode(secret.encode()).decode()


@defect(breaks={"RET-07"})
def returns_the_token_to_whoever_asks_for_it(reference: Reference) -> Reference:
    """GET of a service token tells which one there is."""

    class Flawed(ServiceTokens):
        def described(self, call: Call, name: str) -> dict[str, object]:
            (held,) = [each for each in call.parts.tokens.current() if each.name == name][-1:]
            return {**super().described(call, name), "token": held.secret}

    return replace(reference, service_tokens=Flawed(reference.settings))


@defect(breaks={"RET-07"})
def quotes_the_token_where_it_was_refused(reference: Reference) -> Reference:
    """Why a look-up failed is told with the token, in base64."""

    class Flawed(Retention):
        def told(self, problem: Problem, held: Held) -> str:
            return f"{super().told(problem, held)} (credential {_encoded(held.secret)})"

    return replace(reference, retention=Flawed())


@defect(breaks={"RET-07"})
def lists_the_token_among_audited_resources(reference: Reference) -> Reference:
    """An audit header of the request that stores a token has it as the name of a resource."""

    class Flawed(ServiceTokens):
        def store(self, call: Call, held: Held) -> None:
            super().store(call, held)
            call.trail.touch("service_token", held.name, held.secret, how="changed")

    return replace(reference, service_tokens=Flawed(reference.settings))


@defect(breaks={"RET-07"})
def labels_metrics_with_the_token(reference: Reference) -> Reference:
    """A label of a metric has the token that was stored last, in base64."""
    stored: list[str] = [""]

    class Noting(ServiceTokens):
        def store(self, call: Call, held: Held) -> None:
            super().store(call, held)
            stored[0] = _encoded(held.secret)

    class Flawed(Signals):
        def labels(self, served: Served) -> Attributes:
            return {**super().labels(served), "credential": stored[0]}

    return replace(reference, service_tokens=Noting(reference.settings), signals=Flawed())
