"""Where in the stream's sound each sentence and each answer stands."""

from __future__ import annotations

from dataclasses import dataclass

from ivr.dialogue.turns import Listen
from ivr.switchboard import Reply
from ivr.telephony.media_stream.frames import MILLISECONDS
from ivr.telephony.media_stream.playout import Clip


@dataclass(frozen=True, slots=True)
class Place:
    """From when to when one sentence was played, or one answer given."""

    turn: int
    kind: str
    """`said` or `heard`."""
    prompt: str
    at_ms: int
    until_ms: int
    secret: bool = False


class Timeline:
    def __init__(self) -> None:
        self.places: list[Place] = []
        self._frames = 0
        self._reply: Reply | None = None
        self._playing: tuple[Clip, int] | None = None
        """What is being said, and since when."""
        self._open_since = 0
        self._answering_since: int | None = None

    @property
    def now_ms(self) -> int:
        return self._frames * MILLISECONDS

    def tick(self, clip: Clip | None) -> None:
        """20 ms more, in which this clip was heard."""
        if self._playing is not None and not _same(self._playing[0], clip):
            self._said()
        if self._playing is None and clip is not None and clip.mark:
            self._playing = (clip, self.now_ms)
        self._frames += 1

    def turned(self, reply: Reply) -> None:
        self._reply = reply
        self._open_since = self.now_ms
        self._answering_since = None

    def answering(self, ago_ms: int = 0) -> None:
        """The caller has begun to speak or to press, so long ago."""
        if self._answering_since is None:
            self._answering_since = max(self._open_since, self.now_ms - ago_ms)

    def not_answering(self) -> None:
        """It was no answer."""
        self._answering_since = None

    def answered(self) -> None:
        """The answer to the open question is complete: keys, words or silence."""
        self.answering()
        self.left()

    def left(self) -> None:
        """No answer will come any more; what there was of one keeps its place."""
        self._said()
        reply, self._reply = self._reply, None
        if reply is None or not isinstance(reply.turn.then, Listen):
            return
        secret = reply.turn.then.secret
        # A number may be said while nobody takes it for speech: the whole question is secret.
        since = self._open_since if secret else self._answering_since
        if since is not None:
            self._add(reply.turn.number, "heard", reply.turn.prompt, since, secret=secret)

    def _said(self) -> None:
        playing, self._playing = self._playing, None
        if playing is not None and self._reply is not None:
            clip, since = playing
            prompt = self._reply.sentences[clip.place].prompt
            self._add(clip.turn, "said", prompt, since, secret=False)

    def _add(self, turn: int, kind: str, prompt: str, since: int, *, secret: bool) -> None:
        self.places.append(Place(turn, kind, prompt, since, self.now_ms, secret))


def _same(clip: Clip, other: Clip | None) -> bool:
    return other is not None and clip.mark == other.mark
