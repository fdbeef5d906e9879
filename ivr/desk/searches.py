"""What was searched for, where it is personal: sealed in the visitor's session.

The address of what was found holds an id instead, so that it can be gone back to, paged and
downloaded; only in the browser in which the search was made, until its visitor signs out.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from typing import Any

from flask import request, session

from ivr.desk.call_search import Unreadable
from ivr.desk.office import desk
from ivr.desk.pages import tell
from ivr.store.vault import CannotOpen

FIELD = "search"
"""Of the address."""
ROOM = 2000
"""Characters of all kept searches: a browser takes cookies of 4 KB."""
_KEPT = "searches"
_SEAL = "desk search"


def keep(values: Mapping[str, str]) -> dict[str, Any]:
    """What stands in the address for them; nothing for nothing. Old searches give way."""
    if not values:
        return {}
    searches = _searches()
    for name, sealed in searches.items():
        if _opened(sealed) == values:
            return {FIELD: name}
    name = secrets.token_urlsafe(6)
    written = json.dumps(dict(values), ensure_ascii=False)
    searches[name] = desk().vault.seal(_SEAL, written)
    while len(searches) > 1 and sum(map(len, searches.values())) > ROOM:
        del searches[next(iter(searches))]
    session[_KEPT] = list(searches.items())
    return {FIELD: name}


def kept() -> dict[str, str]:
    """The values that the address stands for. Raises Unreadable where they are forgotten."""
    name = request.args.get(FIELD, "")
    if not name:
        return {}
    values = _opened(_searches().get(name, ""))
    if not values:
        raise Unreadable(FIELD)
    return values


def asked(field: str) -> str:
    """The one value of a small search; the visitor is told where it is forgotten."""
    try:
        return kept().get(field, "")
    except Unreadable:
        tell("search_forgotten", "bad")
        return ""


def _searches() -> dict[str, str]:
    """Sealed, oldest first."""
    return dict(session.get(_KEPT, ()))


def _opened(sealed: str) -> dict[str, str]:
    """Nothing where the data key is another one."""
    try:
        values: dict[str, str] = json.loads(desk().vault.open(_SEAL, sealed))
    except CannotOpen:
        return {}
    return values
