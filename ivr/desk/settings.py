"""The clinic's settings, its own pronunciations, and the history of both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from flask import Blueprint, Response, abort, current_app, redirect, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.clinic import pronunciations
from ivr.clinic.pronunciations import WrongWord
from ivr.clinic.setting_checks import CANCEL_IF, LATE_POLICIES, WEEKDAYS, WrongSetting
from ivr.clinic.settings import NAMES, ClinicSettings
from ivr.clinic.voice import ClinicVoice
from ivr.desk.office import desk
from ivr.desk.pages import Answer, audit, me, page, requires, tell
from ivr.desk.rights import Right
from ivr.desk.words import word
from ivr.store.tables import Doctor, SettingChange

pages = Blueprint("settings", __name__)

GROUPS: Sequence[tuple[str, Sequence[str]]] = (
    ("clinic", ("name", "address", "announcement")),
    ("hours", (*(f"hours_{weekday}" for weekday in WEEKDAYS), "closed_days")),
    ("person", ("transfer_number", "second_level_number")),
    (
        "rules",
        ("late_policy", "cancel_if", "paper_for_illness", "requests_only_until"),
    ),
    ("retention", tuple(name for name in NAMES if name.startswith("keep_"))),
)
"""The cards of the page and the settings on each."""
CHOICES: Mapping[str, Sequence[str]] = {
    "late_policy": LATE_POLICIES,
    "cancel_if": CANCEL_IF,
    "paper_for_illness": ("no", "yes"),
}
NEWEST, MOST_DOCTORS = 30, 500
SHOWN = 85
"""Characters of a word and of its spelling in the audit log."""


@pages.get("/settings")
@requires(Right.SETTINGS)
def index() -> Answer:
    with desk().database.read() as session:
        return _page(ClinicSettings.stored(session), {})


@pages.post("/settings")
@requires(Right.SETTINGS)
def change() -> Answer:
    """All that has changed on a card, or nothing of it."""
    wanted = {name: request.form[name] for name in NAMES if name in request.form}
    wrong: dict[str, str] = {}
    with desk().database.begin() as session:
        before = ClinicSettings.stored(session)
        for name, value in wanted.items():
            try:
                ClinicSettings.change(session, name, value, me().name, desk().clock())
            except WrongSetting as refused:
                wrong[name] = word(refused.fault, "setting_fault")
        if wrong:
            session.rollback()
            return Response(_page({**before, **wanted}, wrong), status=422)
    tell("settings_kept")
    return redirect(url_for("desk.settings.index"))


@pages.post("/settings/words")
@requires(Right.SETTINGS)
def put_word() -> Answer:
    written, spelling = request.form.get("word", ""), request.form.get("spelling", "")
    try:
        with desk().database.begin() as session:
            pronunciations.put(session, written, spelling, voice().synthetic.phonemes)
            audit(session, f"pronunciation {_cut(written)}: {_cut(spelling)}")
    except WrongWord as refused:
        tell(f"word_{refused.fault}", "bad")
    else:
        tell("word_kept")
    return redirect(url_for("desk.settings.index", _anchor="words"))


@pages.post("/settings/words/drop")
@requires(Right.SETTINGS)
def drop_word() -> Answer:
    written = request.form.get("word", "")
    with desk().database.begin() as session:
        pronunciations.drop(session, written)
        audit(session, f"pronunciation {_cut(written)} taken out")
    tell("word_dropped")
    return redirect(url_for("desk.settings.index", _anchor="words"))


@pages.get("/settings/words/<written>.wav")
@requires(Right.SETTINGS)
def hear_word(written: str) -> Answer:
    """A word of the table or a doctor's surname, as callers hear it."""
    with desk().database.read() as session:
        if written not in {*pronunciations.spoken(session), *_doctors(session)}:
            abort(404)
    return Response(voice().wav(f"{written}."), content_type="audio/wav")


def voice() -> ClinicVoice:
    """Of this process; its helper starts with the first sound."""
    found: ClinicVoice = current_app.extensions["voice"]
    return found


def _page(values: Mapping[str, str], wrong: Mapping[str, str]) -> str:
    with desk().database.read() as session:
        words = pronunciations.table(session)
        newest = select(SettingChange).order_by(SettingChange.id.desc()).limit(NEWEST)
        history = session.scalars(newest).all()
        doctors = [name for name in _doctors(session) if name.casefold() not in words]
    return page(
        "settings/index.html",
        values=_as_read(values),
        wrong=wrong,
        groups=GROUPS,
        choices=CHOICES,
        own_words=words,
        doctors=doctors,
        history=history,
    )


def _doctors(session: Session) -> Sequence[str]:
    """Surnames, each once."""
    query = select(Doctor.last).distinct().order_by(Doctor.last).limit(MOST_DOCTORS)
    return session.scalars(query).all()


def _as_read(values: Mapping[str, str]) -> dict[str, str]:
    """Dates as people write them, as far as they are dates."""
    try:
        days = map(date.fromisoformat, filter(None, values["closed_days"].split(",")))
        return {**values, "closed_days": ", ".join(f"{day:%d.%m.%Y}" for day in days)}
    except ValueError:
        return dict(values)


def _cut(value: str) -> str:
    return value if len(value) <= SHOWN else f"{value[: SHOWN - 1]}…"
