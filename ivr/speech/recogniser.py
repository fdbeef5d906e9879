"""Russian speech into words: one model for the process, a listener for every open question."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from itertools import islice, product
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import soxr
import vosk

from ivr.speech.fillers import Filler
from ivr.speech.mulaw import linear

HERTZ = 8000
"""Of the telephone."""
PAUSE = 0.4
"""Seconds between two words that set them apart."""
_SPELLINGS = 8
"""Of one phrase, at most: «все» is also «всё»."""
_HARDLY_HEARD = frozenset(
    ["в", "во", "до", "за", "из", "к", "ко", "на", "о", "об", "от", "по", "с", "со", "у"]
)
"""Prepositions: one is easily taken for another, and nothing hangs on which it was."""
_SILENT = -1

_Part = list[list[dict[str, Any]]]
"""What Vosk made of a piece of sound: the best result's words, then those of others."""


class ModelMissing(RuntimeError):
    """No Vosk model that can be opened lies in the folder."""


@dataclass(frozen=True, slots=True)
class Word:
    text: str
    """Lower case, as the model spells it."""
    confidence: float
    """0..1."""
    start: float
    """Seconds from the first sound that the listener was given."""
    end: float
    """Seconds."""


@dataclass(frozen=True, slots=True)
class Recognised:
    words: tuple[Word, ...] = ()
    """Without fillers."""
    foreign: bool = False
    """A filler was heard: the utterance counts as not understood."""
    alternatives: tuple[str, ...] = ()
    """Other results without fillers, likeliest first."""

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @property
    def with_pauses(self) -> str:
        """The words with a comma where a pause was heard."""
        marks = (", " if at in self.pauses else " " for at in range(len(self.words)))
        said = (mark + word.text for mark, word in zip(marks, self.words, strict=True))
        return "".join(said).strip()

    @property
    def confidence(self) -> float:
        """The weakest word's, prepositions left out; 0 without words."""
        said = [word for word in self.words if word.text not in _HARDLY_HEARD] or self.words
        return min((word.confidence for word in said), default=0.0)

    @property
    def pauses(self) -> frozenset[int]:
        """Places of the words before which a pause was heard."""
        neighbours = enumerate(zip(self.words, self.words[1:], strict=False), start=1)
        return frozenset(at for at, (one, two) in neighbours if two.start - one.end >= PAUSE)


class Ear:
    """A Vosk model, read once and shared by all listeners, in whatever thread they are.

    `folder` as Vosk unpacks it (`am`, `conf`, `graph`); the model of the package without it.
    Raises ModelMissing.
    """

    def __init__(self, folder: str | Path | None = None) -> None:
        self.folder = Path(folder) if folder else shipped_model()
        vosk.SetLogLevel(_SILENT)
        self.model = _opened(self.folder)
        self.hertz = _sampling(self.folder)
        """What the model was trained on: stock models want 16000."""
        self.has_grammars = (self.folder / "graph" / "HCLr.fst").is_file()
        """Large models have none: they always listen for their whole vocabulary."""

    def missing(self, phrases: Iterable[str]) -> list[str]:
        """Words that the model does not know, each once; no phrase with one can be heard."""
        words = dict.fromkeys(word for phrase in phrases for word in phrase.split())
        return [word for word in words if not self.spellings(word)]

    def grammar(self, phrases: Iterable[str], filler: Filler) -> list[str]:
        """What the recogniser is given: the phrases it can hear, as it spells them.

        A phrase that stands there twice is twice as likely; one without a word makes it
        likelier that nothing more is said.
        """
        known = [said for phrase in phrases for said in self._spelled(phrase)]
        return [*known, *self._fillers(filler)]

    def spellings(self, word: str) -> tuple[str, ...]:
        """The word as the model writes it, also with its е as ё or its ё as е."""
        places = (at for at, letter in enumerate(word) if letter == "е")
        written = [word, *(f"{word[:at]}ё{word[at + 1 :]}" for at in places)]
        if "ё" in word:
            written.append(word.replace("ё", "е"))
        return tuple(spelled for spelled in written if self._knows(spelled))

    def _spelled(self, phrase: str) -> Iterator[str]:
        words = [self.spellings(word) for word in phrase.split()]
        yield from (" ".join(one) for one in islice(product(*words), _SPELLINGS))

    def _fillers(self, filler: Filler) -> tuple[str, ...]:
        wanted = dict.fromkeys((filler.value, Filler.ORDINARY.value)) if filler else ()
        return tuple(islice((word for word in wanted if self._knows(word)), 1))

    def _knows(self, word: str) -> bool:
        return bool(self.model.vosk_model_find_word(word) >= 0)


