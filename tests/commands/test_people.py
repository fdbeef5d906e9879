"""Accounts and call-back requests from the terminal."""

from __future__ import annotations

import json

from argon2 import PasswordHasher
from sqlalchemy import select

from ivr.store.database import Database
from ivr.store.tables import Audit, Registrar
from tests.commands.test_commands import Terminal, database, folder, ivr  # noqa: F401

CALL_BACK = "[0#]\n[1]\n[1]\n"


def test_an_account_is_added_once(ivr: Terminal, database: Database) -> None:  # noqa: F811
    words = ("registrar", "add", "Ольга", "--role", "senior")
    assert "Ольга is senior" in ivr.good(*words, typed="a long password\na long password\n")
    with database.read() as session:
        row = session.scalars(select(Registrar)).one()
        audit = session.scalars(select(Audit.what)).all()
    assert PasswordHasher().verify(row.password_hash, "a long password")
    assert "added account Ольга: senior" in audit
    again = ivr(*words, typed="a long password\na long password\n")
    assert again.exit_code == 2
    assert "There is an account Ольга already." in again.stderr


def test_a_short_password_and_a_wrong_role_are_refused(ivr: Terminal) -> None:  # noqa: F811
    short = ivr("registrar", "add", "Ольга", "--role", "senior", typed="short\nshort\n")
    assert (short.exit_code, "8 characters" in short.stderr) == (2, True)
    assert ivr("registrar", "add", "Ольга", "--role", "queen").exit_code == 2


def test_a_call_back_request_is_listed_until_it_is_done(ivr: Terminal) -> None:  # noqa: F811
    ivr.good("clinic", "set", "transfer_number", "")
    ivr.good("call", "--from", "+79161234567", typed=CALL_BACK)
    waiting = json.loads(ivr.good("callbacks", "--json"))
    assert (waiting["phone"], waiting["reason"]) == ("+79161234567", "operator")
    assert "+79161234567" in ivr.good("callbacks")
    assert "is done" in ivr.good("callbacks", "done", str(waiting["request"]))
    assert ivr.good("callbacks") == ""
    assert ivr("callbacks", "done", str(waiting["request"])).exit_code == 2
