"""The line for which a list holds a call: its page opens there."""

from __future__ import annotations

import re

import pytest

from ivr.desk.dialogue import dialogue
from ivr.desk.moments import Moment, of_search, sought
from ivr.desk.showing import Eyes
from tests.desk.conftest import ANNA, CANCELLED, Desk
from tests.desk.test_today import came_to, end_calls

SOUGHT = re.compile(r'<li class="(\w+) sought".*?</li>', re.DOTALL)


def shown(desk: Desk, call: str, asked: str) -> tuple[str, str] | None:
    """Why a line is sought, and what it says."""
    office = desk.app.extensions["desk"]
    with office.database.read() as session:
        lines = dialogue(session, office, call, Eyes(personal=True, policy=True), ())
    found = sought(lines, asked)
    if found is None:
        return None
    line = next(one for one in lines if one.number == found.line)
    return found.why, line.text or line.who


@pytest.mark.parametrize(
    ("keys", "caller", "asked", "expected"),
    [
        (("000017#", "1", "0", "2"), ANNA, "person", ("person", "0")),
        (CANCELLED, ANNA, "cancelled", ("cancelled", "1")),
        ((*CANCELLED, "3", "1"), ANNA, "undone", ("undone", "1")),
        (("111111#", "222222#"), ANNA, "no_fit", ("no_fit", "222222#")),
        (("000017#", "1", "5", "6", "8"), ANNA, "lost", ("lost", "5")),
        (CANCELLED, ANNA, "person", None),
        (("111111#",), ANNA, "nothing", None),
        (("111111#",), ANNA, "999", None),
    ],
)
def test_the_moment_of_a_call(
    desk: Desk,
    keys: tuple[str, ...],
    caller: str | None,
    asked: str,
    expected: tuple[str, str] | None,
) -> None:
    assert shown(desk, desk.call(*keys, caller=caller), asked) == expected


def test_a_cancellation_leads_to_its_own_yes(desk: Desk) -> None:
    call = desk.call(*CANCELLED)
    number = next(row.number for row in desk.lines(call) if row.name == "CancelVisit")
    assert shown(desk, call, str(number)) == ("cancelled", "1")


def test_the_end_is_the_question_that_was_left_open(desk: Desk) -> None:
    call = desk.call("000017#", "1")
    found = shown(desk, call, "end")
    assert found is not None
    assert found[0] == "end"
    last = [row for row in desk.lines(call) if row.kind == "said"][-1]
    assert shown(desk, call, str(last.number)) == ("place", found[1])


@pytest.mark.parametrize(
    ("fields", "moment"),
    [
        ({"only": "person"}, Moment.PERSON),
        ({"only": "lost"}, Moment.LOST),
        ({"only": "unhandled", "outcome": "cancelled"}, Moment.CANCELLED),
        ({"outcome": "not_identified", "step": "identify"}, Moment.NO_FIT),
        ({"step": "identify"}, Moment.END),
        ({"outcome": "told"}, None),
        ({"since": "2026-11-24"}, None),
    ],
)
def test_what_a_search_wants_to_hear(fields: dict[str, str], moment: Moment | None) -> None:
    assert of_search(fields) is moment


def test_a_call_of_the_queue_opens_where_a_person_was_asked_for(desk: Desk) -> None:
    call = desk.call("000017#", "1", "0")
    end_calls(desk)
    visitor = desk.visitor("registrar")
    assert f"/desk/calls/{call}/?at=person" in visitor.text("/")
    text = visitor.text(f"/calls/{call}/?at=person")
    (line,) = SOUGHT.finditer(text)
    assert line[1] == "keys"
    assert "Здесь попросил человека" in line[0]
    assert "просит человека" in line[0]
    assert "autofocus" in line[0]
    assert "sought" not in visitor.text(f"/calls/{call}/")
    assert "sought" not in visitor.text(f"/calls/{call}/?at=nothing")


def test_a_found_call_opens_at_what_was_searched_for(desk: Desk) -> None:
    call = came_to(desk, "hung_up", desk.line.clock.now)
    visitor = desk.visitor("registrar")
    for query, look in (("step=visits", "end"), ("outcome=hung_up", "end")):
        assert f"/calls/{call}/?at={look}" in visitor.find("/calls/", query)
    assert f'/calls/{call}/"' in visitor.text("/calls/")
    wanted = desk.call("000017#", "0")
    assert f"/calls/{wanted}/?at=person" in visitor.text("/calls/")
