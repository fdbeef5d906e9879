"""«Отменить эту запись?»: a yes only where nothing else can be meant."""

from __future__ import annotations

import pytest

from ivr.dialogue.answers import YesNo
from ivr.speech.understanding import yes_no

YES = """
да|Да.|ага|угу|да-да|да, да, да|конечно|да конечно|ну да|ну конечно|так точно|верно|да, верно
правильно|подтверждаю|согласна|согласен|разумеется|да пожалуйста|да, спасибо|да-да, отмените
отменить|отмените|отменяйте|отменяем|да, отменить|да отмените|отмените пожалуйста|ну отменяйте
отмените запись|отмените этот приём|я хочу отменить|хочу отменить|надо отменить|нужно отменить
не приду|я не приду|да, не приду|да не приду|мы не придём|не пойду
не приеду
не смогу прийти|не могу прийти|отказываюсь|я отказываюсь|снимите запись|да я не приду
всё верно|именно так|да, всё правильно|ой да|ну да, отменяйте
"""
MISHEARD = (
    "конечно|ну конечно|правильно|разумеется|именно так|обязательно|отменяй|Всё правильно."
)
"""In noise other words are taken for them."""
NO = """
нет|Нет!|нет-нет|нет, нет|не надо|не нужно|да нет|да нет, не надо|да не надо|ну нет|конечно нет
нет конечно|нет, спасибо|неа|не-а|ни в коем случае|ни за что|не стоит|не хочу|ой нет
не отменять|не отменяйте|не отменяйте пожалуйста|не надо отменять|не нужно отменять
нет, не отменяйте|нет, не надо|отменять не надо|не хочу отменять|не буду отменять
оставить|оставьте|оставь|пусть останется|оставьте пожалуйста|нет, оставьте|приду|я приду
мы придём
он придёт|я обязательно приду|передумала|передумал|я передумала, оставьте|сохраните запись
наверное нет|да нет, наверное|неверно|неправильно|не трогайте|нет, приду|лучше оставьте
не согласна
"""
NEITHER = """
не знаю|ну не знаю даже|да вы что|да вы чего|нет да|да, нет|нет, да|да нет да|нет, не приду
да, приду|да приду|нет, отмените|да, оставьте|отмените, нет|наверное|наверное да
может быть|может быть да|вроде да|пожалуй|подождите|да подождите|секундочку|да ладно|да ну
ага, щас|ага конечно|что|алло
повторите|хорошо|ладно|спасибо|пожалуйста|а какую запись|отменить нельзя|отказываюсь отменять
не передумала|не да|не конечно|мне всё равно|да как сказать|да не знаю|завтра|к терапевту
давление|дам|дача|нетто|один|два|оператор|перенести|да, но перенесите|не надо приходить|да уж
кто это|вы робот|мама, тут спрашивают|да тише ты|дай телефон|дайте человека|угу, сейчас, погоди
не отменить нельзя|отмена|да не отменяйте, приду, хотя нет, да|скорая|мне плохо|а почему
он не придёт|не придёт|не смогу|я не смогу|не смогу отменить|отказываюсь отменить
если не приду|когда не приду что будет|а можно не отменить|можно ли отменить|зачем отменить|
"""


def _rows(table: str) -> list[str]:
    return [row for line in table.strip().splitlines() for row in line.split("|")]


@pytest.mark.parametrize("words", _rows(YES))
def test_a_yes(words: str) -> None:
    assert yes_no(words) is True


@pytest.mark.parametrize("words", _rows(MISHEARD))
def test_what_noise_is_taken_for_confirms_nothing_alone(words: str) -> None:
    sure = YesNo(cancelling=True, confirming=True)
    assert sure.from_words(words) is None
    assert sure.from_words(f"{words}, отмените") is True
    assert YesNo(cancelling=True).from_words(words) is True
    assert yes_no(words) is True


@pytest.mark.parametrize("words", _rows(NO))
def test_a_no(words: str) -> None:
    assert yes_no(words) is False


@pytest.mark.parametrize("words", _rows(NEITHER))
def test_neither(words: str) -> None:
    assert yes_no(words) is None


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("да", True),
        ("нет", False),
        ("да нет", False),
        ("не приду", None),
        ("отменить", None),
        ("приду", None),
        ("оставьте", None),
    ],
)
def test_another_question_has_no_words_of_cancelling(words: str, said: bool | None) -> None:
    assert yes_no(words, cancelling=False) is said


@pytest.mark.parametrize("words", ["да, сейчас", "ой, да, так", "ага, понятно", "да, алло"])
def test_what_costs_nothing_needs_no_unmixed_yes(words: str) -> None:
    assert yes_no(words) is None
    assert yes_no(words, confirming=False) is True


def test_a_pause_parts_a_yes_from_a_no() -> None:
    assert yes_no("да нет") is False
    assert yes_no("да нет", pauses=[1]) is None
