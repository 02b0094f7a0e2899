"""The surface is what the design promises, and says which version it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance import __version__
from conformance.reference.composition import compose
from conformance.reference.routes import guarded, opened
from conformance.reference.settings import Settings

if TYPE_CHECKING:
    import httpx

PUT = ("prompt", "function")


def test_every_kind_has_its_operations() -> None:
    """Create, list, read, change, delete; PUT where production has it."""
    table = guarded(compose(Settings()))
    for kind in ("project", "experiment", "dataset", "prompt", "function"):
        offered = {*table[f"/v1/{kind}"]}
        assert offered == {"POST", "GET", *(["PUT"] if kind in PUT else [])}
        assert {*table[f"/v1/{kind}/{{{kind}_id}}"]} == {"GET", "PATCH", "DELETE"}


def test_nothing_with_data_is_open() -> None:
    """What needs no key shows no data of its own."""
    assert {*opened()} == {"/", "/v1", "/version", "/api/{kind}", "/api/{kind}/{action}"}


def test_version_and_caller_are_told(client: httpx.Client) -> None:
    """The version is the package's; ping tells who is asking."""
    assert client.get("/version").json() == {"version": __version__}
    assert client.get("/").text == client.get("/v1").text
    assert {*client.get("/ping").json()} == {"id", "email", "organizations"}
