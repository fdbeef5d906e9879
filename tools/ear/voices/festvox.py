"""The one human voice: 620 sentences of a man, read with a label for each phone.

They are cut at pauses, and said again by invented speakers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache

import numpy as np
import soundfile

from tools.ear import festival
from tools.ear.lexicon import Pronunciation
from tools.ear.phones import PAUSE, SILENCE
from tools.ear.resampling import resampled
from tools.ear.sound import levelled, perhaps_by_mobile
from tools.ear.utterances import HERTZ, Samples, Utterance
from tools.ear.voices import vocoder
from tools.ear.world import taken_apart

KEPT_ASIDE = "ru_0600"
"""This sentence and those behind it are never trained on, in whatever voice."""
SPEAKERS = 5
"""Invented ones for each sentence."""
SHORTEST, LONGEST = 0.5, 7.0
"""Seconds of a piece."""
BREATH = 1.0
"""Seconds after which a piece may end at the next pause."""
CUT = 3.6
"""Seconds after which a piece ends where no pause is near."""
SURE_PAUSE = 0.09
"""Seconds; a shorter one may be missing in the voice that is made of it."""
LINE = re.compile(r'\(\s*(\S+)\s+"(.*)"\s*\)')


@dataclass(frozen=True, slots=True)
class Segment:
    begin: float
    end: float
    """Seconds."""
    phone: str


def sentences() -> list[str]:
    """Names of those that are trained on."""
    names = sorted(file.stem for file in (festival.VOICE / "lab").glob("*.lab"))
    return [name for name in names if name < KEPT_ASIDE]


def kept_aside_words() -> Iterator[tuple[Samples, Pronunciation]]:
    """Single words of three phones and more, cut out of the sentences that are kept aside."""
    names = sorted(file.stem for file in (festival.VOICE / "lab").glob("*.lab"))
    names = [name for name in names if name >= KEPT_ASIDE]
    for name, spoken in zip(names, festival.spoken([_texts()[n] for n in names]), strict=True):
        if spoken is None:
            continue
        labels = [one for one in _labels(name) if one.phone != SILENCE]
        numbers = _words_of(labels, [phones for _, phones in spoken.words])
        wave, rate = soundfile.read(festival.VOICE / "wav" / f"{name}.wav")
        samples = resampled(wave, rate)
        for number, (_, phones) in enumerate(spoken.words):
            word = [one for one, of in zip(labels, numbers, strict=True) if of == number]
            if len(word) > 2:
                first, last = round(word[0].begin * HERTZ), round(word[-1].end * HERTZ)
                yield samples[first:last], festival.reduced(phones)


def said(names: Sequence[str], chance: np.random.Generator) -> Iterator[Utterance]:
    """Pieces of the sentences by the man himself and by invented speakers."""
    read = festival.spoken([_texts()[name] for name in names])
    for name, spoken in zip(names, read, strict=True):
        if spoken is not None:
            segments = _merged(_labels(name), [phones for _, phones in spoken.words])
            yield from _by_all(name, list(_pieces(segments)), chance)


def _by_all(
    name: str, pieces: Sequence[Sequence[Segment]], chance: np.random.Generator
) -> Iterator[Utterance]:
    wave, rate = soundfile.read(festival.VOICE / "wav" / f"{name}.wav")
    yield from _cut(name, "man himself", resampled(wave, rate), pieces, 1.0)
    apart = taken_apart(wave)
    for _ in range(SPEAKERS):
        kind, change = vocoder.other_speaker(chance, of_a_woman=False)
        samples = perhaps_by_mobile(vocoder.put_together(apart, change, chance), chance)
        yield from _cut(name, kind, samples, pieces, change.tempo)


def _cut(
    name: str, kind: str, samples: Samples, pieces: Sequence[Sequence[Segment]], tempo: float
) -> Iterator[Utterance]:
    for piece in pieces:
        begin, end = piece[0].begin, piece[-1].end
        first, last = round(begin / tempo * HERTZ), round(end / tempo * HERTZ)
        if last - first >= SHORTEST * HERTZ:
            yield Utterance(
                samples=levelled(samples[first:last].astype(np.float64)),
                phones=tuple(_phones(piece)),
                voice=f"festvox:{kind}",
                sentence=name,
                ends=tuple((one.end - begin) / tempo for one in piece),
            )


def _phones(piece: Sequence[Segment]) -> Iterator[str]:
    for place, one in enumerate(piece):
        inside = 0 < place < len(piece) - 1
        short = inside and one.end - one.begin < SURE_PAUSE
        yield PAUSE if one.phone == SILENCE and short else one.phone


@cache
def _texts() -> dict[str, str]:
    lines = (festival.VOICE / "etc" / "txt.done.data").read_text("utf-8").splitlines()
    return {found[1]: found[2] for line in lines if (found := LINE.match(line))}


def _labels(name: str) -> list[Segment]:
    lines = (festival.VOICE / "lab" / f"{name}.lab").read_text("ascii").splitlines()
    fields = [line.split() for line in lines if len(line.split()) >= 3]
    begins = [0.0, *(float(end) for end, _, _ in fields)]
    return [
        Segment(begin, float(end), SILENCE if phone == "pau" else phone)
        for begin, (end, _, phone) in zip(begins, fields, strict=False)
    ]


def _merged(labels: Sequence[Segment], words: Sequence[Pronunciation]) -> list[Segment]:
    """In the model's phones; a long consonant is one segment."""
    numbers = iter(_words_of(labels, words))
    merged: list[Segment] = []
    word: list[Segment] = []
    last = -1
    for one in labels:
        number = last if one.phone == SILENCE else next(numbers)
        if word and (one.phone == SILENCE or number != last):
            merged += _reduced(word)
            word = []
        if one.phone == SILENCE:
            merged.append(one)
        else:
            word.append(one)
        last = number
    return merged + (_reduced(word) if word else [])


