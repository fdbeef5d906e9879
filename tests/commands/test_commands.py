"""The commands as an engineer types them, in a folder of their own."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

from ivr.__main__ import main
from ivr.clinic import recordings
from ivr.commands.environment import Tools
from ivr.speech.audio import levelled
from ivr.speech.recogniser import shipped_model
from ivr.speech.recorded import Take
from ivr.store.database import Database
from ivr.store.tables import Audit, Patient
from tests.telephony.lines import environment

SCRIPT = "[000017#]\n[1]\n[2]\n[1]\n"
NOON = datetime(2026, 11, 23, 12, tzinfo=ZoneInfo("Europe/Moscow"))


class Terminal:
    """The commands at a noon when all visits of the demo clinic are still to come."""

    def __init__(self, env: dict[str, str]) -> None:
        self.env = env

    def __call__(self, *words: str, typed: str = "") -> Result:
        tools = Tools(self.env, lambda: NOON.astimezone(UTC))
        return CliRunner().invoke(main, list(words), input=typed, env=self.env, obj=tools)

    def good(self, *words: str, typed: str = "") -> str:
        result = self(*words, typed=typed)
        assert result.exit_code == 0, result.output
        return result.stdout


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in os.environ:
        if name.startswith(("IVR_", "TWILIO_", "PORT")):
            monkeypatch.delenv(name)
    return tmp_path


@pytest.fixture
def ivr(folder: Path) -> Terminal:
    """On a database that has the demo clinic."""
    terminal = Terminal(environment(f"sqlite:///{folder}/line.db"))
    terminal.good("demo-data")
    return terminal


@pytest.fixture
def database(ivr: Terminal, folder: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{folder}/line.db")
    yield database
    database.close()


def events(output: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in output.splitlines()]


def test_wrong_settings_are_a_sentence_and_exit_2(folder: Path) -> None:
    for words in (("calls",), ("web",), ("worker",), ("doctor",), ("call",), ("db", "upgrade")):
        result = Terminal({"IVR_VOICE": "opera"})(*words)
        assert result.exit_code == 2, words
        assert result.stderr.count("\n") == 1
        for name in ("IVR_VOICE", "IVR_SECRET_KEY", "IVR_DATA_KEY", "TWILIO_AUTH_TOKEN"):
            assert name in result.stderr


def test_a_call_from_a_script_and_its_place_in_the_log(
    ivr: Terminal, folder: Path, database: Database
) -> None:
    (folder / "call.txt").write_text(SCRIPT)
    called = events(
        ivr.good("call", "--from", "8 916 123-45-67", "--script", "call.txt", "--json")
    )
    assert [event["caller"] for event in called if "caller" in event][:2] == [
        "[000017#]",
        "[1]",
    ]
    (listed,) = events(ivr.good("calls", "--json"))
    assert (listed["call"], listed["outcome"]) == (called[-1]["call"], called[-1]["end"])
    assert "9161234567" not in json.dumps(listed)
    one = events(ivr.good("calls", called[-1]["call"], "--json"))
    assert [event for event in one if "bot" in event] == [e for e in called if "bot" in e]
    assert {"caller": "[••••••]"} in one
    assert one[-1] == called[-1]
    with database.read() as session:
        assert session.scalars(select(Audit.what).where(Audit.who == "console")).all() == [
            "read a call"
        ]


def test_a_call_typed_line_by_line(ivr: Terminal) -> None:
    said = ivr.good("call", typed="\n[0#]\n(hangup)\n")
    assert "Здравствуйте." in said
    assert ivr("call", "--from", "12").exit_code == 2


def test_no_such_call(ivr: Terminal) -> None:
    assert ivr("calls", "f" * 32).exit_code == 2


def test_replay_fits_todays_flows(ivr: Terminal) -> None:
    ivr.good("call", "--from", "+79161234567", typed=SCRIPT)
    assert "0 of 1 calls would break." in ivr.good("replay")


def test_replay_names_a_call_that_does_not_fit(ivr: Terminal, database: Database) -> None:
    ivr.good("call", "--from", "+79161234567", typed=SCRIPT)
    with database.begin() as session:
        session.connection().exec_driver_sql(
            "UPDATE lines SET name = 'yesterday.prompt' WHERE kind = 'asked'"
        )
    result = ivr("replay")
    assert result.exit_code == 1
    assert "FlowChanged" in result.stdout


def test_demo_data_comes_once(ivr: Terminal, database: Database) -> None:
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Patient)) == 7


def test_a_setting_of_the_clinic(ivr: Terminal) -> None:
    ivr.good("clinic", "set", "late_policy", "deny")
    wrong = ivr("clinic", "set", "late_policy", "perhaps")
    assert (wrong.exit_code, wrong.stderr.count("\n")) == (2, 1)


def test_doctor_names_every_part(ivr: Terminal) -> None:
    lines = ivr("doctor").stdout.splitlines()
    parts = ("database", "voice", "speech model", "carrier", "SMS", "time zone")
    assert len(lines) == len(parts)
    for line, part in zip(lines, parts, strict=True):
        assert line.startswith(part)
        assert line[13:].split()[0] in {"works", "degraded", "broken"}


def part(output: str, name: str) -> str:
    (line,) = (line for line in output.splitlines() if line.startswith(name))
    return line[13:]


def test_doctor_knows_which_model_hears(ivr: Terminal, folder: Path) -> None:
    ivr.env["IVR_SPEECH"] = "vosk"
    assert part(ivr.good("doctor"), "speech model").split() == [
        "works",
        "the",
        "one",
        "that",
        "ships",
    ]
    shutil.copytree(shipped_model(), folder / "own")
    words = folder / "own" / "graph" / "words.txt"
    words.write_text(words.read_text("utf-8").replace("\nотмените ", "\nкракозябра "), "utf-8")
    ivr.env["IVR_VOSK_MODEL"] = "own"
    told = part(ivr.good("doctor"), "speech model")
    assert told.startswith("degraded  own: 1 words cannot be heard: отмените")


def test_doctor_misses_a_model_and_a_voice(ivr: Terminal, folder: Path) -> None:
    ivr.env |= {"IVR_SPEECH": "vosk", "IVR_VOSK_MODEL": "nowhere"}
    ivr.env |= {"IVR_VOICE": "piper", "IVR_PIPER_VOICE": "nowhere.onnx"}
    result = ivr("doctor")
    assert result.exit_code == 1
    assert "no Vosk model in nowhere" in part(result.stdout, "speech model")
    told = part(result.stdout, "voice")
    assert told.startswith("degraded")
    assert told.endswith("espeak speaks instead")


def test_a_voice_that_is_missing_says_nothing(ivr: Terminal, folder: Path) -> None:
    said = ivr("say", "Да.", "yes.wav", "--voice", "piper")
    assert said.exit_code == 2
    assert "IVR_VOICE=piper" in said.stderr
    ivr.good("say", "Да.", "yes.wav", "--voice", "espeak", "--pace=-2", "--loudness", "1")
    assert (folder / "yes.wav").stat().st_size > 4000


def test_doctor_knows_a_database_without_tables(folder: Path) -> None:
    result = Terminal(environment(f"sqlite:///{folder}/empty.db"))("doctor")
    assert result.exit_code == 1
    assert "run `ivr db upgrade`" in result.stdout


def test_a_database_without_tables_is_a_sentence(folder: Path) -> None:
    result = Terminal(environment(f"sqlite:///{folder}/empty.db"))("calls")
    assert result.exit_code == 2
    assert "`ivr db upgrade`" in result.stderr


def test_bad_lines_are_named_and_nothing_is_loaded(ivr: Terminal, folder: Path) -> None:
    (folder / "visits.csv").write_text("appointment_id;patient_id\r\n1;nobody\r\n")
    result = ivr("import", "visits", "visits.csv")
    assert result.exit_code == 2
    assert "Nothing was loaded." in result.stderr


def test_what_waits_for_the_clinic_is_a_table(ivr: Terminal) -> None:
    assert ivr.good("export", "cancellations").startswith("appointment_id;")
    assert ivr("export", "cancellations", "--since", "yesterday").exit_code == 2


def test_the_voice_needs_no_settings(folder: Path) -> None:
    bare = Terminal({})
    bare.good("say", "Здравствуйте.", "hello.wav")
    assert (folder / "hello.wav").read_bytes().startswith(b"RIFF")
    assert bare("prompts", "check").exit_code in {0, 2}


@pytest.mark.parametrize("words", [("say", "Да.", "yes.wav"), ("prompts", "render")])
def test_a_voice_that_does_not_exist_is_named(folder: Path, words: tuple[str, ...]) -> None:
    result = Terminal({"IVR_VOICE": "opera"})(*words)
    assert result.exit_code == 2
    assert result.stderr.startswith("IVR_VOICE must be one of carrier, espeak,")


def test_prompts_know_what_people_have_recorded(
    ivr: Terminal, folder: Path, database: Database
) -> None:
    loud = levelled(np.sin(np.arange(8000, dtype=np.float32)), 0)
    with database.begin() as session:
        for sentence in ("До свидания.", "Никто этого не говорит."):
            recordings.put(session, sentence, Take(loud, -20, 40, ()), "Галина", NOON)
    told = ivr("prompts", "check", "--recorded").output
    assert "no prompt says it: Никто этого не говорит." in told
    assert re.search(r"\n1 of \d{3} sentences are recorded", told)
    assert "recorded" not in ivr("prompts", "check").output
