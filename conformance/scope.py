"""What a run can judge with the options that it was given, and what would let it judge more."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.options.values import Options, Selection
    from conformance.requirements import Catalogue, Requirement

MOCKED = (
    "--control-plane-listen HOST:PORT",
    "Let a mock be the data plane's control plane: pass --control-plane-listen HOST:PORT (or "
    "--control-plane-url URL for one that runs) and set the data plane's BRAINTRUST_APP_URL to it.",
)
UNLOCKS = {
    "control-plane": MOCKED,
    "mock": (
        "without --control-plane-upstream",
        "It takes users, keys or answers of the mock's own, and a relay has those of the control "
        "plane behind it: judge it with a mock that answers itself, without "
        "--control-plane-upstream.",
    ),
    "second-organisation": MOCKED,
    "api-key": (
        "--dataplane-api-key KEY",
        "Pass the API key of a user with --dataplane-api-key, or in BRAINTRUST_API_KEY.",
    ),
    "second-user": (
        "--dataplane-second-api-key KEY",
        "Pass the API key of another user with --dataplane-second-api-key, or in "
        "BRAINTRUST_SECOND_API_KEY.",
    ),
    "second-token": (
        "--dataplane-second-api-key KEY",
        "Pass a second API key with --dataplane-second-api-key, or in BRAINTRUST_SECOND_API_KEY.",
    ),
    "setting": (
        "--dataplane-setting NAME=VALUE",
        "Say what the data plane is configured with: --dataplane-setting NAME=VALUE, or "
        "--dataplane-settings FILE.",
    ),
    "sdk-python": (
        "pip install braintrust",
        "Install the Python SDK, whose own code is the judge here: pip install braintrust.",
    ),
    "destructive": (
        "--dataplane-allow-destructive",
        "Let aged data be deleted that the run created, with --dataplane-allow-destructive.",
    ),
    "egress": (
        "--dataplane-egress-log FILE",
        "Let it be seen where the data plane connects: pass --dataplane-egress-log FILE with what "
        "a proxy or firewall of yours saw, or let the run start the data plane (--dataplane-cmd "
        "CMD) behind its own recording forward proxy.",
    ),
    "logs": (
        "--dataplane-cmd CMD",
        "Let the run start the data plane, so that its output can be read: --dataplane-cmd CMD.",
    ),
}
"""For each need that an option can provide: the option, and a sentence for a person."""

LEFT_OUT = "selection"
CONTROL_PLANE = "control-plane"
BY_THE_MOCK = frozenset(
    {CONTROL_PLANE, "mock", "api-key", "second-token", "second-user", "second-organisation"}
)
"""The needs that are provided where the data plane's control plane is the mock."""


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that the options do not provide, and what to pass so that they do.

    `need` is a need of the catalogue, or "selection" where the user chose not to judge it.
    """

    need: str
    unlock: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Scope:
    """The requirements that a run judges, and for every other one why it does not."""

    in_scope: frozenset[str]
    out_of_scope: Mapping[str, tuple[Missing, ...]] = field(default_factory=dict)


def scope_of(options: Options, catalogue: Catalogue) -> Scope:
    """The scope that follows from the options of a run."""
    provided = provided_by(options)
    inside, outside = [], {}
    for identifier, requirement in catalogue.items():
        missing = (*_left_out(requirement, options.selection), *_missing(requirement, provided))
        if missing:
            outside[identifier] = missing
        elif requirement.withdrawn is None:
            inside.append(identifier)
    return Scope(frozenset(inside), outside)


def provided_by(options: Options) -> frozenset[str]:
    """The needs that the options of a run, and what is installed beside it, provide."""
    needs = _by_the_control_plane(options)
    if options.api_key:
        needs.add("api-key")
    if options.second_api_key:
        needs |= {"second-token", "second-user"}
    if options.target.started:
        needs |= {"setting", "logs", "egress"}
    if options.egress.log:
        needs.add("egress")
    if options.destructive:
        needs.add("destructive")
    if options.settings:
        needs.add("setting")
    if importlib.util.find_spec("braintrust") is not None:
        needs.add("sdk-python")
    return frozenset(needs)


def _by_the_control_plane(options: Options) -> set[str]:
    if options.control_plane.relays:
        return {CONTROL_PLANE}
    return set(BY_THE_MOCK) if options.mocked else set()


def _missing(requirement: Requirement, provided: frozenset[str]) -> tuple[Missing, ...]:
    """The needs that are missing; where the mock is one, what comes with it needs no mention."""
    needs = [need for need in requirement.needs if need not in provided]
    if CONTROL_PLANE in needs:
        needs = [need for need in needs if need == CONTROL_PLANE or need not in BY_THE_MOCK]
    return tuple(Missing(need, *UNLOCKS.get(need, _nothing_unlocks(need))) for need in needs)


def _nothing_unlocks(need: str) -> tuple[str, str]:
    return "", f"No option of this release provides what it takes ({need})."


def _left_out(requirement: Requirement, selection: Selection) -> tuple[Missing, ...]:
    """What of the user's selection leaves a requirement out."""
    choices = (
        ("--dataplane-area", selection.areas, requirement.area),
        ("--dataplane-requirement", selection.requirements, requirement.id),
        ("--dataplane-level", (selection.level,) if selection.level else (), requirement.level),
    )
    return tuple(
        Missing(LEFT_OUT, f"without {flag}", f"The run leaves it out: it was given {flag}.")
        for flag, chosen, own in choices
        if chosen and own not in chosen
    )
