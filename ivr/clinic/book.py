"""The clinic's book on SQLAlchemy: performs every action inside the turn's transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from ivr.clinic import (
    actions,
    cancellations,
    cancelling,
    identification,
    identity_codes,
    reception,
    status,
    undoing,
    visits,
)
from ivr.clinic.actions import Action, Moment
from ivr.clinic.ledger import Ledger
from ivr.store.vault import Vault

T = TypeVar("T")

_PERFORM: Mapping[type[Action[Any]], Callable[[Ledger, Any, Moment], Any]] = {
    actions.Greet: reception.greet,
    actions.AskRegistry: reception.ask_registry,
    actions.AskClinicInfo: reception.ask_clinic_info,
    actions.RequestCallback: reception.request_callback,
    actions.KeepNote: reception.keep_note,
    actions.FindKnown: identification.find_known,
    actions.CheckPolicy: identification.check_policy,
    actions.CheckBirthDate: identification.check_birth_date,
    actions.SendIdentityCode: identity_codes.send_identity_code,
    actions.CheckIdentityCode: identity_codes.check_identity_code,
    actions.FindUpcoming: visits.find_upcoming,
    actions.ChooseVisit: visits.choose_visit,
    actions.MarkToldOff: visits.mark_told_off,
    actions.CancelVisit: cancelling.cancel_visit,
    actions.UndoCancellation: undoing.undo_cancellation,
    actions.MarkCodeHeard: cancellations.mark_code_heard,
    actions.GiveReason: cancellations.give_reason,
    actions.FindByCode: status.find_by_code,
}


class Book:
    """The `Clinic` of one open transaction."""

    def __init__(  # noqa: PLR0913 - settings, each by its name
        self,
        session: Session,
        vault: Vault,
        *,
        zone: ZoneInfo,
        line_number: str = "",
        recorded: bool = False,
        whole_policy: bool = False,
    ) -> None:
        self._ledger = Ledger(session, vault, zone, line_number, recorded, whole_policy)

    def perform(self, action: Action[T], moment: Moment) -> T:
        result: T = _PERFORM[type(action)](self._ledger, action, moment)
        return result
