"""The first page: who is on the line, the day's numbers, what needs a look."""

from __future__ import annotations

from flask import Blueprint

from ivr.desk.pages import Answer, page, requires
from ivr.desk.rights import Right

pages = Blueprint("today", __name__)


@pages.get("/")
@requires(Right.CALLS)
def index() -> Answer:
    return page("today/index.html")
