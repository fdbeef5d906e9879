"""python -m tools.ear.tuning MODEL…: what the strictness of the fillers is chosen by.

Voices and words that the model was not trained on, and that are no part of the evaluation:
espeak-ng's TUNING voices, ru_tts with new words, and the human sentences that were kept aside,
cut into words. Shares of answers that were lost, and of foreign words that were taken for an
answer, for each filler.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import vosk

from ivr.speech.listening import ONE_BY_ONE, expected
from tools.ear import festival, lexicon
from tools.ear.chance import one_of
from tools.ear.kaldi.states import FILLERS
from tools.ear.lexicon import Pronunciation
from tools.ear.sound import Wave, silence
from tools.ear.texts import DIGITS
from tools.ear.utterances import HERTZ, Samples
from tools.ear.voices import espeak, festvox, ru_tts, vocoder
from tools.ear.voices.phonemes import phonemes

WORK = Path("var/ear")
STRINGS, WORDS, FOREIGN = 40, 60, 60
"""Of each voice."""
LENGTH = 8
"""Digits of a string."""
NOISE = 10.0
"""Decibels below the digits."""
OTHERS = 3
"""Invented speakers of the kept-aside sentences."""


@dataclass(frozen=True, slots=True)
class Trial:
    what: str
    samples: Samples
    words: tuple[str, ...] | None
    """None: none of them should be heard."""


def trials(chance: np.random.Generator) -> list[Trial]:
    known = lexicon.read()
    foreign = _foreign(chance, known)
    program = espeak.Espeak(WORK / "espeak")
    found = [
        trial
        for voice in espeak.TUNING
        for trial in _by_espeak(program, voice, known, foreign, chance)
    ]
    return [*found, *_by_ru_tts(foreign, chance), *_by_a_man(known, chance)]


def main() -> None:
    vosk.SetLogLevel(-1)
    everything = trials(np.random.default_rng(11))
    for folder in sys.argv[1:]:
        model = vosk.Model(folder)
        print(folder)
        for filler in ("", *FILLERS):
            print(f"  {filler or 'no filler':14}", _told(model, everything, filler))


def _told(model: vosk.Model, everything: Sequence[Trial], filler: str) -> str:
    counts: dict[str, tuple[int, int]] = {}
    for trial in everything:
        for question in _questions(trial):
            name = trial.what if trial.words else f"{trial.what}/{question}"
            bad, all_of_it = counts.get(name, (0, 0))
            counts[name] = (bad + _is_bad(model, trial, question, filler), all_of_it + 1)
    return "  ".join(
        f"{name} {100 * bad / n:.1f} % of {n}" for name, (bad, n) in counts.items()
    )


def _questions(trial: Trial) -> tuple[str, ...]:
    if trial.words is None:
        return ("yes-no", "command")
    return ("digits",) if set(trial.words) <= set(DIGITS) else ("command",)


def _is_bad(model: vosk.Model, trial: Trial, question: str, filler: str) -> bool:
    heard = _heard(model, trial.samples, question, filler)
    if trial.words is None:
        return bool(heard) and not any(word.startswith("[") for word in heard)
    return tuple(heard) != trial.words


def _heard(model: vosk.Model, samples: Samples, question: str, filler: str) -> list[str]:
    phrases = ONE_BY_ONE if question == "digits" else expected(question)  # type: ignore[arg-type]
    known = [phrase for phrase in phrases if _knows(model, phrase)]
    grammar = json.dumps([*known, *[filler] * bool(filler)], ensure_ascii=False)
    recogniser = vosk.KaldiRecognizer(model, HERTZ, grammar)
    sound = np.concatenate([silence(0.2), samples, silence(0.4)])
    recogniser.AcceptWaveform(sound.tobytes())
    return list(json.loads(recogniser.FinalResult())["text"].replace("ё", "е").split())


def _knows(model: vosk.Model, phrase: str) -> bool:
    """As it stands."""
    return all(model.vosk_model_find_word(word) >= 0 for word in phrase.split())


def _foreign(
    chance: np.random.Generator, known: lexicon.Lexicon
) -> list[tuple[str, Pronunciation]]:
    """Words of Festival's dictionary that were neither known nor trained on."""
    trained_on = lexicon.read(WORK / "foreign.txt")
    words = [
        word for word in festival.dictionary() if word not in known and word not in trained_on
    ]
    stressed = festival.dictionary()
    picked = [str(word) for word in chance.choice(sorted(words), 4 * FOREIGN, replace=False)]
    spoken = festival.spoken([stressed[word] for word in picked])
    return [
        (word, festival.reduced([phone for _, phones in one.words for phone in phones]))
        for word, one in zip(picked, spoken, strict=True)
        if one is not None
    ]


def _by_espeak(
    program: espeak.Espeak,
    voice: str,
    known: lexicon.Lexicon,
    foreign: Sequence[tuple[str, Pronunciation]],
    chance: np.random.Generator,
) -> Iterator[Trial]:
    def say(said: Sequence[Pronunciation]) -> Samples:
        pitch, speed = int(chance.integers(30, 80)), int(chance.integers(120, 220))
        return program.say(phonemes(said), espeak.Manner(voice, pitch, speed))

    commands = [phrase for phrase in expected("command") if set(phrase.split()) <= set(known)]
    for _ in range(STRINGS):
        words = tuple(DIGITS[digit] for digit in chance.integers(0, 10, LENGTH))
        clean = say([known[word][0] for word in words])
        yield Trial("digits", clean, words)
        yield Trial("digits in noise", _noisy(clean, chance), words)
    for _ in range(WORDS):
        words = tuple(one_of(commands, chance).split())
        yield Trial("commands", say([known[word][0] for word in words]), words)
    for _ in range(FOREIGN):
        _, phones = one_of(foreign, chance)
        yield Trial("foreign", say([phones]), None)


def _by_ru_tts(
    foreign: Sequence[tuple[str, Pronunciation]], chance: np.random.Generator
) -> Iterator[Trial]:
    program = ru_tts.RuTts()
    for number in range(2 * FOREIGN):
        word, phones = one_of(foreign, chance)
        text = lexicon.marked(word, phones, "+")
        yield Trial(
            "ru_tts", program.say(text, ru_tts.Manner(100, 100, 100, number % 2 == 0)), None
        )


def _by_a_man(known: lexicon.Lexicon, chance: np.random.Generator) -> Iterator[Trial]:
    """Words of the kept-aside sentences, his own and by invented speakers."""
    strange = [phones for word in known for phones in known[word]]
    for piece, phones in festvox.kept_aside_words():
        if phones not in strange:
            yield Trial("human", piece, None)
            apart = vocoder.taken_apart_at_8_khz(piece)
            for _ in range(OTHERS):
                _, change = vocoder.other_speaker(chance, of_a_woman=False)
                yield Trial("altered", vocoder.put_together(apart, change, chance), None)


def _noisy(samples: Samples, chance: np.random.Generator) -> Samples:
    wave: Wave = samples.astype(np.float64)
    loudness = np.sqrt((wave[np.abs(wave) > 100] ** 2).mean()) * 10 ** (-NOISE / 20)
    noisy = wave + loudness * chance.normal(size=len(wave))
    return np.asarray(noisy.clip(-32768, 32767), np.int16)


if __name__ == "__main__":
    main()
