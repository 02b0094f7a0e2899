"""Small programs that behave, or misbehave, as a started data plane may; written to a file."""

from __future__ import annotations

import shlex
import sys
import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

GOOD_KEY = "sk-accepted"

SERVES = """
    import http.server, json, os, signal, sys

    class Handler(http.server.BaseHTTPRequestHandler):
        def log_message(self, *_):
            pass

        def answer(self, status, value):
            body = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self):
            self.answer(int(os.environ.get("STATUS", "200")), {"version": "7.7"})

        def do_POST(self):
            self.rfile.read(int(self.headers.get("content-length") or 0))
            if self.path == "/die":
                print("the last words", flush=True)
                os._exit(9)
            good = self.headers.get("authorization") == "Bearer sk-accepted"
            self.answer(*((200, {"org_info": []}) if good else (401, "no")))

    print("settings:", os.environ.get("A"), os.environ.get("BRAINTRUST_ORG"), flush=True)
    print("secret:", os.environ.get("SERVICE_TOKEN_SECRET_KEY"), flush=True)
    print("folder:", os.listdir("."), flush=True)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler)
    server.serve_forever()
"""
DIES = """
    import sys
    print("no database: giving up")
    sys.exit(3)
"""
HANGS = """
    import signal, time
    print("warming up", flush=True)
    signal.pause()
"""
IS_STUBBORN = """
    import os, signal, subprocess, sys
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    child = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
    print(child.pid, flush=True)
    signal.pause()
"""


def command(folder: Path, program: str) -> str:
    """Write a program into a file, and return the command that runs it."""
    file = folder / "program.py"
    file.write_text(textwrap.dedent(program))
    return shlex.join([sys.executable, str(file)])
