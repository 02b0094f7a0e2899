"""A data plane by somebody else: standard library only, threads, written from the guide alone.

It shares nothing with the reference and takes the other choice wherever two right ones exist.
Run it with PORT and BRAINTRUST_APP_URL in the environment.
"""

from __future__ import annotations

import datetime
import json
import os
import re
import signal
import urllib.parse
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.stranger.asking import APP, Json, Refused, Touched, control_plane
from tests.stranger.keeping import ROWS, STATE, keep, retain

ORIGINS = [item.strip() for item in os.environ.get("WHITELISTED_ORIGINS", "").split(",")]
METADATA = ("project", "experiment", "dataset", "project_automation")
LOCAL = ("prompt", "function")
EVENTS = {"project_logs": "project", "experiment": "experiment", "dataset": "dataset"}
EXPOSED = "X-Bt-Cursor,X-Bt-Found-Existing,X-Bt-Audit-User-Id,X-Bt-Audit-User-Email"
EXPOSED += ",X-Bt-Audit-Normalized-Url,X-Bt-Audit-Resources"
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)

LOCAL_OBJECTS: dict[str, dict[str, dict[str, Json]]] = {kind: {} for kind in LOCAL}


class Handler(BaseHTTPRequestHandler):
    """One connection, HTTP/1.0: the answer ends where the connection does."""

    server_version = "stranger/1"

    def log_message(self, format: str, *args: object) -> None:
        """Keep standard error for what matters."""

    def answer(self, status: int, body: bytes, kind: str, extra: dict[str, str]) -> None:
        """Send one answer with the CORS and audit headers that it is due."""
        self.send_response(status)
        self.send_header("Content-Type", kind)
        origin = self.headers.get("origin")
        if origin in ORIGINS:
            self.send_header("Access-Control-Allow-Origin", origin)
            self.send_header("Access-Control-Allow-Credentials", "true")
            self.send_header("Access-Control-Expose-Headers", EXPOSED)
            self.send_header("Vary", "Origin")
        for name, value in {**extra, **self.audit()}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def audit(self) -> dict[str, str]:
        """The audit headers, where they are asked for."""
        if self.headers.get("x-bt-enable-audit", "").strip() != "true":
            return {}
        return self.touched.headers()

    def handle_any(self) -> None:
        """Answer one request of any method."""
        self.touched = Touched()
        try:
            length = int(self.headers.get("content-length") or 0)
            self.raw = self.rfile.read(length)
            status, value, extra = self.route()
        except Refused as refusal:
            self.answer(refusal.status, refusal.text.encode(), "text/plain; charset=utf-8", {})
            return
        except UnicodeError:
            self.answer(400, b"not encodable", "text/plain", {})
            return
        if isinstance(value, bytes):
            self.answer(status, value, extra.pop("content-type"), extra)
        else:
            text = json.dumps(value, indent=1, sort_keys=True)
            self.answer(status, text.encode(), "application/json; charset=utf-8", extra)

    do_GET = do_POST = do_PATCH = do_DELETE = do_PUT = handle_any

    def do_OPTIONS(self) -> None:
        """Answer a preflight."""
        self.touched = Touched()
        asked = self.headers.get("access-control-request-headers", "authorization")
        grant = {
            "Access-Control-Allow-Methods": "GET,POST,PATCH,PUT,DELETE",
            "Access-Control-Allow-Headers": asked,
        }
        self.answer(204, b"", "text/plain", grant)

    def route(self) -> tuple[int, Json, dict[str, str]]:
        """Find what is asked for and do it."""
        url = urllib.parse.urlsplit(self.path)
        parts = [urllib.parse.unquote(part) for part in url.path.split("/") if part]
        self.query = urllib.parse.parse_qs(url.query)
        if not parts or parts in (["v1"], ["version"], ["ping"]):
            return 200, {"version": "stranger"}, {}
        if parts[0] == "api" and len(parts) in (2, 3):
            return self.proxy()
        self.log_in()
        if parts[0] in ("service-token", "brainstore"):
            return retain(parts, self.body())
        if parts == ["logs3"]:
            return self.logs3()
        if parts[0] == "v1" and len(parts) <= 4:
            return self.v1(parts[1:])
        raise Refused(404, "no such route")

    def headers_out(self) -> dict[str, str]:
        """The caller's own credential and no other."""
        wanted = ("authorization", "x-bt-impersonate-user", "content-type")
        return {name: self.headers[name] for name in wanted if self.headers.get(name)}

    def proxy(self) -> tuple[int, Json, dict[str, str]]:
        """Pass a call on to the control plane, as it is."""
        status, kind, body = control_plane(
            self.command, self.path, body=self.raw or None, headers=self.headers_out()
        )
        return status, body, {"content-type": kind}

    def ask(self, path: str, value: Json) -> Json:
        """Ask the control plane for metadata; its refusal is ours."""
        headers = {**self.headers_out(), "content-type": "application/json"}
        body = json.dumps(value).encode()
        status, _kind, answer = control_plane("POST", path, body=body, headers=headers)
        if status >= 500:
            raise Refused(502, "the control plane failed")
        if status >= 400:
            raise Refused(status, answer.decode(errors="replace"))
        return json.loads(answer)

    def log_in(self) -> None:
        """Learn who is calling."""
        if not self.headers.get("authorization"):
            raise Refused(401, "no credential")
        self.touched.person = self.ask("/api/self/me", {})

    def body(self) -> dict[str, Json]:
        """The request's JSON object."""
        try:
            value = json.loads(self.raw or b"{}")
        except (ValueError, RecursionError):
            raise Refused(400, "the body is not JSON") from None
        if not isinstance(value, dict):
            raise Refused(400, "the body is not an object")
        return value

    def v1(self, parts: list[str]) -> tuple[int, Json, dict[str, str]]:
        """The object API."""
        kind = parts[0]
        if kind not in (*METADATA, *LOCAL, *EVENTS):
            raise Refused(404, "no such kind")
        self.touched.template = "/v1/" + kind
        if len(parts) == 1:
            return self.collection(kind)
        self.touched.template += f"/[{EVENTS.get(kind, kind)}_id]"
        self.touched.template += "".join(f"/{part}" for part in parts[2:])
        if not UUID.fullmatch(parts[1]):
            raise Refused(400, "the id is not a uuid")
        if len(parts) == 3:
            return self.events(kind, parts[1], parts[2])
        return self.one(kind, parts[1])

    def find(self, kind: str, id_: str) -> dict[str, Json]:
        """One object that the caller may see."""
        if kind in LOCAL:
            with STATE:
                row = LOCAL_OBJECTS[kind].get(id_.lower())
            if row is None:
                raise Refused(403, f"{kind} {id_} is not there")
            self.find("project", row["project_id"])
            return row
        rows = self.ask(f"/api/{kind}/get", {"id": id_})
        if not rows:
            raise Refused(403, f"{kind} {id_} is not there")
        return dict(rows[0])

    def collection(self, kind: str) -> tuple[int, Json, dict[str, str]]:
        """Create or list."""
        if self.command == "GET":
            return self.listing(kind)
        body = self.body()
        if not isinstance(body.get("name"), str | None) or (
            not body.get("name") and kind != "experiment"
        ):
            raise Refused(400, "name must be a string")
        if kind != "project":
            if not isinstance(body.get("project_id"), str):
                raise Refused(400, "project_id must be a string")
            project = self.find("project", body["project_id"])
        if kind in LOCAL:
            return 200, self.create_local(kind, body, project), {}
        fields = {key: value for key, value in body.items() if key not in ("name", "ensure_new")}
        if kind == "experiment" or self.command == "PUT":
            fields["update"] = not body.get("ensure_new", False)
        answer = self.ask(f"/api/{kind}/register", {**fields, f"{kind}_name": body.get("name")})
        self.touched.add(kind, answer[kind])
        if kind != "project":
            self.touched.add("project", project)
        existing = answer.get("found_existing") and kind in ("project", "dataset")
        return 200, answer[kind], {"X-Bt-Found-Existing": "true"} if existing else {}

    def create_local(
        self, kind: str, body: dict[str, Json], project: dict[str, Json]
    ) -> dict[str, Json]:
        """Keep a prompt or a function here."""
        now = datetime.datetime.now(datetime.UTC)
        row = {"description": None, "tags": None, "metadata": None, **body}
        row |= {"id": str(uuid.uuid4()), "_xact_id": str(int(now.timestamp() * 1e6))}
        row |= {"org_id": project["org_id"], "log_id": "p", "created": now.isoformat()}
        row.setdefault("slug", row["id"])
        with STATE:
            for other in LOCAL_OBJECTS[kind].values():
                if (other["project_id"], other["slug"]) == (row["project_id"], row["slug"]):
                    row = other
            LOCAL_OBJECTS[kind][row["id"]] = row
        self.touched.add(kind, row)
        return row

    def rows_of(self, kind: str) -> list[dict[str, Json]]:
        """Everything of a kind that the caller may see, newest first."""
        if kind not in LOCAL:
            return list(self.ask(f"/api/{kind}/get", {}))
        with STATE:
            rows = list(LOCAL_OBJECTS[kind].values())[::-1]
        seen = {row["id"] for row in self.ask("/api/project/get", {})}
        return [row for row in rows if row["project_id"] in seen]

    def listing(self, kind: str) -> tuple[int, Json, dict[str, str]]:
        """List with filters."""
        rows = self.rows_of(kind)
        filters = {f"{kind}_name": "name", "ids": "id", "slug": "slug", "project_id": "project_id"}
        for name in filters.keys() & self.query.keys():
            rows = [row for row in rows if row.get(filters[name]) in self.query[name]]
        after = self.query.get("starting_after", [None])[0]
        ids = [row["id"] for row in rows]
        if after in ids:
            rows = rows[ids.index(after) + 1 :]
        if "limit" in self.query:
            if not self.query["limit"][0].isdigit():
                raise Refused(400, "limit must be a number")
            rows = rows[: int(self.query["limit"][0])]
        for row in rows:
            self.touched.add(kind, row)
        return 200, {"objects": rows}, {}

    def one(self, kind: str, id_: str) -> tuple[int, Json, dict[str, str]]:
        """Read, change or delete one object."""
        row = self.find(kind, id_)
        self.touched.add(kind, row)
        if self.command == "GET":
            return 200, row, {}
        if self.command == "PATCH":
            changes = self.body()
            if not isinstance(changes.get("name", ""), str | None):
                raise Refused(400, "name must be a string")
            if kind in LOCAL:
                with STATE:
                    row.update({key: value for key, value in changes.items() if value is not None})
                return 200, row, {}
            return 200, self.ask(f"/api/{kind}/patch_id", {**changes, "id": row["id"]}), {}
        if self.command != "DELETE":
            raise Refused(405, "no such method here")
        if kind in LOCAL:
            with STATE:
                LOCAL_OBJECTS[kind].pop(row["id"], None)
            return 200, {**row, "_object_delete": True}, {}
        return 200, self.ask(f"/api/{kind}/delete_id", {"id": row["id"]}), {}

    def events(self, kind: str, id_: str, verb: str) -> tuple[int, Json, dict[str, str]]:
        """Rows of one object."""
        if kind not in EVENTS or verb not in ("insert", "fetch", "feedback", "summarize"):
            raise Refused(404, "no such route")
        owner = self.find(EVENTS[kind], id_)
        self.touched.add(EVENTS[kind], owner)
        if verb == "insert":
            return 200, {"row_ids": keep(kind, owner["id"], self.body().get("events"))}, {}
        if verb == "feedback":
            keep(kind, owner["id"], self.body().get("feedback"))
            return 200, {"status": "success"}, {}
        with STATE:
            rows = list(ROWS.get((kind, owner["id"]), {}).values())[::-1]
        if verb == "fetch":
            return 200, {"events": [complete(kind, owner, row) for row in rows], "cursor": None}, {}
        return 200, self.summary(kind, owner, rows), {}

    def summary(self, kind: str, owner: dict[str, Json], rows: list[Json]) -> Json:
        """What a summary has to say."""
        project = self.find("project", owner["project_id"])
        base = os.environ.get("BRAINTRUST_APP_PUBLIC_URL") or APP.geturl()
        url = f"{base.rstrip('/')}/app/p/{urllib.parse.quote(project['name'])}"
        common = {"project_name": project["name"], "project_url": url}
        if kind == "dataset":
            here = {"dataset_name": owner["name"], "dataset_url": f"{url}/datasets/{owner['id']}"}
            return {**common, **here, "data_summary": {"total_records": len(rows)}}
        link = f"{url}/experiments/{owner['id']}"
        return {**common, "experiment_name": owner["name"], "experiment_url": link}

    def logs3(self) -> tuple[int, Json, dict[str, str]]:
        """Rows for many objects at once."""
        rows = self.body().get("rows")
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise Refused(400, "rows must be a list of objects")
        ids: list[str] = []
        for row in rows:
            for kind, column in (
                ("experiment", "experiment_id"),
                ("dataset", "dataset_id"),
                ("project_logs", "project_id"),
            ):
                if isinstance(row.get(column), str):
                    owner = self.find(EVENTS[kind], row[column])
                    self.touched.add(EVENTS[kind], owner)
                    ids += keep(kind, owner["id"], [row])
                    break
            else:
                raise Refused(400, "a row names no object")
        return 200, {"ids": ids, "xact_id": "1"}, {}


def complete(kind: str, owner: dict[str, Json], row: dict[str, Json]) -> dict[str, Json]:
    """A row with what every one of its kind has; what was written wins."""
    own: dict[str, Json] = {"_xact_id": "1", "span_id": row["id"], "root_span_id": row["id"]}
    if kind == "project_logs":
        own |= {"project_id": owner["id"], "org_id": owner["org_id"], "log_id": "g"}
    else:
        own |= {"project_id": owner["project_id"], f"{kind}_id": owner["id"]}
    return own | row


class Server(ThreadingHTTPServer):
    """Threads that do not hold up the end, and room for a burst of connections."""

    daemon_threads = True
    request_queue_size = 256


def main() -> None:
    """Serve until told to stop."""
    server = Server(("127.0.0.1", int(os.environ["PORT"])), Handler)
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    with server:
        server.serve_forever()


if __name__ == "__main__":
    main()
