"""The desk as one blueprint: its pages, sign-in, CSRF, headers, what templates may use."""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta

from flask import Blueprint, Flask, request, url_for
from flask_login import LoginManager
from flask_wtf import CSRFProtect
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from ivr.desk import (
    call_page,
    callbacks,
    calls,
    codes,
    journal,
    marking,
    patients,
    people,
    prompts,
    put_right,
    recordings,
    settings,
    sign_in,
    statistics,
    today,
)
from ivr.desk.accounts import Account, load
from ivr.desk.office import NAME, Desk, desk
from ivr.desk.pages import me, page, to_sign_in
from ivr.desk.rights import Right
from ivr.desk.showing import FILTERS
from ivr.desk.words import group, step, word
from ivr.faults import report
from ivr.speech.recorded import LONGEST_FILE

ROOM_FOR_FIELDS = 1_000_000
"""Bytes of a form beside its file."""
SHIFT = timedelta(hours=12)
"""So long a sign-in lasts."""
PAGES = (
    *(sign_in.pages, today.pages, calls.pages, call_page.pages, recordings.pages),
    *(marking.pages, put_right.pages, patients.pages, codes.pages, callbacks.pages),
    *(statistics.pages, prompts.pages, settings.pages, people.pages, journal.pages),
)
MENU = (
    ("today", "desk.today.index", Right.CALLS),
    ("calls", "desk.calls.index", Right.CALLS),
    ("patients", "desk.patients.index", Right.PERSONAL),
    ("codes", "desk.codes.index", Right.PERSONAL),
    ("callbacks", "desk.callbacks.index", Right.CALLS),
    ("statistics", "desk.statistics.index", Right.STATISTICS),
    ("prompts", "desk.prompts.index", Right.PROMPTS),
    ("settings", "desk.settings.index", Right.SETTINGS),
    ("people", "desk.people.index", Right.PEOPLE),
    ("journal", "desk.journal.index", Right.AUDIT),
)
"""Name in words.toml [menu], endpoint, the right it needs; in the order of the bar."""
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " media-src 'self' blob:; connect-src 'self'; font-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(self)",
}

_csrf = CSRFProtect()
_logins = LoginManager()


def set_up(app: Flask, desk: Desk, *, secret_key: str, secure: bool) -> None:
    """Put the desk at /desk. `secure`: cookies go over HTTPS only."""
    app.extensions[NAME] = desk
    app.config.update(
        SECRET_KEY=hmac.new(secret_key.encode(), b"desk sessions", hashlib.sha256).hexdigest(),
        SESSION_COOKIE_NAME="desk",
        SESSION_COOKIE_PATH="/desk",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=secure,
        PERMANENT_SESSION_LIFETIME=SHIFT,
        SESSION_REFRESH_EACH_REQUEST=False,
        MAX_CONTENT_LENGTH=LONGEST_FILE + ROOM_FOR_FIELDS,
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
    )
    _csrf.init_app(app)
    _logins.init_app(app)
    _logins.user_loader(_load)
    app.register_blueprint(_blueprint())


def _load(kept: str) -> Account | None:
    with desk().database.read() as session:
        return load(session, kept)


def _blueprint() -> Blueprint:
    whole = Blueprint(
        NAME,
        "ivr.desk",
        url_prefix="/desk",
        template_folder="templates",
        static_folder="static",
    )
    whole.before_request(_csrf.protect)
    whole.after_request(_with_headers)
    whole.context_processor(_frame)
    whole.register_error_handler(HTTPException, _sorry)
    whole.register_error_handler(CSRFError, _stale)
    whole.register_error_handler(Exception, _broken)
    for name, change in FILTERS.items():
        whole.add_app_template_filter(change, name)
    whole.add_app_template_filter(word, "word")
    whole.add_app_template_filter(step, "step")
    for pages in PAGES:
        whole.register_blueprint(pages)
    return whole


def _with_headers(answer: Response) -> Response:
    for name, value in HEADERS.items():
        answer.headers.setdefault(name, value)
    kept = request.endpoint == f"{NAME}.static"
    answer.headers["Cache-Control"] = "no-cache" if kept else "no-store"
    return answer


def _frame() -> dict[str, object]:
    """What the frame of every page needs."""
    account = me() if me().is_authenticated else None
    menu = [
        (word(name, "menu"), url_for(endpoint), endpoint)
        for name, endpoint, right in MENU
        if account and account.may(right)
    ]
    return {"me": account, "menu": menu, "Right": Right, "words": group, "now": desk().clock()}


def _stale(fault: CSRFError) -> tuple[str, int] | HTTPException | Response:
    """A form that outlived its sign-in leads to a new one."""
    signing_in = request.endpoint == "desk.sign_in.sign_in"
    return _sorry(fault) if me().is_authenticated or signing_in else to_sign_in()


def _sorry(fault: HTTPException) -> tuple[str, int] | HTTPException:
    if fault.code is None or fault.code < 400:
        return fault
    return page("sorry.html", code=fault.code), fault.code


def _broken(fault: Exception) -> tuple[str, int]:
    report(fault, "")
    return page("sorry.html", code=500), 500
