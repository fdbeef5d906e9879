"""Enter digits of a known number: in several goes, taken back with a star, never cut short."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from ivr.dialogue.call import Call, Manners, Wanted
from ivr.dialogue.entries import Digits, Entry, Phone

Asked = Callable[[Digits | Phone], Awaitable[Entry | Wanted]]


async def enter(call: Call, prompt: str, wanted: Digits | Phone) -> str:
    """All digits; empty where the caller has none (a lone `#`, or long silence)."""
    return str(await _enter(call, wanted, lambda answer: call.ask(prompt, answer)))


async def enter_or_leave(
    call: Call, prompt: str, wanted: Digits | Phone, manners: Manners
) -> str | Wanted:
    return await _enter(call, wanted, lambda answer: call.ask_or_leave(prompt, answer, manners))


async def _enter(call: Call, wanted: Digits | Phone, ask: Asked) -> str | Wanted:
    while True:
        entry = await ask(wanted)
        if isinstance(entry, Wanted):
            return entry
        if _is_nothing(entry, wanted):
            return ""
        if wanted.is_ended_by(entry):
            return entry.digits
        wanted = replace(wanted, kept=entry.digits)
        if entry.digits:
            count = len(entry.digits)
            kind = "again" if isinstance(wanted, Digits) and wanted.one_by_one else "text"
            await call.say("identify.kept", kind=kind, count=count, following=count + 1)
        elif entry.erased:
            await call.say("identify.cleared")


def _is_nothing(entry: Entry, wanted: Digits | Phone) -> bool:
    """A telephone number that is too short is closed by `#`: then it is none."""
    if entry.erased or entry.denied:
        return False
    kept = wanted.kept if isinstance(wanted, Digits) else ""
    return entry.digits == kept
