"""Signing in and out, one's own password."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, redirect, request, session, url_for
from flask_login import login_user, logout_user

from ivr.desk import accounts, known_browser
from ivr.desk.accounts import Account
from ivr.desk.office import desk
from ivr.desk.pages import Answer, page, tell

pages = Blueprint("sign_in", __name__)


@pages.get("/sign-in")
def form() -> Answer:
    return page("sign_in.html", wrong=None)


@pages.post("/sign-in")
def sign_in() -> Answer:
    name, password = request.form.get("name", "").strip(), request.form.get("password", "")
    tried = known_browser.tried(name[:80], password[:200])
    found = accounts.sign_in(desk().database, desk().vault, tried, desk().clock())
    if not isinstance(found, Account):
        return page("sign_in.html", wrong=found)
    session.clear()
    session.permanent = True
    login_user(found)
    answer = redirect(_wanted() or url_for("desk.today.index"))
    known_browser.remember(answer, found.id)
    return answer


def _wanted() -> str | None:
    """Where the visitor wanted to go, if that is a page of the desk."""
    wanted = request.args.get("next", "")
    parts = urlsplit(wanted)
    inside = wanted.startswith("/desk/") and "\\" not in wanted
    return wanted if inside and not parts.netloc and not parts.scheme else None


@pages.post("/sign-out")
def sign_out() -> Answer:
    logout_user()
    session.clear()
    tell("bye")
    return redirect(url_for("desk.sign_in.form"))
