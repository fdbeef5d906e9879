"""Bring a cancelled visit back, or withdraw a request, within ten minutes."""

from __future__ import annotations

from ivr.clinic.actions import Receipt, UndoCancellation, UndoResult
from ivr.clinic.values import CancellationStatus
from ivr.dialogue.answers import YesNo
from ivr.dialogue.call import PATIENT, Call
from ivr.dialogue.turns import Outcome
from ivr.speech.understanding.yes_no import Own

RESTORE = YesNo(
    confirming=True,
    own=Own(
        yes=("вернуть", "верните", "вернуть прием"),
        no=("не вернуть", "не надо вернуть"),
    ),
)
WITHDRAW = YesNo(
    confirming=True,
    own=Own(
        yes=("снять", "снять просьбу"),
        no=("не снять", "не надо снять"),
    ),
)


def is_request(receipt: Receipt) -> bool:
    return receipt.status is not CancellationStatus.CANCELLED


async def undo(call: Call, receipt: Receipt, question: str = "undo.sure") -> bool:
    """True: the visit stands again, or nothing is asked of the clinic any more."""
    if is_request(receipt):
        return await _withdraw(call, receipt)
    if await call.ask_or_leave(question, RESTORE, PATIENT, visit=receipt.visit) is not True:
        await call.say("undo.left")
        return False
    result = await call.do(UndoCancellation(call.patient or "", receipt.code))
    if result is not UndoResult.RESTORED:
        await call.say("undo.taken" if result is UndoResult.TAKEN else "undo.too_late")
        return False
    call.cancelled = max(0, call.cancelled - 1)
    other = Outcome.TOLD if call.cancelled else Outcome.CANCELLED
    await call.reached(Outcome.RESTORED, instead_of=other)
    await call.say("undo.done")
    return True


async def _withdraw(call: Call, receipt: Receipt) -> bool:
    sure = await call.ask_or_leave("undo.request", WITHDRAW, PATIENT, visit=receipt.visit)
    if sure is not True:
        await call.say("undo.request_left")
        return False
    result = await call.do(UndoCancellation(call.patient or "", receipt.code))
    if result is not UndoResult.RESTORED:
        await call.say("undo.request_late")
        return False
    call.requested = max(0, call.requested - 1)
    other = Outcome.TOLD if call.requested else Outcome.REQUESTED
    await call.reached(Outcome.RESTORED, instead_of=other)
    await call.say("undo.withdrawn")
    return True
