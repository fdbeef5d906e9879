"""Hand over to a person: by day by telephone, at night or if nobody answers by a call-back."""

from __future__ import annotations

from ivr.clinic.actions import AskRegistry, KeepNote, RequestCallback
from ivr.clinic.values import Registry
from ivr.dialogue.answers import YesNo
from ivr.dialogue.call import Call, Manners, Wanted
from ivr.dialogue.entries import Phone
from ivr.dialogue.turns import Outcome, Spoken
from ivr.flows.entering import enter_or_leave
from ivr.speech.understanding.yes_no import Own

LAST = Manners(noinput=2, nomatch=2, guarded=False, alone=True)
"""The questions on the way to a person are not left for a person."""
FINAL = ("silent", "guard", "not_identified")
"""Reasons after which there is no question to come back to."""


async def on_wanted(call: Call, wanted: Wanted) -> None:
    """A question was left: by a wish for a person, by silence, by misunderstandings."""
    if wanted is Wanted.EMERGENCY:
        answer = await call.ask_or_leave("universal.emergency", YesNo(own=A_PERSON), LAST)
        if answer not in (True, Wanted.OPERATOR, Wanted.EMERGENCY):
            return
    if wanted is Wanted.BYE:
        await _part_if_sure(call)
        return
    await hand_over(call, wanted.value)


A_PERSON = Own(yes=("позвать", "позовите"), no=("не зовите",))


async def _part_if_sure(call: Call) -> None:
    """Nobody loses the call by a word that was misheard."""
    answer = await call.ask_or_leave("universal.bye", YesNo(own=AN_END), LAST)
    if answer in (True, Wanted.BYE, Wanted.SILENT):
        await call.say("goodbye.bye")
        await call.end()


AN_END = Own(yes=("закончить",), no=("не закончить", "продолжить"))


async def hand_over(call: Call, reason: str) -> None:
    """Returns only where the caller goes on with the machine."""
    registry = await call.do(AskRegistry())
    if registry.open:
        await _connect(call)
    if reason == "silent":
        await _silent(call, registry)
    await _offer_call_back(call, registry, reason)
    if reason in FINAL:
        await _part(call, registry)
    await call.say("person.going_on")


async def _connect(call: Call) -> None:
    await call.say("person.connecting")
    whisper = "person.whisper_known" if call.patient else "person.whisper_unknown"
    if await call.transfer([Spoken(whisper)]):
        await call.reached(Outcome.TRANSFERRED, instead_of=Outcome.TOLD)
        await call.end()


async def _silent(call: Call, registry: Registry) -> None:
    request = RequestCallback("silent", call.patient, None, agreed=False)
    if await call.do(request):
        await call.reached(Outcome.CALLBACK, instead_of=Outcome.TOLD)
        if registry.open:
            await call.say("person.no_keys_today")
        else:
            await call.say("person.no_keys", opens=registry.opens)
        await call.say("goodbye.bye")
        await call.end()
    await _part(call, registry)


async def _offer_call_back(call: Call, registry: Registry, reason: str) -> None:
    if registry.open:
        await call.say("person.nobody")
    else:
        await call.say("person.closed", opens=registry.opens, closes=registry.closes)
    if await call.ask_or_leave("person.call_back", YesNo(), LAST) is not True:
        return
    if await _request(call, registry, reason):
        await call.reached(Outcome.CALLBACK, instead_of=Outcome.TOLD)
        await _note(call)
        await _promise(call, registry)


async def _request(call: Call, registry: Registry, reason: str) -> bool:
    """A call back to this number, or to one that is keyed; False: no number came of it."""
    if registry.number_shown:
        this_one = await call.ask_or_leave("person.this_number", THIS_ONE, LAST)
        if this_one is not False:
            return await call.do(RequestCallback(reason, call.patient, None, agreed=True))
    for prompt in ("person.number", "person.wrong_number", "person.wrong_number"):
        number = await enter_or_leave(call, prompt, Phone(), LAST)
        if isinstance(number, Wanted):
            return False
        if await call.do(RequestCallback(reason, call.patient, number, agreed=True)):
            return True
    return False


THIS_ONE = YesNo(
    own=Own(yes=("на этот", "на этот номер"), no=("другой", "другой номер", "на другой"))
)


async def _note(call: Call) -> None:
    recording, seconds = await call.take_note("person.note")
    if recording:
        await call.do(KeepNote(recording, seconds))


async def _promise(call: Call, registry: Registry) -> None:
    if registry.open:
        await call.say("person.will_call_today")
    else:
        await call.say("person.will_call", on=registry.opens_on, opens=registry.opens)
    if not call.cancelled and not call.requested:
        await call.say("person.not_cancelled")
    await call.say("goodbye.bye")
    await call.end()


async def _part(call: Call, registry: Registry) -> None:
    if registry.second_level:
        await call.say("person.second_level", number=registry.second_level)
    elif registry.phone:
        await call.say("person.registry_number", number=registry.phone)
    await call.say("goodbye.bye")
    await call.end()
