"""What is searched for stands in no address, and who may not see persons finds none."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from werkzeug.test import TestResponse

from ivr.desk.searches import ROOM
from tests.desk.conftest import CANCELLED, TOKEN, Desk, Visitor

SEARCHES = {
    "/calls/": {
        "number": "8 916 123-45-67",
        "name": "Смирнова",
        "policy": "000017",
        "outcome": "cancelled",
    },
    "/patients/": {"who": "Смирнова"},
    "/codes/": {"code": "123456"},
}


def opened(app: Flask, cookie: str) -> dict[str, Any]:
    """What everybody can read who has the cookie."""
    signing = SecureCookieSessionInterface().get_signing_serializer(app)
    assert signing is not None
    session: dict[str, Any] = signing.loads(cookie)
    return session


def sent(visitor: Visitor, path: str, fields: dict[str, str]) -> TestResponse:
    """The answer to a search's form, not followed."""
    token = TOKEN.findall(visitor.text("/people/me"))[0]
    form = {**fields, "csrf_token": token}
    return visitor.client.post(f"/desk{path}", data=form)


@pytest.mark.parametrize("path", SEARCHES)
def test_no_address_holds_what_was_searched_for(desk: Desk, path: str) -> None:
    desk.call(*CANCELLED)
    visitor = desk.visitor("senior")
    reply = sent(visitor, path, SEARCHES[path])
    found = visitor.client.get(reply.headers["Location"])
    assert (reply.status_code, found.status_code) == (303, 200)
    addresses = re.findall(r'(?:href|action|src)="([^"]*)"', found.text)
    for address in (reply.headers["Location"], *addresses):
        for name, value in SEARCHES[path].items():
            assert name == "outcome" or value not in unquote(address), address
    for value in SEARCHES[path].values():
        assert f'"{value}"' in found.text, "the form keeps it"
    (cookie,) = (one for one in reply.headers.getlist("Set-Cookie") if one.startswith("desk="))
    assert "HttpOnly" in cookie


def test_a_search_can_be_gone_back_to_and_downloaded(desk: Desk) -> None:
    desk.call(*CANCELLED)
    visitor = desk.visitor("registrar")
    anna, nobody = (
        sent(visitor, "/calls/", {"name": name}).headers["Location"].removeprefix("/desk")
        for name in ("Смирнова", "Ахметов")
    )
    assert "Таких звонков нет" in visitor.text(nobody)
    assert "Смирнова А. П." in visitor.text(anna)
    assert "Смирнова" in visitor.text(anna.replace("/calls/", "/calls/export.csv"))
    assert "Смирнова" not in visitor.text(nobody.replace("/calls/", "/calls/export.csv"))
    again = sent(visitor, "/calls/", {"name": "Смирнова"}).headers["Location"]
    assert again == f"/desk{anna}"


@pytest.mark.parametrize("query", ["search=unknown", "name=Смирнова", "number=89161234567"])
def test_what_is_no_search_of_this_session_finds_nothing(desk: Desk, query: str) -> None:
    call = desk.call(*CANCELLED)
    visitor = desk.visitor("senior")
    text = visitor.text(f"/calls/?{query}")
    assert call not in text
    assert 'role="alert"' in text
    assert visitor.get(f"/calls/export.csv?{query}").status_code == 400


def test_a_forgotten_search_is_told(desk: Desk) -> None:
    visitor = desk.visitor("senior")
    for path in ("/patients/", "/codes/"):
        assert "поиск уже забыт" in visitor.text(f"{path}?search=unknown")


def test_old_searches_give_way_in_the_cookie(desk: Desk) -> None:
    visitor = desk.visitor("senior")
    addresses = [sent(visitor, "/patients/", {"who": f"{n:0120}"}) for n in range(20)]
    first, last = (one.headers["Location"].removeprefix("/desk") for one in addresses[::19])
    assert "поиск уже забыт" in visitor.text(first)
    assert f"{19:0120}" in visitor.text(last)
    cookie = visitor.client.get_cookie("desk", path="/desk")
    assert cookie is not None
    kept = opened(desk.app, cookie.value)
    assert 1 < sum(len(sealed) for _name, sealed in kept["searches"]) <= ROOM
    assert len(cookie.value) < 4000
    assert f"{19:0120}" not in str(kept)


@pytest.mark.parametrize("role", ["engineer", "auditor"])
@pytest.mark.parametrize(
    "query", ["name=Смирнова", "policy=000017", "number=89161234567", "code=123456"]
)
def test_who_may_not_see_persons_cannot_search_for_them(
    desk: Desk, role: str, query: str
) -> None:
    call = desk.call(*CANCELLED)
    visitor = desk.visitor(role)
    field, _, value = query.partition("=")
    reply = visitor.post("/calls/", **{field: value})
    assert (reply.status_code, call in reply.text) == (403, False)
    assert (role, "refused: desk.calls.search") in desk.audit()
    assert call not in visitor.text(f"/calls/?{query}")
    assert f'name="{field}"' not in visitor.text("/calls/")
    assert call in visitor.find("/calls/", "since=2026-11-23")


def test_signing_in_again_copies_nothing_personal(desk: Desk) -> None:
    client = desk.app.test_client()
    for path in ("/desk/calls/?name=Смирнова&only=lost", "/desk/patients/?who=Смирнова"):
        asked = unquote(client.get(path).headers["Location"])
        assert "Смирнова" not in asked
        assert asked.startswith("/desk/sign-in?next=/desk/")
    assert "only=lost" in unquote(
        unquote(client.get("/desk/calls/?name=x&only=lost").headers["Location"])
    )


def test_a_search_after_the_shift_leads_to_a_new_sign_in(desk: Desk) -> None:
    reply = desk.app.test_client().post("/desk/patients/", data={"who": "Смирнова"})
    assert (reply.status_code, reply.headers["Location"]) == (302, "/desk/sign-in")
