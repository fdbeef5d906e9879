"""Calling back: whom, on which number, by whom."""

from __future__ import annotations

from ivr.store import tables
from tests.desk.conftest import CANCELLED, Desk

BACK = {"back": "/desk/call-backs/"}


def asked(desk: Desk, *keys: str) -> None:
    desk.line.set_clinic("transfer_number", "none")
    desk.call(*keys)


def test_take_not_reached_and_done(desk: Desk) -> None:
    asked(desk, "0#", "1", "1")
    one, two = desk.visitor("registrar", "Ольга"), desk.visitor("registrar", "Пётр")
    assert "+7 916 123-45-67" in one.text("/call-backs/")
    assert "Просьба за вами" in one.post("/call-backs/1/take", version="1", **BACK).text
    late = two.post("/call-backs/1/take", version="1", **BACK).text
    assert "уже работает другой регистратор" in late
    assert "в работе: Ольга" in late
    form = {"version": "2", "reason": "Не берёт трубку", **BACK}
    assert "Не дозвонились" in one.post("/call-backs/1/not_reached", **form).text
    form = {"version": "3", "reason": "Записали на пятницу", **BACK}
    assert "Никто не ждёт" in two.post("/call-backs/1/done", **form).text
    (row,) = desk.rows(tables.CallbackRequest)
    assert (row.state, row.not_reached, row.registrar) == ("done", 1, "Пётр")
    assert len(desk.rows(tables.Note)) == 2
    assert "изменилась" not in one.post("/call-backs/1/done", **form).text


def test_another_number_is_marked_and_the_one_on_file_is_dialled(desk: Desk) -> None:
    asked(desk, "000017#", "1", "0", "1", "2", "89990001122#")
    text = desk.visitor("registrar").text("/call-backs/")
    assert "нет в карте" in text
    assert 'href="tel:+79161234567"' in text
    assert 'href="tel:+79990001122"' not in text


def test_a_registrar_asks_for_a_call_back_from_a_call(desk: Desk) -> None:
    call = desk.call(*CANCELLED)
    visitor = desk.visitor("registrar")
    form = {"line": "3", "reason": "Уточнить причину", "back": f"/desk/calls/{call}/"}
    made = visitor.post(f"/calls/{call}/call-back", **form).text
    assert "Просьба перезвонить записана" in made
    assert 'href="#l3"' in made
    assert "уже есть" in visitor.post(f"/calls/{call}/call-back", **form).text
    assert "Уточнить причину" in visitor.text("/call-backs/")
    hidden = desk.call("12#", caller=None)
    form["back"] = f"/desk/calls/{hidden}/"
    assert "номер скрыт" in visitor.post(f"/calls/{hidden}/call-back", **form).text


def test_a_code_is_looked_up_and_its_confirmation_printed(desk: Desk) -> None:
    desk.call(*CANCELLED)
    code = desk.line.codes()[0]
    visitor = desk.visitor("registrar")
    spoken = f"{code[:2]} {code[2:4]}-{code[4:]}"
    assert "Смирнова Анна Петровна" in visitor.find("/codes/", f"code={spoken}")
    assert "Такого кода нет" in visitor.find("/codes/", "code=1")
    sheet = visitor.text("/codes/1/confirmation")
    for part in ("Подтверждение отмены записи", "26.11.2026, 10:30", "Иванова Мария Петровна"):
        assert part in sheet
    assert visitor.get("/codes/2").status_code == 404
