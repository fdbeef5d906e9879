"""Callers in a process of their own: each waits for the answer, thinks, and presses on.

`python -m bench.client PORT CALLERS THINK_SECONDS SECONDS FIRST_PATIENT`: loopback only, at
most so many callers for so many seconds. Prints one JSON object: seconds, and every turn's
milliseconds. Only the standard library: a client that starts slowly measures itself.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import random
import re
import sys
import threading
import time
import uuid
from base64 import b64encode
from dataclasses import dataclass, field
from urllib.parse import urlencode

PUBLIC_URL = "https://line.example"
TOKEN = "a carrier's token"  # noqa: S105 - of the servers that this run starts
MOST_CALLERS, MOST_SECONDS = 100, 120.0
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
ACTION = re.compile(r'action="https://line\.example([^"]+)"')
WAY = (
    ("последние шесть цифр", "policy"),
    ("Возьмите ручку", "1"),
    ("Код отмены:", "1"),
    ("Почему отменяете", "1"),
    ("Отменить этот приём?", "1"),
    ("Вернуть этот приём?", "2"),
    ("Какую запись выбрать", "1"),
    ("Чтобы отменить, нажмите два", "2"),
)
"""What a caller presses, by what was said; at anything else they hang up."""


@dataclass(slots=True)
class Caller:
    port: int
    think: float
    patients: list[int]
    """The calls of this caller, in turn."""
    ends: float
    turns: list[float] = field(default_factory=list)
    """Milliseconds."""
    wrong: int = 0

    def run(self) -> None:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        time.sleep(random.uniform(0, self.think))
        for patient in self.patients:
            self.call(line, patient)
            if time.monotonic() > self.ends:
                break
        line.close()

    def call(self, line: http.client.HTTPConnection, patient: int) -> None:
        form = {"CallSid": f"CA{uuid.uuid4().hex}", "From": f"+7916{patient:07}"}
        said = self.turn(line, "/voice", form)
        while time.monotonic() < self.ends and (keys := next_keys(said, patient)):
            time.sleep(self.think)
            found = ACTION.search(said)
            if not found:
                break
            said = self.turn(line, found[1].replace("&amp;", "&"), form | keys)
        post(line, "/voice/status", form | {"CallStatus": "completed"})

    def turn(self, line: http.client.HTTPConnection, path: str, form: dict[str, str]) -> str:
        began = time.perf_counter()
        said = post(line, path, form)
        self.turns.append((time.perf_counter() - began) * 1000)
        self.wrong += "<Gather" not in said
        return said


def next_keys(said: str, patient: int) -> dict[str, str] | None:
    for words, keys in WAY:
        if words in said:
            if keys == "policy":
                return {"Digits": f"{patient:06}", "FinishedOnKey": "#"}
            return {"Digits": keys}
    return None


def post(line: http.client.HTTPConnection, path: str, form: dict[str, str]) -> str:
    body = "".join(name + form[name] for name in sorted(form))
    digest = hmac.new(TOKEN.encode(), f"{PUBLIC_URL}{path}{body}".encode(), hashlib.sha1)
    signature = {"X-Twilio-Signature": b64encode(digest.digest()).decode()}
    line.request("POST", path, urlencode(form), FORM | signature)
    answer = line.getresponse()
    said = answer.read().decode()
    if answer.status != 200:
        raise SystemExit(f"{path}: {answer.status}")
    return said


def main() -> None:
    port, callers, first = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[5])
    think, seconds = float(sys.argv[3]), min(float(sys.argv[4]), MOST_SECONDS)
    callers = min(callers, MOST_CALLERS)
    began = time.monotonic()
    each = [
        Caller(port, think, list(range(first + n, first + 10_000, callers)), began + seconds)
        for n in range(callers)
    ]
    threads = [threading.Thread(target=caller.run) for caller in each]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.monotonic() - began
    turns = [turn for caller in each for turn in caller.turns]
    wrong = sum(caller.wrong for caller in each)
    print(json.dumps({"seconds": took, "turns": turns, "wrong": wrong}))


if __name__ == "__main__":
    main()
