"""The test: who says what, how it sounds, at which question, and what is counted."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from zlib import crc32

import numpy as np

from bench.hearing_words import foreign, value_of
from bench.sounds import CONFIRMATION, Wave, noise, question
from bench.speakers import Say
from ivr.speech.fillers import Filler
from ivr.speech.listening import ONE_BY_ONE
from ivr.speech.understanding import Kind
from tests.speech.understanding import test_vectors as vectors
from tools.ear.evaluation import invented, judging
from tools.ear.evaluation.arithmetic import HERTZ, Samples, in_a_row
from tools.ear.evaluation.judging import Case, Judge, plain
from tools.ear.evaluation.people import (
    DAYS,
    DIGITS,
    MONTHS,
    NEW_RHVOICES,
    NUMBERS,
    ORDINALS,
    RHVOICES,
    People,
)
from tools.ear.evaluation.telephone import Change, clean, conditions, noisy, on_the_line

LENGTH = 16
"""Digits of a policy."""
STRINGS, FEWER, NOISY, PAIRS, DATES = 200, 60, 15, 50, 50
"""Of the woman's digits: at the policy's question, at others, in each noise; of two-digit
numbers; of eight digits."""
INVENTED = {"altered": (30, 1), "elderly-like": (10, 2), "child-like": (10, 2)}
"""Speakers of each kind, and strings of each speaker."""
SYNTHETIC, NEW, PHRASES, SENTENCES = 3, 8, 30, 40
"""Strings of each synthetic voice, and of each of RHVoice's; phrases, sentences."""
LONGEST_PROMPT = 6 * HERTZ
TAIL_DB = 25
"""Pink noise behind invented voices: a vocoder's silence is too clean."""
HARD = ("white noise, 10 dB", "pink noise, 10 dB", "babble, 10 dB", "2 % of packets lost")
"""Conditions that are tried at the policy's question, too."""
PROMPT = "Назовите номер полиса целиком, по одной цифре, или наберите его на телефоне."
SINGLE = "other people's single words"
WOMAN, MAN = "a woman, never trained on", "the man trained on, other sentences"
HELD_OUT = "espeak voices kept out"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as the recogniser knows it."""

    name: str
    phrases: tuple[str, ...]
    filler: Filler

    def without(self) -> Asked:
        return Asked(self.name, self.phrases, Filler.NONE)


@dataclass(frozen=True, slots=True)
class Row:
    who: str
    says: str
    sound: str
    asked: Asked
    judge: Judge
    cases: Sequence[Case]


def asked(kind: Kind) -> Asked:
    said = question(kind, vectors.LISTED if kind == "visit" else ())
    return Asked(kind, said.phrases, said.filler)


ONE = Asked("single digits", ONE_BY_ONE, Filler.SOFT)
CONFIRM = Asked("confirmation", CONFIRMATION.phrases, CONFIRMATION.filler)


def rows(people: People) -> Iterator[Row]:
    voices = dict(people.espeak())
    sentences = [_pcm(pcm) for say in voices.values() for pcm in say(foreign()).values()]
    prompt = _wave(voices["espeak ru"]([PROMPT])[PROMPT])
    talk = [pcm.astype(np.float64) for pcm in sentences]
    yield from _woman(people, conditions(talk, prompt))
    yield from _invented(people)
    yield from _man(people)
    yield from _dictated(voices, HELD_OUT, SYNTHETIC, (("quiet room", clean),))
    yield from _meanings(voices, HELD_OUT)
    words = people.ktuberling().values()
    yield from _rejected(SINGLE, words, any_word=True)
    prompts = [_pcm(pcm) for pcm in people.womans_prompts().values()]
    short = [pcm for pcm in prompts if pcm.size <= LONGEST_PROMPT][::4]
    yield from _rejected("the woman's other prompts", short)
    yield from _rejected(f"ordinary sentences, {HELD_OUT}", sentences[::2])
    yield from _rejected("nobody, only noise", list(_noises()))
    yield from _rhvoice(people, RHVOICES, "RHVoice, 4 voices")
    yield from _rhvoice(people, NEW_RHVOICES, "RHVoice, 3 newer voices")
    yield from _klettres(people)
    yield from _stamps(people)


def _rhvoice(people: People, names: Sequence[str], who: str) -> Iterator[Row]:
    voices = dict(people.rhvoice(names))
    if not voices:
        return
    loud = ((f"{kind} noise, 10 dB", noisy(kind, 10)) for kind in ("white", "pink"))
    yield from _dictated(voices, who, NEW, (("quiet room", clean), *loud))
    yield from _meanings(voices, who)
    sentences = [_pcm(pcm) for say in voices.values() for pcm in say(foreign()).values()]
    yield from _rejected(f"ordinary sentences, {who}", sentences)


def _klettres(people: People) -> Iterator[Row]:
    letters = people.klettres()
    for question_ in (asked("yes-no"), CONFIRM):
        cases = [Case(_sent(letters[word], clean, word), (word,)) for word in _yes_no(letters)]
        who, judge = "young people of KLettres", judging.meant("yes-no")
        yield Row(who, "да, нет", "quiet room", question_, judge, cases)
    known = {word for kind in (asked("yes-no"), asked("command")) for word in kind.phrases}
    unknown = [pcm for word, pcm in letters.items() if word not in known]
    yield from _rejected("letters and syllables, KLettres", unknown, any_word=True)


def _stamps(people: People) -> Iterator[Row]:
    """A person's ten digits, in strings as the woman's, and words that no question asks for."""
    said, who = people.stamps(), "a person of Tux Paint"
    single = {str(digit): said[word] for digit, word in enumerate(DIGITS) if word in said}
    if len(single) == len(DIGITS):
        strings = list(_strings(single, FEWER, LENGTH, 19))
        for question_ in (asked("policy"), ONE, ONE.without()):
            yield _words(who, "ten digits, alone", single, NUMBERS, question_)
            yield _spoken(who, f"{LENGTH} digits", "quiet room", question_, strings)
    kinds = (asked("yes-no"), CONFIRM, asked("command"))
    known = {word for kind in kinds for phrase in kind.phrases for word in phrase.split()}
    unknown = {text: pcm for text, pcm in said.items() if not known & set(text.split())}
    words = [pcm for text, pcm in unknown.items() if " " not in text]
    sentences = [pcm for text, pcm in unknown.items() if " " in text]
    yield from _rejected(f"single words of {who}", words, any_word=True)
    yield from _rejected(f"sentences of {who}", sentences)


def _yes_no(letters: Mapping[str, Samples]) -> list[str]:
    return [word for word in ("да", "нет") if word in letters]


def _woman(people: People, sounds: Mapping[str, Change]) -> Iterator[Row]:
    recorded = people.woman([*NUMBERS, *ORDINALS, *MONTHS, *DAYS])
    if not recorded:
        return
    single = {digit: recorded[digit] for digit in map(str, range(10))}
    policy = asked("policy")
    for question_ in (policy, ONE, ONE.without()):
        yield _words(WOMAN, "ten digits, alone", single, NUMBERS, question_)
    strings = list(_strings(single, STRINGS, LENGTH, 11))
    for question_, most in (
        (policy, STRINGS),
        (ONE, FEWER),
        (ONE.without(), FEWER),
    ):
        yield _spoken(WOMAN, f"{LENGTH} digits", "quiet room", question_, strings[:most])
    dates = list(_strings(single, DATES, 8, 12))
    yield _spoken(WOMAN, "8 digits of a date", "quiet room", policy, dates)
    others = {name: pcm for name, pcm in recorded.items() if name in NUMBERS}
    pairs = list(_pairs(others, PAIRS, 13))
    yield _row(WOMAN, "4 numbers of two digits", clean, policy, judging.numbers, pairs)
    rest = {name: pcm for name, pcm in others.items() if name not in single}
    yield _words(WOMAN, "numbers from 10 to 100, alone", rest, NUMBERS, policy)
    for says, named, question_ in (
        ("ordinals", ORDINALS, asked("birth-date")),
        ("months", MONTHS, asked("birth-date")),
        ("days of the week, today, tomorrow", DAYS, asked("visit")),
    ):
        heard = {word for phrase in question_.phrases for word in phrase.split()}
        some = {name: recorded[name] for name, word in named.items() if word in heard}
        yield _words(WOMAN, says, some, named, question_)
    said = strings[:NOISY]
    for name, change in sounds.items():
        if change is not clean:
            yield _row(WOMAN, f"{LENGTH} digits", change, ONE, judging.digits, said, name)
        if name in HARD:
            yield _row(WOMAN, f"{LENGTH} digits", change, policy, judging.digits, said, name)


Said = tuple[tuple[str, ...], Samples]
"""Words and their sound."""


def _invented(people: People) -> Iterator[Row]:
    single = people.woman([str(digit) for digit in range(10)])
    if find_spec("pyworld") is None:
        people.miss("pyworld: invented voices of the woman")
        return
    if not single:
        return
    voice, change = invented.Voice(single), noisy("pink", TAIL_DB)
    for kind, (count, strings) in INVENTED.items():
        chance = random.Random(f"invented {kind}")
        alone: list[Said] = []
        rows_of_digits: list[Said] = []
        for _ in range(count):
            spoken = voice.by(invented.KINDS[kind](chance), chance)
            alone += [((NUMBERS[name],), pcm) for name, pcm in spoken.items()]
            rows_of_digits += _strings(spoken, strings, LENGTH, chance.randrange(2**31))
        who = f"{kind} voices of the woman ({count})"
        sound = f"pink noise, {TAIL_DB} dB"
        for question_ in (asked("policy"), ONE, ONE.without()):
            if question_.filler:
                judge = judging.alone
                yield _row(who, "digits, alone", change, question_, judge, alone, sound)
            judge = judging.digits_and_fillers
            said = f"{LENGTH} digits"
            yield _row(who, said, change, question_, judge, rows_of_digits, sound)


def _man(people: People) -> Iterator[Row]:
    sentences = people.festvox(SENTENCES)
    if not sentences:
        return
    said = [(plain(_letters(text)), pcm) for text, pcm in sentences.items()]
    words = tuple(dict.fromkeys(word for row, _ in said for word in row))
    question_ = Asked("words of the sentences", words, Filler.ORDINARY)
    judge = judging.of_a_sentence
    yield _row(MAN, f"{len(said)} sentences", clean, question_, judge, said)
    sounds = [pcm for _, pcm in said]
    yield from _rejected("sentences of " + MAN, sounds)


def _letters(text: str) -> str:
    return "".join(letter if letter.isalpha() else " " for letter in text.lower())


def _dictated(
    voices: Mapping[str, Say],
    who: str,
    count: int,
    sounds: Iterable[tuple[str, Change]],
) -> Iterator[Row]:
    """Digits, as a synthesiser reads them one behind the other."""
    numbers = _numbers(count * len(voices), LENGTH, 17)
    dictated = [" ".join(DIGITS[int(digit)] for digit in number) for number in numbers]
    strings: list[Said] = []
    digits: list[Said] = []
    for place, say in enumerate(voices.values()):
        mine = dictated[place * count : (place + 1) * count]
        strings += [(plain(text), _pcm(pcm)) for text, pcm in say(mine).items()]
        digits += [((text,), _pcm(pcm)) for text, pcm in say(DIGITS).items()]
    for sound, change in sounds:
        for question_ in (asked("policy"), ONE):
            for says, judge, said in (
                ("digits, alone", judging.alone, digits),
                (f"{LENGTH} digits", judging.digits_and_fillers, strings),
            ):
                yield _row(who, says, change, question_, judge, said, sound)


def _meanings(voices: Mapping[str, Say], who: str) -> Iterator[Row]:
    """What a patient may say at other questions; by each voice some of it."""
    for kind, says in MEANT.items():
        question_, read = asked(kind), value_of(kind)
        phrases = [text for text in TEXTS[kind]() if read(text) not in (None, ())]
        said: list[Said] = []
        for name, say in voices.items():
            chance = random.Random(f"{kind} {name}")
            some = chance.sample(phrases, min(PHRASES, len(phrases)))
            said += [(tuple(text.split()), _pcm(pcm)) for text, pcm in say(some).items()]
        judge = judging.meant(kind)
        yield _row(who, says, clean, question_, judge, said)


MEANT: Mapping[Kind, str] = {
    "command": "commands",
    "yes-no": "yes and no, in many words",
    "visit": "which visit",
    "birth-date": "birth dates",
}
TEXTS: Mapping[Kind, Callable[[], Iterable[str]]] = {
    "command": lambda: asked("command").phrases,
    "yes-no": lambda: asked("yes-no").phrases,
    "visit": lambda: _without_figures(vectors.VISITS),
    "birth-date": lambda: _without_figures(vectors.BIRTH_DATES),
}


def _without_figures(table: Iterable[object]) -> Iterator[str]:
    """The domain's vectors."""
    for row in table:
        text = str(row.values[0])  # type: ignore[attr-defined]
        if not any(letter.isdigit() for letter in text):
            yield text


