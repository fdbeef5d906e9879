"""Where in the stream's sound each sentence and each answer stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

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
        self._runs_on = False
        """A number is often said to its end while the answer is already being looked for: the
        last place is a secret answer, which lasts until the next turn."""

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

    def so_far(self) -> tuple[Place, ...]:
        """What is not over reaches up to now: a process may not live to see its end."""
        self._run_on()
        return (*self.places, *self._open())

    def turned(self, reply: Reply) -> None:
        self._run_on()
        self._runs_on = False
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
        self._run_on()
        self._said()
        heard = self._heard()
        self._reply = None
        if heard is not None:
            self.places.append(heard)
            self._runs_on = heard.secret

    def _run_on(self) -> None:
        if self._runs_on:
            self.places[-1] = replace(self.places[-1], until_ms=self.now_ms)

    def _open(self) -> Iterator[Place]:
        """What is being said, and what is being dictated."""
        heard, saying = self._heard(), self._saying()
        if saying is not None:
            yield saying
        if heard is not None and heard.secret:
            yield heard

    def _said(self) -> None:
        saying, self._playing = self._saying(), None
        if saying is not None:
            self.places.append(saying)

    def _saying(self) -> Place | None:
        if self._playing is None or self._reply is None:
            return None
        clip, since = self._playing
        sentence = self._reply.sentences[clip.place]
        return Place(
            clip.turn, "said", sentence.prompt, since, self.now_ms, secret=sentence.secret
        )

    def _heard(self) -> Place | None:
        """The answer up to now, if there is one."""
        reply = self._reply
        if reply is None or not isinstance(reply.turn.then, Listen):
            return None
        secret = reply.turn.then.secret
        # A number may be said while nobody takes it for speech: the whole question is secret.
        since = self._open_since if secret else self._answering_since
        if since is None:
            return None
        turn = reply.turn
        return Place(turn.number, "heard", turn.prompt, since, self.now_ms, secret=secret)


def _same(clip: Clip, other: Clip | None) -> bool:
    return other is not None and (clip.turn, clip.place) == (other.turn, other.place)
