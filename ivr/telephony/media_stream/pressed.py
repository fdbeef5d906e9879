"""Keys on their way to a question: what waits for one, and what is no answer to any."""

from __future__ import annotations

from collections import deque

from ivr.dialogue.turns import Heard, Keys, Utterance
from ivr.telephony.media_stream.frames import A_SECOND
from ivr.telephony.media_stream.round import Round

MOST_KEYS = 40
BOUNCE = A_SECOND + A_SECOND // 2
"""In which what must not be answered by mistake is answered once: a key trembles, or is
pressed again or behind a word because nothing was heard yet."""
YES_AND_NO = "12"


class Pressed:
    def __init__(self) -> None:
        self._waiting: deque[str] = deque(maxlen=MOST_KEYS)
        """That no question has taken yet."""
        self._hash_is_late = False
        """Digits ended by their count: a `#` right behind them belongs to them."""
        self._last = ""
        """The key that has answered a question of one key; behind a word each that could."""
        self._bounces = 0
        """Frames in which it answers nothing more."""

    def tick(self) -> None:
        self._bounces = max(0, self._bounces - 1)

    def counts(self, key: str, current: Round | None) -> bool:
        """It belongs to no answer that was given already."""
        late, self._hash_is_late = self._hash_is_late, False
        return not (late and key == "#") and not self._is_doubled(key, current)

    def wait(self, key: str) -> None:
        self._waiting.append(key)

    def take(self) -> str | None:
        return self._waiting.popleft() if self._waiting else None

    def turned(self, current: Round) -> None:
        """A trembling key must not say that a code was written down that nobody has heard."""
        if current.by_one_key and current.must_be_heard:
            current.doubled = self._last
        if current.listen is None or current.strict:
            self._waiting.clear()
        kept = [key for key in self._waiting if not self._is_doubled(key, current)]
        self._waiting = deque(kept, maxlen=MOST_KEYS)

    def heard_on(self) -> None:
        """The caller has heard something since: a `#` would be an answer to it."""
        self._hash_is_late = False

    def answered(self, current: Round, heard: Heard) -> None:
        self._last, self._bounces = "", 0
        if isinstance(heard, Utterance) and current.strict:
            self._last, self._bounces = YES_AND_NO, BOUNCE
        if isinstance(heard, Keys) and heard.closed == "count":
            self._take_hash(current)

    def answered_by(self, key: str, current: Round) -> None:
        """The key that has completed the answer."""
        self._last = key if current.by_one_key else ""
        self._bounces = BOUNCE if current.strict else 0

    def _take_hash(self, current: Round) -> None:
        """A `#` behind digits that were complete without it is theirs, also a late one."""
        if current.listen is None or not current.listen.finish_on_hash:
            return
        self._hash_is_late = not self._waiting
        if self._waiting and self._waiting[0] == "#":
            self._waiting.popleft()

    def _is_doubled(self, key: str, current: Round | None) -> bool:
        held = current is not None and not current.forgiven and current.must_be_heard
        if held and current is not None and key in current.doubled:
            return True
        return self._bounces > 0 and key in self._last
