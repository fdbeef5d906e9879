"""«Отменить этот приём?» to the ear of the engine: an explicit, unmixed yes, or asked again."""

from __future__ import annotations

from typing import Any

import pytest

from ivr.dialogue.answers import Command, YesNo
from ivr.dialogue.call import PATIENT, Ask
from ivr.dialogue.hearings import SURE_ENOUGH, SURE_WITHOUT_YES
from ivr.dialogue.questions import Question
from ivr.dialogue.turns import Keys, Utterance
from ivr.flows.cancel import PASS_ON, SURE
from ivr.flows.undo import RESTORE

YES = """
да|да конечно|да, конечно|да отмените пожалуйста|ну да|да-да|да да да|так точно|не приду
я не приду|да я не приду|да, не приду|я не смогу прийти|да, я не смогу прийти|да отменить
да, отменяйте|отмените пожалуйста запись|отмените её|отмените, девушка|девушка, отмените приём
мне надо отменить|мне нужно отменить запись|я хочу отменить|я прошу отменить этот приём
отмените запись к врачу|тогда отменяйте|ну тогда отмените|лучше отменить|лучше отмените
отмените, если можно|давайте отменим|да, давайте|ладно, отменяйте|хорошо, отмените|да, спасибо
да, пожалуйста|ой, да|ага|угу|ага, ага|ага, да|да, угу|подтверждаю|я подтверждаю
да, подтверждаю отмену|да, всё верно|я отказываюсь|отказываюсь|отказываюсь от приёма
хочу отказаться от записи|мы не придём|не приду, отмените|отмените, я не приду
не приду, девушка|не приеду, хочу отменить|не смогу прийти, отмените пожалуйста
снимите запись пожалуйста|да, эту запись|да, этот приём
"""
NO = """
нет|нет-нет-нет|да нет|да нет, не надо|нет, спасибо|нет, спасибо, всё|не надо|мне не надо
нет, мне не нужно|нет, девушка, не надо|нет, я приду|он придёт|я сейчас приду
нет, оставьте запись|нет, алло|ой нет|ой, не надо|нет, сейчас не надо|нет, просто оставьте
наверное нет|я передумала|я передумал, оставьте|не отменить|не отменяйте его|так, нет
нет, к врачу пойду|отмена не нужна|отменять не буду|я не отменяю|да не отменяйте|лучше не надо
завтра приду
"""
UNCLEAR = """
верно|всё верно|отменён|отменена?
да, алло|алло, да|алло|алло, да, да|да алло алло|да, сейчас|сейчас, да|да, я сейчас
ага, сейчас|угу, сейчас|да так|так, да|да, просто|просто да|да, я|я, да|да, вот|ну вот да
да ой|да, ой|да, понятно|понятно, да|ага понятно|угу, понятно, спасибо|ага хорошо|угу ладно
да, всё|всё, да|да, к врачу|да к врачу завтра|завтра да|да, завтра|да, сегодня|да, тогда
да, лучше|лучше да|да, девушка|девушка, да|да, милая|да, дорогая|милая, да|да, он|да, она
да, мы|да, туда|да, запись|да, приём|да же|да если можно|так и быть, да|да, его|да, врача
хорошо|ладно|давайте|хорошо, спасибо|я|мы|не смогу|я не смогу|не сможем|не смогу отменить
отменить не смогу|я не смогу отменить|да, не смогу|да не смогу отменить
не смогу отменить сегодня|не придём отменить|не пойду отменить|не приду отменить
не смогу прийти отменить|отменить не пойду|не могу прийти отменить|отказываюсь отменить
отказываюсь отменять|я отказываюсь отменить|да, отказываюсь отменить|отказываюсь от отмены
откажусь|да, откажусь|откажусь отменить|хочу отказаться|я хочу отказаться|он не придёт
она не придёт|он не пойдёт|она не пойдёт|не придёт|не пойдёт|не приедет|не сможет прийти
да, он не придёт|он не приедет|врач не придёт|доктор не придёт|мама не придёт
он не сможет прийти|не хочу отменить|не надо отменить|не нужно отменить|не буду отменить
не отмените|не отменим|отменить не надо|отменить запись не надо|отмените, не надо
да отмените, нет|нет, отмените|нет, не приду|нет, отказываюсь|передумала, отмените
передумала, да|да, передумала|да, приду|да, оставьте|да буду|да, не отменяйте
отмену не подтверждаю|не подтверждаю|не откажусь|передать|передайте|да, передайте
наверное отмените|может быть отменить|отменить, наверное|думаю да|скорее всего да
вроде отменить|не знаю, отмените|да вы что|да ладно, отмените|да уж|можно отменить
а если отменить|как отменить|зачем отменить|уже отменила|отменяйте что хотите|да скажите
да слушаю|да, говорите|да это я|да, мама, иду|да подай ты трубку|да где очки
"""
WISHES = {
    Command.REPEAT: "да, ещё раз пожалуйста|да ещё раз|ещё раз, да|отмените ещё раз"
    "|отменить ещё раз"
    "|да если можно ещё раз|ещё раз эту запись|повторите, да|да, повторите|да, не поняла"
    "|да ещё раз скажите|нет, повторите|ага, ещё раз|да, не расслышала",
    Command.WAIT: "да, подождите|подождите, да|сейчас, сейчас|да, секундочку|да сейчас сейчас"
    "|ага, минутку|подождите, отмените",
    Command.LOUDER: "да, громче|да, не слышно|да, не слышу|ничего не слышу, да",
    Command.SLOWER: "да, медленнее|да помедленнее|не так быстро, да",
    Command.OPERATOR: "да, оператора|да, позовите человека|отмените, дайте регистратуру",
    Command.EMERGENCY: "да мне плохо|да, скорую",
    Command.BACK: "да, назад|вернуться, да",
    Command.MENU: "да, сначала|отмените, заново",
    Command.BYE: "да, всё, спасибо|да, до свидания",
}


