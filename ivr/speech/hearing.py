"""From the sound of a call to utterances: a recogniser for the open question, and endpointing.

Audio is the only clock: what the caller of this library does not hear of has not happened. A
lost frame is silence and has to be reported as such.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from ivr.speech.echo import BLOCK, EchoCanceller
from ivr.speech.fillers import Filler
from ivr.speech.mulaw import linear
from ivr.speech.recogniser import HERTZ, Ear, Listener, Recognised
from ivr.speech.voice_activity import WINDOW, Vad, VoiceActivity

FRAME_SECONDS = 0.02
SILENT_FRAME = b"\xff" * 160
CAP = 12.0
"""Seconds after which an utterance is closed whatever is heard. In a dictation they
count from the last new word."""
DICTATED = 1.5
"""Seconds: who waits so long for the next word has asked for a dictation."""
LONGEST = 30.0
"""Seconds after which a dictation is closed, too."""
NEARLY = 1.0
"""Seconds before that a short pause closes it, rather than the cap in the middle of a word."""
SHORT_PAUSE = 0.2
"""Seconds, which end a whole answer that is taken early, too."""
GUARD = 0.06
"""A confirmation opens a little later: what begins sooner was begun before."""
LAG = 1.0
"""Seconds after its sound in which a word is known at the latest."""
POLL = 0.1
"""Seconds between two looks at what is recognised so far."""

Samples = npt.NDArray[np.int16]


class HearingSpec(Protocol):
    """How a question is heard; the dialogue's `Hearing` says what each means."""

    @property
    def phrases(self) -> tuple[str, ...]: ...
    @property
    def filler(self) -> Filler: ...
    @property
    def pause(self) -> float: ...
    @property
    def whole(self) -> Callable[[str], bool]: ...
    @property
    def pause_when_whole(self) -> float | None: ...
    @property
    def early(self) -> bool: ...
    @property
    def strict(self) -> bool: ...
    @property
    def alternatives(self) -> int: ...


@dataclass(frozen=True, slots=True)
class SpeechBegan:
    """Somebody speaks; once an utterance, before its `HeardWords` or `Noise`."""


@dataclass(frozen=True, slots=True)
class Noise:
    """What had begun is over, and there was no word in it; the question stays open."""


@dataclass(frozen=True, slots=True)
class HeardWords:
    """An utterance. The question is closed by it."""

    words: str
    """Lower case, single-spaced; a comma behind a word is a pause of 0.4 s or more."""
    confidence: float
    """0..1, of the weakest word; 1 where alternatives were asked for, which have none."""
    foreign: bool
    """Something outside the question's grammar was heard as well, or nothing else."""
    alternatives: tuple[str, ...]
    """Other results, likeliest first."""
    began: float
    """Seconds of the call's sound."""
    ended: float
    """Seconds of the call's sound: when it was closed, its pause included."""


Event = SpeechBegan | Noise | HeardWords


class Hearer:
    """Hears one call; used by one thread at a time. `ear` and `vad` are the process's.

    Nothing is recognised while no question is open.
    """

    def __init__(self, ear: Ear, vad: Vad) -> None:
        self._ear = ear
        self._voice = Voice(vad)
        self._question: _Question | None = None
        self._prepared: tuple[tuple[object, ...], Listener] | None = None
        self._echo = EchoCanceller()

    def prepare(self, spec: HearingSpec) -> None:
        """Make the recogniser ahead of `open`: with a large model it takes its time."""
        key = _key(spec)
        if self._prepared is None or self._prepared[0] != key:
            self._prepared = (key, self._listener(spec))

    def open(self, spec: HearingSpec) -> None:
        """From now on this question is heard, and no other."""
        self.prepare(spec)
        prepared, self._prepared = self._prepared, None
        if prepared is not None:
            self._question = _Question(spec, prepared[1], self._voice)

    def close(self) -> None:
        """No question is open; what was being said is dropped."""
        self._question = None

    @property
    def is_open(self) -> bool:
        return self._question is not None

    @property
    def seconds(self) -> float:
        """Sound heard in this call."""
        return self._voice.now

    def hear(self, frame: bytes, ours: bytes = b"") -> tuple[Event, ...]:
        """8 kHz mu-law, 20 ms (other lengths do as well).

        `ours` is the frame that we played to the caller in the same 20 ms, empty where we were
        silent: its echo is taken out of what is heard. It has to keep step from frame to frame;
        what lies between the two may be late by up to 0.6 s.
        """
        samples = self._without_echo(linear(frame), linear(ours))
        self._voice.hear(samples)
        if self._question is None:
            return ()
        if self._echo.is_unsure:
            self._question.begin_later()
            return ()
        events = self._question.hear(samples)
        if any(isinstance(event, HeardWords) for event in events):
            self.close()
        return events

    def silence(self, frames: int) -> tuple[Event, ...]:
        """So many frames were lost or not sent."""
        heard = (self.hear(SILENT_FRAME) for _ in range(frames))
        return tuple(event for events in heard for event in events)

    def _without_echo(self, heard: Samples, ours: Samples) -> Samples:
        if heard.size != BLOCK:
            return heard
        return self._echo.cleaned(heard, ours if ours.size == BLOCK else np.zeros_like(heard))

    def _listener(self, spec: HearingSpec) -> Listener:
        return Listener(self._ear, spec.phrases, spec.filler, alternatives=spec.alternatives)