def _rejected(who: str, sounds: Iterable[Samples], *, any_word: bool = False) -> Iterator[Row]:
    said: list[Said] = [((), pcm) for pcm in sounds]
    if not said:
        return
    for question_, read in (
        (asked("yes-no"), judging.by_question("yes-no")),
        (CONFIRM, judging.by_confirmation),
        (asked("command"), judging.by_question("command")),
    ):
        judge = judging.rejected(read, any_word=any_word)
        yield _row(who, "no answer", clean, question_, judge, said)


def _noises() -> Iterator[Samples]:
    chance = np.random.default_rng(5)
    for place in range(20):
        kind = "white" if place % 2 else "pink"
        loud = noise(kind, 3 * HERTZ, chance) * 10 ** chance.uniform(0.5, 3.2)
        yield np.clip(loud, -32768, 32767).astype(np.int16)


def _numbers(count: int, length: int, seed: int) -> list[str]:
    chance = random.Random(seed)
    return ["".join(chance.choice("0123456789") for _ in range(length)) for _ in range(count)]


def _strings(
    single: Mapping[str, Samples], count: int, length: int, seed: int
) -> Iterator[Said]:
    chance = random.Random(seed)
    for number in _numbers(count, length, seed):
        words = tuple(DIGITS[int(digit)] for digit in number)
        yield words, in_a_row(chance, single, number)


