"""The first page: the line now, the day's numbers, the queue by harm."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from ivr.desk.attention import by_person, queue
from ivr.desk.words import word
from ivr.dialogue.turns import Dial, DialEnded
from ivr.messages.outbox import State
from ivr.store import tables
from ivr.store.columns import Base
from tests.desk.conftest import CANCELLED, Desk

LANDLINE = "+74951234567"
"""Of Anna's and Pyotr's household; Pyotr has no mobile."""


def end_calls(desk: Desk, outcome: str = "") -> None:
    values = {"ended_at": desk.line.clock.now} | ({"outcome": outcome} if outcome else {})
    change(desk, tables.Call, **values)


def change(desk: Desk, table: type[Base], **values: object) -> None:
    with desk.line.database.begin() as session:
        session.execute(update(table).values(**values))


def waiting(desk: Desk) -> list[str]:
    with desk.line.database.read() as session:
        return [item.fact.kind for item in queue(session, desk.app.extensions["desk"])]


def imported_request(desk: Desk) -> None:
    change(desk, tables.Visit, imported=True)
    desk.call(*CANCELLED)
    end_calls(desk)
    desk.line.clock.now += timedelta(days=1)


def refused(desk: Desk) -> None:
    desk.call(*CANCELLED)
    end_calls(desk)
    change(desk, tables.Cancellation, status="not_cancelled", decided_at=desk.line.clock.now)


def late(desk: Desk) -> None:
    desk.call("000047#", "2", "1", "1", "1", caller="+79031112233")
    end_calls(desk)


def unheard(desk: Desk) -> None:
    desk.call("000025#", "2", "1", caller=LANDLINE)
    end_calls(desk)


def after_failures(desk: Desk) -> None:
    desk.call("111111#", "7776150894000017", *CANCELLED[1:])
    end_calls(desk)


def failures(desk: Desk) -> None:
    for _ in range(3):
        desk.call("111111#")
    end_calls(desk, "transferred")


def sms_lost(desk: Desk) -> None:
    desk.call(*CANCELLED)
    end_calls(desk)
    change(desk, tables.Outbox, state=State.UNDELIVERED)


def called_off(desk: Desk) -> None:
    change_first(desk, status="cancelled", called_off=True)


def moved(desk: Desk) -> None:
    change_first(desk, moved_at=desk.line.clock.now)


def change_first(desk: Desk, **values: object) -> None:
    with desk.line.database.begin() as session:
        session.execute(update(tables.Visit).where(tables.Visit.id == 1).values(**values))


def callback(desk: Desk) -> None:
    desk.line.set_clinic("transfer_number", "none")
    desk.call("0#", "1", "1")
    end_calls(desk)
    desk.line.clock.now += timedelta(days=1)


def no_person(desk: Desk) -> None:
    desk.call("000017#", "1", "0")
    end_calls(desk)


def undone(desk: Desk) -> None:
    desk.call(*CANCELLED, "3", "1")
    end_calls(desk)


def gave_up(desk: Desk) -> None:
    desk.call("12#", caller=None)
    end_calls(desk, "hung_up")


def failed(desk: Desk) -> None:
    desk.call(caller=None)
    end_calls(desk, "failed")


def came(desk: Desk) -> None:
    desk.call(*CANCELLED)
    end_calls(desk)
    change_first(desk, status="attended")
    desk.line.clock.now += timedelta(days=4)


HARM = {
    "not_told": imported_request,
    "not_told ": refused,
    "late": late,
    "code_unheard": unheard,
    "after_failures": after_failures,
    "failures": failures,
    "sms_lost": sms_lost,
    "called_off": called_off,
    "moved": moved,
    "callback": callback,
    "no_person": no_person,
    "undone": undone,
    "gave_up": gave_up,
    "failed": failed,
    "came_anyway": came,
}


@pytest.mark.parametrize("kind", HARM)
def test_what_needs_a_look_is_there_until_it_is_handled(desk: Desk, kind: str) -> None:
    happen: Callable[[Desk], None] = HARM[kind]
    assert waiting(desk) == []
    happen(desk)
    kind = kind.strip()
    assert kind in waiting(desk)
    visitor = desk.visitor("registrar")
    assert f'class="{kind}"' in visitor.text("/")
    with desk.line.database.read() as session:
        facts = [item.fact for item in queue(session, desk.app.extensions["desk"])]
    subject = next(fact.subject for fact in facts if fact.kind == kind)
    for sentence in ("Отмечено: обработано.", "уже обработал другой"):
        reply = visitor.post("/handled", kind=kind, subject=subject, back="/desk/")
        assert sentence in reply.text
    assert kind not in waiting(desk)


def test_what_happens_again_needs_a_look_again(desk: Desk) -> None:
    failures(desk)
    visitor = desk.visitor("registrar")
    with desk.line.database.read() as session:
        (fact,) = [item.fact for item in queue(session, desk.app.extensions["desk"])][:1]
    visitor.post("/handled", kind=fact.kind, subject=fact.subject, back="/desk/")
    assert "failures" not in waiting(desk)
    desk.line.clock.now += timedelta(minutes=1)
    desk.call("111111#")
    end_calls(desk, "transferred")
    assert "failures" in waiting(desk)


def test_the_most_harmful_stands_first(desk: Desk) -> None:
    undone(desk)
    sms_lost(desk)
    late(desk)
    found = waiting(desk)
    assert found == sorted(found, key=["late", "sms_lost", "undone", "gave_up"].index)
    assert found[0] == "late"


def test_a_patient_who_called_since_knows_of_the_move(desk: Desk) -> None:
    moved(desk)
    assert waiting(desk) == ["moved"]
    desk.line.clock.now += timedelta(hours=1)
    desk.call("000017#")
    assert waiting(desk) == []


def test_calls_now_and_the_days_numbers(desk: Desk) -> None:
    visitor = desk.visitor("registrar")
    assert "Сейчас никто не звонит" in visitor.text("/")
    desk.call("000017#", "1")
    desk.line.clock.now += timedelta(minutes=2)
    live = visitor.text("/live")
    assert "Смирнова А. П., +7 916 123-45-67" in live
    assert "Что сделать с записью" in live
    assert '<td class="number" data-name="Минут">2</td>' in live
    assert "<b>1</b> <span>звонков сегодня" in live
    assert "<b>1</b> <span>узнаны" in live
    end_calls(desk, "cancelled")
    after = visitor.text("/live")
    assert "Сейчас никто не звонит" in after
    assert "<b>1</b> <span>отменили" in after


def test_asking_again_and_again_writes_no_audit(desk: Desk) -> None:
    visitor = desk.visitor("registrar")
    for _ in range(3):
        visitor.text("/live")
    assert desk.audit() == []


@pytest.mark.parametrize(
    ("name", "outcomes"),
    [
        ("cancelled", ("cancelled", "requested")),
        ("moved", ("moved",)),
        ("handed_over", ("transferred", "callback")),
        ("given_up", ("hung_up", "not_identified", "failed")),
    ],
)
def test_a_number_of_the_day_leads_to_the_calls_it_counts(
    desk: Desk, name: str, outcomes: tuple[str, ...]
) -> None:
    calls = {}
    for outcome in ("kept", "told", *outcomes):
        calls[outcome] = came_to(desk, outcome, desk.line.clock.now)
        calls[f"{outcome}, on the line"] = came_to(desk, outcome, None)
    assert listed(desk, name, len(outcomes), calls) == set(outcomes)


def came_to(desk: Desk, outcome: str, ended_at: datetime | None) -> str:
    """A call that is over, or one that goes on after what it came to."""
    call = desk.call("000017#", "4")
    with desk.line.database.begin() as session:
        values = {"outcome": outcome, "ended_at": ended_at}
        session.execute(update(tables.Call).where(tables.Call.id == call).values(**values))
    return call


def listed(desk: Desk, name: str, count: int, calls: dict[str, str]) -> set[str]:
    """Of `calls`, those to which a number of the day leads."""
    visitor = desk.visitor("registrar")
    said = word(name, "number")
    address = re.search(rf'href="/desk([^"]+)"><b>{count}</b> <span>{said}<', visitor.text("/"))
    assert address
    shown = visitor.text(html.unescape(address[1]))
    return {outcome for outcome, call in calls.items() if call in shown}


def test_who_was_identified_is_counted_from_then_on(desk: Desk) -> None:
    calls = {"known, over": desk.call("000017#", "4")}
    end_calls(desk, "kept")
    calls |= {"known": desk.call("000017#"), "unknown": desk.call("111111#")}
    assert listed(desk, "identified", 2, calls) == {"known", "known, over"}


def test_an_unknown_caller_stands_in_the_queue_with_the_number(desk: Desk) -> None:
    desk.call("111111#", caller="+79990001122")
    end_calls(desk, "hung_up")
    assert "+7 999 000-11-22" in desk.visitor("registrar").text("/").partition("queue")[2]
    assert "999 000" not in desk.visitor("auditor").text("/")


def rows(desk: Desk) -> list[list[str]]:
    """Kinds of the queue, those about one person together."""
    with desk.line.database.read() as session:
        office = desk.app.extensions["desk"]
        return [[one.fact.kind for one in items] for items in by_person(queue(session, office))]


def test_what_is_about_one_patient_stands_together(desk: Desk) -> None:
    for _ in range(2):
        no_person(desk)
    desk.call("12#", caller="+79990001122")
    late(desk)
    sms_lost(desk)
    end_calls(desk)
    before = rows(desk)
    assert before[0][0] == "late"
    (annas,) = [kinds for kinds in before if "no_person" in kinds]
    assert annas.count("no_person") == 2
    visitor = desk.visitor("registrar")
    text = visitor.text("/")
    assert f"Ещё об этом пациенте ({len(annas) - 1})" in text
    assert text.count('class="no_person"') == 2
    with desk.line.database.read() as session:
        facts = [one.fact for one in queue(session, desk.app.extensions["desk"])]
    first = next(fact for fact in facts if fact.kind == "no_person")
    visitor.post("/handled", kind=first.kind, subject=first.subject, back="/desk/")
    (after,) = [kinds for kinds in rows(desk) if "no_person" in kinds]
    assert after == [kind for kind in annas if kind != "no_person"] + ["no_person"]


def test_calls_from_one_unknown_number_stand_together(desk: Desk) -> None:
    for _ in range(2):
        desk.call("12#", caller="+79990001122")
    desk.call("12#", caller=None)
    desk.call("12#", caller=None)
    end_calls(desk, "hung_up")
    assert sorted(map(len, rows(desk))) == [1, 1, 2]
    assert "Ещё с этого телефона (1)" in desk.visitor("registrar").text("/")


@pytest.mark.parametrize(
    ("after", "alone"),
    [(DialEnded(answered=True), False), (DialEnded(answered=False), True)],
)
def test_who_cancelled_and_reached_a_person_is_not_alone(
    desk: Desk, after: DialEnded, alone: bool
) -> None:
    call = desk.call(*CANCELLED[:6], "0")
    reply = desk.line.switchboard.turn_in_force(call)
    assert isinstance(reply.turn.then, Dial)
    desk.line.switchboard.hear(call, reply.turn.number, after)
    with desk.line.database.begin() as session:
        values = {"ended_at": desk.line.clock.now, "outcome": "cancelled"}
        session.execute(update(tables.Call).values(**values))
    assert ("no_person" in waiting(desk)) is alone
    text = desk.visitor("registrar").text("/calls/")
    assert ("не дождался" in text) is alone


def test_a_request_of_the_line_is_a_promise(desk: Desk) -> None:
    callback(desk)
    change(desk, tables.Call, outcome="told")
    assert "не дождался" not in desk.visitor("registrar").text("/calls/")


def test_who_waited_in_vain_is_told_before_the_outcome(desk: Desk) -> None:
    no_person(desk)
    (call,) = desk.rows(tables.Call)
    visitor = desk.visitor("registrar")
    for text in (visitor.text("/calls/"), visitor.text(f"/calls/{call.id}/")):
        first, _, rest = text.partition("просил человека, не дождался")
        assert "получил сведения</span>" not in first
        assert "получил сведения</span>" in rest
    copied = f"Исход: {word('left_alone', 'call')}; получил сведения."
    assert copied in visitor.text(f"/calls/{call.id}/")
    assert "не дождался; получил сведения" in visitor.get("/calls/export.csv").text
