"""Bring a cancelled visit back, within ten minutes."""

from __future__ import annotations

from ivr.clinic.actions import Receipt, UndoCancellation, UndoResult
from ivr.dialogue.answers import yes_no
from ivr.dialogue.call import Call, Manners
from ivr.dialogue.turns import Outcome

CAREFUL = Manners(guarded=False)


async def undo(call: Call, receipt: Receipt) -> bool:
    """True: the visit stands again."""
    patient = call.patient or ""
    sure = await call.ask_or_leave("undo.sure", yes_no(), CAREFUL, visit=receipt.visit)
    if sure is not True:
        await call.say("undo.left")
        return False
    result = await call.do(UndoCancellation(patient, receipt.code))
    if result is not UndoResult.RESTORED:
        await call.say("undo.taken" if result is UndoResult.TAKEN else "undo.too_late")
        return False
    await call.reached(Outcome.RESTORED, instead_of=Outcome.CANCELLED)
    await call.say("undo.done")
    return True
