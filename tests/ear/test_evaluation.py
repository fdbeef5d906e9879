"""The evaluation's own arithmetic, its judges, its table; two models that hear two words."""

from __future__ import annotations

import random
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
import soundfile

from ivr.speech.fillers import Filler
from ivr.speech.mulaw import linear
from ivr.speech.recogniser import Recognised, Word, shipped_model
from tools.ear.evaluation import card, judging
from tools.ear.evaluation.arithmetic import HERTZ, Share, errors, in_a_row, words_right
from tools.ear.evaluation.invented import trimmed
from tools.ear.evaluation.judging import Case
from tools.ear.evaluation.people import NUMBERS, STAMPS, People
from tools.ear.evaluation.rows import ONE, Asked, Row
from tools.ear.evaluation.running import Result, heard_by_all, share_of_a_core
from tools.ear.evaluation.telephone import AROUND, clean, echo, lost, noisy, on_the_line, room

CASE = Case(b"", ("один", "два", "три"))


def heard(text: str, *, foreign: bool = False, confidence: float = 0.9) -> Recognised:
    words = [Word(word, confidence, at, at + 0.3) for at, word in enumerate(text.split())]
    return Recognised(tuple(words), foreign)


@pytest.mark.parametrize(
    ("wanted", "got", "apart"),
    [
        ("", "", 0),
        ("один два три", "один два три", 0),
        ("один два три", "", 3),
        ("", "один два", 2),
        ("один два три", "один пять три", 1),
        ("один два три", "один три", 1),
        ("один два три", "ноль один два три", 1),
        ("один два три", "два три один", 2),
        ("один два", "три четыре пять", 3),
    ],
)
def test_words_to_be_changed(wanted: str, got: str, apart: int) -> None:
    assert errors(wanted.split(), got.split()) == errors(got.split(), wanted.split()) == apart


def test_no_more_words_are_wrong_than_were_said() -> None:
    assert words_right(["да"], ["нет", "нет", "нет"]) == Share(0, 1)
    assert words_right(["один", "два"], ["один"]) + Share(3, 3) == Share(4, 5)


@pytest.mark.parametrize(
    ("right", "count", "shown"),
    [
        (0, 10, "0.0 (0.0–27.8)"),
        (10, 10, "100.0 (72.2–100.0)"),
        (3168, 3200, "99.0 (98.6–99.3)"),
        (1, 1, "100.0 (20.7–100.0)"),
        (0, 0, "–"),
    ],
)
def test_shares_have_wilsons_interval(right: int, count: int, shown: str) -> None:
    assert str(Share(right, count)) == shown


def test_recordings_stand_in_a_row_with_gaps() -> None:
    pieces = {name: np.full(800, 1000 * int(name), np.int16) for name in "123"}
    made = in_a_row(random.Random(1), pieces, "2133", gaps=(50, 100))
    loud = [round(level / 1000) for level in made[::8]]
    changes = [now for now, before in zip(loud, [0, *loud], strict=False) if now != before]
    assert [level for level in changes if level] == [2, 1, 3, 3]
    silent = made.size - 4 * 800
    assert 4 * 50 * 8 <= silent <= 4 * 100 * 8
    again = in_a_row(random.Random(1), pieces, "2133", gaps=(50, 100))
    assert np.array_equal(made, again)


@pytest.mark.parametrize(
    ("text", "foreign", "found"),
    [
        ("один два три", False, {"digits": 3, "whole": 1, "whole, fillers left out": 1}),
        ("одна две три", False, {"digits": 3, "whole": 1, "whole, fillers left out": 1}),
        ("один два три", True, {"digits": 3, "whole": 0, "whole, fillers left out": 1}),
        ("один три", False, {"digits": 2, "whole": 0, "whole, fillers left out": 0}),
        ("", True, {"digits": 0, "whole": 0, "whole, fillers left out": 0}),
    ],
)
def test_digits_are_judged(text: str, foreign: bool, found: Mapping[str, int]) -> None:
    shares = judging.digits_and_fillers(CASE, heard(text, foreign=foreign))
    assert {what: share.right for what, share in shares.items()} == found
    assert shares["digits"].count == 3


def test_a_meaning_is_judged_not_the_words() -> None:
    judge, yes = judging.meant("yes-no"), Case(b"", ("да", "конечно"))
    assert judge(yes, heard("да верно")) == {"answers": Share(1, 1)}
    assert judge(yes, heard("нет")) == {"answers": Share(0, 1)}
    assert judge(yes, heard("да", foreign=True)) == {"answers": Share(0, 1)}
    assert judge(yes, heard("да", confidence=0.49)) == {"answers": Share(0, 1)}


def test_what_was_no_answer_is_taken_for_one_or_not() -> None:
    judge = judging.rejected(judging.by_question("yes-no"), any_word=True)
    for text, foreign, taken, words in (
        ("да", False, 1, 1),
        ("да", True, 0, 1),
        ("может быть", False, 0, 1),
        ("", True, 0, 0),
    ):
        shares = judge(CASE, heard(text, foreign=foreign))
        assert [share.right for share in shares.values()] == [taken, words], text
    called = judging.by_question("command")
    assert called(heard("повтори", confidence=0.6)) == "repeat"
    assert called(heard("повтори", confidence=0.59)) is None
    assert called(heard("оператор", confidence=0.1)) == "operator"
    confirmed = judging.by_confirmation
    assert confirmed(heard("да")) is True
    assert confirmed(heard("оператор")) == "operator"
    assert confirmed(heard("может быть")) is None


