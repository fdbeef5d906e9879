"""The dictionary as arcs: which phones lead where, and where they may stay."""

from __future__ import annotations

from tools.ear.kaldi import states
from tools.ear.kaldi.arcs import (
    BETWEEN,
    NUMBER_COST,
    SWALLOWED_COST,
    Arc,
    Machine,
    lexicon_arcs,
    marks_of,
    with_loops,
)
from tools.ear.lexicon import Lexicon

WORDS: Lexicon = {"да": (("d", "aa"),), "дар": (("d", "aa", "r"),), "а": (("a",),)}
NUMBERS = {word: number for number, word in enumerate((*states.FILLERS, *sorted(WORDS)), 1)}


def lexicon() -> Machine:
    return lexicon_arcs(WORDS, NUMBERS)


def paths(machine: Machine, word: str) -> list[list[int]]:
    """Labels of all ways from between words back to there that say the word."""
    found: list[list[int]] = []

    def follow(state: int, labels: list[int]) -> None:
        if state == BETWEEN:
            found.append(labels)
            return
        for arc in machine.arcs:
            if arc.origin == state and arc.destination != state:
                follow(arc.destination, [*labels, arc.label])

    for arc in machine.arcs:
        if arc.origin == BETWEEN and arc.word == NUMBERS[word]:
            follow(arc.destination, [arc.label])
    return found


def names(labels: list[int]) -> list[str]:
    spelled = {number: name for name, number in states.IDS.items()}
    return [spelled.get(label, "#") for label in labels]


def test_a_word_ends_between_words_or_in_the_silence_before_them() -> None:
    ends = [names(labels) for labels in paths(lexicon(), "дар")]
    assert ends == [["d_B", "aa_I", "r_E"], ["d_B", "aa_I", "r_E", "SIL", "#"]]


def test_a_word_of_one_phone() -> None:
    assert names(paths(lexicon(), "а")[0]) == ["a_S"]


def test_what_sounds_the_same_has_a_mark() -> None:
    same: Lexicon = {"код": (("k", "oo", "t"),), "кот": (("k", "oo", "t"),)}
    numbers = {"код": 1, "кот": 2, **dict.fromkeys(states.FILLERS, 3)}
    machine = lexicon_arcs(same, numbers)
    marks = {arc.label for arc in machine.arcs if arc.label > states.COUNT}
    assert len(marks) == 3, "the silence's, and one for each word"


def test_digits_cost_less_than_numbers_and_swallowed_forms_most() -> None:
    said = (("s", "oo", "r"), ("p", "aa", "r"), ("k", "aa"))
    words: Lexicon = {"два": (("d", "v", "aa"),), "сорок": said}
    arcs = lexicon_arcs(words, {"два": 1, "сорок": 2, **dict.fromkeys(states.FILLERS, 3)}).arcs
    begins = [(arc.label, arc.cost) for arc in arcs if arc.word in (1, 2)]
    digit, usual, other, swallowed = (states.IDS[f"{phone}_B"] for phone in "dspk")
    swallowing = (swallowed, NUMBER_COST + SWALLOWED_COST)
    number = [(usual, NUMBER_COST), (other, NUMBER_COST), swallowing]
    assert begins == [(digit, 0.0), *number]


def test_a_filler_takes_a_while() -> None:
    filler = paths(lexicon(), "[unk]")[0]
    assert names(filler) == ["gbg_B", "gbg_I", "gbg_I", "gbg_E"]


def test_every_phone_may_be_long() -> None:
    arcs = lexicon().arcs
    looped = list(with_loops(arcs, marks_of(arcs)))
    stays = {arc.label for arc in looped if arc.origin == arc.destination}
    enters = {arc.label for arc in looped if arc.label and arc.origin != arc.destination}
    forward = {states.forward(phone) for phone in range(1, states.COUNT + 1)} & enters
    assert stays == {label - 1 for label in forward}


def test_a_state_that_several_phones_lead_to_has_an_entry_for_each() -> None:
    a, b = states.IDS["a_I"], states.IDS["b_I"]
    arcs = [Arc(0, 1, a, 1, 0.0), Arc(0, 1, b, 2, 0.0), Arc(1, 2, a, 0, 0.0)]
    looped = list(with_loops(arcs, {}))
    entries = {arc.destination for arc in looped if arc.origin == 0}
    assert len(entries) == 2
    assert {arc.destination for arc in looped if arc.label == 0} == {1}


def test_marks_stand_above_all_transitions() -> None:
    arcs = lexicon().arcs
    numbers = sorted(marks_of(arcs).values())
    assert numbers[0] == states.TRANSITIONS + 1
