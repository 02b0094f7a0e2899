"""Requests come back as exchanges, over TLS too, and what is no answer is told apart."""

from __future__ import annotations

import http.server
import ssl
import threading
from typing import TYPE_CHECKING

import pytest
import trustme

from conformance import sockets
from conformance.client import Caller, Credential, Transport
from conformance.expect import Inconclusive, NoAnswer
from conformance.reach import Reach
from tests.conformance.scripted import answer, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Echo(http.server.BaseHTTPRequestHandler):
    """Answers with the path that was asked for."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer."""
        body = self.path.encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Stay silent."""


@pytest.fixture(name="walled")
def _walled(tmp_path: Path) -> Iterator[Reach]:
    """A server behind mutual TLS: its own authority, and a certificate wanted of the client."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    client = authority.issue_cert("client@example.com")
    client.private_key_and_cert_chain_pem.write_to_path(tmp_path / "client.pem")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.verify_mode = ssl.CERT_REQUIRED
    authority.configure_trust(context)
    authority.issue_cert("localhost").configure_cert(context)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"https://localhost:{server.server_address[1]}"
        yield Reach(url, ca=tmp_path / "ca.pem", client_cert=tmp_path / "client.pem", timeout=5.0)
        server.shutdown()


def test_mutual_tls_is_spoken(walled: Reach) -> None:
    """With the user's authority and certificate, both ways of asking reach the data plane."""
    transport = Transport(walled)
    caller = Caller(transport, Credential(None))
    assert caller.get("/v1").text == "/v1"
    request = caller.compose("GET", "/v1/project")
    assert sockets.head_of(walled, request).status == 200
    assert [each.text for each in sockets.volley(walled, [request, request])] == ["/v1/project"] * 2
    transport.close()


def test_a_stranger_is_not_trusted(walled: Reach) -> None:
    """Without the authority nothing is sent: that is no answer, whichever way it was asked."""
    bare = Reach(walled.url, timeout=5.0)
    caller = Caller(Transport(bare), Credential(None))
    with pytest.raises(NoAnswer, match="CERTIFICATE_VERIFY_FAILED"):
        caller.get("/v1")
    with pytest.raises(NoAnswer, match="CERTIFICATE_VERIFY_FAILED"):
        sockets.head_of(bare, caller.compose("GET", "/v1"))


def test_answers_keep_their_headers() -> None:
    """Headers come as they were sent: letters, order, repetition."""
    with serving(answer(headers=["X-Bt-One: 1", "x-two: 2", "x-bt-one: 3"])) as served:
        exchange = served.caller().get("/v1")
    own = [(name, value) for name, value in exchange.headers if name.lower().startswith("x-")]
    assert own == [("X-Bt-One", "1"), ("x-two", "2"), ("x-bt-one", "3")]
    assert exchange.seconds > 0


def test_no_answer_blames_the_data_plane() -> None:
    """A connection that ends without an answer is a violation that names the request."""
    with serving(b"") as served, pytest.raises(NoAnswer, match=r"expected: an answer to POST /v1"):
        served.caller().post("/v1/project")


def test_a_kept_connection_that_was_closed_is_opened_again() -> None:
    """A GET that meets a connection just closed by the other side is sent once more."""
    with serving(b"", answer()) as served:
        assert served.caller().get("/v1").ok
    assert len(served.requests) == 2


def test_illegal_header_fields_judge_nothing_here() -> None:
    """An answer whose header is not HTTP blames nobody: one requirement judges exactly that."""
    broken = answer(headers=["x-bt-audit-resources: a\nb"])
    with serving(broken) as served, pytest.raises(Inconclusive, match="which AUD-14 judges"):
        served.caller().post("/v1/project")
