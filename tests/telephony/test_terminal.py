from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest

from ivr.app import open_line
from ivr.config import Config
from ivr.dialogue.turns import (
    Dial,
    DialEnded,
    Heard,
    HungUp,
    Keys,
    NoInput,
    Outcome,
    Recorded,
    RecordNote,
    Utterance,
)
from ivr.switchboard import Switchboard
from ivr.telephony.terminal import NOTE, Screen, Telephone, heard
from tests.telephony.lines import environment, fill
from tests.telephony.replies import BYE, MENU, POLICY, FakeSwitchboard, open_to_keys, reply

TABLE: list[tuple[str, object, Heard]] = [
    ("[1]", MENU, Keys("1", "count")),
    ("[#]", MENU, Keys("#", "count")),
    ("[000017#]", POLICY, Keys("000017", "hash")),
    ("[000017]", POLICY, Keys("000017", "pause")),
    ("[7776150894000017]", POLICY, Keys("7776150894000017", "count")),
    ("[7776150894000017#]", POLICY, Keys("7776150894000017", "count")),
    ("[0#]", POLICY, Keys("0", "hash")),
    ("[#]", POLICY, Keys("", "hash")),
    ("[**]", POLICY, Keys("**", "pause")),
    ("", MENU, NoInput()),
    ("(hangup)", MENU, HungUp()),
    ("Отмените  всЁ", MENU, Utterance("отмените все")),
    ("[не клавиши]", MENU, Utterance("[не клавиши]")),
    ("перезвоните мне", RecordNote(), Recorded(NOTE, 2)),
    ("", RecordNote(), Recorded("", 0)),
]


@pytest.mark.parametrize(("line", "then", "value"), TABLE)
def test_a_line_of_a_script(line: str, then: object, value: Heard) -> None:
    assert heard(line, then) == value  # type: ignore[arg-type]


def test_a_transfer_is_answered() -> None:
    board = FakeSwitchboard(reply(Dial(), open_to_keys("Соединяю.")), after=reply(BYE))
    written: list[str] = []
    screen = Screen(written.append, as_json=False)
    telephone = Telephone(as_switchboard(board), screen, lambda _: Outcome.TRANSFERRED)
    assert telephone.ring(None, iter([])) is Outcome.TRANSFERRED
    assert board.heard() == [DialEnded(answered=True)]
    assert written[:2] == ["  Соединяю.", "  (-> +74950000001)"]


def test_a_call_as_events(sqlite_template: Path, tmp_path: Path, now: datetime) -> None:
    file = tmp_path / "line.db"
    file.write_bytes(sqlite_template.read_bytes())
    fill(f"sqlite:///{file}", now)
    config = Config.from_env(environment(f"sqlite:///{file}"))
    line = open_line(config, lambda: now)
    written: list[str] = []
    screen = Screen(written.append, as_json=True)
    telephone = Telephone(line.switchboard, screen, lambda _: Outcome.TOLD)
    telephone.ring("+79161234567", iter(["[000017#]", ""]))
    events = [json.loads(event) for event in written]
    assert events[0] == {
        "bot": "Здравствуйте. Поликлиника номер пять. Отмена приёма.",
        "prompt": "greeting.hello",
    }
    said = " ".join(event.get("bot", "") for event in events)
    assert "Терапевт Иванова" in said
    assert "Кардиолог Черных" in said
    callers = [event["caller"] for event in events if "caller" in event]
    assert callers == ["[000017#]", "", "(hangup)"]
    assert set(events[-1]) == {"end", "call"}
    line.database.close()


def as_switchboard(board: FakeSwitchboard) -> Switchboard:
    return board  # type: ignore[return-value]
