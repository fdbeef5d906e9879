"""Bring a cancelled visit back, within ten minutes."""

from __future__ import annotations

from ivr.clinic.actions import Receipt, UndoCancellation, UndoResult
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


async def undo(call: Call, receipt: Receipt, question: str = "undo.sure") -> bool:
    """True: the visit stands again."""
    patient = call.patient or ""
    sure = await call.ask_or_leave(question, RESTORE, PATIENT, visit=receipt.visit)
    if sure is not True:
        await call.say("undo.left")
        return False
    result = await call.do(UndoCancellation(patient, receipt.code))
    if result is not UndoResult.RESTORED:
        await call.say("undo.taken" if result is UndoResult.TAKEN else "undo.too_late")
        return False
    call.cancelled = max(0, call.cancelled - 1)
    other = Outcome.TOLD if call.cancelled else Outcome.CANCELLED
    await call.reached(Outcome.RESTORED, instead_of=other)
    await call.say("undo.done")
    return True
