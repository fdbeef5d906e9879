"""Accounts at the desk."""

from __future__ import annotations

from ivr.store import tables
from tests.desk.conftest import Desk
from tests.desk.test_sign_in import account, sign_in

NEW = {"name": "Вера", "role": "registrar", "password": "long enough"}


def test_a_senior_adds_changes_and_blocks(desk: Desk) -> None:
    senior = desk.visitor("senior")
    assert "Сотрудник добавлен" in senior.post("/people/", back="/desk/people/", **NEW).text
    assert "уже есть" in senior.post("/people/", back="/desk/people/", **NEW).text
    client = desk.app.test_client()
    assert sign_in(client, "Вера", "long enough")[0] == 302
    form = {"role": "senior", "epoch": "1", "blocked": "1", "back": "/desk/people/"}
    assert "Сотруднику придётся войти заново" in senior.post("/people/2", **form).text
    assert client.get("/desk/").status_code == 302
    assert "не подошли" in sign_in(client, "Вера", "long enough")[1]
    assert "за это время изменили" in senior.post("/people/2", **form).text


def test_nobody_rises_above_what_one_may_give(desk: Desk) -> None:
    senior = desk.visitor("senior")
    assert senior.post("/people/", **(NEW | {"role": "engineer"})).status_code == 400
    desk.visitor("engineer")
    for number, role in (("2", "registrar"), ("1", "engineer"), ("1", "registrar")):
        assert senior.post(f"/people/{number}", role=role, epoch="1").status_code == 403
    assert [row.role for row in desk.rows(tables.Registrar)] == ["senior", "engineer"]


def test_a_short_password_is_refused(desk: Desk) -> None:
    senior = desk.visitor("senior")
    form = NEW | {"password": "short", "back": "/desk/people/"}
    assert "слишком короткий" in senior.post("/people/", **form).text
    assert len(desk.rows(tables.Registrar)) == 1


def test_ones_own_password(desk: Desk) -> None:
    account(desk)
    one, other = desk.app.test_client(), desk.app.test_client()
    for client in (one, other):
        assert sign_in(client, "Ольга", "a long password")[0] == 302
    visitor = desk.visitor("registrar")
    visitor.client = one
    form = {"new": "another password", "back": "/desk/people/me"}
    assert "не подошёл" in visitor.post("/people/me", old="wrong", **form).text
    assert "Пароль изменён" in visitor.post("/people/me", old="a long password", **form).text
    assert (one.get("/desk/").status_code, other.get("/desk/").status_code) == (200, 302)
