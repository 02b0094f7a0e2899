"""The guard of the driven client sees what would leave."""

from __future__ import annotations

import json
import os
import subprocess
import sys

ATTEMPTS = """
import json, socket, subprocess
from tests.clients.guard import Guard

guard = Guard().install()
listener = socket.create_server(("127.0.0.1", 0))
datagrams = socket.socket(type=socket.SOCK_DGRAM)
for attempt in (
    lambda: socket.create_connection(listener.getsockname()),
    lambda: socket.getaddrinfo("www.example.com", 443),
    lambda: socket.socket().connect(("192.0.2.1", 443)),
    lambda: datagrams.sendto(b"x", ("192.0.2.1", 53)),
    lambda: subprocess.run(["curl", "https://www.example.com"]),
):
    try:
        attempt()
    except PermissionError as refusal:
        assert "may only reach loopback" in str(refusal), refusal
print(json.dumps({"refused": guard.refused, "allowed": guard.allowed}))
"""


def test_guard_refuses_and_records_what_leaves() -> None:
    """A look-up, a connect, a datagram and a program are seen and refused; loopback is not."""
    ran = subprocess.run(
        [sys.executable, "-c", ATTEMPTS],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    told = json.loads(ran.stdout)
    assert [wish.split()[0] for wish in told["refused"]] == [
        "socket.getaddrinfo",
        "socket.connect",
        "socket.sendto",
        "subprocess.Popen",
    ]
    assert any(wish.startswith("socket.connect ('127.0.0.1'") for wish in told["allowed"])
