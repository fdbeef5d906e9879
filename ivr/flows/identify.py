"""Who is calling: the policy's last six digits, the whole number, or an SMS code."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta

from ivr.clinic.actions import (
    AskClinicInfo,
    Check,
    CheckBirthDate,
    Checked,
    CheckIdentityCode,
    CheckPolicy,
    FindKnown,
    Known,
    SendIdentityCode,
)
from ivr.dialogue.answers import Option
from ivr.dialogue.birth_dates import BirthDate
from ivr.dialogue.call import Call
from ivr.dialogue.entries import CERTIFICATE, LAST_SIX, POLICY, Digits, Entry, Phone, Policy
from ivr.dialogue.turns import Outcome
from ivr.flows.entering import enter
from ivr.flows.person import hand_over
from ivr.flows.status import status

QUIET, SEARCHING = 3, 10
"""Gathers of six seconds that count as one silence: twenty seconds, and a minute."""


async def identify(call: Call, *, whole_policy: bool) -> None:
    """Ask until the patient is known; whoever stays unknown gets a person."""
    first = "identify.whole_first" if whole_policy else "identify.last_six"
    known = await call.do(FindKnown())
    checked, digits = await _by_policy(call, first, known)
    if checked.check is Check.TWINS:
        checked = await _by_birth_date(call, digits, known)
    if checked.check is Check.NEED_BIRTH_DATE:
        checked = await _by_code(call, digits, known)
    if checked.check is not Check.IDENTIFIED:
        await refuse(call)
    call.patient = checked.patient


async def refuse(call: Call) -> None:
    await call.reached(Outcome.NOT_IDENTIFIED)
    await call.say("identify.refused")
    await hand_over(call, "not_identified")


async def _by_policy(call: Call, first: str, known: Known) -> tuple[Checked, str]:
    """Digits until they identify, lead to another step, or the third miss."""
    prompt, kept, misfits, one_by_one = first, "", 0, False
    while True:
        answer = Policy(kept, known.policies)
        entry = await _entry(call, prompt, answer, one_by_one=one_by_one)
        checked = await _check(call, entry)
        misfits += checked.check is Check.NEED_WHOLE
        by_fours = checked.check is Check.WRONG_CHECK_DIGIT
        if by_fours or await _misfits_again(call, checked, entry, misfits):
            by_parts = await _by_fours(call)
            if by_parts is not None:
                whole = CheckPolicy(by_parts.digits, by_parts.closed)
                return await call.do(whole), by_parts.digits
            prompt, kept, one_by_one = await _help(call), "", False
            continue
        if checked.check not in GOES_ON:
            return checked, entry.digits
        one_by_one = misfits > 0 and checked.check is not Check.BLANK_NUMBER
        kept = await _say_what_is_kept(call, checked.check, entry, misfits)
        prompt = "identify.go_on" if kept else "identify.whole"


async def _check(call: Call, entry: Entry) -> Checked:
    """What was read back and denied is as wrong as a check digit that does not fit."""
    if entry.denied:
        await call.say("identify.denied")
        return Checked(Check.WRONG_CHECK_DIGIT)
    checked = await call.do(CheckPolicy(entry.digits, entry.closed))
    if checked.check is Check.WRONG_CHECK_DIGIT:
        await call.say("identify.mistake")
    return checked


async def _misfits_again(call: Call, checked: Checked, entry: Entry, misfits: int) -> bool:
    """An end of a number that did not fit a second time."""
    again = checked.check is Check.NEED_WHOLE and misfits > 1 and entry.closed != "pause"
    if again:
        await call.say("identify.not_enough")
        await call.say("identify.denied")
    return again


GOES_ON = (Check.KEPT, Check.NEED_WHOLE, Check.BLANK_NUMBER)


async def _say_what_is_kept(call: Call, check: Check, entry: Entry, misfits: int) -> str:
    digits, count = entry.digits, len(entry.digits)
    if check is Check.BLANK_NUMBER:
        await call.say("identify.blank_number")
        return digits
    if check is Check.NEED_WHOLE and entry.closed != "pause":
        await call.say("identify.not_enough")
        return ""
    kind = "again" if misfits else "text"
    await call.say("identify.kept", kind=kind, count=count, following=count + 1)
    return digits


async def _entry(call: Call, prompt: str, answer: Policy, *, one_by_one: bool) -> Entry:
    """New digits behind the kept ones; nothing at all leads to the help menu."""
    while True:
        entry = await call.ask(prompt, _asked(prompt, answer, one_by_one=one_by_one))
        if entry.denied:
            return entry
        one_by_one = False
        if entry.digits == answer.kept and not entry.erased:
            prompt, kept = await _help(call), ""
        elif entry.erased and len(entry.digits) < POLICY and entry.closed != "hash":
            kept = entry.digits
            prompt = "identify.go_on" if kept else "identify.whole"
            await _say_what_is_left(call, kept)
        elif entry.digits:
            return entry
        else:
            kept, prompt = "", "identify.whole"
        answer = replace(answer, kept=kept)


def _asked(prompt: str, answer: Policy, *, one_by_one: bool) -> Policy:
    """Only single digits are heard only where the question asks for them."""
    return replace(
        answer,
        whole=LAST_SIX if prompt == "identify.last_six" else POLICY,
        patience=SEARCHING if prompt == "identify.search" else QUIET,
        one_by_one=one_by_one or prompt == "identify.whole",
    )


async def _say_what_is_left(call: Call, kept: str) -> None:
    left = POLICY - len(kept)
    if kept:
        await call.say("identify.left", left=left, following=len(kept) + 1)
    else:
        await call.say("identify.cleared")


async def _by_fours(call: Call) -> Entry | None:
    """Nine digits and `#` are a certificate; None: nothing came, which leads to help."""
    digits = ""
    for prompt in FOURS:
        four = Digits(4, may_be_empty=True, patience=QUIET, one_by_one=True)
        keyed = await enter(call, prompt, replace(four, short=CERTIFICATE - len(digits)))
        if not keyed:
            return None
        digits += keyed
        if len(digits) == CERTIFICATE:
            return Entry(digits, "hash")
    return Entry(digits, "count")


FOURS = ("identify.four1", "identify.four2", "identify.four3", "identify.four4")


async def _help(call: Call) -> str:
    """The help menu at the policy; the question that follows it."""
    while True:
        wish = await call.choose("identify.help", HELP)
        match wish:
            case "search":
                return "identify.search"
            case "no_policy":
                await hand_over(call, "no_policy")
            case "status":
                await status(call)
                return "identify.search"
            case _:
                await _tell_address(call)


HELP = {
    "1": Option("search", ("искать", "искать полис", "ищу полис", "поищу")),
    "2": Option("no_policy", ("нет полиса", "полиса нет")),
    "3": Option("status", ("проверить код", "код"), wish="status"),
    "4": Option("address", ("адрес", "часы работы", "адрес и часы", "адрес и часы работы")),
}


async def _tell_address(call: Call) -> None:
    clinic = await call.do(AskClinicInfo())
    if clinic.address:
        await call.say("clinic.address", address=clinic.address)
    await _tell_hours(call, clinic.week)
    await call.say("clinic.in_person")


async def _tell_hours(call: Call, week: tuple[str, ...]) -> None:
    """The five working days at once where they are alike."""
    alike = len(set(week[:5])) == 1 and bool(week[0])
    if alike:
        await _say_hours(call, "clinic.weekdays", week[0])
    for weekday, hours in enumerate(week):
        if hours and not (alike and weekday < 5):
            day = A_MONDAY + timedelta(days=weekday)
            await _say_hours(call, "clinic.day", hours, day)


A_MONDAY = date(2024, 1, 1)


async def _say_hours(call: Call, prompt: str, hours: str, day: date = A_MONDAY) -> None:
    opens, _, closes = hours.partition("-")
    await call.say(
        prompt, day=day, opens=time.fromisoformat(opens), closes=time.fromisoformat(closes)
    )


async def _birth_date(call: Call, known: Known) -> date:
    return await call.ask("identify.birth_date", BirthDate(call.started_at.date(), known.born))


async def _by_birth_date(call: Call, digits: str, known: Known) -> Checked:
    while True:
        born = await _birth_date(call, known)
        checked = await call.do(CheckBirthDate(digits, born))
        if checked.check is not Check.MISSED:
            return checked
        await call.say("identify.not_fit")


async def _by_code(call: Call, policy: str, known: Known) -> Checked:
    """Birth date, then the code that goes to the mobile on file if the data fit."""
    born = await _birth_date(call, known)
    await call.do(SendIdentityCode(policy, born))
    await call.say("identify.code_sent")
    checked = await _code(call)
    if checked is None:
        wanted = Phone(may_be_empty=True, patience=4, timeout=6)
        mobile = await enter(call, "identify.mobile", wanted)
        if mobile:
            await call.do(SendIdentityCode(policy, born, mobile))
            await call.say("identify.code_sent")
            checked = await _code(call)
    return checked or Checked(Check.REFUSED)


async def _code(call: Call) -> Checked | None:
    """None: no code came."""
    while True:
        wanted = Digits(6, may_be_empty=True, patience=6, reader=None)
        digits = await enter(call, "identify.code", wanted)
        if not digits:
            return None
        checked = await call.do(CheckIdentityCode(digits))
        if checked.check is not Check.MISSED:
            return checked
        await call.say("identify.not_fit")
