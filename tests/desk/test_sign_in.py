"""Signing in, staying in, being let out; what a page sends besides its text."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from ivr.app import create_app
from ivr.desk import accounts, guesses, known_browser
from ivr.desk.accounts import hashed
from ivr.desk.guesses import network
from ivr.store import tables
from tests.desk.conftest import TOKEN, Desk
from tests.line import Line, settings


def account(desk: Desk) -> None:
    now = desk.line.clock.now
    with desk.line.database.begin() as session:
        kept = hashed("a long password")
        session.add(
            tables.Registrar(name="Ольга", role="registrar", password_hash=kept, created_at=now)
        )


def sign_in(
    client: FlaskClient,
    name: str,
    password: str,
    address: str = "/desk/sign-in",
    *,
    forwarded: str = "",
    peer: str = "127.0.0.1",
) -> tuple[int, str]:
    token = TOKEN.findall(client.get("/desk/sign-in").text)[0]
    form = {"name": name, "password": password, "csrf_token": token}
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    environ = {"REMOTE_ADDR": peer}
    reply = client.post(address, data=form, headers=headers, environ_base=environ)
    return reply.status_code, reply.headers.get("Location", "") or reply.text


def test_a_page_asks_to_sign_in_and_comes_back(desk: Desk) -> None:
    account(desk)
    client = desk.app.test_client()
    asked = client.get("/desk/?x=1")
    assert (asked.status_code, asked.headers["Location"]) == (
        302,
        "/desk/sign-in?next=/desk/?x%3D1",
    )
    wanted = sign_in(client, "Ольга", "a long password", asked.headers["Location"])
    assert wanted == (302, "/desk/?x=1")
    assert "Ольга" in client.get("/desk/").text
    assert ("Ольга", "signed in") in desk.audit()


@pytest.mark.parametrize("elsewhere", ["//evil.example", "https://evil.example", "/desk/\\x"])
def test_nobody_is_sent_elsewhere(desk: Desk, elsewhere: str) -> None:
    account(desk)
    address = f"/desk/sign-in?next={elsewhere}"
    client = desk.app.test_client()
    assert sign_in(client, "Ольга", "a long password", address) == (302, "/desk/")


def test_five_failures_lock_the_name_for_a_while(desk: Desk) -> None:
    account(desk)
    client = desk.app.test_client()
    for _ in range(guesses.TRIES):
        assert "не подошли" in sign_in(client, "Ольга", "wrong")[1]
    assert "Подождите 15 минут" in sign_in(client, "Ольга", "a long password")[1]
    assert "не подошли" in sign_in(client, "Пётр", "wrong")[1]
    desk.line.clock.now += guesses.LOCKED_FOR + timedelta(seconds=1)
    assert sign_in(client, "Ольга", "a long password")[0] == 302
    assert desk.audit().count(("Ольга", "sign-in failed")) == guesses.TRIES


def test_who_guesses_a_name_does_not_lock_out_its_own_browser(desk: Desk) -> None:
    account(desk)
    hers, stranger = desk.app.test_client(), desk.app.test_client()
    assert sign_in(hers, "Ольга", "a long password")[0] == 302
    hers.delete_cookie("desk", path="/desk")
    for _ in range(guesses.TRIES):
        sign_in(stranger, "Ольга", "wrong")
    assert "Подождите" in sign_in(stranger, "Ольга", "a long password")[1]
    assert sign_in(hers, "Ольга", "a long password")[0] == 302


def test_a_known_browser_has_five_tries_as_well(desk: Desk) -> None:
    account(desk)
    hers = desk.app.test_client()
    sign_in(hers, "Ольга", "a long password")
    for _ in range(guesses.TRIES):
        assert "не подошли" in sign_in(hers, "Ольга", "wrong")[1]
    assert "Подождите" in sign_in(hers, "Ольга", "a long password")[1]
    assert sign_in(desk.app.test_client(), "Ольга", "a long password")[0] == 302


def test_guesses_at_once_are_counted_before_any_is_compared(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the comparison keeps nobody from writing."""
    account(desk)
    compared: list[str] = []

    def compare(_kept: str, password: str) -> bool:
        with desk.line.database.begin() as session:
            session.add(tables.Audit(at=desk.line.clock.now, who="line", what="a turn"))
        compared.append(password)
        Event().wait(0.2)
        return password == "a long password"

    monkeypatch.setattr(accounts, "_verify", compare)
    at_once = 2 * guesses.TRIES
    with ThreadPoolExecutor(at_once) as threads:
        clients = [desk.app.test_client() for _ in range(at_once)]
        texts = list(threads.map(lambda one: sign_in(one, "Ольга", "wrong")[1], clients))
    assert len(compared) == guesses.TRIES
    assert sum("Подождите" in text for text in texts) == at_once - guesses.TRIES


