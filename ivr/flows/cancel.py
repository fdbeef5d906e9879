"""Cancel one visit: the rules, the naming, the yes, the code, the reason."""

from __future__ import annotations

from dataclasses import replace

from ivr.clinic.actions import (
    AskRegistry,
    Cancelled,
    CancelResult,
    CancelVisit,
    GiveReason,
    Receipt,
)
from ivr.clinic.values import CancellationStatus, CancelRule, Reason, Visit
from ivr.dialogue.answers import Menu, Option, YesNo
from ivr.dialogue.call import SKIPPABLE, WISHES, Call, Manners, Wanted
from ivr.dialogue.turns import Outcome
from ivr.flows.code import give_code
from ivr.flows.person import hand_over, on_wanted
from ivr.speech.understanding.yes_no import Own

ALONE = Manners(alone=True)
BY_REGISTRAR = {
    CancelRule.CONFIRMED: "cancel.confirmed_by_doctor",
    CancelRule.LATE_PERSON: "cancel.late_person",
}


async def cancel(call: Call, visit: Visit) -> Receipt | None:
    """The receipt, or None where the visit stays as it was."""
    if visit.rule in BY_REGISTRAR:
        return await _by_registrar(call, visit)
    if visit.rule is CancelRule.LATE_WARN:
        await call.say("cancel.late")
    if not await _sure(call, visit, "cancel.sure", SURE):
        return None
    return await _cancel_now(call, visit, request_only=False)


async def _by_registrar(call: Call, visit: Visit) -> Receipt | None:
    """A registrar decides: at once by day, at night the request is passed on."""
    assert visit.rule is not None  # noqa: S101
    await call.say(BY_REGISTRAR[visit.rule])
    registry = await call.do(AskRegistry())
    if registry.open:
        await hand_over(call, "late")
        return None
    await call.say("cancel.registry_closed")
    if not await _sure(call, visit, "cancel.pass_on", PASS_ON):
        return None
    return await _cancel_now(call, visit, request_only=True)


async def _sure(call: Call, visit: Visit, question: str, answer: YesNo) -> bool:
    """Only an explicit yes right behind the naming counts."""
    while True:
        await call.say("cancel.naming", barge_in=False, visit=visit)
        sure = await call.ask_or_leave(question, answer, ALONE)
        if sure is True:
            return True
        if sure is False:
            await call.reached(Outcome.KEPT)
            await call.say("cancel.kept", visit=visit)
            return False
        if sure in WISHES:
            if sure is Wanted.BYE:
                await call.say("cancel.unsure")
            await on_wanted(call, sure)
            continue
        await call.say("cancel.unsure")
        await hand_over(call, "wanted_to_cancel")
        return False


SURE = YesNo(cancelling=True, confirming=True)
PASS_ON = replace(
    SURE, own=Own(yes=("передать", "передайте"), no=("не передать", "не надо передать"))
)


async def _cancel_now(call: Call, visit: Visit, *, request_only: bool) -> Receipt | None:
    patient = call.patient or ""
    cancelled = await call.do(CancelVisit(patient, visit, request_only))
    if cancelled.receipt is None:
        await call.say("cancel.changed")
        return None
    await _announce(call, cancelled)
    await give_code(call, cancelled.receipt)
    if cancelled.receipt.status is CancellationStatus.PROCESSING:
        await call.say("cancel.call_later", after=cancelled.receipt.answer_after)
    await _ask_reason(call, cancelled.receipt)
    return cancelled.receipt


async def _announce(call: Call, cancelled: Cancelled) -> None:
    if cancelled.how is CancelResult.DONE:
        call.cancelled += 1
        await call.reached(Outcome.CANCELLED)
        await call.say("cancel.done", barge_in=False)
    else:
        call.requested += 1
        await call.reached(Outcome.REQUESTED)
        await call.say("cancel.processing", barge_in=False)


async def _ask_reason(call: Call, receipt: Receipt) -> None:
    reason = await call.ask_or_leave("reason.why", WHY, SKIPPABLE)
    if not isinstance(reason, Reason):
        return
    if await call.do(GiveReason(receipt.code, reason)):
        await call.say("reason.paper")


# With «я» of their own: alone it is taken for a word that is foreign to the grammar.
ILL = (
    *("заболела", "заболел", "заболели", "болезнь", "болею"),
    *("я заболела", "я заболел", "мы заболели", "я болею"),
)
TRIP_OR_WORK = ("поездка", "работа", "поездка или работа", "уезжаю", "я уезжаю")
RECOVERED = ("здорова", "здоров", "здоровы", "выздоровела", "выздоровел")
WHY = Menu(
    {
        "1": Option(Reason.ILL, ILL),
        "2": Option(Reason.RECOVERED, RECOVERED),
        "3": Option(Reason.INCONVENIENT, ("неудобное время", "неудобно", "неудобное")),
        "4": Option(Reason.TRIP_OR_WORK, TRIP_OR_WORK),
        "5": Option(Reason.OTHER, ("другое", "другая причина")),
    },
    result=Reason,
    timeout=6,
)
