"""What we say, on its way: paced, marked, and as far as it can have been played."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace

from ivr.telephony.media_stream.frames import BYTES, padded

LEAD = 10
"""Frames that may be with the carrier unplayed: what the network holds up is not heard."""
BACK = 15
"""Frames that are said again after an interruption: the carrier is behind our count."""


@dataclass(frozen=True, slots=True)
class Clip:
    """A sentence's sound, or what is left of it."""

    turn: int
    place: int
    """Of the turn's sentences, from 0."""
    audio: bytes
    """Whole frames."""
    mark: str
    """Empty: silence that nobody waits for."""
    at: int = 0
    """The next frame to send."""
    more: bool = False
    """The sentence goes on in another clip: with this one it is not heard yet."""

    @property
    def frames(self) -> int:
        return len(self.audio) // BYTES


@dataclass(frozen=True, slots=True)
class SendFrame:
    audio: bytes


@dataclass(frozen=True, slots=True)
class SendMark:
    name: str


@dataclass(frozen=True, slots=True)
class _Sent:
    audio: bytes
    clip: Clip


class Playout:
    def __init__(self) -> None:
        self._waiting: deque[Clip] = deque()
        self._sent: deque[_Sent] = deque()
        """With the carrier, not yet played by our count."""
        self._owed: dict[str, Clip] = {}
        """Marks that have not come back, oldest first."""
        self._count = 0

    @property
    def busy(self) -> bool:
        return bool(self._waiting or self._sent or self._owed)

    @property
    def only_owed(self) -> bool:
        """All is played by our count, but marks are missing."""
        return bool(self._owed) and not self._waiting and not self._sent

    def clip(self, turn: int, place: int, of: int, audio: bytes, *, more: bool = False) -> Clip:
        """A sentence's sound, or a piece of it, to be played now or later."""
        self._count += 1
        mark = f"{turn}.{place + 1}{'+' * more}.{of}.{self._count}"
        return Clip(turn, place, padded(audio), mark, more=more)

    def add(self, clip: Clip) -> None:
        self._waiting.append(clip)

    def add_silence(self, frames: int, silent: bytes) -> None:
        self.add(Clip(0, 0, silent * frames, ""))

    def again(self, clip: Clip) -> None:
        """Say what is left of it, under a mark of its own."""
        self._count += 1
        mark = f"{clip.mark.rpartition('.')[0]}.{self._count}"
        self.add(replace(clip, mark=mark))

    def tick(self) -> tuple[bytes, Clip] | None:
        """Count 20 ms: the frame that the caller hears now, and whose it is."""
        if not self._sent:
            return None
        sent = self._sent.popleft()
        return sent.audio, sent.clip

    def pump(self) -> list[SendFrame | SendMark]:
        """What may go out now."""
        out: list[SendFrame | SendMark] = []
        while self._waiting and len(self._sent) < LEAD:
            clip = self._waiting[0]
            if clip.at < clip.frames:
                frame = clip.audio[clip.at * BYTES : (clip.at + 1) * BYTES]
                out.append(SendFrame(frame))
                self._sent.append(_Sent(frame, clip))
                self._waiting[0] = replace(clip, at=clip.at + 1)
            if self._waiting[0].at >= clip.frames:
                out += self._end_of(self._waiting.popleft())
        return out

    def echoed(self, mark: str) -> list[Clip]:
        """The clips that have been heard now: its own, and what was sent before it."""
        if mark not in self._owed:
            return []
        heard = []
        for name in list(self._owed):
            heard.append(self._owed.pop(name))
            if name == mark:
                break
        return heard

    def stop(self) -> list[Clip]:
        """Send no more; what was not heard, a little before where it stopped."""
        rest = {clip.mark: clip for clip in self._owed.values()}
        rest |= {clip.mark: clip for clip in self._waiting if clip.mark}
        unplayed: dict[str, int] = {}
        for sent in self._sent:
            unplayed[sent.clip.mark] = unplayed.get(sent.clip.mark, 0) + 1
        self._waiting.clear()
        self._sent.clear()
        self._owed.clear()
        return [
            replace(clip, at=max(0, clip.at - unplayed.get(mark, 0) - BACK))
            for mark, clip in rest.items()
        ]

    def forgive(self) -> None:
        """Wait for no mark any more."""
        self._owed.clear()

    def _end_of(self, clip: Clip) -> list[SendFrame | SendMark]:
        if not clip.mark:
            return []
        self._owed[clip.mark] = clip
        return [SendMark(clip.mark)]
