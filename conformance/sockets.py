"""Requests over sockets of one's own: an answer's head as bytes, and many requests at one moment.

A library would refuse or repair what has to be seen here, and would not send sixteen at once.
"""

from __future__ import annotations

import socket
import time
from contextlib import ExitStack, closing
from http.client import HTTPException, HTTPResponse
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from conformance import expect
from conformance.instruments import header_block
from conformance.instruments.header_block import HeaderBlock, NotAHead

if TYPE_CHECKING:
    import ssl
    from collections.abc import Sequence

    from conformance.client import Request
    from conformance.exchange import Exchange
    from conformance.reach import Reach

CHUNK = 65536
LONGEST_HEAD = 1 << 20


def head_of(reach: Reach, request: Request) -> HeaderBlock:
    """Send a request and return the head of its answer exactly as it came."""
    try:
        with closing(_connect(reach, _tls_of(reach))) as line:
            line.sendall(_as_bytes(request))
            return _final_head(line)
    except (OSError, NotAHead) as error:
        raise _no_answer(request, error) from error


def volley(reach: Reach, requests: Sequence[Request]) -> list[Exchange]:
    """Send every request over a connection of its own, all before any answer is read."""
    tls = _tls_of(reach)
    with ExitStack() as stack:
        lines = [_opened(stack, reach, tls, request) for request in requests]
        for line, request in zip(lines, requests, strict=True):
            _send(line, request)
        return [_receive(line, request) for line, request in zip(lines, requests, strict=True)]


def in_pieces(reach: Reach, request: Request, size: int) -> Exchange:
    """Send a request whose body comes chunked, in pieces of so many bytes, and read the answer."""
    content = request.content
    pieces = [content[start : start + size] for start in range(0, len(content), size)]
    sent = _head(request, ["transfer-encoding: chunked"])
    sent += b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)
    try:
        with closing(_connect(reach, _tls_of(reach))) as line:
            line.sendall(sent + b"0\r\n\r\n")
            return _receive(line, request)
    except OSError as error:
        raise _no_answer(request, error) from error


def _tls_of(reach: Reach) -> ssl.SSLContext | None:
    return reach.tls() if reach.is_tls else None


def _connect(reach: Reach, tls: ssl.SSLContext | None) -> socket.socket:
    plain = socket.create_connection((reach.host, reach.port), timeout=reach.timeout)
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if tls is None:
        return plain
    try:
        return tls.wrap_socket(plain, server_hostname=reach.host)
    except OSError:
        plain.close()
        raise


def _opened(
    stack: ExitStack, reach: Reach, tls: ssl.SSLContext | None, request: Request
) -> socket.socket:
    try:
        return stack.enter_context(closing(_connect(reach, tls)))
    except OSError as error:
        raise _no_answer(request, error) from error


def _send(line: socket.socket, request: Request) -> None:
    try:
        line.sendall(_as_bytes(request))
    except OSError as error:
        raise _no_answer(request, error) from error


def _receive(line: socket.socket, request: Request) -> Exchange:
    began = time.monotonic()
    answer = HTTPResponse(line, method=request.method)
    try:
        answer.begin()
        body = answer.read()
    except (OSError, HTTPException) as error:
        raise _no_answer(request, error) from error
    finally:
        answer.close()
    return request.answered(answer.status, answer.getheaders(), body, time.monotonic() - began)


def _final_head(line: socket.socket) -> HeaderBlock:
    """Read heads until one that is not an interim answer (1xx)."""
    data = b""
    while len(data) < LONGEST_HEAD:
        end = header_block.end_of_head(data)
        if end is not None:
            block = header_block.read(data[:end])
            if block.status >= 200:
                return block
            data = data[end:]
            continue
        received = line.recv(CHUNK)
        if not received:
            raise NotAHead(f"the connection ended after {len(data)} bytes of an answer's head")
        data += received
    raise NotAHead(f"the head is longer than {LONGEST_HEAD} bytes")


def _as_bytes(request: Request) -> bytes:
    sized = request.content or request.method not in ("GET", "HEAD", "DELETE", "OPTIONS")
    length = [f"content-length: {len(request.content)}"] if sized else []
    return _head(request, length) + request.content


def _head(request: Request, framing: Sequence[str]) -> bytes:
    parts = urlsplit(request.url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    lines = [f"{request.method} {target} HTTP/1.1", f"host: {parts.netloc.rpartition('@')[2]}"]
    lines += [f"{name}: {value}" for name, value in request.headers]
    lines += ["accept: */*", "connection: close", *framing]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def _no_answer(request: Request, error: Exception) -> expect.NoAnswer:
    nothing = request.answered()
    return expect.NoAnswer(
        expected=f"an HTTP answer to {request.method} {expect.path_of(nothing)}",
        came=f"none: {type(error).__name__}: {error}",
        exchanges=nothing,
    )
