"""A provider on 127.0.0.1 with the rules of real ones: Twilio's API and a plain gateway."""

from __future__ import annotations

import base64
import json
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

SID, TOKEN = "AC" + "0" * 32, "secret"


@dataclass
class Gateway:
    url: str = ""
    moods: deque[str] = field(default_factory=deque)
    """What happens to the next requests: accept, refuse, busy, down, broken, silent, cut,
    redirect, no-id, error-200; afterwards accept."""
    accepted: list[dict[str, str]] = field(default_factory=list)
    requests: list[tuple[str, str, dict[str, str], str]] = field(default_factory=list)
    """Method, address, headers, body."""
    over: Event = field(default_factory=Event)

    @property
    def next_id(self) -> str:
        return f"SM{len(self.accepted):032}"


class Handler(BaseHTTPRequestHandler):
    gateway: Gateway
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        query = dict(parse_qsl(urlsplit(self.path).query))
        self.take("", query)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        if "json" in self.headers["content-type"]:
            return self.take(body, json.loads(body))
        fields = {name: values[0] for name, values in parse_qs(body).items()}
        return self.take(body, fields)

    def take(self, body: str, fields: dict[str, str]) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.gateway.requests.append((self.command, self.path, headers, body))
        if self.path.startswith("/2010-04-01/") and (error := self.twilio_error(fields)):
            return self.answer(*error)
        mood = self.gateway.moods.popleft() if self.gateway.moods else "accept"
        refusals: dict[str, tuple[int, Any]] = {
            "refuse": (400, {"code": 21211, "message": "not a number"}),
            "busy": (429, {"code": 20429, "message": "too many requests"}),
            "down": (503, {}),
            "redirect": (307, {}),
            "error-200": (200, {"error": "no money", "error_code": 3}),
        }
        if mood in refusals:
            return self.answer(*refusals[mood])
        self.gateway.accepted.append(fields)
        return self.after_accepting(mood)

    def twilio_error(self, fields: dict[str, str]) -> tuple[int, Any] | None:
        right = base64.b64encode(f"{SID}:{TOKEN}".encode()).decode()
        if self.headers["authorization"] != f"Basic {right}":
            return 401, {"code": 20003, "message": "Authenticate"}
        if self.path != f"/2010-04-01/Accounts/{SID}/Messages.json":
            return 404, {"code": 20404, "message": "not found"}
        if not fields["To"].startswith("+79"):
            return 400, {"code": 21614, "message": "'To' number is not a valid mobile number"}
        return None

    def after_accepting(self, mood: str) -> None:
        match mood:
            case "broken":
                self.answer(500, {"message": "oops"})
            case "silent":
                self.gateway.over.wait()
                self.close_connection = True
            case "cut":
                self.close_connection = True
            case "no-id":
                self.answer(200, {"status": "ok"})
            case _:
                sid = self.gateway.next_id
                self.answer(201, {"sid": sid, "messages": [{"id": sid}], "status": "queued"})

    def answer(self, status: int, content: object) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        if status == 307:
            self.send_header("location", "/elsewhere")
        self.end_headers()
        self.wfile.write(body)

    def log_request(self, code: object = "-", size: object = "-") -> None:
        pass


@contextmanager
def serving() -> Iterator[Gateway]:
    gateway = Gateway()
    handler = type("BoundHandler", (Handler,), {"gateway": gateway})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    gateway.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield gateway
    finally:
        gateway.over.set()
        server.shutdown()
        thread.join()
        server.server_close()
