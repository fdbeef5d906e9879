"""The list of calls: search, pages, export."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.wrappers import Response

from ivr.desk import moments, searches, showing
from ivr.desk.call_search import FIELDS, Found, Unreadable, find, wanted
from ivr.desk.exporting import Row, as_csv, as_xlsx
from ivr.desk.office import desk
from ivr.desk.pages import PERSONAL, Answer, audit, demand, page, requires
from ivr.desk.rights import Right
from ivr.desk.words import group, step, word

pages = Blueprint("calls", __name__, url_prefix="/calls")
MOST_EXPORTED = 10_000
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@pages.get("/")
@requires(Right.CALLS)
def index() -> Answer:
    values = {
        "today": desk().today(),
        "fields": dict.fromkeys(FIELDS, "") | wanted(request.args),
        "asked": _address(),
    }
    try:
        fields = _fields()
        values["fields"] = dict.fromkeys(FIELDS, "") | fields
        with desk().database.begin() as session:
            listed = find(session, desk(), fields, request.args.get("after", ""))
            audit(session, f"searched calls by {_names(fields)}: {len(listed.calls)}")
    except Unreadable as wrong:
        return page("calls/index.html", **values, listed=None, wrong=str(wrong))
    look = moments.of_search(fields)
    return page("calls/index.html", **values, listed=listed, look=look, wrong="")


@pages.post("/")
@requires(Right.CALLS)
def search() -> Answer:
    """To the page of what is found: its address holds nothing personal."""
    fields = wanted(request.form)
    personal = {name: fields.pop(name) for name in PERSONAL & fields.keys()}
    if personal:
        demand(Right.PERSONAL)
    address = {**fields, **searches.keep(personal)}
    return redirect(url_for("desk.calls.index", **address), 303)


def _address() -> dict[str, str]:
    """What of this request's address makes the same search again."""
    names = {*FIELDS, searches.FIELD} - PERSONAL
    return {name: value for name, value in request.args.items() if name in names and value}


def _fields() -> dict[str, str]:
    """What is searched by. Raises Unreadable; stops who searches for persons without right."""
    if PERSONAL & request.args.keys():
        raise Unreadable("address")
    personal = searches.kept()
    if personal:
        demand(Right.PERSONAL)
    return wanted(request.args) | wanted(personal)


def _names(fields: Mapping[str, str]) -> str:
    return ", ".join(fields) or "nothing"


@pages.get("/export.<kind>")
@requires(Right.CALLS)
def export(kind: str) -> Answer:
    """What the search finds, newest first, masked as on the page."""
    if kind not in TYPES:
        abort(404)
    try:
        fields = _fields()
        with desk().database.begin() as session:
            found = find(session, desk(), fields, limit=MOST_EXPORTED).calls
            audit(session, f"exported calls by {_names(fields)}: {len(found)}")
    except Unreadable:
        abort(400)
    rows = _rows(found)
    content = as_csv(rows) if kind == "csv" else as_xlsx(rows, word("calls", "menu"))
    name = f"attachment; filename=calls.{kind}"
    return Response(content, content_type=TYPES[kind], headers={"Content-Disposition": name})


def _came_to(call: Found) -> str:
    """What harms the patient stands first."""
    outcome = word(call.outcome, "outcome")
    return f"{word('left_alone', 'call')}; {outcome}" if call.left_alone else outcome


def _rows(found: Sequence[Found]) -> Iterator[Row]:
    yield tuple(group("column").values())
    eyes = showing.eyes()
    for call in found:
        yield (
            showing.moment(call.started_at),
            eyes.phone(call.number).removeprefix("+"),
            eyes.name(call.name) if call.name else "",
            _came_to(call),
            step(call.step),
            showing.duration(call.seconds),
            word(str(call.wanted_person).lower(), "yes_no"),
            word(str(call.handled).lower(), "yes_no"),
        )
