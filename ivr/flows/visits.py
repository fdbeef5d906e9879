"""The patient's visits: what is new, the list, the menu of one visit, and what comes next."""

from __future__ import annotations

from collections.abc import Mapping

from ivr.clinic.actions import ChooseVisit, FindUpcoming, MarkToldOff, Receipt, Upcoming
from ivr.clinic.values import CancellationStatus, Visit
from ivr.dialogue.answers import BY_WORDS, Menu, Option
from ivr.dialogue.call import SKIPPABLE, Call, Manners, Wanted
from ivr.dialogue.choosing import WhichVisit
from ivr.dialogue.turns import Outcome
from ivr.flows.cancel import cancel
from ivr.flows.code import give_code
from ivr.flows.person import hand_over
from ivr.flows.status import status
from ivr.flows.undo import is_request, undo

PAGE = 3


async def visits(call: Call) -> None:
    """Errand after errand for one patient; returns when another policy is to be keyed."""
    wish = ""
    upcoming = await call.do(FindUpcoming(call.patient or ""))
    if await _tell_news(call, upcoming):
        upcoming = await call.do(FindUpcoming(call.patient or ""))
    call.again = ()
    visit = await _interrupted(call, upcoming)
    while True:
        await call.reached(Outcome.TOLD)
        for receipt in upcoming.requested:
            await call.say("visits.requested", visit=receipt.visit)
        if visit is None and not upcoming.visits:
            await _nothing_booked(
                call, "visits.no_others" if upcoming.requested else "visits.none"
            )
            return
        if visit is not None:
            done = await _one_visit(call, visit)
        else:
            done = await _of_several(call, upcoming.visits, wish)
        following = await _anything_else(call, done)
        call.again = ()
        if following == "other_policy":
            return
        wish = following if following == "reschedule" else ""
        upcoming = await call.do(FindUpcoming(call.patient or ""))
        visit = None


async def _tell_news(call: Call, upcoming: Upcoming) -> bool:
    """What the patient has not heard yet, before anything else; True: a visit came back."""
    restored = False
    for visit in upcoming.called_off:
        await call.ask_or_leave("visits.called_off", GO_ON, SKIPPABLE, visit=visit)
        await call.do(MarkToldOff(visit.id))
    for receipt in upcoming.unheard:
        await _tell_code(call, receipt)
    for receipt in upcoming.undoable:
        restored = await undo(call, receipt, "undo.offer") or restored
    for visit in upcoming.begun:
        await call.say("visits.begun", visit=visit)
    return restored


GO_ON = Menu({"1": Option("go_on", ("дальше", "понятно"))}, result=str, timeout=3)


async def _tell_code(call: Call, receipt: Receipt) -> None:
    """A code that was not heard in the call that made it."""
    if receipt.status is CancellationStatus.CANCELLED:
        await call.say("visits.unheard", visit=receipt.visit)
        await give_code(call, receipt)
    else:
        await call.say("visits.unheard_request", visit=receipt.visit)
        await give_code(call, receipt)
        await call.say("cancel.call_later", after=receipt.answer_after)


async def _interrupted(call: Call, upcoming: Upcoming) -> Visit | None:
    """The visit in hand when the call broke off; it leads to its menu, never to a yes."""
    visit = upcoming.interrupted
    if visit is None:
        return None
    return visit if await call.choose("visits.broken_off", BROKEN_OFF) == "go_on" else None


BROKEN_OFF = {
    "1": Option("go_on", ("продолжить", "продолжаем")),
    "2": Option("anew", ("сначала", "начать сначала", "заново")),
}


async def _nothing_booked(call: Call, prompt: str) -> None:
    """Returns when another policy is to be keyed."""
    while True:
        wish = await call.ask_or_leave(prompt, NOTHING_BOOKED, LAST_QUESTION)
        if wish == "other_policy":
            return
        if wish == "status":
            await status(call)
        else:
            await _part_unless_lost(call, wish)


NOTHING_BOOKED = Menu(
    {
        "1": Option("status", ("проверить код", "код"), wish="status"),
        "2": Option("other_policy", ("другой полис",)),
    },
    result=str,
)


async def _part_unless_lost(call: Call, wish: str | Wanted) -> None:
    """Silence ends the call; who presses what is no answer gets a person."""
    if wish is Wanted.LOST:
        await hand_over(call, "lost")
    else:
        await _part(call)


async def _part(call: Call) -> None:
    await call.say("goodbye.bye")
    await call.end()


