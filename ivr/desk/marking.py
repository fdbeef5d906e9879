"""Answers marked as understood right or wrong: what the clinic's own ear can learn from."""

from __future__ import annotations

import re

from flask import Blueprint, abort, request, url_for

from ivr.desk import acting
from ivr.desk.dialogue import Said, dialogue
from ivr.desk.office import desk
from ivr.desk.pages import Answer, audit, demand, me, page, requires, tell
from ivr.desk.rights import Right
from ivr.desk.showing import eyes
from ivr.desk.words import word
from ivr.store.answer_marks import Answer as Place
from ivr.store.answer_marks import AnswerMarks, Marked
from ivr.store.tables import Call

pages = Blueprint("marking", __name__, url_prefix="/calls/<call>/lines")
LONGEST = 300
"""Characters of what was said."""
RIGHT, WRONG, NONE = "right", "wrong", "none"
_BETWEEN = re.compile(r"[\s,.;:!?…«»\"–—]+")
_SAID = re.compile(r"[а-яё]+(-[а-яё]+)*( [а-яё]+(-[а-яё]+)*)*")


@pages.post("/<int:line>/mark")
@requires(Right.ACT)
def mark(call: str, line: int) -> Answer:
    """Right, wrong with what was really said, or no mark any more; as it was seen."""
    said = _answer(call, line)
    if said.secret:
        demand(Right.POLICY)
    seen, verdict = acting.number("version"), request.form.get("verdict")
    if verdict not in (RIGHT, WRONG, NONE):
        abort(400)
    words = as_words(request.form.get("words", "")) if verdict == WRONG else ""
    if words is None:
        return _answered(call, said, "mark_words", kind="bad")
    with desk().database.begin() as session:
        marks, place = AnswerMarks(session, desk().vault), Place(call, line)
        if verdict == NONE:
            done = marks.drop(place, seen)
        else:
            new = Marked(verdict == RIGHT, words, me().name, desk().clock())
            done = marks.put(place, new)
        audit(session, f"marked answer {line}: {verdict if done else 'changed'}", call=call)
    message = f"mark_{verdict}" if done else "mark_changed"
    return _answered(call, said, message, kind="good" if done else "bad")


def as_words(written: str) -> str | None:
    """What a person wrote, as a recogniser writes it; None where it is not words."""
    plain = _BETWEEN.sub(" ", written[:LONGEST].lower()).strip()
    return plain if _SAID.fullmatch(plain) else None


def _answer(call: str, line: int) -> Said:
    with desk().database.read() as session:
        session.get(Call, call) or abort(404)
        lines = dialogue(session, desk(), call, eyes(), ())
    found = [one for one in lines if one.number == line and one.is_answer]
    return found[0] if found else abort(404)


def _answered(call: str, said: Said, message: str, *, kind: str) -> Answer:
    """The line's mark alone where only that is asked for: a recording plays on."""
    address = url_for("desk.call_page.index", call=call)
    if not request.headers.get("HX-Request"):
        tell(message, kind)
        return acting.back()
    with desk().database.read() as session:
        marks = AnswerMarks(session, desk().vault).of_call(call)
    shown = {"call": call, "said": said, "marked": marks.get(said.number), "back": address}
    return page("calls/mark.html", **shown, told=word(message, "message"), kind=kind)
