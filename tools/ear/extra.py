"""A clinic's own recorded answers, to train on.

A folder with `answers.jsonl` and the sound files that it names, a JSON object a line:

    {"file": "0001.wav", "words": "пять один два", "right": true}

`words` are what was really said, in lower case; an answer without them is left out. The sound
is 8 kHz, one channel, 16 bit.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import soundfile

from tools.ear.lexicon import Lexicon, phones_of
from tools.ear.sound import Wave, levelled
from tools.ear.utterances import HERTZ, Utterance

log = logging.getLogger(__name__)

LIST = "answers.jsonl"
VOICE = "extra:caller"


class BadAnswers(ValueError):
    """The folder is not as this module says."""


def answers(folder: Path, lexicon: Lexicon) -> list[Utterance]:
    """Those that can be trained on; the others are told of in the log. Raises BadAnswers."""
    file = folder / LIST
    if not file.is_file():
        raise BadAnswers(f"{file} is missing")
    lines = file.read_text("utf-8").splitlines()
    return [
        found
        for number, line in enumerate(lines, start=1)
        if line.strip()
        for found in _utterance(folder, _read(line, number), lexicon)
    ]


def _read(line: str, number: int) -> Mapping[str, Any]:
    try:
        answer = json.loads(line)
    except ValueError as broken:
        raise BadAnswers(f"{LIST}, line {number} is not JSON") from broken
    if not isinstance(answer, dict) or not isinstance(answer.get("file"), str):
        raise BadAnswers(f"{LIST}, line {number} names no file")
    return answer


def _utterance(
    folder: Path, answer: Mapping[str, Any], lexicon: Lexicon
) -> Iterator[Utterance]:
    words = tuple(str(answer.get("words") or "").split())
    spelled = [_spelled(word, lexicon) for word in words]
    strange = [word for word, known in zip(words, spelled, strict=True) if not known]
    if strange:
        log.warning("%s is left out: %s not in the dictionary", answer["file"], strange)
    elif words:
        phones = phones_of([lexicon[word][0] for word in spelled])
        samples = levelled(_samples(folder / answer["file"]))
        yield Utterance(samples, phones, VOICE, words)


def _spelled(word: str, lexicon: Lexicon) -> str:
    """As the dictionary has it, which writes ё; empty where it does not know the word."""
    places = (place for place, letter in enumerate(word) if letter == "е")
    spellings = (word, *(f"{word[:place]}ё{word[place + 1 :]}" for place in places))
    return next((spelling for spelling in spellings if spelling in lexicon), "")


def _samples(file: Path) -> Wave:
    samples: Wave
    samples, rate = soundfile.read(file, dtype="float64")
    if rate != HERTZ or samples.ndim != 1:
        raise BadAnswers(f"{file.name} is not 8 kHz with one channel")
    return samples
