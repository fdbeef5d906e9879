"""What the line hears, over real sockets: `python -m bench.hearing_line --share 0.1`.

`ivr web` and `ivr media` serve a clinic of their own. Every answer is a call of its own: it
keys its way to a question, hears it out and is spoken in real time, many calls at once. What
was understood is read from the transcript, and compared with what the same dialogue makes of
the text.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from bench.hearing import interval
from bench.line_caller import Caller, NoStream
from bench.servers import ROOT, free_port, until_it_listens
from bench.sounds import CONDITIONS, end_of_speech, on_the_line
from bench.speakers import Say, speakers
from ivr.app import open_line
from ivr.clinic import demo, patients, schedule
from ivr.clinic.patients import PatientCard, PhoneLink
from ivr.clinic.schedule import At
from ivr.clinic.values import FullName
from ivr.config import Config
from ivr.dialogue.turns import Keys, Utterance
from ivr.speech.numbers import digits_one_by_one, pairs
from ivr.store.database import Database
from ivr.store.transcripts import Transcripts
from ivr.store.vault import Vault
from ivr.switchboard import Switchboard, utc_now
from tests.speech.understanding import test_vectors as vectors
from tests.speech.understanding.spoken import policy_of

KEY = b"k" * 32
STRANGER = "+79990000000"
DOCTORS = ("иванова", "петренко", "лор")
BORN = date(1948, 3, 5)
EVERY = 3
"""Voices by which each answer is spoken clean; by one more in noise or with loss."""
MENU = ("как пройти", "отменить", "перенести", "закончить", "адрес", "отмените запись")
AFTER = 1.5
"""Seconds beyond a question's longest pause."""
ASKED_AGAIN = {"nomatch", "noinput", "unclear", "waiting", "lost", "silent"}


@dataclass(frozen=True, slots=True)
class Place:
    """A question, and the way to it by keys."""

    keys: Callable[[str], Sequence[str]]
    """Of the patient's policy; an answer each."""
    pause: float
    stranger: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    kind: str
    text: str
    patient: int


@dataclass(frozen=True, slots=True)
class Spoken:
    said: Said
    voice: str
    condition: str


@dataclass(frozen=True, slots=True)
class Found:
    spoken: Spoken
    right: bool
    asked_again: bool
    words: str
    after: float | None


PLACES: Mapping[str, Place] = {
    "policy, last six": Place(lambda _policy: (), 2.0),
    "policy, whole": Place(lambda _policy: (), 2.0),
    "code": Place(lambda _policy: ("#", "3"), 2.0),
    "birth date": Place(lambda policy: (policy,), 1.2, stranger=True),
    "visits": Place(lambda policy: (f"{policy[-6:]}#",), 1.2),
    "menu and commands": Place(lambda policy: (f"{policy[-6:]}#", "1"), 0.7),
    "confirmation": Place(lambda policy: (f"{policy[-6:]}#", "1", "2"), 0.9),
}


def policy(number: int) -> str:
    return policy_of(BORN, 77, number + 1, male=False)


def phone(number: int) -> str:
    return f"+7916{number:07}"


def texts(kind: str, number: int, chance: random.Random) -> str:
    whole = policy(number)
    match kind:
        case "policy, last six":
            return chance.choice([digits_one_by_one, pairs])(whole[-6:]).replace(",", "")
        case "policy, whole":
            return chance.choice([digits_one_by_one, pairs])(whole)
        case _:
            return digits_one_by_one(f"{chance.randrange(10**6):06}").replace(",", "")


def answers(chance: random.Random) -> list[Said]:
    """Each of a patient of its own: what one says changes nothing for another."""
    made = [
        (kind, "") for kind in ("policy, last six", "policy, whole", "code") for _ in range(8)
    ]
    made += [("birth date", _text(row)) for row in vectors.BIRTH_DATES]
    made += [("visits", _text(row)) for row in vectors.VISITS]
    made += [("menu and commands", _text(row)) for row in vectors.COMMANDS]
    made += [("menu and commands", text) for text in MENU]
    made += [("confirmation", _text(row)) for row in vectors.YES_NO]
    spoken = [(kind, text) for kind, text in made if not any(one.isdigit() for one in text)]
    return [
        Said(kind, text or texts(kind, number, chance), number)
        for number, (kind, text) in enumerate(spoken)
    ]


def _text(row: Any) -> str:
    return str(row.values[0])


def calls(voices: Sequence[str], share: float) -> list[Spoken]:
    """Each answer by three voices clean, by one more otherwise; a patient for each."""
    chance, said = random.Random(23), answers(random.Random(7))
    others = [name for name in CONDITIONS if name != "clean"]
    made = []
    for place, one in enumerate(said):
        of_it = [voices[(place + more) % len(voices)] for more in range(EVERY + 1)]
        made += [Spoken(one, voice, "clean") for voice in of_it[:EVERY]]
        made.append(Spoken(one, of_it[EVERY], others[place % len(others)]))
    chosen = chance.sample(made, round(len(made) * share))
    return [
        replace(one, said=_of_patient(one.said, number)) for number, one in enumerate(chosen)
    ]


