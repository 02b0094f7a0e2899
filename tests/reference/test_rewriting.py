"""A proxy that rewrites changes JSON where it is asked to, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from starlette.responses import Response

from conformance.reference.rewriting import Rewriting
from tests.reference.test_control_plane import Scripted

if TYPE_CHECKING:
    from conformance.reference.call import Call
    from conformance.reference.composition import Reference
    from tests.reference.rig import Host, Houses


def doubling(reference: Reference) -> Reference:
    """Every list comes back twice as long."""

    def change(_: Call, answer: object) -> object:
        return answer + answer if isinstance(answer, list) else answer

    return replace(reference, proxy=Rewriting(change))


@pytest.mark.parametrize(
    ("said", "given"),
    [(b"[1]", b"[1, 1]"), (b'{ "a" : 1}', b'{ "a" : 1}'), (b"<html>", b"<html>"), (b"", b"")],
)
def test_only_what_is_changed_is_written_anew(
    host: Host, houses: Houses, said: bytes, given: bytes
) -> None:
    """A changed value is written again; anything else comes through byte for byte."""
    app = Scripted()
    app.answer = Response(said, 203, headers={"content-type": "application/json", "x-own": "kept"})
    url = houses.data_plane(doubling, BRAINTRUST_APP_URL=host.serve(app))
    answer = houses.client(url, "sk-one").get("/api/project")
    assert (answer.status_code, answer.headers["x-own"]) == (203, "kept")
    assert answer.content == given