def _pairs(recorded: Mapping[str, Samples], count: int, seed: int) -> Iterator[Said]:
    """«двадцать три сорок пять…»: the woman's tens and units."""
    chance = random.Random(seed)
    for _ in range(count):
        names: list[str] = []
        for _ in range(4):
            names += [str(chance.randrange(20, 100, 10)), str(chance.randrange(1, 10))]
        yield tuple(NUMBERS[name] for name in names), in_a_row(chance, recorded, names)


def _words(
    who: str,
    says: str,
    recorded: Mapping[str, Samples],
    named: Mapping[str, str],
    question_: Asked,
) -> Row:
    said = [((named[name],), pcm) for name, pcm in recorded.items()]
    return _row(who, says, clean, question_, judging.alone, said)


def _spoken(who: str, says: str, sound: str, question_: Asked, said: Sequence[Said]) -> Row:
    return _row(who, says, clean, question_, judging.digits_and_fillers, said, sound)


def _row(  # noqa: PLR0913, PLR0917 - a row has many cells
    who: str,
    says: str,
    change: Change,
    question_: Asked,
    judge: Judge,
    said: Sequence[Said],
    sound: str = "quiet room",
) -> Row:
    cases = [
        Case(_sent(pcm, change, f"{who} {sound} {place}"), words)
        for place, (words, pcm) in enumerate(said)
    ]
    return Row(who, says, sound, question_, judge, cases)


def _sent(pcm: Samples, change: Change, seed: str) -> bytes:
    """The same noise whichever question it is heard at."""
    chance = np.random.default_rng(crc32(seed.encode()))
    return on_the_line(pcm.astype(np.float64), change, chance)


def _pcm(sound: bytes) -> Samples:
    return np.frombuffer(sound, "<i2")


def _wave(sound: bytes) -> Wave:
    return _pcm(sound).astype(np.float64)
