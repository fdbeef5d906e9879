"""From frames to utterances: where one begins and ends, and what of it counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pytest

from ivr.speech.fillers import Filler
from ivr.speech.hearing import CAP, LONGEST, Event, HeardWords, Hearer, Noise, SpeechBegan
from ivr.speech.listening import FILLERS, expected
from ivr.speech.recogniser import Ear
from ivr.speech.voice_activity import Vad
from tests.speech.voices import VOICES, Speaker, g711, noisy

FRAME = 160
DIGITS = ("ноль", "один", "два", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, as the dialogue describes one."""

    phrases: tuple[str, ...] = expected("yes-no")
    filler: Filler = FILLERS["yes-no"]
    pause: float = 0.7
    whole: Callable[[str], bool] = lambda _words: False
    pause_when_whole: float | None = None
    early: bool = False
    strict: bool = False
    alternatives: int = 0


YES_NO, CONFIRMATION = Asked(), Asked(pause=0.9, strict=True)
POLICY = Asked(
    DIGITS, Filler.SOFT, 2.0, whole=lambda words: len(words.split()) == 4, pause_when_whole=0.6
)


@pytest.fixture(scope="module")
def say() -> Iterator[Speaker]:
    speaker = Speaker()
    yield speaker
    speaker.close()


@pytest.fixture(scope="module")
def ear() -> Ear:
    return Ear()


@pytest.fixture(scope="module")
def vad() -> Vad:
    return Vad()


@pytest.fixture
def hearer(ear: Ear, vad: Vad) -> Hearer:
    return Hearer(ear, vad)


def silence(seconds: float) -> bytes:
    return bytes(2 * round(8000 * seconds))


def hiss(seconds: float, level: float) -> bytes:
    noise = np.random.default_rng(5).normal(size=round(8000 * seconds)) * level
    return bytes(noise.astype("<i2").tobytes())


def spoken(pcm: bytes) -> bytes:
    """Without the silence around it."""
    loud = np.flatnonzero(np.abs(np.frombuffer(pcm, "<i2")) > 150)
    return pcm[2 * loud[0] : 2 * loud[-1]]


def heard(hearer: Hearer, pcm: bytes) -> list[tuple[float, Event]]:
    """Every event with the seconds of sound it came after."""
    sound, found = g711(pcm), []
    for at in range(0, len(sound), FRAME):
        found += [(hearer.seconds, event) for event in hearer.hear(sound[at : at + FRAME])]
    return found


def utterance(hearer: Hearer, pcm: bytes) -> HeardWords:
    (found,) = (event for _, event in heard(hearer, pcm) if isinstance(event, HeardWords))
    return found


def answer(pcm: bytes) -> bytes:
    return silence(0.5) + spoken(pcm) + silence(1.5)


@pytest.mark.parametrize("voice", VOICES[::2])
@pytest.mark.parametrize("decibels", [None, 10.0])
@pytest.mark.parametrize("asked", [YES_NO, CONFIRMATION])
def test_a_short_answer_is_never_lost(
    hearer: Hearer, say: Speaker, voice: str, decibels: float | None, asked: Asked
) -> None:
    for text in ("да", "нет"):
        pcm = answer(say(text, voice))
        hearer.open(asked)
        found = heard(hearer, pcm if decibels is None else noisy(pcm, decibels))
        assert [type(event) for _, event in found] == [SpeechBegan, HeardWords]
        words = found[-1][1]
        assert isinstance(words, HeardWords)
        assert words.words == text or (words.foreign and decibels)


def test_an_utterance_ends_with_its_pause(hearer: Hearer, say: Speaker) -> None:
    sound = spoken(say("не надо"))
    hearer.open(YES_NO)
    (began, _), (ended, found) = heard(hearer, silence(0.5) + sound + silence(2))
    end = 0.5 + len(sound) / 16000
    assert 0.5 < began < 0.8
    assert end + 0.55 < ended < end + 0.9
    assert isinstance(found, HeardWords)
    assert (found.words, found.foreign) == ("не надо", False)
    assert 0.5 < found.confidence <= 1
    assert 0.4 < found.began < 0.7
    assert not hearer.is_open