class Voice:
    """Whether somebody speaks, by voice activity alone."""

    STARTS, GOES_ON, SURE = 0.5, 0.35, 0.6
    SURE_OF = (4, 6)
    """Windows: a click or a cough is over sooner."""
    QUIET = 0.1
    """Seconds below `GOES_ON` that end it."""

    def __init__(self, vad: Vad) -> None:
        self._activity = VoiceActivity(vad)
        self._windows = 0
        self._samples = 0
        self._likely: deque[float] = deque(maxlen=self.SURE_OF[1])
        self.speaking = False
        self.began = 0.0
        """Seconds of the call's sound, of the latest speech."""
        self.last = -1.0
        """Seconds, where speech was heard last; -1: never."""
        self.sure_at = -1.0
        """Seconds, when speech was certain last; -1: never."""

    @property
    def now(self) -> float:
        return self._samples / HERTZ

    def hear(self, samples: Samples) -> None:
        self._samples += samples.size
        for likely in self._activity.hear(samples):
            self._window(likely)

    def _window(self, likely: float) -> None:
        self._windows += 1
        end = self._windows * WINDOW / HERTZ
        self._likely.append(likely)
        if not self.speaking and likely >= self.STARTS:
            self.speaking, self.began = True, end - WINDOW / HERTZ
        if self.speaking and likely >= self.GOES_ON:
            self.last = end
        if self.speaking and end - self.last >= self.QUIET:
            self.speaking = False
        if sum(one > self.SURE for one in self._likely) >= self.SURE_OF[0]:
            self.sure_at = end


class _Question:
    """The open question: its recogniser, and the utterance that is being said."""

    def __init__(self, spec: HearingSpec, listener: Listener, voice: Voice) -> None:
        self._spec, self._listener, self._voice = spec, listener, voice
        self._begin_anew()

    def _begin_anew(self) -> None:
        self._opened = self._polled = self._voice.now
        self._began: float | None = None
        self._announced = False
        self._words, self._words_at = "", 0.0
        self._whole = False

    def begin_later(self) -> None:
        """What is heard now may be our own voice."""
        self._opened = self._polled = self._voice.now

    def hear(self, samples: Samples) -> tuple[Event, ...]:
        if self._spec.strict and self._begun_before():
            return ()
        self._listener.hear_samples(samples)
        self._look()
        began = self._announcement()
        if not self._over():
            return began
        return began + self._closed()

    def _begun_before(self) -> bool:
        """At a confirmation nothing counts that was being said when it opened."""
        voice = self._voice
        if voice.now - self._opened > GUARD or not voice.speaking:
            return False
        self._listener.forget()
        self._opened = self._polled = voice.now
        return True

    def _look(self) -> None:
        now = self._voice.now
        if self._began is None and self._voice.last > self._opened:
            self._began = max(self._opened, self._voice.began)
        if now - self._polled < POLL:
            return
        self._polled = now
        words = self._listener.so_far()
        if words == self._words:
            return
        if _count(words) > _count(self._words):
            self._words_at = now
        self._words = words
        self._whole = bool(words) and "[" not in words and self._spec.whole(words)
        if self._began is None and self._words_at:
            self._began = now

    def _announcement(self) -> tuple[Event, ...]:
        """A word that is recognised so far may be noise: it announces nothing."""
        if self._announced or self._voice.sure_at <= self._opened:
            return ()
        self._announced = True
        return (SpeechBegan(),)

    def _over(self) -> bool:
        if self._began is None:
            return False
        left = self._time_left(self._began)
        pause = self._pause if left > NEARLY else SHORT_PAUSE
        return left <= 0 or self._voice.now - self._last_sound >= pause

    def _time_left(self, began: float) -> float:
        """Seconds to the cap."""
        now = self._voice.now
        if self._spec.pause < DICTATED:
            return CAP - (now - began)
        return min(CAP - (now - max(began, self._words_at)), LONGEST - (now - began))

    @property
    def _pause(self) -> float:
        spec = self._spec
        if not self._whole:
            return spec.pause
        if spec.early and not spec.strict:
            return SHORT_PAUSE
        return spec.pause if spec.pause_when_whole is None else spec.pause_when_whole

    @property
    def _last_sound(self) -> float:
        """Words are known later than they are said: they count where no voice was noticed."""
        voice = self._voice.last
        seen = voice > self._opened and self._words_at - voice < LAG
        return voice if seen else self._words_at

    def _closed(self) -> tuple[Event, ...]:
        began, announced = self._began or 0.0, self._announced
        offset, heard = self._opened, self._listener.result()
        if not heard.words and not (heard.foreign and announced):
            self._begin_anew()
            return (Noise(),) if announced else ()
        cut = self._spec.strict and _starts(heard) < GUARD
        words = HeardWords(
            words=heard.with_pauses,
            confidence=heard.confidence,
            foreign=heard.foreign or cut,
            alternatives=heard.alternatives,
            began=max(began, offset),
            ended=self._voice.now,
        )
        return (words,) if announced else (SpeechBegan(), words)


def _starts(heard: Recognised) -> float:
    return heard.words[0].start if heard.words else 0.0


def _count(words: str) -> int:
    """Without fillers."""
    return sum(not word.startswith("[") for word in words.split())


def _key(spec: HearingSpec) -> tuple[object, ...]:
    return (spec.phrases, spec.filler, spec.alternatives)