def tone(seconds: float = 1.0) -> np.ndarray:
    return np.asarray(8000 * np.sin(np.arange(round(8000 * seconds)) / 3), np.float64)


def decibels(noise: np.ndarray, signal: np.ndarray) -> float:
    return float(10 * np.log10(np.mean(signal**2) / (np.mean(noise**2) + 1e-9)))


def test_noises_stand_as_far_below_the_speech_as_they_say() -> None:
    chance, speech = np.random.default_rng(1), tone(4)
    loud = speech[np.abs(speech) > 100]
    for kind in ("white", "pink"):
        added = noisy(kind, 10)(speech, chance) - speech
        assert abs(decibels(added, loud) - 10) < 0.2
    assert abs(np.std(room(speech, chance)) / np.std(speech) - 1) < 0.05
    silent = np.mean(np.abs(lost(0.1)(speech, chance)[: 160 * 200].reshape(-1, 160)), axis=1)
    assert 0.03 < np.mean(silent < 10) < 0.2


def test_the_echo_of_our_prompt_is_taken_out() -> None:
    chance = np.random.default_rng(1)
    prompt, nothing = chance.normal(size=48_000) * 2000, np.zeros(24_000)
    left = echo(prompt, -20, cancelled=False)(nothing, chance)
    taken = echo(prompt, -20, cancelled=True)(nothing, chance)
    assert left.size == taken.size == nothing.size
    assert abs(decibels(left[:16_000], prompt) - 20) < 1
    assert decibels(taken[:16_000], prompt) > 40
    assert not left[22_000:].any()


def test_an_answer_has_the_lines_silence_around_it() -> None:
    sent = linear(on_the_line(tone(), clean, np.random.default_rng(1)))
    assert sent.size == 8000 * (1 + sum(AROUND))
    assert abs(sent[: round(8000 * AROUND[0])]).max() < 20
    edges = trimmed(np.pad(tone().astype(np.int16), 4000))
    assert 8000 < edges.size < 8000 + 1300


def test_the_table_stands_in_its_place_on_the_card(tmp_path: Path) -> None:
    question = Asked("digits", ("один",), Filler.SOFT)
    rows = [
        Row("a woman", "digits", "quiet", question, judging.digits, [CASE]),
        Row("nobody", "noise", "quiet", question, judging.digits, [CASE]),
    ]
    shares = {(0, "whole"): Share(9, 10), (1, judging.TAKEN): Share(1, 10)}
    result = Result(shares, {"digits": (1.0, 200.0)}, 4 << 20, 0.01, 8 << 20)
    table = card.tables(("ours", "before"), rows, (result, result))
    cells = "| a woman | digits | quiet | digits, `[unk_soft]` | whole | 10 | 90.0 "
    assert cells in table
    assert "| share of a core, one stream: digits | 0.0050 | 0.0050 |" in table
    file = tmp_path / "MODEL.md"
    file.write_text(f"# Card\n{card.BEGIN}\nold\n{card.END}\nlicences\n", "utf-8")
    card.put(file, table)
    text = file.read_text("utf-8")
    assert "old" not in text
    assert text.startswith("# Card\n")
    assert text.endswith("licences\n")
    file.write_text("# Card\n", "utf-8")
    with pytest.raises(card.NoPlace):
        card.put(file, table)


def test_the_shipped_card_has_a_place_for_the_table_and_the_corpus_notice() -> None:
    text = (shipped_model() / "MODEL.md").read_text("utf-8")
    assert text.index(card.BEGIN) < text.index(card.END)
    assert "Nickolay V. Shmyrev Copyright (c) 2005" in text


def test_a_painting_programs_words_stand_beside_their_sounds(tmp_path: Path) -> None:
    folder = tmp_path / STAMPS / "animals"
    folder.mkdir(parents=True)
    tone = np.sin(np.arange(HERTZ) / 3)
    for name, text in {"frog": "Frog.\nru.utf8=Лягушка-ёж!\n", "cow": "Cow.\n"}.items():
        (folder / f"{name}.txt").write_text(text, "utf-8")
        soundfile.write(folder / f"{name}_desc_ru.ogg", tone, HERTZ)
    soundfile.write(folder / "pig_desc_ru.ogg", tone, HERTZ)
    people = People(tmp_path)
    assert {text: pcm.size for text, pcm in people.stamps().items()} == {"лягушка ёж": HERTZ}
    people.close()
    assert not people.missing


def test_two_models_hear_the_same_sounds() -> None:
    people = People()
    say = dict(people.espeak())["espeak ru"]
    cases = [
        Case(
            on_the_line(
                np.frombuffer(pcm, "<i2").astype(np.float64), clean, np.random.default_rng(1)
            ),
            (text,),
        )
        for text, pcm in say([NUMBERS["3"], NUMBERS["9"]]).items()
    ]
    people.close()
    row = Row("espeak", "digits", "quiet", ONE, judging.alone, cases)
    first, second = heard_by_all([shipped_model(), shipped_model()], [row])
    assert first.shares == second.shares == {(0, "words"): Share(2, 2)}
    assert first.size > 1 << 20
    assert 0 < share_of_a_core(first.cost, "single digits") < 1
