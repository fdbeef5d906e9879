"""Whose eyes see which digits of a dialogue: keyed, dictated, read back."""

from __future__ import annotations

import re

import msgspec
import pytest

from ivr.desk.dialogue import MENUS, SECRET, TELEPHONES
from ivr.desk.rights import Role
from ivr.rendering import Prompts
from ivr.store import tables
from ivr.store.transcripts import SEAL
from tests.desk.conftest import Desk, Visitor

STRANGER = "+79990001122"
PAIRS = ("77…", "76…", "15…", "08…", "94…", "00…", "00…", "17")
FOURS = ("7776150894000018", "7776", "1508", "9400", "0017")
WITHOUT_POLICY = (Role.REGISTRAR, Role.ENGINEER, Role.AUDITOR)
DICTATED = (
    "семь семь семь шесть один пять ноль восемь девять четыре ноль ноль ноль ноль один семь"
)


def keys(visitor: Visitor, call: str) -> list[str]:
    return re.findall(r"<kbd>(.*?)</kbd>", visitor.text(f"/calls/{call}/"))


def read_back(visitor: Visitor, call: str) -> str:
    said = re.findall(r"Линия: </span>(.*?)</span>", visitor.text(f"/calls/{call}/"))
    return next(str(one) for one in said if one.startswith("Номер полиса"))


@pytest.mark.parametrize("keyed", [PAIRS, FOURS, ("7…", "77615…", "0894000017")])
def test_keyed_policies_are_masked_in_how_many_goes_they_ever_came(
    desk: Desk, keyed: tuple[str, ...]
) -> None:
    call = desk.call(*keyed, caller=STRANGER)
    for role in WITHOUT_POLICY:
        shown = keys(desk.visitor(role), call)
        assert len(shown) == len(keyed)
        assert set("".join(shown)) == {"•"}, role
    assert keys(desk.visitor(Role.SENIOR), call) == [one.rstrip("…") for one in keyed]


def test_birth_dates_and_codes_are_masked(desk: Desk) -> None:
    call = desk.call("7776150894000017", "05031948", "12…", "3456", caller=STRANGER)
    status = desk.call("#", "3", "37…", "0288", caller=STRANGER)
    for role in WITHOUT_POLICY:
        visitor = desk.visitor(role)
        assert set("".join(keys(visitor, call))) == {"•"}, role
        # `#` alone leads to the help menu, whose keys tell nothing.
        assert keys(visitor, status)[-3:] == ["3", "••", "••••"], role


def test_what_is_keyed_at_a_menu_without_fitting_it_is_masked(desk: Desk) -> None:
    call = desk.call("#", "6", "5", "1", caller=STRANGER)
    assert keys(desk.visitor("registrar"), call)[-3:] == ["•", "•", "1"]


def test_a_policy_read_back_needs_the_right_to_it(desk: Desk) -> None:
    call = desk.call(f"«{DICTATED}»", "1", caller=STRANGER)
    shown = {role: read_back(desk.visitor(role), call) for role in Role}
    assert "семь" in shown[Role.SENIOR]
    digits = ", ".join(["• • • •"] * 4)
    asked = "Верно? Если да, нажмите один. Если нет, нажмите два."
    assert shown[Role.REGISTRAR] == f"Номер полиса: {digits}. {asked}"
    for role in WITHOUT_POLICY:
        assert not re.search("семь|шесть|пять|восемь|девять|четыре|ноль", shown[role]), role
    assert keys(desk.visitor("registrar", "2"), call) == ["1"]


def test_a_sentence_marked_as_secret_is_masked(desk: Desk) -> None:
    call = desk.call("000017#")
    sentence = {"prompt": "visits.menu", "text": f"Полис {DICTATED}.", "secret": True}
    payload = desk.line.vault.seal(SEAL, msgspec.json.encode([sentence]).decode())
    row = {"number": 99, "turn": 9, "kind": "said", "name": "x", "payload": payload}
    with desk.line.database.begin() as session:
        session.add(tables.Line(call_id=call, at=desk.line.clock.now, **row))
    for role in Role:
        text = desk.visitor(role).text(f"/calls/{call}/")
        assert ("семь семь" in text) is (role is Role.SENIOR), role


def test_digits_beside_a_wish_are_masked(desk: Desk) -> None:
    call = desk.call(f"«оператор {DICTATED}»", caller=STRANGER)
    text = desk.visitor("registrar").text(f"/calls/{call}/")
    assert "«оператор • • •" in text
    assert "семь" not in text
    assert f"«оператор {DICTATED}»" in desk.visitor("senior").text(f"/calls/{call}/")


def test_a_keyed_telephone_is_hidden_from_who_may_not_see_persons(desk: Desk) -> None:
    desk.line.set_clinic("transfer_number", "none")
    call = desk.call("0#", "1", "2", "89…", "99…", "0001122#")
    for role in (Role.ENGINEER, Role.AUDITOR):
        assert keys(desk.visitor(role), call)[-3:] == ["••", "••", "•••••••#"]


def test_the_named_questions_are_questions_of_the_line() -> None:
    known = Prompts.load().ids()
    assert set(MENUS) | set(TELEPHONES) <= set(known)
    assert all(any(one.startswith(begin) for one in known) for begin in SECRET)


def test_the_wording_is_shown_without_its_values(desk: Desk) -> None:
    call = desk.call("000017#", "1")
    text = desk.visitor("auditor").text(f"/calls/{call}/")
    assert "Терапевт" not in text
    assert not re.search(r"[{}]", text.partition("<ol")[2].partition("</ol>")[0])
    assert "•••" in text
