"""`python -m bench.stream`: an independent caller of the media socket, `streamdouble`.

It starts `ivr demo` on a database of its own, calls it in real time, some calls at once, by
keys and by a synthetic voice, and prints how long the callers wait, and every violation of the
protocol. A call takes up to two minutes.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import numpy as np
from streamdouble.protocol import StreamIdentity
from streamdouble.scenario import Dtmf, Say, Scenario, Step, Wait, WaitFor
from streamdouble.session import Session, SessionConfig, SessionResult

from bench.servers import ROOT, free_port
from ivr.speech.mulaw import SILENCE, encoded
from ivr.speech.synthesis import Espeak

ANNA, ILDAR = "+79161234567", "+79379876543"
AIMS = {"first sound": 300, "answer to keys": 100, "answer to speech": 900}
"""Milliseconds, p95."""
STREAM = re.compile(r'<Stream url="([^"]+)"')
FRAME = 160
APART = 3.7
"""Seconds between two calls, so that they do not press their keys together."""
TAIL = 10
"""Frames of silence behind a word, part of what is said."""


@dataclass(slots=True)
class Measured:
    waits: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in AIMS})
    violations: list[str] = field(default_factory=list)
    calls: int = 0
    unanswered: int = 0


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.stream", description=__doc__)
    parser.add_argument("--calls", type=int, default=6, help="of each kind")
    parser.add_argument("--at-once", type=int, default=4, help="calls")
    wanted = parser.parse_args()
    kinds = (by_keys("000187"), by_voice("000187")) * wanted.calls
    measured = Measured()
    with demo() as port, ThreadPoolExecutor(wanted.at_once) as callers:
        begun = []
        for steps in kinds:
            begun.append(callers.submit(call, port, ILDAR, steps))
            time.sleep(APART)
        for each in begun:
            note(each.result(), measured)
    report(measured)


@contextmanager
def demo() -> Iterator[int]:
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="line-stream-") as folder:
        env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
        running = subprocess.Popen(
            (sys.executable, "-m", "ivr", "demo", "--port", str(port)),
            cwd=folder,
            env=env,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            wait_for(port)
            time.sleep(10)  # sounds are made ahead
            yield port
        finally:
            running.terminate()
            running.wait()


def wait_for(port: int) -> None:
    for _ in range(600):
        try:
            httpx.get(f"http://127.0.0.1:{port}/health/live", trust_env=False)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("the demo does not come up")


# --- calls -----------------------------------------------------------------------------------


def by_keys(policy: str) -> list[Step]:
    """Who it is, the first visit, its way there, the menu again, to the end."""
    keys = (f"{policy}#", "1", "1", "*", "4")
    heard_out = WaitFor("quiet", 40)
    return [step for each in keys for step in (heard_out, Dtmf(each), Wait(2.5))]


def by_voice(policy: str) -> list[Step]:
    words = ("вторая", "как пройти", "повторите", "закончить")
    steps: list[Step] = [WaitFor("quiet", 40), Dtmf(f"{policy}#"), Wait(2.5)]
    for said in words:
        steps += [WaitFor("quiet", 40), Say(Path(said), spoken(said)), Wait(2.5)]
    return steps


def spoken(words: str, voice: str = "ru+f3") -> list[bytes]:
    """Frames that end with the last sound of the words."""
    samples = Espeak().say(words, 150, voice)
    loud = np.clip(samples / max(abs(samples).max(), 1e-6) * 0.4, -1, 1)
    mulaw = encoded((loud * 32767).astype(np.int16))
    whole = mulaw + SILENCE * (-len(mulaw) % FRAME)
    return [whole[at : at + FRAME] for at in range(0, len(whole), FRAME)]


def call(port: int, caller: str, steps: Sequence[Step]) -> SessionResult:
    sid = f"CA{uuid.uuid4().hex}"
    form = {"CallSid": sid, "From": caller, "To": "+78001234567"}
    answer = httpx.post(f"http://127.0.0.1:{port}/voice", data=form, trust_env=False)
    found = STREAM.search(answer.text)
    if found is None:
        raise SystemExit(f"no stream in {answer.text}")
    session = TimedSession(
        found[1],
        scenario=Scenario(name="call", steps=list(steps)),
        config=SessionConfig(quiet_period_s=1.2, max_drain_s=0.1),
        identity=StreamIdentity(call_sid=sid),
    )
    return asyncio.run(session.run())


class TimedSession(Session):
    """Notes when the caller has said the last word."""

    async def _run_step(self, connection: object, step: Step) -> None:
        await super()._run_step(connection, step)
        if isinstance(step, Say):
            self._record("said")


def note(result: SessionResult, measured: Measured) -> None:
    measured.calls += 1
    measured.violations += [str(one) for one in result.violations]
    events = result.events
    sounds = [event.at for event in events if event.kind == "media_received"]
    started = next(event.at for event in events if event.kind == "stream_started")
    waits(measured, "first sound", [started], sounds)
    pressed = [event for event in events if event.kind == "sent_dtmf"]
    last = [
        e.at for e in pressed if e.detail["digit"] not in "0123456789" or _alone(e, pressed)
    ]
    waits(measured, "answer to keys", last, sounds)
    said = [event.at for event in events if event.kind == "said"]
    waits(measured, "answer to speech", said, sounds)


def _alone(event: object, pressed: Sequence[object]) -> bool:
    """A key that is an answer by itself."""
    near = [other for other in pressed if abs(other.at - event.at) < 1]  # type: ignore[attr-defined]
    return len(near) == 1


def waits(measured: Measured, what: str, since: list[float], sounds: list[float]) -> None:
    for moment in since:
        after = next((at for at in sounds if at > moment), None)
        if after is None or after - moment > 5:
            measured.unanswered += 1
        else:
            measured.waits[what].append(1000 * (after - moment))


def report(measured: Measured) -> None:
    print(
        f"{measured.calls} calls, {len(measured.violations)} violations of the protocol, ",
        end="",
    )
    print(f"{measured.unanswered} answers not heard; load average {os.getloadavg()[0]:.1f}")
    for violation in measured.violations[:10]:
        print(f"  {violation}")
    print(f"  {'milliseconds':<20}{'n':>5}{'p50':>8}{'p95':>8}{'aim':>8}")
    for what, found in measured.waits.items():
        if found:
            p50, p95 = np.percentile(found, (50, 95))
            print(f"  {what:<20}{len(found):>5}{p50:>8.0f}{p95:>8.0f}{AIMS[what]:>8}")


if __name__ == "__main__":
    main()
