"""Which pages may read answers, and which headers of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.reference.cors import Cors
from conformance.reference.settings import Settings

if TYPE_CHECKING:
    import httpx

    from tests.reference.rig import Houses

CORS = Cors(
    Settings(
        app_url="http://app.example:81/x",
        public_url="https://public.example",
        whitelisted_origins=("https://listed.example",),
    )
)


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("https://www.braintrust.dev", True),
        ("https://www.braintrustdata.com", True),
        ("https://a-1.preview.braintrust.dev", True),
        ("http://app.example:81", True),
        ("https://public.example", True),
        ("https://listed.example", True),
        ("http://listed.example", False),
        ("https://listed.example.evil.example", False),
        ("https://evil.example/.preview.braintrust.dev", False),
        ("https://preview.braintrust.dev.evil.example", False),
        ("null", False),
    ],
)
def test_origin_is_judged(origin: str, allowed: bool) -> None:
    """The application's own origins and the listed ones are allowed, and no other."""
    assert CORS.allows(origin) is allowed


def test_allowed_page_reads_the_audit_headers(client: httpx.Client) -> None:
    """An allowed origin is echoed, with credentials and the exposed headers."""
    answer = client.get("/ping", headers={"origin": "https://www.braintrust.dev"})
    assert answer.headers["access-control-allow-origin"] == "https://www.braintrust.dev"
    assert answer.headers["access-control-allow-credentials"] == "true"
    exposed = answer.headers["access-control-expose-headers"].split(",")
    assert {"x-bt-cursor", "x-bt-found-existing", "x-bt-audit-resources"} <= {*exposed}


def test_foreign_page_reads_nothing(client: httpx.Client) -> None:
    """Another origin gets the answer without a grant."""
    answer = client.get("/ping", headers={"origin": "https://evil.example"})
    assert answer.status_code == 200
    assert "access-control-allow-origin" not in answer.headers
    assert "Origin" in answer.headers["vary"]


def test_preflight_needs_no_key(houses: Houses, data_plane: str) -> None:
    """A listed origin may send what it asks to send, with any method of the API."""
    client = houses.client(data_plane)
    del client.headers["authorization"]
    headers = {
        "origin": "https://www.braintrust.dev",
        "access-control-request-method": "PATCH",
        "access-control-request-headers": "authorization, x-bt-enable-audit",
    }
    answer = client.options("/v1/project", headers=headers)
    assert answer.status_code == 204
    assert "PATCH" in answer.headers["access-control-allow-methods"]
    assert "x-bt-enable-audit" in answer.headers["access-control-allow-headers"]


def test_preflight_of_a_foreign_page_grants_nothing(client: httpx.Client) -> None:
    """The answer carries no grant at all."""
    headers = {"origin": "https://evil.example", "access-control-request-method": "PATCH"}
    answer = client.options("/v1/project", headers=headers)
    assert not [name for name in answer.headers if name.startswith("access-control-allow")]


def test_setting_adds_an_origin(houses: Houses) -> None:
    """WHITELISTED_ORIGINS is heard by a running data plane."""
    url = houses.data_plane(WHITELISTED_ORIGINS="https://mine.example")
    answer = houses.client(url).get("/ping", headers={"origin": "https://mine.example"})
    assert answer.headers["access-control-allow-origin"] == "https://mine.example"
