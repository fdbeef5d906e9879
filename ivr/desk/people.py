"""Accounts: added, given roles, blocked, given new passwords; everybody's own password."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, abort, request
from flask_login import login_user
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from ivr.desk import accounts, acting, known_browser
from ivr.desk.accounts import SHORTEST_PASSWORD, Account, hashed
from ivr.desk.office import desk
from ivr.desk.pages import Answer, audit, me, page, requires, tell
from ivr.desk.rights import GIVES, Right, Role
from ivr.store.tables import Registrar

pages = Blueprint("people", __name__, url_prefix="/people")


def _gives() -> frozenset[Role]:
    return GIVES[Role(me().role)]


@pages.get("/")
@requires(Right.PEOPLE)
def index() -> Answer:
    with desk().database.read() as session:
        rows = session.scalars(select(Registrar).order_by(Registrar.name)).all()
    return page(
        "people/index.html", rows=rows, roles=[role for role in Role if role in _gives()]
    )


@pages.post("/")
@requires(Right.PEOPLE)
def add() -> Answer:
    name, role = request.form.get("name", "").strip()[:80], request.form.get("role", "")
    password = request.form.get("password", "")
    if not name or role not in _gives():
        abort(400)
    if len(password) < SHORTEST_PASSWORD:
        tell("password_short", "bad")
        return acting.back()
    row = Registrar(
        name=name, role=role, password_hash=hashed(password), created_at=desk().clock()
    )
    try:
        with desk().database.begin() as session:
            session.add(row)
            session.flush()
            audit(session, f"added account {name}: {role}")
    except IntegrityError:
        tell("account_known", "bad")
        return acting.back()
    tell("account_added")
    return acting.back()


@pages.post("/<int:account>")
@requires(Right.PEOPLE)
def change(account: int) -> Answer:
    """Another role, a block, a new password: whoever is signed in with it is signed out."""
    role, blocked = request.form.get("role", ""), request.form.get("blocked") == "1"
    password = request.form.get("password", "")
    seen = acting.number("epoch")
    if password and len(password) < SHORTEST_PASSWORD:
        tell("password_short", "bad")
        return acting.back()
    password_hash = hashed(password) if password else ""
    with desk().database.begin() as session:
        row = session.get(Registrar, account, with_for_update=True) or abort(404)
        if row.id == me().id or role not in _gives() or row.role not in _gives():
            abort(403)
        fresh = row.epoch == seen
        if fresh:
            row.role, row.blocked, row.epoch = role, blocked, seen + 1
            row.password_hash = password_hash or row.password_hash
            words = [role, *["blocked"] * blocked, *["new password"] * bool(password)]
            audit(session, f"changed account {row.name}: {', '.join(words)}")
    tell("account_changed" if fresh else "account_stale", "good" if fresh else "bad")
    return acting.back()


@pages.get("/me")
@requires(Right.CALLS)
def mine() -> Answer:
    return page("people/me.html")


@pages.post("/me")
@requires(Right.CALLS)
def new_password() -> Answer:
    """The old password is asked for, and counted where it is wrong."""
    old, new = request.form.get("old", "")[:200], request.form.get("new", "")[:200]
    if len(new) < SHORTEST_PASSWORD:
        tell("password_short", "bad")
        return acting.back()
    changed = _changed(old, new)
    if changed is not None:
        login_user(changed)
    tell("password_changed" if changed else "password_wrong", "good" if changed else "bad")
    return acting.back()


def _changed(old: str, new: str) -> Account | None:
    """The account with its new password; None where the old one does not fit."""
    tried = replace(known_browser.tried(me().name, old), known=frozenset({me().id}))
    found = accounts.sign_in(desk().database, desk().vault, tried, desk().clock())
    if not isinstance(found, Account):
        return None
    password_hash = hashed(new)
    with desk().database.begin() as session:
        row = session.get_one(Registrar, found.id, with_for_update=True)
        if row.epoch != found.epoch:
            return None
        row.password_hash, row.epoch = password_hash, row.epoch + 1
        audit(session, "changed the own password")
        return accounts.of(row)
