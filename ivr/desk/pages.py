"""What every page of the desk begins and ends with.

A page group is one module: a blueprint, views under `@requires(Right…)`, one folder of
templates. A view reads with `desk().database.read()`, writes with `.begin()`, notes with
`audit(...)` and answers with `page("folder/name.html", …)` or a redirect after `tell(...)`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, cast
from urllib.parse import urlencode

from flask import abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from ivr.desk.accounts import Account
from ivr.desk.office import desk
from ivr.desk.rights import Right
from ivr.desk.words import word
from ivr.store.tables import Audit

P = ParamSpec("P")
Answer = str | Response
View = Callable[P, Answer]
PERSONAL = frozenset({"number", "name", "policy", "code", "who"})
"""Fields of searches whose values never stand in an address."""


def me() -> Account:
    """Whoever is signed in; only behind `requires`."""
    return cast("Account", current_user)


def requires(right: Right) -> Callable[[View[P]], View[P]]:
    """Let in who has the right; others get 403, and the audit log a line."""

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> Answer:
            if not current_user.is_authenticated:
                return to_sign_in()
            demand(right)
            return view(*args, **kwargs)

        return guarded

    return decorate


def demand(right: Right) -> None:
    """Stop a request with 403 and a line in the audit log where the right is missing."""
    if not me().may(right):
        with desk().database.begin() as session:
            audit(session, f"refused: {request.endpoint}")
        abort(403)


def to_sign_in() -> Response:
    """Back to the page that was wanted; an act is not done by the way."""
    asked = [pair for pair in request.args.items(multi=True) if pair[0] not in PERSONAL]
    address = f"{request.path}?{urlencode(asked)}".rstrip("?")
    wanted = address if request.method == "GET" else None
    if request.headers.get("HX-Request"):
        return Response(status=204, headers={"HX-Redirect": url_for("desk.sign_in.form")})
    return redirect(url_for("desk.sign_in.form", next=wanted))


def page(template: str, **values: object) -> str:
    """A template of `templates/desk`, in the desk's frame."""
    return render_template(f"desk/{template}", **values)


def audit(
    session: Session, what: str, *, call: str | None = None, patient: int | None = None
) -> None:
    """Write down what was looked at or done; nothing personal in `what`."""
    session.add(
        Audit(
            at=desk().clock(), who=me().name, what=what[:200], call_id=call, patient_id=patient
        )
    )


def tell(message: str, kind: str = "good", **values: object) -> None:
    """Say a sentence of words.toml [message] on the next page; `kind`: good or bad."""
    flash(word(message, "message", **values), kind)
