"""Answers marked right or wrong: by whom, which, once, sealed, gone with their call."""

from __future__ import annotations

import re

import pytest

from ivr.desk.marking import as_words
from ivr.store import tables
from ivr.store.answer_marks import Answer, AnswerMarks, Marked
from tests.desk.conftest import Desk, Visitor

MARKED = ("000017#", "«к терапевту»", "2")
"""By keys, by voice, by keys."""
FORM = re.compile(r'action="/desk(/calls/\w+/lines/(\d+)/mark)"')
VERSION = re.compile(r'name="version" value="(\d+)"')
HTMX = {"HX-Request": "true"}


def lines(visitor: Visitor, call: str) -> list[int]:
    """Those that the visitor may mark, each once."""
    found = FORM.findall(visitor.text(f"/calls/{call}/"))
    return list(dict.fromkeys(int(number) for _, number in found))


def mark(visitor: Visitor, call: str, line: int, verdict: str, **more: str) -> str:
    form = {"verdict": verdict, "version": "0", "back": f"/desk/calls/{call}/", **more}
    reply = visitor.post(f"/calls/{call}/lines/{line}/mark", **form)
    assert reply.status_code == 200, reply.status_code
    return reply.text


def seen(visitor: Visitor, call: str) -> str:
    """The version of the call's only mark, as its page has it."""
    found: set[str] = set(VERSION.findall(visitor.text(f"/calls/{call}/")))
    (version,) = found - {"0"}
    return version


def marks(desk: Desk, call: str) -> dict[int, Marked]:
    with desk.line.database.read() as session:
        return AnswerMarks(session, desk.line.vault).of_call(call)


def test_an_answer_is_marked_and_the_mark_taken_back(desk: Desk) -> None:
    call = desk.call(*MARKED)
    visitor = desk.visitor("registrar", "Ольга")
    spoken, _ = lines(visitor, call)
    text = mark(visitor, call, spoken, "wrong", words=" К  кардиологу, пожалуйста. ")
    assert "Записано, что было сказано." in text
    assert "сказано: «к кардиологу пожалуйста»" in text
    assert {(one.right, one.who) for one in marks(desk, call).values()} == {(False, "Ольга")}
    assert "кардиолог" not in desk.rows(tables.AnswerMark)[0].words_sealed
    assert "Отметка снята." in mark(visitor, call, spoken, "none", version=seen(visitor, call))
    assert "понято верно" in mark(visitor, call, spoken, "right")
    assert [what for _, what in desk.audit() if what.startswith("marked")] == [
        f"marked answer {spoken}: {verdict}" for verdict in ("wrong", "none", "right")
    ]


def test_what_another_has_marked_meanwhile_stays(desk: Desk) -> None:
    call = desk.call(*MARKED)
    olga, peter = desk.visitor("registrar", "Ольга"), desk.visitor("registrar", "Пётр")
    line = lines(olga, call)[0]
    mark(olga, call, line, "right")
    for verdict, version in (("right", "0"), ("none", "0"), ("wrong", "5")):
        text = mark(peter, call, line, verdict, version=version, words="да")
        assert "отметил другой" in text
    before = seen(peter, call)
    mark(olga, call, line, "none", version=before)
    mark(olga, call, line, "wrong", words="нет")
    assert "отметил другой" in mark(peter, call, line, "none", version=before)
    (kept,) = marks(desk, call).values()
    assert (kept.words, kept.who) == ("нет", "Ольга")


def test_only_who_acts_marks_and_words_are_for_who_sees_persons(desk: Desk) -> None:
    call = desk.call(*MARKED)
    registrar = desk.visitor("registrar")
    line = lines(registrar, call)[0]
    mark(registrar, call, line, "wrong", words="к кардиологу")
    for role in ("engineer", "auditor"):
        visitor = desk.visitor(role)
        text = visitor.text(f"/calls/{call}/")
        assert "понято неверно" in text
        assert "кардиолог" not in text
        assert lines(visitor, call) == []
        reply = visitor.post(f"/calls/{call}/lines/{line}/mark", verdict="none", version="1")
        assert reply.status_code == 403
    assert len(marks(desk, call)) == 1


def test_a_dictated_policy_is_marked_and_read_with_the_right_to_it_only(desk: Desk) -> None:
    call = desk.call("«семь семь шесть»", "7…")
    registrar, senior = desk.visitor("registrar"), desk.visitor("senior")
    secret = lines(senior, call)
    assert (len(secret), lines(registrar, call)) == (2, [])
    for line in secret:
        path = f"/calls/{call}/lines/{line}/mark"
        form = {"verdict": "wrong", "version": "0", "words": "семь семь пять"}
        assert registrar.post(path, **form).status_code == 403
    assert marks(desk, call) == {}
    assert "семь семь пять" in mark(senior, call, min(secret), "wrong", words="семь семь пять")
    text = registrar.text(f"/calls/{call}/")
    assert "понято неверно" in text
    assert "семь пять" not in text


def test_only_answers_are_marked(desk: Desk) -> None:
    call = desk.call("", *MARKED)
    visitor = desk.visitor("registrar")
    form = {"verdict": "right", "version": "0"}
    assert {one.name for one in desk.rows(tables.Line) if one.kind == "heard"} >= {"NoInput"}
    silent = [one.number for one in desk.rows(tables.Line) if one.name == "NoInput"]
    for line in (1, *silent, 999):
        assert visitor.post(f"/calls/{call}/lines/{line}/mark", **form).status_code == 404
    assert visitor.post("/calls/none/lines/1/mark", **form).status_code == 404
    line = lines(visitor, call)[0]
    for wrong in ({"verdict": "maybe"}, {"version": "x"}):
        reply = visitor.post(f"/calls/{call}/lines/{line}/mark", **(form | wrong))
        assert reply.status_code == 400
    without = visitor.client.post(f"/desk/calls/{call}/lines/{line}/mark", data=form)
    assert without.status_code == 400, "no token of the desk's own form"


def test_the_page_is_not_loaded_again_where_only_the_mark_is_asked_for(desk: Desk) -> None:
    call = desk.call(*MARKED)
    visitor = desk.visitor("registrar")
    line = lines(visitor, call)[0]
    visitor.client.environ_base["HTTP_HX_REQUEST"] = "true"
    text = mark(visitor, call, line, "right")
    assert text.strip().startswith(f'<div class="mark small no-print" id="m{line}">')
    assert 'role="status"' in text
    assert "Цифр и латиницы" in mark(visitor, call, line, "wrong", version="1", words="5 1 2")


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("Пять, один.  Два", "пять один два"),
        ("ещё какой-то «отчёт»", "ещё какой-то отчёт"),
        ("да", "да"),
        ("512", None),
        ("yes", None),
        ("", None),
        (" … ", None),
        ("<b>да</b>", None),
    ],
)
def test_what_was_said_is_written_as_words(written: str, words: str | None) -> None:
    assert as_words(written) == words


def test_a_mark_goes_with_its_call(desk: Desk) -> None:
    call = desk.call(*MARKED)
    with desk.line.database.begin() as session:
        kept = AnswerMarks(session, desk.line.vault)
        assert kept.put(Answer(call, 7), Marked(True, "", "Ольга", desk.line.clock.now))
        session.delete(session.get(tables.Call, call))
    assert desk.rows(tables.AnswerMark) == []
