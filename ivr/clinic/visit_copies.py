"""Our copies of the clinic's visits: what a new state of one means for a request of ours.

Rows are locked in the order visit, cancellation, opening, as everywhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ivr.clinic import patients
from ivr.clinic.settings import ClinicSettings
from ivr.clinic.values import CancellationStatus, FullName, Place
from ivr.clinic.visit_rows import ATTENDED, BOOKED, CANCELLED, MISSED, REFUSED, VisitLine
from ivr.messages import outbox, texts
from ivr.store import tables
from ivr.store.tables import Cancellation, Doctor, Opening, Visit
from ivr.store.vault import Vault

_CHUNK = 500
_ASKED = (CancellationStatus.REQUESTED, CancellationStatus.PROCESSING)


class Copies:
    def __init__(
        self, session: Session, vault: Vault, zone: ZoneInfo, now: datetime, line_number: str
    ) -> None:
        self.counts: Counter[str] = Counter()
        self._held: dict[str, Visit] = {}
        self._session = session
        self._vault = vault
        self._zone = zone
        self._now = now
        self._line_number = line_number
        self._clinic = ClinicSettings.load(session).name
        self._doctors: dict[tuple[FullName, str], int] = {}
        self._places: dict[Place, int] = {}

    def hold(self, clinic_ids: Sequence[str]) -> None:
        """Lock the visits that are there, a few hundred with each query."""
        for first in range(0, len(clinic_ids), _CHUNK):
            some = clinic_ids[first : first + _CHUNK]
            found = self._session.scalars(
                select(Visit)
                .where(Visit.clinic_id.in_(some))
                .order_by(Visit.id)
                .with_for_update()
            )
            self._held |= {visit.clinic_id or "": visit for visit in found}

    def take(self, line: VisitLine, patient_id: int) -> None:
        """Bring one visit, held before if it is there, to what the clinic says of it."""
        visit = self._held.get(line.clinic_id)
        if visit is None:
            self._add(line, patient_id)
            return
        changed = self._set_details(visit, line, patient_id)
        decided = self._set_status(visit, line)
        self.counts[decided or ("changed" if changed else "unchanged")] += 1

    def miss(self, present: Iterable[str]) -> None:
        """Everything ahead that the clinic does not have any more is cancelled."""
        here = set(present)
        ahead = self._session.scalars(
            select(Visit)
            .where(Visit.imported, Visit.status == BOOKED, Visit.start > self._now)
            .order_by(Visit.id)
            .with_for_update()
        )
        for visit in ahead.all():
            if visit.clinic_id not in here:
                self.counts[self._cancel(visit)] += 1

    def _add(self, line: VisitLine, patient_id: int) -> None:
        status = BOOKED if line.status == REFUSED else line.status
        visit = Visit(clinic_id=line.clinic_id, version=1, imported=True, status=status)
        visit.created_at = line.created_at or self._now
        self._set_details(visit, line, patient_id)
        visit.version, visit.moved_at = 1, None
        self._session.add(visit)
        self.counts["added"] += 1

    def _set_details(self, visit: Visit, line: VisitLine, patient_id: int) -> bool:
        """True: patient, time or doctor are others now, which raises the version."""
        doctor_id = self._doctor(line.doctor, line.specialty)
        before = (visit.patient_id, visit.start, visit.doctor_id)
        changed = before != (patient_id, line.start, doctor_id)
        if changed:
            visit.patient_id, visit.start, visit.doctor_id = patient_id, line.start, doctor_id
            visit.version += 1
            visit.moved_at = self._now
        visit.wall = f"{line.start:%Y-%m-%dT%H:%M}"
        visit.place_id = self._place(line.place)
        visit.specialty, visit.minutes = line.specialty, line.minutes
        visit.bring, visit.confirmed, visit.imported = line.bring, line.confirmed, True
        return changed

    def _set_status(self, visit: Visit, line: VisitLine) -> str | None:
        """What was decided, None where nothing was."""
        match line.status:
            case "cancelled" if visit.status != CANCELLED:
                return self._cancel(visit)
            case "not_cancelled" if (asked := self._open_request(visit)) is not None:
                return self._refuse(visit, asked, line.why)
            case "booked" if visit.status != BOOKED and not self._is_cancelled_by_us(visit):
                return self._book_again(visit)
            case "attended" | "missed" if visit.status not in (ATTENDED, MISSED):
                return self._close(visit, line.status)
            case _:
                return None

    def _cancel(self, visit: Visit) -> str:
        asked = self._open_request(visit)
        visit.status = CANCELLED
        self._session.flush()
        if asked is None:
            visit.called_off, visit.told_off = True, False
            self._session.flush()
            return "called_off"
        self._decide(asked, CancellationStatus.CANCELLED)
        text = texts.cancelled(self._wall(visit), asked.code, self._line_number)
        self._tell(asked, text, "acknowledged")
        self._free_opening(visit)
        return "acknowledged"

    def _refuse(self, visit: Visit, asked: Cancellation, why: str) -> str:
        self._decide(asked, CancellationStatus.NOT_CANCELLED)
        asked.why = why
        text = texts.not_cancelled(self._wall(visit), self._line_number)
        self._tell(asked, text, "not_cancelled")
        return "refused"

    def _book_again(self, visit: Visit) -> str:
        """The clinic takes back what it has called off."""
        visit.status, visit.called_off, visit.told_off = BOOKED, False, False
        visit.version += 1
        return "booked_again"

    def _close(self, visit: Visit, status: str) -> str:
        """The visit is over: a request that nobody answered was not granted."""
        visit.status = status
        self._session.flush()
        if (asked := self._open_request(visit)) is not None:
            self._decide(asked, CancellationStatus.NOT_CANCELLED)
        return "closed"

    def _decide(self, asked: Cancellation, status: CancellationStatus) -> None:
        """From here on it cannot be undone by telephone: the clinic has acted."""
        asked.status, asked.decided_at = status.value, self._now
        asked.exported_at = asked.exported_at or self._now
        self._session.flush()

    def _open_request(self, visit: Visit) -> Cancellation | None:
        return self._session.scalar(
            select(Cancellation)
            .where(Cancellation.visit_id == visit.id, Cancellation.status.in_(_ASKED))
            .with_for_update()
        )

    def _is_cancelled_by_us(self, visit: Visit) -> bool:
        """A patient was told so: no later file brings the visit back."""
        found = self._session.scalar(
            select(Cancellation.id).where(
                Cancellation.visit_id == visit.id,
                Cancellation.status == CancellationStatus.CANCELLED,
            )
        )
        return found is not None

    def _tell(self, asked: Cancellation, text: str, kind: str) -> None:
        mobiles = patients.own_mobiles(self._session, self._vault, asked.patient_id)
        for to in mobiles[:1]:
            outbox.put(
                self._session,
                self._vault,
                key=f"cancellation/{asked.id}/{kind}",
                to=to,
                text=text,
                kind=kind,
                now=self._now,
                patient_id=asked.patient_id,
                cancellation_id=asked.id,
            )

    def _free_opening(self, visit: Visit) -> None:
        self._session.execute(
            update(Opening)
            .where(Opening.taken_by == visit.id)
            .values(taken_by=None, held_until=None)
        )

    def _wall(self, visit: Visit) -> datetime:
        return visit.start.astimezone(self._zone)

    def _doctor(self, name: FullName, specialty: str) -> int:
        if (name, specialty) not in self._doctors:
            columns = {
                "last": name.last,
                "first": name.first,
                "patronymic": name.patronymic,
                "specialty": specialty,
            }
            self._doctors[name, specialty] = self._found_or_added(Doctor, columns)
        return self._doctors[name, specialty]

    def _place(self, place: Place) -> int:
        if place not in self._places:
            columns = {
                "clinic": place.clinic or self._clinic,
                "address": place.address,
                "entrance": place.entrance,
                "floor": place.floor,
                "cabinet": place.cabinet,
            }
            self._places[place] = self._found_or_added(tables.Place, columns)
        return self._places[place]

    def _found_or_added(
        self, table: type[Doctor] | type[tables.Place], columns: dict[str, str]
    ) -> int:
        found = self._session.scalar(select(table.id).filter_by(**columns))
        if found is not None:
            return found
        row = table(**columns)
        self._session.add(row)
        self._session.flush()
        return row.id
