"""What every part of the book works with in one transaction."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from ivr.clinic.actions import Moment
from ivr.clinic.hours import Timetable
from ivr.clinic.rules import Rules
from ivr.clinic.settings import ClinicSettings
from ivr.store.tables import Audit, Call
from ivr.store.vault import Vault


@dataclass(slots=True)
class Ledger:
    session: Session
    vault: Vault
    zone: ZoneInfo
    line_number: str
    """E.164 of the line, for SMS; may be empty."""
    recorded: bool = False
    """Calls are being recorded."""
    whole_policy: bool = False
    """Six digits are never enough."""
    _settings: ClinicSettings | None = field(default=None, init=False)

    @property
    def settings(self) -> ClinicSettings:
        if self._settings is None:
            self._settings = ClinicSettings.load(self.session)
        return self._settings

    @property
    def timetable(self) -> Timetable:
        return self.settings.timetable(self.zone)

    @property
    def rules(self) -> Rules:
        return Rules(self.settings.late_policy, self.settings.cancel_if, self.timetable)

    def outage(self, moment: Moment) -> datetime | None:
        """Until when the line only takes requests, clinic time; None where it cancels."""
        return self.settings.outage(moment.now, self.zone)

    def local(self, moment: datetime) -> datetime:
        return moment.astimezone(self.zone)

    def call(self, moment: Moment) -> Call | None:
        """The call's row; None where the caller of the book keeps none."""
        return self.session.get(Call, moment.call)

    def note(self, what: str, moment: Moment, patient_id: int | None = None) -> None:
        self.session.add(
            Audit(
                at=moment.now,
                who="line",
                what=what,
                call_id=moment.call,
                patient_id=patient_id,
            )
        )