def rows(table: str) -> list[str]:
    return [row for line in table.strip().splitlines() for row in line.split("|")]


def understood(heard: Utterance | Keys, answer: YesNo = SURE) -> Any:
    return Question(Ask("cancel.sure", answer, PATIENT)).understand(heard)


@pytest.mark.parametrize(
    ("words", "value"),
    [
        *((row, True) for row in rows(YES)),
        *((row, False) for row in rows(NO)),
        *((row, None) for row in rows(UNCLEAR)),
        *((row, wish) for wish, said in WISHES.items() for row in said.split("|")),
    ],
)
def test_what_is_understood_at_the_confirmation(
    words: str, value: bool | Command | None
) -> None:
    assert understood(Utterance(words)) is value
    if value is not True:
        assert understood(Utterance(words.replace(",", ""))) is not True


def test_the_words_of_a_request_belong_to_the_request() -> None:
    for words in ("передать", "передайте", "да, передайте", "передайте пожалуйста"):
        assert understood(Utterance(words), PASS_ON) is True
    assert understood(Utterance("не надо передать"), PASS_ON) is False
    assert understood(Utterance("не передать"), PASS_ON) is False


def test_a_visit_comes_back_by_an_unmixed_yes_too() -> None:
    for words in ("да", "верните", "верните запись", "вернуть приём пожалуйста"):
        assert understood(Utterance(words), RESTORE) is True
    for words in ("да, сейчас", "да, алло", "не приду", "отменить", "не вернуть верните"):
        assert understood(Utterance(words), RESTORE) is None


def test_a_yes_that_was_half_heard_is_none() -> None:
    assert understood(Utterance("да", confidence=0.05)) is None
    assert understood(Utterance("да", confidence=SURE_ENOUGH - 0.01)) is None
    assert understood(Utterance("да", confidence=SURE_ENOUGH)) is True
    assert understood(Utterance("отмените", confidence=SURE_WITHOUT_YES - 0.01)) is None
    assert understood(Utterance("отмените", confidence=SURE_WITHOUT_YES)) is True
    assert understood(Utterance("да, отмените", confidence=SURE_ENOUGH)) is True
    assert understood(Utterance("да, правильно", confidence=SURE_WITHOUT_YES - 0.01)) is None
    assert understood(Utterance("да, правильно", confidence=SURE_WITHOUT_YES)) is True
    assert understood(Utterance("нет", confidence=0.05)) is None
    assert understood(Utterance("повторите", confidence=0.05)) is None
    assert understood(Utterance("да", confidence=0.49), YesNo()) is None
    assert understood(Utterance("да", confidence=0.5), YesNo()) is True


def test_a_call_for_help_counts_however_it_was_heard() -> None:
    assert understood(Utterance("мне плохо", confidence=0.05)) is Command.EMERGENCY
    assert understood(Utterance("оператора", confidence=0.05)) is Command.OPERATOR


def test_a_yes_beside_the_best_result_is_none() -> None:
    beside = Utterance("дача", alternatives=("да",))
    assert understood(beside) is None
    assert understood(beside, YesNo()) is True
    assert understood(Utterance("да", foreign=True)) is None
    assert understood(Keys("1")) is True
