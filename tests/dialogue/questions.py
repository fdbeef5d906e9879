"""Every question of the line with its answer, as the flows ask it of the demo clinic."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone
from typing import Any

from ivr.clinic.values import FullName, Place, Visit
from ivr.dialogue.answers import Answer, Menu, YesNo
from ivr.dialogue.birth_dates import BirthDate
from ivr.dialogue.choosing import WhichVisit
from ivr.dialogue.entries import (
    Digits,
    Entry,
    Phone,
    Policy,
    code_digits,
    read_back,
)
from ivr.flows import visits
from ivr.flows.cancel import PASS_ON, SURE, WHY
from ivr.flows.code import PEN, WRITTEN
from ivr.flows.identify import HELP
from ivr.flows.person import A_PERSON, AN_END, THIS_ONE
from ivr.flows.undo import RESTORE, WITHDRAW
from ivr.flows.visits import BROKEN_OFF, GO_ON, NEXT, NOTHING_BOOKED, VISIT_MENU

MOSCOW = timezone(timedelta(hours=3))
TODAY = date(2026, 11, 23)
LINKED = ("7776150894000017", "7772350837000025")
BORN = (date(1948, 3, 5),)


def visit(specialty: str, last: str, start: str) -> Visit:
    return Visit(
        id=last,
        version=1,
        start=datetime.fromisoformat(start).replace(tzinfo=MOSCOW),
        doctor=FullName(last, ""),
        specialty=specialty,
        place=Place("Поликлиника № 5"),
    )


BOOKED = (
    visit("терапевт", "Иванова", "2026-11-25T08:20"),
    visit("ЛОР", "Черных", "2026-12-02T12:40"),
    visit("хирург", "Ким", "2026-12-09T17:00"),
    visit("кардиолог", "Черных", "2026-12-16T15:00"),
    visit("офтальмолог", "Петренко", "2026-12-16T16:30"),
)
TWO = WhichVisit(BOOKED[:2], TODAY, (0, 1))
FIRST_PAGE = WhichVisit(BOOKED, TODAY, (0, 1, 2), more=True)
SECOND_PAGE = WhichVisit(BOOKED, TODAY, (3, 4), more=True)
READ = (Entry("89161234567", "count"),)
YEARS = (date(1921, 1, 2), date(2021, 1, 2))


def menu(options: Mapping[str, Any]) -> Menu:
    return Menu(options, result=str)


POLICY, BIRTH_DATE, CODE = (
    Policy(linked=LINKED),
    BirthDate(TODAY, BORN),
    Digits(6, reader=code_digits),
)
QUESTIONS: Mapping[str, Answer[Any]] = {
    "universal.emergency": YesNo(own=A_PERSON),
    "universal.bye": YesNo(own=AN_END),
    **dict.fromkeys(
        (
            *("identify.last_six", "identify.whole_first", "identify.whole"),
            *("identify.search", "identify.go_on"),
        ),
        POLICY,
    ),
    "identify.is_it": read_back("identify.is_it", LINKED[0], READ).answer,
    "identify.nine": Policy().between((Entry("1" * 9, "hash"), Entry("1" * 9, "pause"))).answer,
    "identify.four1": Digits(4),
    "identify.four2": Digits(4),
    "identify.four3": Digits(4),
    "identify.four4": Digits(4),
    "identify.birth_date": BIRTH_DATE,
    "identify.which_year": BIRTH_DATE.between(YEARS).answer,
    "identify.code": Digits(6, reader=None),
    "identify.mobile": Phone(),
    "identify.help": menu(HELP),
    "visits.called_off": GO_ON,
    "visits.no_others": NOTHING_BOOKED,
    "visits.none": NOTHING_BOOKED,
    "visits.broken_off": menu(BROKEN_OFF),
    "visits.which": TWO,
    "visits.which_of_two": TWO,
    "visits.which_of_three": FIRST_PAGE,
    "visits.one_or_more": FIRST_PAGE,
    "visits.two_or_more": SECOND_PAGE,
    "visits.three_or_more": FIRST_PAGE,
    "visits.menu": menu(VISIT_MENU),
    "cancel.pass_on": PASS_ON,
    "cancel.sure": SURE,
    "code.pen": PEN,
    "code.written": WRITTEN,
    "reason.why": WHY,
    "undo.offer": RESTORE,
    "undo.sure": RESTORE,
    "undo.request": WITHDRAW,
    "goodbye.anything_else": menu(NEXT),
    "goodbye.anything_else_undo": menu({**NEXT, "3": visits.RESTORE}),
    "goodbye.anything_else_request": menu({**NEXT, "3": visits.WITHDRAW}),
    "status.code": CODE,
    "status.wrong_code": CODE,
    "status.birth_date": BIRTH_DATE,
    "person.call_back": YesNo(),
    "person.this_number": THIS_ONE,
    "person.number": Phone(),
    "person.wrong_number": Phone(),
    "person.is_it": read_back("person.is_it", "+79161234567", READ).answer,
}
NO_QUESTIONS = {
    *("universal.help", "universal.no_tones", "identify.denied", "identify.mistake"),
    *("visits.begun", "visits.several", "status.unknown", "status.not_cancelled"),
    *("person.note", "undo.request_late"),
}
"""Prompts with a wording by voice that stand before a question, or before a beep."""
