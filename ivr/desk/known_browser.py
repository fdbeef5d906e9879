"""Whence somebody signs in: the address, and the cookie of a browser that did so before."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, replace
from datetime import timedelta
from ipaddress import ip_address

from flask import current_app, request
from werkzeug.wrappers import Response

from ivr.desk.guesses import Tried
from ivr.desk.office import desk
from ivr.store.vault import CannotOpen

COOKIE = "desk_known"
KEPT = timedelta(days=180)
MOST = 20
"""Accounts of one browser."""
_SEAL = "desk browser"


@dataclass(frozen=True, slots=True)
class Browser:
    id: str = ""
    accounts: tuple[int, ...] = ()


def tried(name: str, password: str) -> Tried:
    """A name and a password with where this request comes from."""
    browser = _browser()
    return Tried(name, password, _address(), browser.id, frozenset(browser.accounts))


def remember(answer: Response, account: int) -> None:
    """Somebody has signed in under the account."""
    browser = _browser()
    others = [one for one in browser.accounts if one != account]
    browser = replace(
        browser,
        id=browser.id or secrets.token_urlsafe(12),
        accounts=(*others[1 - MOST :], account),
    )
    until = (desk().clock() + KEPT).timestamp()
    written = json.dumps([until, browser.id, *browser.accounts])
    answer.set_cookie(
        COOKIE,
        desk().vault.seal(_SEAL, written),
        max_age=KEPT,
        path=current_app.config["SESSION_COOKIE_PATH"],
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )


def _browser() -> Browser:
    """Nothing is known of one without the cookie, or with a made-up one."""
    try:
        written = desk().vault.open(_SEAL, request.cookies.get(COOKIE, ""))
    except CannotOpen:
        return Browser()
    until, name, *accounts = json.loads(written)
    if until < desk().clock().timestamp():
        return Browser()
    return Browser(name, tuple(accounts))


def _address() -> str:
    """As the outermost of our own proxies has seen it; what is left of it may be made up.

    All of it may be where the request comes from another machine: past the proxies.
    """
    peer = request.remote_addr or ""
    forwarded = request.headers.get("X-Forwarded-For", "").split(",")
    proxies = desk().proxies if _is_here(peer) else 0
    if proxies and len(forwarded) >= proxies:
        return forwarded[-proxies].strip()
    return peer


def _is_here(peer: str) -> bool:
    """On this machine."""
    try:
        return ip_address(peer).is_loopback
    except ValueError:
        return False
