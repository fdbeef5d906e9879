"""Everything that the model is trained on, in parts that are made one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import cache, partial
from multiprocessing import get_context
from pathlib import Path
from zlib import crc32

import numpy as np
from tqdm import tqdm

from tools.ear import festival, lexicon, utterances
from tools.ear.chance import one_of
from tools.ear.lexicon import Pronunciation, phones_of
from tools.ear.sound import perhaps_by_mobile, silence, surrounded
from tools.ear.texts import Group, Text, Texts, invented
from tools.ear.utterances import Samples, Utterance
from tools.ear.voices import clunits, espeak, festvox, ru_tts, vocoder
from tools.ear.voices.phonemes import agreeing, phonemes

FOREIGN = 15000
"""Words of Festival's dictionary that no question asks for."""
MADE_UP = 3000
"""Words that do not exist."""
BREAK = (0.08, 0.8)
"""Seconds between two groups."""
VOCODED = 2
"""Invented speakers for each text of Festival's, and for each third of ru_tts."""
SPELLED = 0.5
"""Of espeak-ng's groups of words; the others are given as phones."""
PROCESSES = 2


@dataclass(frozen=True, slots=True)
class Part:
    name: str
    """Of its file; it also settles what is random in it."""
    make: Callable[[Path, np.random.Generator], Iterator[Utterance]]


def parts() -> list[Part]:
    names = festvox.sentences()
    return [
        *(Part(f"festvox{n:02}", partial(_festvox, names[n::20])) for n in range(20)),
        *(Part(f"festival{n:02}", partial(_festival, 200)) for n in range(4)),
        *(Part(f"espeak{n:02}", partial(_espeak, 1000)) for n in range(10)),
        *(Part(f"ru_tts{n:02}", partial(_ru_tts, 500)) for n in range(4)),
    ]


def prepare(work: Path, seed: int) -> None:
    """Words and voices that the parts need."""
    chance = np.random.default_rng([seed, 1])
    espeak.prepare(work / "espeak", chance)
    lexicon.write(work / "foreign.txt", _foreign_words(chance))


def make(work: Path, seed: int) -> None:
    """Those parts that are not there yet, two at a time."""
    folder = work / "speech"
    folder.mkdir(exist_ok=True)
    missing = [part for part in parts() if not (folder / f"{part.name}.npz").is_file()]
    with _processes() as pool, tqdm(total=len(missing), unit="part") as bar:
        for done in as_completed(pool.submit(_made, part, work, seed) for part in missing):
            bar.set_postfix_str(done.result())
            bar.update()


def _processes() -> ProcessPoolExecutor:
    """A new one for each part: espeak-ng remembers what it said before."""
    return ProcessPoolExecutor(PROCESSES, get_context("spawn"), max_tasks_per_child=1)


def _made(part: Part, work: Path, seed: int) -> str:
    chance = np.random.default_rng([seed, crc32(part.name.encode())])
    found = list(part.make(work, chance))
    utterances.write(work / "speech" / f"{part.name}.npz", found)
    return f"{part.name}: {utterances.minutes(found):.0f} min"


def _foreign_words(chance: np.random.Generator) -> lexicon.Lexicon:
    known = lexicon.read()
    stressed = {word: text for word, text in festival.dictionary().items() if word not in known}
    words = [str(word) for word in chance.choice(sorted(stressed), FOREIGN, replace=False)]
    found = festival.spoken([stressed[word] for word in words])
    said = {
        word: (festival.reduced([phone for _, phones in one.words for phone in phones]),)
        for word, one in zip(words, found, strict=True)
        if one is not None
    }
    return {word: each for word, each in said.items() if each[0]}


@cache
def _texts(work: Path, *, with_invented: bool) -> Texts:
    foreign = lexicon.read(work / "foreign.txt")
    made_up = invented(MADE_UP, np.random.default_rng(1)) if with_invented else {}
    return Texts(lexicon.read(), {**foreign, **made_up})


def _festvox(
    names: Sequence[str], _work: Path, chance: np.random.Generator
) -> Iterator[Utterance]:
    yield from festvox.said(names, chance)


