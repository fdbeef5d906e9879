"""A whole call: the greeting, who it is for, and errand after errand."""

from __future__ import annotations

from ivr.clinic.actions import Greet, Welcome
from ivr.dialogue.call import Call, Script
from ivr.flows.identify import identify
from ivr.flows.person import on_wanted
from ivr.flows.visits import visits


async def reception(call: Call) -> None:
    welcome = await call.do(Greet())
    await call.say("greeting.hello", clinic=welcome.clinic)
    if welcome.recorded:
        await call.say("greeting.recorded", barge_in=False)
    if welcome.requests_only_until:
        await _say_outage(call, welcome)
    if welcome.announcement:
        await call.say("greeting.announcement", announcement=welcome.announcement)
    while True:
        call.patient = None
        await identify(call, whole_policy=welcome.whole_policy)
        await visits(call)


async def _say_outage(call: Call, welcome: Welcome) -> None:
    until = welcome.requests_only_until
    if welcome.outage_ends_today:
        await call.say("greeting.requests_only_today", until=until)
    else:
        await call.say("greeting.requests_only", until=until)


RECEPTION = Script(reception, on_wanted)
