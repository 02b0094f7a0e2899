"""A data plane whose control plane is a relay: it is one, it is in use, and it knows the keys."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from conformance.client import Caller, Credential, Transport
from conformance.errors import ControlPlaneProblem, NotConnected
from conformance.expect import NoAnswer
from conformance.reach import Reach
from mock_control_plane.client import digest_of

if TYPE_CHECKING:
    from conformance.options.values import ControlPlaneChoice
    from mock_control_plane.client import ControlPlane, Realm

__all__ = ["expect_connected", "expect_upstream", "introduce"]

LOGIN = "/api/apikey/login"
SELF = "/api/self/me"
WHOLE = "whole"


def expect_upstream(choice: ControlPlaneChoice, client: ControlPlane) -> None:
    """Raise `ControlPlaneProblem` unless the mock that runs is what the options say it is."""
    info = client.info()
    if info.upstream != choice.upstream:
        actual = f"relays to {info.upstream}" if info.upstream else "answers itself"
        advice = (
            f"pass --control-plane-upstream {info.upstream}, and the API key of a user there"
            if info.upstream
            else "leave --control-plane-upstream out"
        )
        raise ControlPlaneProblem(f"the control plane under {choice.url} {actual}; {advice}.")
    if info.bodies != WHOLE:
        raise ControlPlaneProblem(
            f"the relay under {choice.url} does not keep bodies ({info.bodies}), and a run judges "
            "them; start it with --record-bodies whole."
        )


def expect_connected(reach: Reach, realm: Realm, seen: float) -> None:
    """Raise `NotConnected` unless what the data plane asks its control plane comes through here.

    It is asked to log somebody in whom nobody knows: nothing that it remembers can tell it that.
    """
    secret = f"sk-{secrets.token_hex(24)}"
    _ask(reach, LOGIN, secret)
    if not realm.wait_for(deadline=seen, credential=digest_of(secret)):
        raise NotConnected(
            f"the data plane at {reach.url} is not connected to the relay: it was asked to log a "
            f"key in that nobody knows, and the relay did not hear of it. Set its "
            f"BRAINTRUST_APP_URL to {realm.url} and restart it."
        )


def introduce(address: str, secret: str) -> None:
    """Let the relay hear from the control plane behind it whose key this is.

    A data plane may have asked long ago, and then never asks again.
    """
    _ask(Reach(url=address), SELF, secret)


def _ask(reach: Reach, path: str, secret: str) -> None:
    transport = Transport(reach)
    try:
        caller = Caller(transport, Credential(secret))
        transport.send(caller.compose("POST", path))
    except NoAnswer:
        return
    finally:
        transport.close()
