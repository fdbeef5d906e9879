"""A whole call: the greeting, who it is for, and errand after errand."""

from __future__ import annotations

from ivr.clinic.actions import Greet
from ivr.dialogue.call import Call, Script
from ivr.flows.identify import identify
from ivr.flows.person import on_wanted
from ivr.flows.visits import visits


async def reception(call: Call) -> None:
    welcome = await call.do(Greet())
    await call.say("greeting.hello", clinic=welcome.clinic)
    if welcome.recorded:
        await call.say("greeting.recorded", barge_in=False)
    if welcome.announcement:
        await call.say("greeting.announcement", announcement=welcome.announcement)
    while True:
        call.patient = None
        await identify(call, whole_policy=welcome.whole_policy)
        await visits(call)


RECEPTION = Script(reception, on_wanted)