def test_a_dictation_waits_until_it_is_whole(hearer: Hearer, say: Speaker) -> None:
    sound = spoken(say("один два")) + silence(1.5) + spoken(say("три семь")) + silence(2.5)
    hearer.open(POLICY)
    (_, (ended, found)) = heard(hearer, sound)
    assert isinstance(found, HeardWords)
    assert found.words == "один два, три семь"
    assert ended < len(sound) / 16000 - 1.5
    hearer.open(POLICY)
    (_, (ended, found)) = heard(hearer, spoken(say("один два")) + silence(2.5))
    assert isinstance(found, HeardWords)
    assert found.words == "один два"
    assert ended > len(sound) / 16000 + 2.2


def test_what_is_whole_is_taken_early(hearer: Hearer, say: Speaker) -> None:
    asked = Asked(expected("command"), FILLERS["command"], early=True, whole=bool)
    sound = spoken(say("оператор"))
    hearer.open(asked)
    (_, (ended, found)) = heard(hearer, silence(0.5) + sound + silence(2))
    assert isinstance(found, HeardWords)
    assert found.words == "оператор"
    assert ended < 0.5 + len(sound) / 16000 + 0.55


def test_a_confirmation_is_never_taken_early(hearer: Hearer, say: Speaker) -> None:
    asked = Asked(pause=0.9, strict=True, early=True, whole=bool)
    sound = spoken(say("да")) + silence(0.4) + spoken(say("нет"))
    hearer.open(asked)
    (_, (ended, found)) = heard(hearer, silence(0.5) + sound + silence(2))
    assert isinstance(found, HeardWords)
    assert "нет" in found.words
    assert ended > 0.5 + len(sound) / 16000 + 0.7


@pytest.mark.parametrize("cut", [0.1, 0.3, 0.5, 0.7, 0.9])
def test_a_yes_begun_before_the_confirmation_is_none(
    hearer: Hearer, say: Speaker, cut: float
) -> None:
    sound = spoken(say("да конечно отмените"))
    at = 320 * round(len(sound) * cut / 320)
    heard(hearer, silence(0.5) + sound[:at])
    hearer.open(CONFIRMATION)
    found = [event for _, event in heard(hearer, sound[at:] + silence(2))]
    assert not any(isinstance(one, HeardWords) and not one.foreign for one in found)
    hearer.open(CONFIRMATION)
    assert utterance(hearer, answer(say("нет"))).words == "нет"


def test_nothing_is_heard_while_no_question_is_open(hearer: Hearer, say: Speaker) -> None:
    assert heard(hearer, answer(say("да"))) == []
    hearer.open(YES_NO)
    heard(hearer, silence(0.3))
    hearer.close()
    assert heard(hearer, answer(say("да"))) == []
    hearer.open(YES_NO)
    assert utterance(hearer, answer(say("нет"))).words == "нет"


def test_what_follows_an_answer_is_not_heard(hearer: Hearer, say: Speaker) -> None:
    hearer.open(Asked(early=True, whole=lambda words: words == "не надо"))
    followed = spoken(say("не надо")) + silence(0.4) + spoken(say("да"))
    assert utterance(hearer, silence(0.5) + followed + silence(2)).words == "не надо"
    hearer.open(YES_NO)
    assert heard(hearer, silence(2)) == []


def test_foreign_words_are_not_understood(hearer: Hearer, say: Speaker) -> None:
    hearer.open(YES_NO)
    assert utterance(hearer, answer(say("за окном растёт большая берёза"))).foreign


@pytest.mark.parametrize("level", [30, 300, 2000])
def test_noise_is_no_answer(hearer: Hearer, say: Speaker, level: float) -> None:
    hearer.open(YES_NO)
    found = [event for _, event in heard(hearer, hiss(6, level))]
    assert set(found) <= {SpeechBegan(), Noise()}
    assert found.count(SpeechBegan()) == found.count(Noise())
    assert utterance(hearer, answer(say("да"))).words == "да"


def test_an_endless_utterance_is_closed(hearer: Hearer, say: Speaker) -> None:
    sound = b"".join(spoken(say(" ".join(DIGITS))) for _ in range(5))
    hearer.open(Asked(DIGITS, Filler.SOFT, 1.2))
    _, (ended, found) = heard(hearer, sound)
    assert isinstance(found, HeardWords)
    assert CAP - 1 <= ended <= CAP + 0.5
    assert len(found.words.split()) > 15


