from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.messages import texts

START = datetime(2026, 11, 24, 10, 30, tzinfo=UTC)
LINE = "+78001234567"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            texts.cancelled(START, "380417", LINE),
            "Запись 24.11 10:30 отменена. Код 38-04-17. Не вы? 8-800-123-45-67",
        ),
        (
            texts.requested(START, "380417", LINE),
            "Просьба отменить 24.11 10:30 принята. Код 38-04-17. 8-800-123-45-67",
        ),
        (
            texts.not_cancelled(START, LINE),
            "Запись 24.11 10:30 НЕ отменена, приём в силе. Звоните 8-800-123-45-67",
        ),
        (
            texts.restored(START, LINE),
            "Приём 24.11 10:30 восстановлен. Ждём вас. Не вы? 8-800-123-45-67",
        ),
        (
            texts.called_off(START, LINE),
            "Приём 24.11 10:30 отменила поликлиника. Звоните 8-800-123-45-67",
        ),
        (
            texts.identity_code("380417", LINE),
            "Код 380417 для звонка на 8-800-123-45-67. Никому его не говорите!",
        ),
        (
            texts.wrong_policy_warning(LINE),
            "С вашего номера 3 раза набран неверный полис. Не вы? 8-800-123-45-67",
        ),
        (texts.cancelled(START, "380417", ""), "Запись 24.11 10:30 отменена. Код 38-04-17."),
        (
            texts.identity_code("380417", ""),
            "Код 380417 для звонка в поликлинику. Никому его не говорите!",
        ),
        (texts.restored(START, ""), "Приём 24.11 10:30 восстановлен. Ждём вас."),
    ],
)
def test_wording(text: str, expected: str) -> None:
    assert text == expected


@given(
    st.datetimes(timezones=st.just(UTC)),
    st.integers(0, 999_999),
    st.sampled_from(["", LINE, "+375291234567", "+999999999999999"]),
)
def test_every_text_is_one_part(start: datetime, number: int, line: str) -> None:
    code = f"{number:06}"
    for text in (
        texts.cancelled(start, code, line),
        texts.requested(start, code, line),
        texts.not_cancelled(start, line),
        texts.restored(start, line),
        texts.withdrawn(start, line),
        texts.called_off(start, line),
        texts.identity_code(code, line),
        texts.wrong_policy_warning(line),
    ):
        assert len(text) <= texts.LIMIT
