"""Enter digits of a known number: in several goes, taken back with a star, never cut short."""

from __future__ import annotations

from ivr.dialogue.answers import Digits
from ivr.dialogue.call import Call


async def enter(call: Call, prompt: str, longest: int, *, patience: int = 1) -> str:
    """All `longest` digits; empty where the caller has none (a lone `#`, or long silence)."""
    kept = ""
    may_be_empty = patience > 1
    while True:
        wanted = Digits(longest, kept, may_be_empty=may_be_empty, patience=patience)
        entry = await call.ask(prompt, wanted)
        if not entry.digits and not entry.erased:
            return ""
        kept = entry.digits
        if len(kept) == longest:
            return kept
        if kept:
            following = len(kept) + 1
            await call.say("identify.kept", count=len(kept), following=following)
        else:
            await call.say("identify.cleared")
