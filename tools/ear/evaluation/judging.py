"""What is counted of an answer: its words, the whole of it, or that none was heard."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bench.hearing_words import answer_to_confirmation, understood, value_of
from ivr.speech.recogniser import Recognised
from ivr.speech.understanding import Kind
from tools.ear.evaluation.arithmetic import Share, words_right

SAME = {"нуль": "ноль", "одна": "один", "две": "два"}
"""Words that say the same digit."""
TAKEN, ANY_WORD = "taken for an answer", "any word of the question's"
"""The fewer the better."""


@dataclass(frozen=True, slots=True)
class Case:
    sound: bytes
    """Mu-law."""
    words: tuple[str, ...] = ()
    """That are said, as far as they are asked for."""


Judge = Callable[[Case, Recognised], Mapping[str, Share]]


def plain(words: str) -> tuple[str, ...]:
    said = words.replace("ё", "е").split()
    return tuple(SAME.get(word, word) for word in said)


def digits(case: Case, heard: Recognised) -> Mapping[str, Share]:
    """Digits where fillers are left out; whole as the line counts: a filler is asked again."""
    got = plain(heard.text)
    whole = got == case.words and not heard.foreign
    return {"digits": words_right(case.words, got), "whole": Share(whole, 1)}


def digits_and_fillers(case: Case, heard: Recognised) -> Mapping[str, Share]:
    """Also how many are whole that a filler spoils."""
    same = Share(plain(heard.text) == case.words, 1)
    return {**digits(case, heard), "whole, fillers left out": same}


def numbers(case: Case, heard: Recognised) -> Mapping[str, Share]:
    """As digits, of other words."""
    got = plain(heard.text)
    whole = got == case.words and not heard.foreign
    return {"words": words_right(case.words, got), "whole": Share(whole, 1)}


def alone(case: Case, heard: Recognised) -> Mapping[str, Share]:
    """Single words."""
    return {"words": Share(plain(heard.text) == case.words and not heard.foreign, 1)}


def of_a_sentence(case: Case, heard: Recognised) -> Mapping[str, Share]:
    """Known words in a sentence that has others."""
    return {"known words": words_right(case.words, plain(heard.text))}


def meant(kind: Kind) -> Judge:
    """What is understood must be what the words mean."""
    read, counted = value_of(kind), by_question(kind)

    def judge(case: Case, heard: Recognised) -> Mapping[str, Share]:
        got = None if heard.foreign else counted(heard)
        return {"answers": Share(got == read(" ".join(case.words)), 1)}

    return judge


def rejected(read: Callable[[Recognised], Any], *, any_word: bool) -> Judge:
    """No answer at all was given: how often one is heard; or `any_word` beside fillers."""

    def judge(_case: Case, heard: Recognised) -> Mapping[str, Share]:
        taken = Share(not heard.foreign and read(heard) is not None, 1)
        return {TAKEN: taken, **({ANY_WORD: Share(bool(heard.words), 1)} if any_word else {})}

    return judge


def by_question(kind: Kind) -> Callable[[Recognised], Any]:
    read = understood(kind)
    return lambda heard: read(heard.with_pauses, heard.confidence)


def by_confirmation(heard: Recognised) -> Any:
    """A yes or no, or one of the commands that are heard everywhere."""
    return answer_to_confirmation(heard.text, heard.confidence)
