"""Give a cancellation code so that it gets written down."""

from __future__ import annotations

from ivr.clinic.actions import MarkCodeHeard, Receipt
from ivr.dialogue.answers import Menu, Option
from ivr.dialogue.call import CODE, Call
from ivr.dialogue.turns import Spoken


async def give_code(call: Call, receipt: Receipt) -> None:
    """Wait for the pen, say the code twice, go on when it is written or after a silence.

    Until the next errand every `*` says the code again.
    """
    await call.ask_or_leave("code.pen", PEN, CODE)
    call.again = (Spoken("code.is", values={"code": receipt.code}, barge_in=False),)
    await call.say("code.is", barge_in=False, code=receipt.code)
    if receipt.sms:
        await call.say("code.by_sms")
    if await call.ask_or_leave("code.written", WRITTEN, CODE) == "written":
        await call.do(MarkCodeHeard(receipt.code))


PEN = Menu(
    {"1": Option("ready", ("готова", "готов", "готово", "записываю"))},
    result=str,
    timeout=10,
)
WRITTEN = Menu({"1": Option("written", ("записала", "записал", "записали"))}, result=str)