def _espeak(count: int, work: Path, chance: np.random.Generator) -> Iterator[Utterance]:
    program = espeak.Espeak(work / "espeak")
    own = espeak.training_voices()
    texts = _texts(work, with_invented=True)
    for _ in range(count):
        invented_one = espeak.invented_name(int(chance.integers(espeak.INVENTED)))
        name = invented_one if chance.random() < 0.65 else one_of(own, chance)
        speed = int(chance.integers(100, 250))
        manner = espeak.Manner(name, int(chance.integers(20, 90)), speed)
        text = texts.one(chance)
        said = [_said(group, texts, program, chance) for group in text]
        sounds = [program.say(written, manner) for written, _ in said]
        phones = phones_of([word for _, group in said for word in group])
        yield from _finished(f"espeak:{name}", text, phones, sounds, chance)


def _said(
    group: Group, texts: Texts, program: espeak.Espeak, chance: np.random.Generator
) -> tuple[str, list[Pronunciation]]:
    """What is given to espeak-ng: a SPELLED share as it is written, where it can read it."""
    own = program.phonemes(" ".join(group))
    if len(own) == len(group) and chance.random() < SPELLED:
        pairs = zip(own, group, strict=True)
        found = [agreeing(one, texts.pronunciations(word)) for one, word in pairs]
        if None not in found:
            return " ".join(group), [each for each in found if each]
    drawn = [texts.pronounced(word, chance) for word in group]
    return phonemes(drawn), drawn


def _ru_tts(count: int, work: Path, chance: np.random.Generator) -> Iterator[Utterance]:
    program, texts = ru_tts.RuTts(), _texts(work, with_invented=False)
    for number in range(count):
        woman = bool(chance.random() < 0.55)
        rate, pitch, tone = (int(chance.integers(*limits)) for limits in _RU_TTS)
        manner = ru_tts.Manner(rate, pitch, tone, woman)
        text = texts.one(chance)
        sounds = [program.say(_marked(group, texts), manner) for group in text]
        name = "ru_tts:woman" if woman else "ru_tts:man"
        done = list(_finished(name, text, _usual(text, texts), sounds, chance))
        yield from done
        if number % 3 == 0:
            yield from _by_others(done, chance, of_a_woman=woman)


_RU_TTS = ((60, 160), (70, 160), (40, 140))
"""Least and most of rate, pitch and intonation."""


def _festival(count: int, work: Path, chance: np.random.Generator) -> Iterator[Utterance]:
    texts = _texts(work, with_invented=False)
    drawn = [texts.one(chance) for _ in range(count)]
    groups = [group for text in drawn for group in text]
    sounds = iter(clunits.said([_marked_for_festival(group, texts) for group in groups]))
    for text in drawn:
        said = [next(sounds) for _ in text]
        done = list(_finished("festival:man", text, _usual(text, texts), said, chance))
        yield from done
        yield from _by_others(done, chance, of_a_woman=False)


def _by_others(
    utterances: Sequence[Utterance], chance: np.random.Generator, *, of_a_woman: bool
) -> Iterator[Utterance]:
    for one in utterances:
        apart = vocoder.taken_apart_at_8_khz(one.samples)
        for _ in range(VOCODED):
            kind, change = vocoder.other_speaker(chance, of_a_woman=of_a_woman)
            samples = perhaps_by_mobile(vocoder.put_together(apart, change, chance), chance)
            voice = f"{one.voice}:{kind}"
            yield Utterance(samples, one.phones, voice, one.words)


def _usual(text: Text, texts: Texts) -> tuple[str, ...]:
    return phones_of([texts.pronounced(word) for group in text for word in group])


def _marked(group: Group, texts: Texts) -> str:
    """With a + behind the stressed vowel."""
    return " ".join(lexicon.marked(word, texts.pronounced(word), "+") for word in group)


def _marked_for_festival(group: Group, texts: Texts) -> str:
    """With a + before it."""
    marked = (lexicon.marked(word, texts.pronounced(word), "\0") for word in group)
    return " ".join(_moved_before(word) for word in marked)


def _moved_before(word: str) -> str:
    place = word.find("\0")
    return word if place < 0 else f"{word[: place - 1]}+{word[place - 1]}{word[place + 1 :]}"


def _finished(
    voice: str,
    text: Text,
    phones: tuple[str, ...],
    sounds: Sequence[Samples],
    chance: np.random.Generator,
) -> Iterator[Utterance]:
    """The groups one after the other; nothing where one of them failed."""
    if not all(len(sound) for sound in sounds):
        return
    pieces = [sounds[0]]
    for sound in sounds[1:]:
        pieces += [silence(chance.uniform(*BREAK)), sound]
    samples = surrounded(np.concatenate(pieces), chance)
    words = tuple(word for group in text for word in group)
    yield Utterance(perhaps_by_mobile(samples, chance), phones, voice, words)
