"""Phrases: every sentence with its sound, recorded by a person or spoken by the machine."""

from __future__ import annotations

from flask import Blueprint, Response, abort, redirect, request, url_for
from sqlalchemy.orm import Session

from ivr.clinic import recordings
from ivr.desk.office import desk
from ivr.desk.pages import Answer, audit, me, page, requires, tell
from ivr.desk.phrasebook import Phrase, coverage, in_context, phrases
from ivr.desk.rights import Right
from ivr.desk.settings import voice
from ivr.desk.words import word
from ivr.speech.recorded import Take, Unusable, examine

pages = Blueprint("prompts", __name__)

WHICH = ("all", "recorded", "synthetic")


@pages.get("/prompts")
@requires(Right.PROMPTS)
def index() -> Answer:
    with desk().database.read() as session:
        found = phrases(session, desk().prompts)
        names = {phrase.name for phrase in found}
        left = {name for name in recordings.makers(session) if name not in names}
    which, part = request.args.get("which", "all"), request.args.get("part", "")
    contains = request.args.get("contains", "").strip()
    shown = [one for one in found if _wanted(one, which, part, contains)]
    return page(
        "prompts/index.html",
        shown=shown,
        coverage=coverage(found),
        parts=list(dict.fromkeys(phrase.step for phrase in found)),
        which=which,
        part=part,
        contains=contains,
        kinds=WHICH,
        left=len(left),
    )


@pages.get("/prompts/<name>")
@requires(Right.PROMPTS)
def one(name: str) -> Answer:
    return _one(name, None, ())


@pages.post("/prompts/<name>")
@requires(Right.PROMPTS)
def record(name: str) -> Answer:
    """Take a recording, or say what is wrong with it; nothing is kept then."""
    phrase = _phrase(name)
    file = request.files.get("sound")
    try:
        take = examine(file.read() if file else b"", voice().sound(phrase.text))
    except Unusable as refused:
        return Response(_one(name, None, (refused.fault,)), status=422)
    if take.faults:
        return Response(_one(name, take, take.faults), status=422)
    with desk().database.begin() as session:
        recordings.put(session, phrase.text, take, me().name, desk().clock())
        audit(session, f"recorded a sentence: {phrase.text}")
    tell("recording_kept")
    return redirect(url_for("desk.prompts.one", name=name))


@pages.post("/prompts/<name>/synthetic")
@requires(Right.PROMPTS)
def go_back(name: str) -> Answer:
    """The machine's voice again."""
    phrase = _phrase(name)
    with desk().database.begin() as session:
        if recordings.drop(session, name):
            audit(session, f"back to the synthetic voice: {phrase.text}")
    tell("recording_dropped")
    return redirect(url_for("desk.prompts.one", name=name))


@pages.get("/prompts/<name>.wav")
@requires(Right.PROMPTS)
def sound(name: str) -> Answer:
    """As callers hear it; `?synthetic=1`: by the machine; `?pace=-1`: slower."""
    text = _phrase(name).text
    pace = -1 if request.args.get("pace") == "-1" else 0
    if request.args.get("synthetic"):
        return _wav(voice().synthetic.wav(text, pace))
    return _wav(voice().wav(text, pace))


@pages.get("/prompts/<name>/<prompt>/<kind>.wav")
@requires(Right.PROMPTS)
def context(name: str, prompt: str, kind: str) -> Answer:
    """The whole prompt that the sentence stands in."""
    if (prompt, kind) not in _phrase(name).places:
        abort(404)
    return _wav(voice().wav(in_context(desk().prompts, prompt, kind)))


def _wanted(phrase: Phrase, which: str, part: str, contains: str) -> bool:
    if which in ("recorded", "synthetic") and (phrase.maker is None) == (which == "recorded"):
        return False
    if part and phrase.step != part:
        return False
    return contains.casefold() in phrase.text.casefold()


def _one(name: str, take: Take | None, faults: tuple[str, ...]) -> str:
    phrase = _phrase(name)
    synthetic = voice().sound(phrase.text)
    return page(
        "prompts/one.html",
        phrase=phrase,
        take=take,
        faults=[word(fault, "recording_fault") for fault in faults],
        seconds=synthetic.size / 8000,
        contexts=[
            (prompt, kind, in_context(desk().prompts, prompt, kind))
            for prompt, kind in phrase.places
        ],
        following=_following(phrase),
    )


def _following(phrase: Phrase) -> Phrase | None:
    """The next sentence that has no person's voice yet: recording goes on with it."""
    with desk().database.read() as session:
        found = phrases(session, desk().prompts)
    place = next(n for n, one in enumerate(found) if one.name == phrase.name)
    missing = (one for one in [*found[place + 1 :], *found[:place]] if one.maker is None)
    return next(missing, None)


def _phrase(name: str) -> Phrase:
    with desk().database.read() as session:
        return _found(session, name) or abort(404)


def _found(session: Session, name: str) -> Phrase | None:
    every = phrases(session, desk().prompts)
    return next((phrase for phrase in every if phrase.name == name), None)


def _wav(sound: bytes) -> Response:
    return Response(sound, content_type="audio/wav")
