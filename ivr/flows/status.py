"""What became of a request, by its code."""

from __future__ import annotations

from ivr.clinic.actions import CodeStatus, FindByCode
from ivr.clinic.codes import is_code
from ivr.clinic.values import CancellationStatus
from ivr.dialogue.birth_dates import BirthDate
from ivr.dialogue.call import Call
from ivr.dialogue.entries import Digits, code_digits
from ivr.dialogue.turns import Outcome
from ivr.flows.entering import enter

ATTEMPTS = 3


async def status(call: Call) -> None:
    """Tell the status, or that the data do not fit; then the caller's next question."""
    prompt = "status.code"
    for attempt in range(ATTEMPTS):
        wanted = Digits(6, reader=code_digits, one_by_one=attempt > 0)
        code = await enter(call, prompt, wanted)
        if is_code(code):
            await _tell(call, await _find(call, code))
            return
        prompt = "status.wrong_code"
    await call.say("status.unknown")


async def _find(call: Call, code: str) -> CodeStatus:
    found = await call.do(FindByCode(code))
    if found.known:
        return found
    born = await call.ask("status.birth_date", BirthDate(call.started_at.date()))
    return await call.do(FindByCode(code, born))


async def _tell(call: Call, found: CodeStatus) -> None:
    match found.status:
        case CancellationStatus.CANCELLED:
            await call.say("status.cancelled", at=found.at)
        case CancellationStatus.REQUESTED | CancellationStatus.PROCESSING:
            await call.say("status.processing", after=found.answer_after)
        case CancellationStatus.NOT_CANCELLED:
            await call.say("status.not_cancelled", why=found.why)
        case CancellationStatus.UNDONE:
            await call.say("status.undone")
        case None:
            await call.say("status.unknown")
            return
    await call.reached(Outcome.TOLD)
