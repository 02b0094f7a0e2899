"""The whole API of the control plane, as a data plane sees it, in one list.

Telemetry is not in it: that is acknowledged by the recorder, in front of the routes.
"""

from __future__ import annotations

from typing import Final

from starlette.routing import BaseRoute, Route

from mock_control_plane.routes import (
    access,
    experiment,
    members,
    object_info,
    objects,
    secret,
    session,
)
from mock_control_plane.routes.call import Action

# What an API gateway in front of a data plane lets through.
BOTH: Final = ["GET", "POST"]

ROUTES: Final[list[BaseRoute]] = [
    Route(
        "/api/apikey/login",
        Action(session.login, token_in_body=True, for_tokens=True, headers=session.CORS),
        methods=["POST"],
    ),
    Route("/api/apikey/login", session.preflight, methods=["OPTIONS"]),
    Route("/api/self/me", Action(session.me, for_tokens=True), methods=BOTH),
    Route(
        "/api/self/get_object_info",
        Action(object_info.get_object_info, for_tokens=True),
        methods=BOTH,
    ),
    Route("/api/base_experiment/get_id", Action(experiment.base_id, for_tokens=True), methods=BOTH),
    Route("/api/experiment/register", Action(experiment.register), methods=["POST"]),
    Route("/api/acl/register", Action(access.register, kind="acl"), methods=["POST"]),
    Route("/api/acl/delete_id", Action(access.delete_id, kind="acl"), methods=["POST"]),
    Route("/api/secret", Action(secret.secrets), methods=["POST"]),
    Route("/api/organization", Action(members.show_organization), methods=["GET"]),
    Route("/api/organization/get", Action(members.get_organizations), methods=BOTH),
    Route("/api/organization/patch_id", Action(members.patch_organization), methods=["POST"]),
    Route("/api/user", Action(members.show_user), methods=["GET"]),
    Route("/api/user/get", Action(members.get_users), methods=BOTH),
    Route("/api/api_key/register", Action(members.register_key), methods=["POST"]),
    Route("/api/api_key/get", Action(members.get_keys), methods=BOTH),
    Route("/api/api_key/delete_id", Action(members.delete_key), methods=["POST"]),
    Route("/api/service_token/register", Action(members.register_service_token), methods=["POST"]),
    Route("/api/service_token/get", Action(members.get_service_tokens), methods=BOTH),
    Route("/api/service_token/delete_id", Action(members.delete_service_token), methods=["POST"]),
    Route("/api/{kind}/register", Action(objects.register), methods=["POST"]),
    Route("/api/{kind}/get", Action(objects.get, for_tokens=True), methods=BOTH),
    Route("/api/{kind}/patch_id", Action(objects.patch_id), methods=["POST"]),
    Route("/api/{kind}/delete_id", Action(objects.delete_id), methods=["POST"]),
    Route("/api/{kind}", Action(objects.show, for_tokens=True), methods=BOTH),
]