def test_who_signs_in_uses_up_no_tries(desk: Desk) -> None:
    account(desk)
    for _ in range(guesses.TRIES):
        sign_in(desk.app.test_client(), "Ольга", "wrong")
        assert sign_in(desk.app.test_client(), "Ольга", "a long password")[0] == 302
    counts = {row.scope: row.failures for row in desk.rows(tables.Attempts)}
    assert counts == {guesses.ADDRESS: guesses.TRIES}


@pytest.mark.parametrize("cookie", ["made up", "x.y", ""])
def test_a_made_up_browser_is_not_known(desk: Desk, cookie: str) -> None:
    account(desk)
    client = desk.app.test_client()
    client.set_cookie(known_browser.COOKIE, cookie, path="/desk")
    for _ in range(guesses.TRIES):
        sign_in(client, "Ольга", "wrong")
    assert "Подождите" in sign_in(client, "Ольга", "a long password")[1]


def test_a_browser_is_not_known_for_ever(desk: Desk) -> None:
    account(desk)
    hers = desk.app.test_client()
    sign_in(hers, "Ольга", "a long password")
    desk.line.clock.now += known_browser.KEPT + timedelta(days=1)
    for _ in range(guesses.TRIES):
        sign_in(desk.app.test_client(), "Ольга", "wrong")
    assert "Подождите" in sign_in(hers, "Ольга", "a long password")[1]


def test_one_address_tries_many_names_and_is_closed_to_new_browsers(desk: Desk) -> None:
    account(desk)
    hers, stranger = desk.app.test_client(), desk.app.test_client()
    sign_in(hers, "Ольга", "a long password")
    for number in range(guesses.TRIES_OF_ADDRESS):
        assert "не подошли" in sign_in(stranger, f"somebody {number}", "wrong")[1]
    assert "Подождите" in sign_in(stranger, "somebody else", "wrong")[1]
    assert desk.audit().count(("?", "sign-in closed for address 127.0.0.1")) == 1
    assert sign_in(hers, "Ольга", "a long password")[0] == 302
    desk.line.clock.now += 2 * guesses.LOCKED_FOR
    assert sign_in(stranger, "Ольга", "a long password")[0] == 302


def test_the_address_is_what_our_own_proxy_has_seen(line: Line) -> None:
    """What stands to the left of it may be invented; without a proxy all of it may be."""
    for proxies in ("1", "0"):
        config = settings(line.url, IVR_PUBLIC_URL="http://127.0.0.1:8000", IVR_PROXIES=proxies)
        app = create_app(config, clock=line.clock)
        for number in range(guesses.TRIES_OF_ADDRESS):
            forwarded = f"10.0.0.{number}, 203.0.113.{proxies}"
            sign_in(app.test_client(), f"somebody {number}", "wrong", forwarded=forwarded)
        last = sign_in(
            app.test_client(), "nobody", "wrong", forwarded=f"10.9.9.9, 203.0.113.{proxies}"
        )
        assert "Подождите" in last[1]
        elsewhere = sign_in(
            app.test_client(), "nobody", "wrong", forwarded="10.9.9.9, 203.0.113.77"
        )
        assert ("Подождите" in elsewhere[1]) is (proxies == "0")
        app.extensions["line"].database.close()