def _words_of(labels: Sequence[Segment], words: Sequence[Pronunciation]) -> list[int]:
    """For each labelled phone the word it belongs to: the labels do not name words."""
    labelled = [one.phone for one in labels if one.phone != SILENCE]
    written = [phone for word in words for phone in word]
    numbers = [number for number, word in enumerate(words) for _ in word]
    found: list[int | None] = [None] * len(labelled)
    matcher = SequenceMatcher(None, labelled, written, autojunk=False)
    for ours, theirs, size in matcher.get_matching_blocks():
        found[ours : ours + size] = numbers[theirs : theirs + size]
    filled, last = [], 0
    for number in found:
        last = last if number is None else number
        filled.append(last)
    return filled


def _reduced(word: Sequence[Segment]) -> list[Segment]:
    phones = festival.with_reduced_vowels([one.phone for one in word])
    merged: list[Segment] = []
    for place, (one, phone) in enumerate(zip(word, phones, strict=True)):
        if festival.is_doubled(phones, place, phone):
            merged[-1] = Segment(merged[-1].begin, one.end, phone)
        else:
            merged.append(Segment(one.begin, one.end, phone))
    return merged


def _pieces(segments: Sequence[Segment]) -> Iterator[list[Segment]]:
    piece: list[Segment] = []
    for one in segments:
        if one.phone == SILENCE and piece and one.end - piece[0].begin > BREATH:
            middle = (one.begin + one.end) / 2
            yield from _short([*piece, Segment(one.begin, middle, SILENCE)])
            piece = [Segment(middle, one.end, SILENCE)]
        else:
            piece.append(one)
    if len(piece) > 1:
        yield from _short(piece)


def _short(piece: list[Segment]) -> Iterator[list[Segment]]:
    """As it is, or cut between phones where it has no pause for long."""
    if piece[-1].end - piece[0].begin <= LONGEST:
        yield piece
        return
    part: list[Segment] = []
    for one in piece:
        part.append(one)
        if part[-1].end - part[0].begin > CUT:
            yield part
            part = []
    if len(part) > 3:
        yield part
