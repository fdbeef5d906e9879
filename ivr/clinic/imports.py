"""Loading the clinic's tables: the whole file or nothing, every bad line named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.clinic import patients
from ivr.clinic.csv_files import BadLine, Layout, Problem, Record, records
from ivr.clinic.patient_files import on_file
from ivr.clinic.patient_rows import PATIENTS, patient_card
from ivr.clinic.patients import PatientCard
from ivr.clinic.visit_copies import Copies
from ivr.clinic.visit_rows import VISITS, VisitLine, visit_line
from ivr.store import tables
from ivr.store.vault import Vault

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Imported:
    """What was done, or would be; with problems nothing was."""

    counts: dict[str, int] = field(default_factory=dict)
    """By what happened: added, changed, unchanged, acknowledged, called_off, …"""
    problems: tuple[Problem, ...] = ()


def import_patients(
    session: Session, vault: Vault, path: Path, *, dry_run: bool = False
) -> Imported:
    """Add patients or bring them up to date by the clinic's id; phones become the file's."""
    cards, problems = _read(path, PATIENTS, patient_card, lambda card: card.clinic_id)
    if problems:
        return Imported(problems=problems)
    files = on_file(session, vault)
    counts: Counter[str] = Counter()
    for card in cards:
        row, known = files.get(card.clinic_id or "", (None, None))
        same = known is not None and _same(known, card)
        counts["unchanged" if same else "added" if row is None else "changed"] += 1
        if not (same or dry_run):
            patients.write(session, vault, card, row)
    return Imported(dict(counts))


def _same(known: PatientCard, card: PatientCard) -> bool:
    """In whatever order the phones stand."""
    bare = replace(known, phones=()) == replace(card, phones=())
    return bare and set(known.phones) == set(card.phones)


def import_visits(  # noqa: PLR0913 - what a command gives
    session: Session,
    vault: Vault,
    path: Path,
    zone: ZoneInfo,
    now: datetime,
    *,
    full: bool = False,
    dry_run: bool = False,
    line_number: str = "",
) -> Imported:
    """Bring our copies of the clinic's visits up to date by the clinic's visit id.

    With `full` the file holds every visit ahead: one that is absent counts as cancelled.
    `line_number` (E.164) stands in the SMS.
    """
    lines, problems = _read(
        path, VISITS, lambda record: visit_line(record, zone), lambda line: line.clinic_id
    )
    known = _known_patients(session)
    problems = (*problems, *_strangers(lines, known))
    if problems:
        return Imported(problems=tuple(sorted(problems, key=lambda one: one.line)))
    copies = Copies(session, vault, zone, now, line_number)
    with session.begin_nested() as tried:
        copies.hold([line.clinic_id for line in lines])
        for line in lines:
            copies.take(line, known[line.patient])
        if full:
            copies.miss({line.clinic_id for line in lines})
        session.flush()
        if dry_run:
            tried.rollback()
    return Imported(dict(copies.counts))


def _read(
    path: Path,
    layout: Layout,
    read: Callable[[Record], T],
    key: Callable[[T], str | None],
) -> tuple[list[T], tuple[Problem, ...]]:
    found: list[T] = []
    problems: list[Problem] = []
    seen: dict[str | None, int] = {}
    for record in records(path, layout):
        try:
            if isinstance(record, Problem):
                problems.append(record)
                continue
            value = read(record)
            _once(seen, key(value), record.line)
            found.append(value)
        except BadLine as bad:
            problems.append(Problem(record.line, str(bad)))
    return found, tuple(problems)


def _once(seen: dict[str | None, int], key: str | None, line: int) -> None:
    if key in seen:
        raise BadLine(f"the same id as in line {seen[key]}")
    seen[key] = line


def _known_patients(session: Session) -> dict[str, int]:
    rows = session.execute(
        select(tables.Patient.clinic_id, tables.Patient.id).where(
            tables.Patient.clinic_id.is_not(None)
        )
    )
    return {clinic_id: patient for clinic_id, patient in rows if clinic_id is not None}


def _strangers(lines: list[VisitLine], known: dict[str, int]) -> list[Problem]:
    return [
        Problem(line.line, "patient_id is not among the patients")
        for line in lines
        if line.patient not in known
    ]
