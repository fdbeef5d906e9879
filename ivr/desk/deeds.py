"""Lines of the audit log in Russian, as the auditor reads and searches them.

The table holds short English that never changes its meaning with a wording: how a line begins
says what was done and is what the search asks for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache

from ivr.desk.words import group, word

KINDS = ("deed_sign_in", "deed_look", "deed_act", "deed_keep", "deed_line", "deed_console")
_LONGER = re.compile(r"call-back requests|setting changes|one-time codes")
_WORD = re.compile(r"[a-z_]+(?=[ ,:]|$)")


def kinds() -> Mapping[str, Mapping[str, str]]:
    """What can be searched for: the kind's name, how lines begin and what that means."""
    return {word(kind, "deed_kind"): group(kind) for kind in KINDS}


def deed(what: str) -> str:
    """A line in Russian; what nobody has translated stays as it is."""
    for begin, name in _begins():
        if what.startswith(begin):
            rest = _RESTS.get(begin, _words)(what.removeprefix(begin))
            return (name + rest).strip()
    return what


@cache
def _begins() -> tuple[tuple[str, str], ...]:
    """The longest first."""
    known = {begin: name for kind in KINDS for begin, name in group(kind).items()}
    return tuple(sorted(known.items(), key=lambda each: -len(each[0])))


def _words(rest: str) -> str:
    return _WORD.sub(_known, _LONGER.sub(_known, rest))


def _known(found: re.Match[str]) -> str:
    return word(found[0], "deed_word")


def _page(rest: str) -> str:
    """`desk.journal.index`."""
    return word(rest.split(".")[1] if rest.count(".") > 1 else rest, "deed_page")


def _found(rest: str) -> str:
    """` name, step: 3`."""
    fields, _, number = rest.rpartition(": ")
    return f"{_words(fields)}, {word('found', 'deed_word')} {number}"


def _marked(rest: str) -> str:
    """` code_unheard 17`."""
    kind, _, subject = rest.strip().partition(" ")
    return f" {word(kind, 'attention')}, {subject}"


def _setting(rest: str) -> str:
    """` late_policy: warn -> deny`."""
    name, _, change = rest.strip().partition(": ")
    values = (word(f"{name}.{one}", "setting_choice") for one in change.split(" -> "))
    told = " → ".join(one.removeprefix(f"{name}.") or "пусто" for one in values)
    return f" «{word(name, 'setting')}»: {told}"


def _account(rest: str) -> str:
    """` Ольга: registrar, blocked`: a name is nobody's word to translate."""
    name, _, change = rest.rpartition(": ")
    roles = (word(one, "role") for one in change.split(", "))
    return f"{name}: {_words(', '.join(roles))}"


def _as_it_is(rest: str) -> str:
    return rest


def _spelling(rest: str) -> str:
    return rest.replace(" taken out", ": убрано")


_RESTS: Mapping[str, Callable[[str], str]] = {
    "refused: ": _page,
    "searched calls by": _found,
    "exported calls by": _found,
    "handled:": _marked,
    "setting": _setting,
    "added account": _account,
    "changed account": _account,
    "pronunciation": _spelling,
    "recorded a sentence: ": _as_it_is,
    "back to the synthetic voice: ": _as_it_is,
    "sign-in closed for address": _as_it_is,
}