class Listener:
    """Hears the answer to one question; used by one thread at a time.

    Nothing but the `phrases` (lower case, words apart by spaces) and the filler is heard; they
    are made of words that the speaker may put in another order. None: the whole vocabulary.
    With `alternatives` other results are given as well, and words have a confidence of 1.
    """

    def __init__(
        self,
        ear: Ear,
        phrases: Iterable[str] | None,
        filler: Filler = Filler.ORDINARY,
        *,
        alternatives: int = 0,
    ) -> None:
        said = None if phrases is None else ear.grammar(phrases, filler)
        # Vosk reads no \u escapes.
        grammar = () if said is None else (json.dumps(said, ensure_ascii=False),)
        self._recogniser = vosk.KaldiRecognizer(ear.model, float(ear.hertz), *grammar)
        self._recogniser.SetWords(enable_words=True)
        if alternatives:
            self._recogniser.SetMaxAlternatives(alternatives + 1)
        self._listened = None if said is None else frozenset(" ".join(said).split())
        self._resampled = _resampler(ear.hertz)
        self._parts: list[_Part] = []

    def hear(self, pcm: bytes) -> None:
        """8 kHz, 16 bit, one channel, any length."""
        self.hear_samples(np.frombuffer(pcm, "<i2"))

    def hear_mulaw(self, frame: bytes) -> None:
        """8 kHz, one byte a sample (G.711)."""
        self.hear_samples(linear(frame))

    def hear_samples(self, samples: npt.NDArray[np.int16]) -> None:
        """8 kHz."""
        if self._resampled is not None:
            samples = self._resampled.resample_chunk(samples)
        self._accept(samples)

    def so_far(self) -> str:
        """Words of the utterance that is not closed yet; they may still change."""
        partial = json.loads(self._recogniser.PartialResult()).get("partial", "")
        return " ".join([*(word["word"] for word in self._best()), *partial.split()])

    def result(self) -> Recognised:
        """Close the utterance; what is heard afterwards is the next one."""
        if self._resampled is not None:
            self._accept(self._resampled.resample_chunk(np.zeros(0, np.int16), last=True))
            self._resampled.clear()
        self._keep(self._recogniser.FinalResult())
        heard, others = self._best(), self._others()
        self._parts = []
        words = [
            Word(one["word"], one.get("conf", 1.0), one["start"], one["end"])
            for one in heard
            if self._is_listened_for(one["word"])
        ]
        return Recognised(tuple(words), foreign=len(words) < len(heard), alternatives=others)

    def forget(self) -> None:
        """As if nothing had been heard."""
        self._recogniser.Reset()
        if self._resampled is not None:
            self._resampled.clear()
        self._parts = []

    def _best(self) -> list[dict[str, Any]]:
        return [word for part in self._parts for word in part[0]]

    def _others(self) -> tuple[str, ...]:
        """The best result with one part of it heard otherwise."""
        best = [_text(part[0]) for part in self._parts]
        found = [
            " ".join([*best[:at], _text(other), *best[at + 1 :]]).strip()
            for at, part in enumerate(self._parts)
            for other in part[1:]
            if all(self._is_listened_for(word["word"]) for word in other)
        ]
        return tuple(dict.fromkeys(text for text in found if text != " ".join(best)))

    def _is_listened_for(self, word: str) -> bool:
        """Not so a filler, nor a word of a model that knows no grammars."""
        return word[0] != "[" and (self._listened is None or word in self._listened)

    def _accept(self, samples: npt.NDArray[np.int16]) -> None:
        if self._recogniser.AcceptWaveform(samples.tobytes()):
            self._keep(self._recogniser.Result())

    def _keep(self, closed: str) -> None:
        """Vosk closes a part at a long pause; an answer may have several."""
        found = json.loads(closed)
        part = [one.get("result", []) for one in found.get("alternatives", (found,))]
        if any(part):
            self._parts.append(part)


def _text(words: Iterable[dict[str, Any]]) -> str:
    return " ".join(word["word"] for word in words)


def shipped_model() -> Path:
    return Path(str(files("ivr.speech") / "model"))


def _opened(folder: Path) -> Any:
    if not (folder / "am" / "final.mdl").is_file():
        raise ModelMissing(f"no Vosk model in {folder}: am/final.mdl is missing")
    try:
        return vosk.Model(str(folder))
    except Exception as broken:
        raise ModelMissing(f"the Vosk model in {folder} cannot be read") from broken


def _sampling(folder: Path) -> int:
    prefix = "--sample-frequency="
    settings = folder / "conf" / "mfcc.conf"
    lines = settings.read_text().split() if settings.is_file() else ()
    found = [line.removeprefix(prefix) for line in lines if line.startswith(prefix)]
    return round(float(found[-1])) if found else 16000


def _resampler(hertz: int) -> soxr.ResampleStream | None:
    return None if hertz == HERTZ else soxr.ResampleStream(HERTZ, hertz, 1, dtype="int16")
