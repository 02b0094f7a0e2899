"""Where a login through the data plane sends an SDK."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance import expect
from conformance.marks import requirement
from conformance.reach import Reach

if TYPE_CHECKING:
    from conformance.callers import Callers
    from conformance.client import Ask
    from conformance.deployment.environment import Deployment
    from conformance.exchange import Exchange
    from conformance.options.values import Options
    from mock_control_plane.client import Realm

URLS = ("api_url", "proxy_url")
LOGIN = "/api/apikey/login"
TO = "log a user in"


@requirement("URL-03")
def test_login_leads_to_the_deployment(
    callers: Callers, realm: Realm, deployment: Deployment, options: Options
) -> None:
    """Every organisation whose URLs are the deployment's is given with URLs of the deployment."""
    realm.update_organization(
        realm.organization.id, api_url=deployment.url, proxy_url=deployment.url
    )
    others = [realm.create_organization() for _ in range(2)]
    for other in others:
        realm.update_organization(other.id, api_url=deployment.url, proxy_url=deployment.url)
    wanted = [realm.organization.id, *(other.id for other in others)]
    caller = callers.new(organizations=wanted)
    asks: list[Ask] = [{}, {"json": {}}, {"json": {"token": caller.credential.secret}}]
    for ask in asks:
        login = caller.post(LOGIN, **ask)
        given = {each.get("id"): each for each in _organizations(login)}
        for identifier in wanted:
            organization = given.get(identifier)
            if organization is None:
                expect.inconclusive(f"the login does not name the organisation {identifier}", login)
            for name in URLS:
                _judge(login, name, organization.get(name), deployment.url, options)


def _organizations(login: Exchange) -> list[dict[str, object]]:
    found = expect.body_of(login, to=TO).get("org_info")
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        expect.inconclusive(f"org_info of the login is no list of objects: {found!r}", login)
    return found


def _judge(login: Exchange, name: str, came: object, url: str, options: Options) -> None:
    """Accept the deployment's own origin; an attached one may be known by another name."""
    if isinstance(came, str) and _origin(came) == _origin(url):
        return
    origin = _origin(came) if isinstance(came, str) else None
    vendors = origin is not None and f".{origin[1]}".endswith(".braintrust.dev")
    if origin is not None and not vendors and not options.target.started:
        expect.inconclusive(
            f"the login gives {came} as {name}, and whether that is the deployment at {url} too "
            "cannot be told from here; give its own URL with --dataplane-url",
            login,
        )
    raise expect.Violation(
        expected=f"{name} of the login is a URL of the deployment, {url}",
        came=expect.shown(came),
        exchanges=(login,),
    )


def _origin(url: str) -> tuple[str, str, int] | None:
    """The origin of a URL, None for what is none; the names of this machine for itself are one."""
    reach = Reach(url)
    try:
        host = "localhost" if reach.is_loopback else reach.host
        return reach.split.scheme, host, reach.port
    except ValueError:
        return None