async def _of_several(call: Call, booked: tuple[Visit, ...], wish: str) -> Receipt | None:
    """`wish` is what was wanted of one of them before it was asked of which."""
    if len(booked) == 1:
        await call.say("visits.one")
        return await _one_visit(call, booked[0], wish)
    await call.say("visits.several", count=len(booked))
    place, wish = await _choose(call, booked, wish)
    return await _one_visit(call, booked[place], wish)


async def _choose(call: Call, booked: tuple[Visit, ...], wish: str) -> tuple[int, str]:
    """Three at a time, each page counted from one; the last leads round to the first."""
    first, more = 0, len(booked) > PAGE
    while True:
        page = tuple(range(first, min(first + PAGE, len(booked))))
        for number, place in enumerate(page, start=1):
            await call.say("visits.item", number=number, visit=booked[place])
        which = WhichVisit(booked, call.started_at.date(), page, more, wish=wish)
        picked = await call.ask(_which(len(page), more=more), which)
        if picked.place is not None:
            return picked.place, picked.wish
        first = first + PAGE if first + PAGE < len(booked) else 0


def _which(shown: int, *, more: bool) -> str:
    if more:
        return ("visits.one_or_more", "visits.two_or_more", "visits.three_or_more")[shown - 1]
    return "visits.which_of_two" if shown == 2 else "visits.which_of_three"


async def _one_visit(call: Call, visit: Visit, wish: str = "") -> Receipt | None:
    """The receipt of a cancellation that can be undone; `wish` was said with the choice.

    A cancellation names the visit itself.
    """
    await call.do(ChooseVisit(call.patient or "", visit.id))
    if wish != "cancel":
        await call.say("visits.chosen", visit=visit)
    while True:
        match wish or await call.choose("visits.menu", VISIT_MENU):
            case "way":
                await _tell_way(call, visit)
            case "cancel":
                receipt = await cancel(call, visit)
                return receipt if receipt and receipt.status in UNDOABLE else None
            case "reschedule":
                wish = ""
                await call.say("visits.move")
                await hand_over(call, "reschedule")
            case _:
                return None


UNDOABLE = (CancellationStatus.CANCELLED, CancellationStatus.PROCESSING)
VISIT_MENU = {
    "1": Option("way", ("как пройти", "адрес", "как добраться")),
    "2": Option("cancel", wish="cancel"),
    BY_WORDS: Option("reschedule", wish="reschedule"),
    "4": Option("finish", alone=("спасибо", "ничего"), wish="bye"),
}


async def _tell_way(call: Call, visit: Visit) -> None:
    await call.say("way.clinic", place=visit.place)
    for prompt, part in (
        ("way.address", visit.place.address),
        ("way.entrance", visit.place.entrance),
        ("way.floor", visit.place.floor),
        ("way.cabinet", visit.place.cabinet),
        ("way.bring", visit.bring),
    ):
        if part:
            await call.say(prompt, part=part)


async def _anything_else(call: Call, receipt: Receipt | None) -> str:
    """What comes next; two silences end the call."""
    while True:
        prompt, options = _next(receipt)
        wish = await call.ask_or_leave(prompt, Menu(options, result=str), LAST_QUESTION)
        if isinstance(wish, Wanted):
            await _part_unless_lost(call, wish)
        elif wish == "finish":
            await _part(call)
        elif wish == "status":
            await status(call)
        elif wish == "undo" and receipt is not None:
            await undo(call, receipt)
            receipt, call.again = None, ()
        else:
            return str(wish)


def _next(receipt: Receipt | None) -> tuple[str, Mapping[str, Option]]:
    if receipt is None:
        return "goodbye.anything_else", NEXT
    if is_request(receipt):
        return "goodbye.anything_else_request", NEXT | {"3": WITHDRAW}
    return "goodbye.anything_else_undo", NEXT | {"3": RESTORE}


RESTORE = Option("undo", ("вернуть", "верните", "вернуть запись", "вернуть отмененную запись"))
WITHDRAW = Option("undo", ("снять", "снять просьбу"))
LAST_QUESTION = Manners(noinput=2, nomatch=3)
NEXT = {
    "1": Option("visits", ("к записям", "записи", "еще запись"), wish="cancel"),
    BY_WORDS: Option("reschedule", wish="reschedule"),
    "2": Option("other_policy", ("другой полис",)),
    "4": Option("status", ("проверить код", "код"), wish="status"),
    "5": Option(
        "finish", alone=("нет", "не надо", "все", "спасибо", "нет спасибо"), wish="bye"
    ),
}
