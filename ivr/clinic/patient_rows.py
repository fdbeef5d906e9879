"""A line of the clinic's table of patients, read into a card."""

from __future__ import annotations

import re
from datetime import date, datetime

from ivr.clinic.csv_files import BadLine, Layout, Record
from ivr.clinic.patients import HOUSEHOLD, OWN, RELATIVE, PatientCard, PhoneLink
from ivr.clinic.values import FullName
from ivr.phone_numbers import e164, is_mobile
from ivr.policy_numbers import ENP_LENGTH, is_valid_enp

PATIENTS = Layout(
    columns=(
        *("patient_id", "last", "first", "patr", "birth_date", "sex"),
        *("policy_type", "policy_series", "policy_number", "snils", "phones", "link_type"),
    ),
    aliases={
        **dict.fromkeys(("idpac", "pid", "idпациента", "кодпациента"), "patient_id"),
        **dict.fromkeys(("fam", "фамилия", "surname", "lastname"), "last"),
        **dict.fromkeys(("im", "имя", "firstname"), "first"),
        **dict.fromkeys(("ot", "отчество", "patronymic"), "patr"),
        **dict.fromkeys(("dr", "датарождения", "birthdate"), "birth_date"),
        **dict.fromkeys(("w", "пол"), "sex"),
        **dict.fromkeys(("vpolis", "типполиса"), "policy_type"),
        **dict.fromkeys(("spolis", "серияполиса"), "policy_series"),
        **dict.fromkeys(("npolis", "номерполиса", "полис"), "policy_number"),
        **dict.fromkeys(("enp", "енп"), "enp"),
        **dict.fromkeys(("tel", "phone", "телефон", "телефоны"), "phones"),
        **dict.fromkeys(("снилс", "ss"), "snils"),
        **dict.fromkeys(("link", "связь"), "link_type"),
    },
)
_SEXES = {
    **dict.fromkeys(("1", "m", "м", "муж", "мужской"), "m"),
    **dict.fromkeys(("2", "f", "ж", "жен", "женский"), "f"),
    "": "",
}
_KINDS = {
    **dict.fromkeys(("1", "old"), "old"),
    **dict.fromkeys(("2", "temporary"), "temporary"),
    **dict.fromkeys(("3", "4", "5", "enp"), "enp"),
    "": "",
}
_LINKS = {
    **dict.fromkeys(("own", "свой", "личный"), OWN),
    **dict.fromkeys(("relative", "representative", "родственник", "представитель"), RELATIVE),
    **dict.fromkeys(("household", "домашний", "семейный"), HOUSEHOLD),
    "": "",
}
_BETWEEN_PHONES = re.compile(r"[,;/|\n](?!\s*(?:доб|вн|ext))", re.IGNORECASE)
_DATE_FORMATS = ("%d.%m.%Y", "%Y-%m-%d", "%d.%m.%Y %H:%M:%S", "%Y-%m-%d %H:%M:%S")


def patient_card(record: Record) -> PatientCard:
    """Raise BadLine."""
    policy, kind = _policy(record)
    return PatientCard(
        clinic_id=patient_id(record),
        name=FullName(record.need("last"), record.need("first"), record.get("patr")),
        born=_born(record.need("birth_date")),
        sex=_one_of(_SEXES, record, "sex"),
        policy=policy,
        policy_kind=kind,
        phones=_phones(record),
    )


def patient_id(record: Record) -> str:
    record.need("patient_id")
    value = record.exact("patient_id")
    if len(value) > 64:
        raise BadLine("patient_id is longer than 64 characters")
    return value


def day(text: str) -> date | None:
    """ДД.ММ.ГГГГ or ISO; a spreadsheet's midnight behind it is ignored."""
    for pattern in _DATE_FORMATS:
        try:
            return datetime.strptime(text, pattern).date()  # noqa: DTZ007 - a day
        except ValueError:
            continue
    return None


def _born(text: str) -> date:
    born = day(text)
    if born is None or not 1900 <= born.year <= 2100:
        raise BadLine("birth_date is no date like 31.12.1960")
    return born


def _policy(record: Record) -> tuple[str, str]:
    if enp := record.exact("enp"):
        return _enp(_joined(enp)), "enp"
    number = _joined(record.exact("policy_series") + record.exact("policy_number"))
    if not number:
        raise BadLine("no policy number")
    kind = _one_of(_KINDS, record, "policy_type") or _kind_by_length(number)
    if kind == "enp":
        return _enp(number), kind
    if kind == "temporary" and not (number.isdecimal() and len(number) == 9):
        raise BadLine("policy_number: a temporary certificate has nine digits")
    return number, kind


def _kind_by_length(number: str) -> str:
    if not number.isdecimal():
        return "old"
    return {ENP_LENGTH: "enp", ENP_LENGTH - 1: "enp", 9: "temporary"}.get(len(number), "old")


def _enp(number: str) -> str:
    """A leading zero that a spreadsheet ate comes back only where the check digit then fits."""
    whole = number.zfill(ENP_LENGTH) if len(number) == ENP_LENGTH - 1 else number
    if not is_valid_enp(whole):
        raise BadLine("policy number: its check digit does not fit, or it has not 16 digits")
    return whole


def _joined(number: str) -> str:
    return re.sub(r"[\s-]+", "", number).upper()


def _phones(record: Record) -> tuple[PhoneLink, ...]:
    parts = [part for part in _BETWEEN_PHONES.split(record.exact("phones")) if part.strip()]
    link = _one_of(_LINKS, record, "link_type")
    links: dict[str, PhoneLink] = {}
    for place, part in enumerate(parts, 1):
        number = e164(part)
        if number is None:
            raise BadLine(f"phones: number {place} is none that can be dialled")
        default = OWN if is_mobile(number) else HOUSEHOLD
        links[number] = PhoneLink(number, link or default)
    return tuple(links.values())


def _one_of(choices: dict[str, str], record: Record, column: str) -> str:
    value = record.get(column).lower().rstrip(".")
    if value not in choices:
        listed = ", ".join(choice for choice in choices if choice)
        raise BadLine(f"{column} is none of {listed}")
    return choices[value]
