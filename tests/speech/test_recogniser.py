"""What the ear makes of sound: on the model that ships."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from ivr.speech.fillers import Filler
from ivr.speech.mulaw import linear
from ivr.speech.recogniser import (
    Ear,
    Listener,
    ModelMissing,
    Recognised,
    Word,
    shipped_model,
)
from tests.speech.voices import Speaker, g711

SILENCE = bytes(8000)
DIGITS = ["ноль", "один", "два", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять"]


@pytest.fixture(scope="module")
def ear() -> Ear:
    return Ear()


@pytest.fixture(scope="module")
def say() -> Iterator[Speaker]:
    speaker = Speaker()
    yield speaker
    speaker.close()


def heard(listener: Listener, pcm: bytes) -> Recognised:
    listener.hear(SILENCE + pcm + SILENCE)
    return listener.result()


def test_words_with_confidence_and_times(ear: Ear, say: Speaker) -> None:
    found = heard(Listener(ear, DIGITS, Filler.SOFT), say("один два три"))
    assert found.text == "один два три"
    assert not found.foreign
    assert 0.5 < found.confidence <= 1
    starts = [word.start for word in found.words]
    assert starts == sorted(starts)
    assert all(0.4 < word.start < word.end < 3 for word in found.words)


def test_frames_of_the_telephone(ear: Ear, say: Speaker) -> None:
    listener = Listener(ear, DIGITS, Filler.SOFT)
    sound = g711(SILENCE + say("семь восемь") + SILENCE)
    for at in range(0, len(sound), 160):
        listener.hear_mulaw(sound[at : at + 160])
    assert listener.so_far() == "семь восемь"
    assert listener.result().text == "семь восемь"


def test_one_answer_after_the_other(ear: Ear, say: Speaker) -> None:
    listener = Listener(ear, DIGITS, Filler.SOFT)
    assert heard(listener, say("один")).text == "один"
    assert heard(listener, say("пять")).text == "пять"
    assert heard(listener, b"") == Recognised()


def test_a_long_pause_ends_no_answer(ear: Ear, say: Speaker) -> None:
    found = heard(Listener(ear, DIGITS, Filler.SOFT), say("один") + 4 * SILENCE + say("пять"))
    assert found.text == "один пять"
    assert found.pauses == {1}
    assert found.with_pauses == "один, пять"


def test_pauses_stand_before_their_words() -> None:
    words = (Word("сорок", 1, 0, 0.5), Word("пять", 0.7, 0.6, 1), Word("ноль", 1, 1.5, 2))
    found = Recognised(words)
    assert found.pauses == {2}
    assert found.with_pauses == "сорок пять, ноль"
    assert found.confidence == 0.7


def test_a_preposition_makes_no_answer_unsure() -> None:
    unsure = Word("в", 0.3, 0, 0.1)
    assert Recognised((unsure, Word("начало", 0.8, 0.1, 0.6))).confidence == 0.8
    assert Recognised((unsure,)).confidence == 0.3
    assert Recognised((Word("не", 0.3, 0, 0.1), Word("надо", 0.8, 0.1, 0.6))).confidence == 0.3


@pytest.mark.parametrize("filler", [Filler.SOFT, Filler.ORDINARY, Filler.STRICT])
def test_what_is_foreign_is_not_understood(ear: Ear, say: Speaker, filler: Filler) -> None:
    listener = Listener(ear, ["да", "нет"], filler)
    assert heard(listener, say("за окном растёт большая берёза")).foreign


def test_without_a_filler_everything_is_an_answer(ear: Ear, say: Speaker) -> None:
    found = heard(Listener(ear, ["да", "нет"], Filler.NONE), say("дайте воды"))
    assert found.words
    assert not found.foreign


def test_words_that_the_model_lacks(ear: Ear) -> None:
    assert ear.missing(["да", "кракозябра да", "кракозябра", "еще раз"]) == ["кракозябра"]


def test_a_phrase_with_an_unknown_word_is_not_listened_for(ear: Ear) -> None:
    grammar = ear.grammar(["не кракозябра", "нет"], Filler.STRICT)
    assert grammar == ["нет", "[unk_strict]"]


@pytest.mark.parametrize(
    ("word", "written"),
    [("трех", ("трёх",)), ("все", ("все", "всё")), ("четвёртый", ("четвёртый",))],
)
def test_the_spelling_of_the_model(ear: Ear, word: str, written: tuple[str, ...]) -> None:
    assert ear.spellings(word) == written


def test_without_a_grammar(ear: Ear, say: Speaker) -> None:
    assert heard(Listener(ear, None), say("отменить")).words


def test_nothing_is_written_to_stderr(ear: Ear, capfd: pytest.CaptureFixture[str]) -> None:
    Listener(Ear(), ["да", "кракозябра"], Filler.STRICT).result()
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("files", [(), ("am/final.mdl",)])
def test_no_model(tmp_path: Path, files: tuple[str, ...]) -> None:
    for name in files:
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_bytes(b"")
    with pytest.raises(ModelMissing, match=str(tmp_path)):
        Ear(tmp_path)


def test_a_model_of_16_khz_gets_its_rate(tmp_path: Path, say: Speaker) -> None:
    shutil.copytree(shipped_model(), tmp_path, dirs_exist_ok=True)
    settings = tmp_path / "conf" / "mfcc.conf"
    settings.write_text(settings.read_text().replace("8000", "16000"))
    ear = Ear(tmp_path)
    assert ear.hertz == 16000
    found = heard(Listener(ear, DIGITS, Filler.SOFT), say("один два три"))
    assert found.text == "один два три"
    assert found.words[-1].end < 3


def test_a_model_with_one_filler(tmp_path: Path) -> None:
    shutil.copytree(shipped_model(), tmp_path, dirs_exist_ok=True)
    words = tmp_path / "graph" / "words.txt"
    known = words.read_text("utf-8").splitlines(keepends=True)
    words.write_text("".join(line for line in known if "_" not in line), "utf-8")
    ear = Ear(tmp_path)
    assert ear.grammar(["да"], Filler.STRICT) == ["да", "[unk]"]
    assert ear.grammar(["да"], Filler.NONE) == ["да"]


def test_mu_law_is_that_of_g711() -> None:
    assert list(linear(b"\x00\x7f\xff\x80\x0f")) == [-32124, 0, 0, 32124, -16764]
    every = linear(bytes(range(256)))
    assert (linear(g711(every.tobytes())) == every).all()
