"""What an SMS says: one part of at most 70 characters, no name, no specialty.

`start` is aware, in the clinic's time zone; `line` is the line's number as E.164 and may be
empty: then nothing refers to it.
"""

from __future__ import annotations

import re
from datetime import datetime

LIMIT = 70
"""Characters of one Cyrillic part."""
_RUSSIAN = re.compile(r"\+7(\d{3})(\d{3})(\d{2})(\d{2})")


def cancelled(start: datetime, code: str, line: str) -> str:
    return f"Запись {_at(start)} отменена. Код {_pairs(code)}." + _tail(line, "Не вы?")


def requested(start: datetime, code: str, line: str) -> str:
    return f"Просьба отменить {_at(start)} принята. Код {_pairs(code)}." + _tail(line)


def not_cancelled(start: datetime, line: str) -> str:
    return f"Запись {_at(start)} НЕ отменена, приём в силе." + _tail(line, "Звоните")


def restored(start: datetime, line: str) -> str:
    return f"Приём {_at(start)} восстановлен. Ждём вас." + _tail(line, "Не вы?")


def withdrawn(start: datetime, line: str) -> str:
    return f"Просьба отменить {_at(start)} снята." + _tail(line, "Не вы?")


def called_off(start: datetime, line: str) -> str:
    """The clinic itself has cancelled the visit."""
    return f"Приём {_at(start)} отменила поликлиника." + _tail(line, "Звоните")


def identity_code(code: str, line: str) -> str:
    """The code in one piece, as it is keyed."""
    where = f"звонка на {_dialled(line)}" if line else "звонка в поликлинику"
    return f"Код {code} для {where}. Никому его не говорите!"


def wrong_policy_warning(line: str) -> str:
    return "С вашего номера 3 раза набран неверный полис." + _tail(line, "Не вы?")


def _at(start: datetime) -> str:
    return f"{start:%d.%m %H:%M}"


def _pairs(code: str) -> str:
    return "-".join(code[at : at + 2] for at in range(0, len(code), 2))


def _tail(line: str, lead: str = "") -> str:
    return f" {lead} {_dialled(line)}".replace("  ", " ") if line else ""


def _dialled(line: str) -> str:
    """As people in Russia write it: 8-800-123-45-67."""
    return _RUSSIAN.sub(r"8-\1-\2-\3-\4", line) if _RUSSIAN.fullmatch(line) else line
