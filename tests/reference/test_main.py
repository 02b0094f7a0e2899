"""The program: what it prints, what it refuses, how it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import httpx
import pytest

from conformance.reference import server

if TYPE_CHECKING:
    from pathlib import Path

COMMAND = (sys.executable, "-m", "conformance.reference")
READY = "reference data plane listening on "
FAST = 5.0


def started(*options: str, **environment: str) -> tuple[subprocess.Popen[str], str]:
    """Start the program and return it with its URL."""
    process = subprocess.Popen(
        [*COMMAND, *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, **environment},
        text=True,
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.startswith(READY), process.communicate()[1]
    return process, line.removeprefix(READY).strip()


def refused(*options: str, **environment: str) -> tuple[int, str]:
    """Run the program, which must end by itself: its exit code and what it says."""
    ran = subprocess.run(
        [*COMMAND, *options],
        capture_output=True,
        env={**os.environ, "PORT": "0", **environment},
        text=True,
        timeout=30,
    )
    assert len(ran.stderr.splitlines()) == 1, ran.stderr
    return ran.returncode, ran.stderr


def ended(process: subprocess.Popen[str]) -> str:
    """Stop the program politely and return what it said on the way."""
    process.terminate()
    return process.communicate(timeout=10)[1]


@pytest.mark.parametrize(
    "options",
    [(), ("--defect", "audits-every-request"), ("--variant", "closes-every-connection")],
    ids=["reference", "defect", "variant"],
)
def test_it_answers_as_soon_as_it_says_so(options: tuple[str, ...]) -> None:
    """The first line has the URL, which answers at once; SIGTERM ends it in silence."""
    begun = time.monotonic()
    process, url = started(*options, PORT="0")
    assert httpx.get(f"{url}/version").status_code == 200
    assert time.monotonic() - begun < FAST
    assert ended(process) == ""


def test_null_is_served() -> None:
    """What is no data plane can be looked at, too."""
    process, url = started("--null", "always-404")
    assert httpx.get(f"{url}/version").status_code == 404
    ended(process)


def test_port_option_wins_over_the_environment() -> None:
    """PORT is what a launcher sets; --port is what a person types."""
    with server.bind("127.0.0.1", 0) as free:
        port = str(free.getsockname()[1])
    process, url = started("--port", port, PORT="0")
    ended(process)
    assert url == f"http://127.0.0.1:{port}"


def test_interrupt_ends_it_without_a_traceback() -> None:
    """Ctrl-C is the ordinary way to stop it."""
    process, _ = started(PORT="0")
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=10)[1] == ""
    assert process.returncode == 0


@pytest.mark.parametrize(
    ("options", "environment", "sentence"),
    [
        (("--defect", "audits-evry-request"), {}, "did you mean audits-every-request"),
        (("--variant", "nothing"), {}, "there is no variant named 'nothing'; did you mean"),
        (("--null", "ecco"), {}, "did you mean echo"),
        ((), {"PORT": "many"}, "PORT is 'many', which is no port"),
        (("--port", "65536"), {}, "--port is '65536', which is no port"),
        ((), {"BRAINTRUST_APP_URL": "ftp://a"}, "BRAINTRUST_APP_URL is 'ftp://a'"),
        ((), {"OUTBOUND_RATE_LIMIT_MAX_REQUESTS": "x"}, "is 'x', which is no whole number"),
        ((), {"OUTBOUND_RATE_LIMIT_WINDOW_MINUTES": "x"}, "is 'x', which is no number above zero"),
        (
            ("--variant", "refuses-unknown-telemetry"),
            {"GATEWAY_TELEMETRY": "x"},
            "GATEWAY_TELEMETRY is 'x', which names an unknown kind",
        ),
    ],
)
def test_wrong_wish_is_refused(
    options: tuple[str, ...], environment: dict[str, str], sentence: str
) -> None:
    """One sentence, and the exit code of a usage mistake."""
    code, said = refused(*options, **environment)
    assert (code, sentence in said) == (4, True), said


def test_port_in_use_is_refused() -> None:
    """The sentence says what to change."""
    with server.bind("127.0.0.1", 0) as taken:
        taken.listen()
        code, said = refused("--port", str(taken.getsockname()[1]))
    assert (code, "Address already in use; choose another" in said) == (2, True)


def test_unusable_database_is_refused(tmp_path: Path) -> None:
    """The sentence names the variable and the file."""
    code, said = refused(REFERENCE_DATA=str(tmp_path / "no" / "data"))
    assert (code, "REFERENCE_DATA" in said) == (2, True)


def test_unknown_telemetry_is_reported_to_the_operator() -> None:
    """One line names the variable and the item; the data plane serves."""
    process, url = started(PORT="0", GATEWAY_TELEMETRY="metrics,everything")
    assert httpx.get(f"{url}/version").status_code == 200
    said = ended(process)
    assert said.startswith("GATEWAY_TELEMETRY names 'everything', which is no kind of telemetry")
    assert len(said.splitlines()) == 1


def test_missing_library_is_named(tmp_path: Path) -> None:
    """Where only the suite is installed, the sentence says what else to install."""
    (tmp_path / "limits.py").write_text("raise ModuleNotFoundError('gone', name='limits')\n")
    path = os.pathsep.join((str(tmp_path), os.environ.get("PYTHONPATH", "")))
    code, said = refused(PYTHONPATH=path)
    assert (code, "needs limits, which is not installed; install" in said) == (2, True), said
