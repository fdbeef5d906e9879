"""The audit log as the auditor reads it: in Russian, found by what it says."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import ivr
from ivr.desk.deeds import KINDS, deed
from ivr.desk.words import group
from tests.desk.conftest import CANCELLED, Desk

SAID = {
    "signed in": "вошёл",
    "sign-in closed for address 203.0.113.7": "вход закрыт для адреса 203.0.113.7",
    "refused: desk.journal.index": "отказано, нет права: Журнал",
    "searched calls by name, only: 3": "искал звонки: фамилия, отбор, найдено 3",
    "searched patients: 12": "искал пациентов, найдено: 12",
    "cancel visit 5: no_mobile": "отменил запись 5: не вышло, нет мобильного",
    "call-back request 4 take: done": "просьба перезвонить 4 взял: сделано",
    "handled: code_unheard 17": "обработал: Код не услышан, мобильного нет, 17",
    "setting late_policy: warn -> deny": (
        "изменил настройку: «Отмена меньше чем за сутки»:"
        " предупредить и отменить → не отменять, принять просьбу"
    ),
    "setting announcement:  -> name of code": (
        "изменил настройку: «Объявление после приветствия»: пусто → name of code"
    ),
    "added account registrar: registrar": "добавил сотрудника registrar: регистратор",
    "changed account code: senior, blocked, new password": (
        "изменил сотрудника code: старший регистратор, вход закрыт, новый пароль"
    ),
    "pronunciation черных taken out": "изменил произношение: черных: убрано",
    "recorded a sentence: Нажмите code.": "записал голосом: Нажмите code.",
    "deleted one-time codes: 100": "удалено по сроку хранения: коды из СМС: 100",
    "listed 3 call-back requests": "прочёл список: 3 просьбы перезвонить",
    "something new": "something new",
    "setting address: {0} -> {": "изменил настройку: «Адрес»: {0} → {",
    "changed account {x: senior": "изменил сотрудника {x: старший регистратор",
}
NOTES = frozenset({"audit", "_note", "note", "Act", "Audit"})


@pytest.mark.parametrize("what", SAID)
def test_a_line_is_read_in_russian(what: str) -> None:
    assert deed(what) == SAID[what]


def test_whatever_the_code_notes_has_a_name() -> None:
    begins = [begin for kind in KINDS for begin in group(kind)]
    noted = sorted(set(_noted()))
    assert len(noted) > 30
    assert [what for what in noted if not what.startswith(tuple(begins))] == []


def _noted() -> Iterator[str]:
    """How every line that the code writes begins."""
    for file in Path(ivr.__file__).parent.rglob("*.py"):
        tree = ast.parse(file.read_text("utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and _name(node.func) in NOTES:
                keyed = [each.value for each in node.keywords if each.arg == "what"]
                yield from filter(None, map(_begin, (*node.args[:3], *keyed)))
            elif isinstance(node, ast.Assign) and _name(node.targets[0]) == "what":
                yield from filter(None, [_begin(node.value)])


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")


def _begin(node: ast.expr) -> str:
    """A text of several words, or the first part of one that is filled in."""
    if isinstance(node, ast.JoinedStr) and node.values:
        node = node.values[0]
    text = node.value if isinstance(node, ast.Constant) else ""
    return (
        text
        if isinstance(text, str) and re.fullmatch(r"[a-z][a-zA-Z-]* .*|[a-z]+: ", text)
        else ""
    )


def test_the_auditor_searches_in_russian(desk: Desk) -> None:
    desk.call(*CANCELLED)
    desk.visitor("registrar", "Ольга").text("/calls/")
    auditor = desk.visitor("auditor")
    page = auditor.text("/journal/")
    assert '<option value="Ольга">' in page
    assert '<optgroup label="Просмотр">' in page
    line = auditor.text("/journal/?who=линия").partition("<tbody>")[2]
    assert "отмена 1 отменена" in line
    assert "Ольга" not in line
    looked = auditor.text("/journal/?who=Ольга&what=searched calls by").partition("<tbody>")[2]
    assert "искал звонки: без отбора, найдено 1" in looked
    assert re.search(r"<td[^>]*>[a-z ]+</td>", looked) is None


def test_a_brace_in_a_name_or_a_setting_is_read(desk: Desk) -> None:
    desk.visitor("senior", "{Ольга").post("/settings", address="ул. {Лесная}, 5 {")
    text = desk.visitor("auditor").text("/journal/")
    assert "<td>{Ольга</td>" in text
    assert "ул. {Лесная}, 5 {" in text