def test_a_dictation_that_goes_on_is_not_cut_off(hearer: Hearer, say: Speaker) -> None:
    """Sixteen digits, a second apart."""
    digits = [spoken(say(digit)) + silence(0.8) for digit in DIGITS * 2][:16]
    hearer.open(Asked(DIGITS, Filler.SOFT, 2.0, pause_when_whole=0.6))
    sound = b"".join(digits)
    assert CAP + 4 < len(sound) / 16000 < LONGEST
    found = utterance(hearer, sound + silence(2.5))
    assert found.words.replace(",", "").split() == list((DIGITS * 2)[:16])


def test_lost_frames_are_silence(hearer: Hearer, say: Speaker) -> None:
    hearer.open(YES_NO)
    heard(hearer, silence(0.5) + spoken(say("отмените")))
    found = hearer.silence(50)
    assert isinstance(found[-1], HeardWords)
    assert found[-1].words == "отмените"


def test_alternatives_where_they_are_asked_for(hearer: Hearer, say: Speaker) -> None:
    hearer.open(Asked(expected("visit"), FILLERS["visit"], alternatives=3))
    found = utterance(hearer, answer(noisy(say("июня"), 10)))
    assert found.words not in found.alternatives
    assert 1 <= len(found.alternatives) <= 3
    assert "июня" in {found.words, *found.alternatives}
    assert found.confidence == 1


def test_a_prepared_recogniser_is_as_good_as_new(hearer: Hearer, say: Speaker) -> None:
    hearer.open(YES_NO)
    hearer.prepare(CONFIRMATION)
    heard(hearer, silence(0.5) + spoken(say("нет")))
    hearer.open(CONFIRMATION)
    assert utterance(hearer, answer(say("да"))).words == "да"


def test_frames_of_any_length(hearer: Hearer, say: Speaker) -> None:
    sound = g711(answer(say("отмените")))
    hearer.open(YES_NO)
    assert hearer.hear(b"") == ()
    found = [*hearer.hear(sound[:1]), *hearer.hear(sound[1:1000])]
    for at in range(1000, len(sound), 400):
        found += hearer.hear(sound[at : at + 400])
    assert isinstance(found[-1], HeardWords)
    assert found[-1].words == "отмените"


def test_our_own_voice_answers_nothing_in_a_menu(hearer: Hearer, say: Speaker) -> None:
    """The prompt names the words that are listened for; the caller says one over it."""
    prompt = spoken(
        say("Поликлиника номер пять. Что сделать? Отменить – два. Закончить – один. " * 2)
    )
    menu = Asked(("отменить", "закончить", "один", "два", "оператор"), Filler.ORDINARY)
    echo = np.pad(np.frombuffer(prompt, "<i2") // 4, (1600, 8000))
    answered = 8000 * 7
    caller = np.frombuffer(spoken(say("оператор", "ru+f2")), "<i2")
    echo[answered : answered + caller.size] += caller
    heard_, sent = g711(echo.astype("<i2").tobytes()), g711(prompt + silence(1.2))
    found: list[Event] = []
    for at in range(0, len(heard_), FRAME):
        if at == 8000 * 4:
            hearer.open(menu)
        found += hearer.hear(heard_[at : at + FRAME], sent[at : at + FRAME])
    (words,) = (event for event in found if isinstance(event, HeardWords))
    assert (words.words, words.foreign) == ("оператор", False)


def test_our_own_voice_answers_nothing_in_a_calls_first_second(
    hearer: Hearer, say: Speaker
) -> None:
    """Nothing is known of the line's echo yet; silence behind the prompt is heard again."""
    prompt = spoken(say("Тихо. Отменить – два. Закончить – один. Позвать оператора – ноль."))
    menu = Asked(("отменить", "закончить", "один", "два", "тихо", "ноль"), Filler.ORDINARY)
    echo = np.pad(np.frombuffer(prompt, "<i2") // 10, (480, 16000)).astype("<i2").tobytes()
    heard_, sent = g711(echo + answer(say("два", "ru+f2"))), g711(prompt)
    hearer.open(menu)
    found: list[Event] = []
    for at in range(0, len(heard_), FRAME):
        found += hearer.hear(heard_[at : at + FRAME], sent[at : at + FRAME])
    assert [event.words for event in found if isinstance(event, HeardWords)] == ["два"]