def test_who_comes_past_the_proxy_is_not_believed(line: Line) -> None:
    config = settings(line.url, IVR_PUBLIC_URL="http://127.0.0.1:8000", IVR_PROXIES="1")
    app = create_app(config, clock=line.clock)
    for number in range(guesses.TRIES_OF_ADDRESS + 1):
        last = sign_in(
            app.test_client(),
            *(f"somebody {number}", "wrong"),
            forwarded=f"203.0.113.{number}",
            peer="192.168.0.5",
        )
        assert ("Подождите" in last[1]) is (number == guesses.TRIES_OF_ADDRESS)
    app.extensions["line"].database.close()


@pytest.mark.parametrize(
    ("address", "whole"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("unknown", "unknown"),
    ],
)
def test_an_address_is_a_subscriber(address: str, whole: str) -> None:
    assert network(address) == whole


def test_the_wrong_name_and_the_wrong_password_look_alike(desk: Desk) -> None:
    account(desk)
    client = desk.app.test_client()
    texts = {TOKEN.sub("", sign_in(client, name, "wrong")[1]) for name in ("Ольга", "Никто")}
    assert len(texts) == 1


def test_a_blocked_or_changed_account_is_signed_out_at_once(desk: Desk) -> None:
    visitor = desk.visitor("registrar")
    assert visitor.get("/").status_code == 200
    with desk.line.database.begin() as session:
        session.execute(update(tables.Registrar).values(epoch=2))
    assert visitor.get("/").status_code == 302


def test_signing_out(desk: Desk) -> None:
    visitor = desk.visitor("registrar")
    assert "Вы вышли." in visitor.post("/sign-out").text
    assert visitor.get("/").status_code == 302


def test_a_form_of_another_page_does_nothing(desk: Desk) -> None:
    visitor = desk.visitor("registrar")
    for form in ({}, {"csrf_token": "guessed"}):
        reply = visitor.client.post("/desk/sign-out", data=form)
        assert (reply.status_code, "Ничего не изменено" in reply.text) == (400, True)
    assert visitor.get("/").status_code == 200


def test_the_carrier_needs_no_token_of_the_desk(desk: Desk) -> None:
    assert desk.app.test_client().post("/sms/status").status_code == 403


def test_headers_forbid_frames_scripts_and_caches(desk: Desk) -> None:
    headers = desk.visitor("registrar").get("/").headers
    policy = headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_cookies_are_kept_from_scripts_and_plain_lines(line: Line) -> None:
    app = create_app(settings(line.url), clock=line.clock)
    cookie = app.test_client().get("/desk/sign-in").headers["Set-Cookie"]
    app.extensions["line"].database.close()
    for flag in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/desk"):
        assert flag in cookie


def test_the_cookie_of_a_known_browser_is_kept_so_too(desk: Desk, line: Line) -> None:
    account(desk)
    app = create_app(settings(line.url), clock=line.clock)
    client, here = app.test_client(), "https://localhost"
    token = TOKEN.findall(client.get("/desk/sign-in", base_url=here).text)[0]
    form = {"name": "Ольга", "password": "a long password", "csrf_token": token}
    reply = client.post("/desk/sign-in", data=form, base_url=here, headers={"Referer": here})
    app.extensions["line"].database.close()
    (cookie,) = (
        one
        for one in reply.headers.getlist("Set-Cookie")
        if one.startswith(f"{known_browser.COOKIE}=")
    )
    flags = cookie.split("; ")
    for flag in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/desk"):
        assert flag in flags
    assert f"Max-Age={int(known_browser.KEPT.total_seconds())}" in flags
    assert "Ольга" not in cookie
