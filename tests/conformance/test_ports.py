"""Ports are given once, are free, and are not those that systems give away by themselves."""

from __future__ import annotations

import itertools
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest

from conformance.deployment import ports
from conformance.deployment.ports import LOOPBACK, PORTS, free_port
from conformance.errors import CannotLaunch


def test_no_port_is_given_twice() -> None:
    """Deployments that are started side by side never get the same port."""
    with ThreadPoolExecutor(8) as executor:
        given = list(executor.map(lambda _: free_port(), range(500)))
    assert len(set(given)) == 500


def test_ports_are_none_that_the_system_gives_away() -> None:
    """Whoever asks the system for any port does not get one that a data plane was told."""
    with socket.socket() as anybody:
        anybody.bind((LOOPBACK, 0))
        assert anybody.getsockname()[1] not in PORTS
    assert free_port() in PORTS


def test_taken_port_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """A port on which somebody listens is given to nobody."""
    free = free_port()
    with socket.create_server((LOOPBACK, 0)) as taken:
        monkeypatch.setattr(ports, "_candidates", iter([taken.getsockname()[1], free]))
        assert free_port() == free


def test_no_port_left_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where every port is taken, one sentence says which, and what to do."""
    with socket.create_server((LOOPBACK, 0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setattr(ports, "_candidates", itertools.repeat(port))
        with pytest.raises(CannotLaunch, match=r"all ports from 20000 to 31999 .* are in use; end"):
            free_port()