def _of_patient(said: Said, number: int) -> Said:
    """What is said of a policy is said of this one."""
    if not said.kind.startswith("policy"):
        return replace(said, patient=number)
    return Said(said.kind, texts(said.kind, number, random.Random(number)), number)


# --- the clinic ------------------------------------------------------------------------------


def fill(url: str, count: int) -> None:
    database, now = Database(url), utc_now()
    database.upgrade()
    with database.begin() as session:
        demo.fill(session, Vault(KEY), now)
        rows = {key: demo.add_doctor(session, demo.DOCTORS[key]) for key in DOCTORS}
        for number in range(count):
            card = PatientCard(
                FullName("Петрова", "Анна", "Ивановна"),
                BORN,
                policy(number),
                sex="f",
                phones=(PhoneLink(phone(number)),),
            )
            row = patients.write(session, Vault(KEY), card)
            for after, key in enumerate(DOCTORS, start=1):
                at = At(*rows[key], _start(now, number, after))
                schedule.book(session, at, demo.ZONE, row.id, now - timedelta(days=7))
    database.close()


def _start(now: datetime, number: int, after: int) -> datetime:
    """No two patients of a doctor at a time."""
    day = now.astimezone(demo.ZONE).replace(hour=8, minute=7, second=0, microsecond=0)
    return day + timedelta(days=2 * after + 7 * (number // 80), minutes=9 * (number % 80))


def environment(url: str, web: int, media: int) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "IVR_DATABASE_URL": url,
        "IVR_SECRET_KEY": "s" * 32,
        "IVR_DATA_KEY": urlsafe_b64encode(KEY).decode(),
        "IVR_PUBLIC_URL": f"http://127.0.0.1:{web}",
        "IVR_MEDIA_URL": f"ws://127.0.0.1:{media}",
        "IVR_REQUIRE_SIGNATURE": "off",
        "IVR_SPEECH": "vosk",
        "IVR_MAX_STREAMS": "1000",
        "PORT": str(web),
        "IVR_MEDIA_PORT": str(media),
    }


@contextmanager
def line(url: str, folder: Path) -> Iterator[str]:
    """The address of its web process."""
    web, media = free_port(), free_port()
    env = environment(url, web, media)
    with ExitStack() as stack:
        for command, port in (("web", web), ("media", media)):
            log = stack.enter_context((folder / f"{command}.log").open("w"))
            running = subprocess.Popen(
                (sys.executable, "-m", "ivr", command),
                env=env,
                cwd=folder,
                stdout=log,
                stderr=log,
            )
            stack.callback(running.wait)
            stack.callback(running.kill if command == "media" else running.terminate)
            until_it_listens(running, port)
        time.sleep(10)  # sounds are made ahead
        yield f"http://127.0.0.1:{web}"


# --- what the text means ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Result:
    effect: str
    value: Any
    words: str = ""


class Text:
    """The same dialogue, given the text."""

    def __init__(self, url: str) -> None:
        env = environment(url, 1, 2)
        self.line = open_line(Config.from_env(env), utc_now)

    def result(self, said: Said) -> tuple[int, Result]:
        """The turn in which it is said, and what comes of it."""
        board: Switchboard = self.line.switchboard
        reply = board.pick_up(
            carrier_id=f"text-{said.patient}", caller=caller(said), door="text", by_voice=True
        )
        for keys in PLACES[said.kind].keys(policy(said.patient)):
            heard = Keys(keys.rstrip("#"), "hash" if "#" in keys else "count")
            reply = board.hear(reply.call, reply.turn.number, heard, by_voice=True)
        turn = reply.turn.number
        board.hear(reply.call, turn, Utterance(said.text.replace(",", "")), by_voice=True)
        return turn, results(self.line.database, reply.call, turn)[0]


def caller(said: Said) -> str:
    return STRANGER if PLACES[said.kind].stranger else phone(said.patient)


def results(database: Database, call: str, turn: int) -> list[Result]:
    """What was heard from this turn on, as the transcript has it."""
    with database.read() as session:
        lines = Transcripts(session, Vault(KEY)).lines(call)
    found = []
    for place, one in enumerate(lines):
        if one.kind == "heard" and one.name == "Utterance" and one.turn >= turn:
            after = lines[place + 1] if place + 1 < len(lines) else None
            answered = after is not None and after.kind == "answered"
            value = after.payload if answered and after is not None else None
            value = one.payload.get("readings", value)
            found.append(Result(one.payload["effect"], value, one.payload["heard"]["words"]))
    return found


def judged(spoken: Spoken, wanted: Result, got: Sequence[Result], after: float | None) -> Found:
    """A dictation may be heard in several pieces: the last says what it came to."""
    words = " | ".join(one.words for one in got)
    right = any(_same(one, wanted) for one in got) or (not got and wanted.effect in ASKED_AGAIN)
    last = got[-1].effect if got else "noinput"
    return Found(spoken, right, last in ASKED_AGAIN and not right, words, after)


def _same(one: Result, wanted: Result) -> bool:
    both = {one.effect, wanted.effect} <= ASKED_AGAIN and not one.value and not wanted.value
    return both or (one.effect, one.value) == (wanted.effect, wanted.value)


# --- the calls -------------------------------------------------------------------------------


@dataclass(slots=True)
class Run:
    web: str
    text: Text
    database: Database
    sounds: Mapping[tuple[str, str], bytes]
    room: asyncio.Semaphore

    async def all_of(self, spoken: Sequence[Spoken]) -> list[Found]:
        found = await asyncio.gather(*(self._one(one) for one in spoken))
        return [one for one in found if one is not None]

    async def _one(self, spoken: Spoken) -> Found | None:
        async with self.room:
            said = spoken.said
            turn, wanted = await asyncio.to_thread(self.text.result, said)
            one, pcm = Caller(self.web, caller(said)), self.sounds[spoken.voice, said.text]
            after = PLACES[said.kind].pause + AFTER
            sound = on_the_line(pcm, spoken.condition, said.patient, after)
            keys = "".join(PLACES[said.kind].keys(policy(said.patient)))
            try:
                await one.answer(keys, turn, sound, end_of_speech(pcm))
            except (NoStream, OSError) as lost:
                print(f"  a call was lost: {said.kind}, {said.text}: {lost!r:.60}", flush=True)
                return None
            got = await asyncio.to_thread(results, self.database, one.call, turn)
            return judged(spoken, wanted, got, one.answered_after)


def show(found: Sequence[Found]) -> None:
    print("| question | sound | right | % (95 %) | asked again | wrong | p95 s to our sound |")
    print("|---|---|---|---|---|---|---|")
    for kind in PLACES:
        for condition in CONDITIONS:
            of = [
                one
                for one in found
                if (one.spoken.said.kind, one.spoken.condition) == (kind, condition)
            ]
            if of:
                print(row(kind, condition, of))
    for one in found:
        if not one.right:
            what = "asked again" if one.asked_again else "wrong"
            where = f"{one.spoken.voice}, {one.spoken.condition}"
            print(f"  {what}: {one.spoken.said.text} ({where}) -> {one.words}")


def row(kind: str, condition: str, found: Sequence[Found]) -> str:
    right, again = sum(one.right for one in found), sum(one.asked_again for one in found)
    low, high = interval(right, len(found))
    share = f"{100 * right / len(found):.1f} % ({low:.1f}-{high:.1f})"
    waits = [one.after for one in found if one.after is not None]
    late = f"{np.percentile(waits, 95):.2f}" if waits else ""
    cells = (kind, condition, f"{right}/{len(found)}", share, f"{again}")
    return "| " + " | ".join((*cells, f"{len(found) - right - again}", late)) + " |"


def spoken_texts(
    voices: Mapping[str, Say], wanted: Sequence[Spoken]
) -> dict[tuple[str, str], bytes]:
    sounds = {}
    for voice, say in voices.items():
        texts = {one.said.text for one in wanted if one.voice == voice}
        sounds |= {(voice, text): pcm for text, pcm in say(sorted(texts)).items()}
    return sounds


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.hearing_line", description=__doc__)
    parser.add_argument("--share", type=float, default=1.0, help="of all calls, 0 to 1")
    cores = os.cpu_count() or 1
    parser.add_argument("--at-a-time", type=int, default=6 * cores, help="calls")
    wanted = parser.parse_args()
    begun, voices = time.monotonic(), dict(speakers())
    planned = calls(list(voices), wanted.share)
    sounds = spoken_texts(voices, planned)
    with tempfile.TemporaryDirectory(prefix="line-hearing-") as name:
        folder = Path(name)
        url, copy = f"sqlite:///{folder}/line.db", f"sqlite:///{folder}/text.db"
        fill(url, len(planned) + 1)
        shutil.copy(folder / "line.db", folder / "text.db")
        with line(url, folder) as web:
            room = asyncio.Semaphore(wanted.at_a_time)
            run = Run(web, Text(copy), Database(url), sounds, room)
            found = asyncio.run(run.all_of(planned))
    show(found)
    load = os.getloadavg()[0]
    print(f"\n{len(found)} calls, {time.monotonic() - begun:.0f} s, load average {load:.1f}.")


if __name__ == "__main__":
    main()
