"""Everything a flow can ask the clinic for: one imperative class an action, with its result.

An action is data. `book.py` performs it inside the turn's transaction and the engine records
its result in the transcript; a replay gives the recorded result back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from ivr.clinic.values import CancellationStatus, Reason, Registry, Visit

T = TypeVar("T")


class Action(Generic[T]):
    """Asks for a `T`."""

    result: ClassVar[Any]
    """The type of `T`, for reading a recorded result back."""
    effect: ClassVar[bool] = False
    """True where something changes: «back» never goes past it."""


@dataclass(frozen=True, slots=True)
class Moment:
    """In which call and when an action happens."""

    call: str
    line: int
    """Number of the transcript's line that the result will be written to."""
    caller: str | None
    """E.164 of the calling number; None where it is hidden or unusable."""
    now: datetime
    """Aware, UTC."""


class Clinic(Protocol):
    """The port: the SQLAlchemy book and the tests' fake both perform every action."""

    def perform(self, action: Action[T], moment: Moment) -> T:
        """Perform within the transaction of the turn. Raises only where something is broken."""
        ...


# --- the call -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Welcome:
    clinic: str
    """Nominative, as the voice says it."""
    recorded: bool
    """The call is being recorded, so the line says so."""
    announcement: str
    """A general sentence of the clinic; may be empty."""
    whole_policy: bool = False
    """The clinic wants all sixteen digits from everybody."""
    requests_only_until: datetime | None = None
    """The end of a planned outage, clinic time."""
    outage_ends_today: bool = False


@dataclass(frozen=True, slots=True)
class Greet(Action[Welcome]):
    result = Welcome


@dataclass(frozen=True, slots=True)
class AskRegistry(Action[Registry]):
    """Is a person there now, and when."""

    result = Registry


@dataclass(frozen=True, slots=True)
class ClinicInfo:
    address: str
    week: tuple[str, ...]
    """Hours as «HH:MM-HH:MM», Monday first; empty where closed."""


@dataclass(frozen=True, slots=True)
class AskClinicInfo(Action[ClinicInfo]):
    result = ClinicInfo


@dataclass(frozen=True, slots=True)
class RequestCallback(Action[bool]):
    """Ask a registrar to call back. False: refused (once a day for a request without a yes)."""

    reason: str
    """Where the dialogue stood: `operator`, `not_identified`, `late`, `wanted_to_cancel`, …"""
    patient: str | None
    phone: str | None
    """As keyed by the caller (any Russian spelling); None: the calling number."""
    agreed: bool
    """The caller said yes. Without a yes at most one request a day for a number."""
    result = bool
    effect = True


@dataclass(frozen=True, slots=True)
class KeepNote(Action[bool]):
    """Keep the recording id of the spoken note with the call-back request."""

    recording: str
    seconds: int
    result = bool
    effect = True


# --- who is calling -------------------------------------------------------------------------


class Check(StrEnum):
    """What a comparison with the file came to."""

    IDENTIFIED = "identified"
    TWINS = "twins"
    """Two linked patients share the last six digits: the birth date decides."""
    NEED_WHOLE = "need_whole"
    """Six digits that do not identify (a miss, or the number is unknown or distrusted)."""
    NEED_BIRTH_DATE = "need_birth_date"
    """A whole number that is not linked to this number: birth date and SMS code follow,
    whether the number exists or not."""
    WRONG_CHECK_DIGIT = "wrong_check_digit"
    BLANK_NUMBER = "blank_number"
    """Eleven digits: the number on the back."""
    KEPT = "kept"
    """Another length: kept, no miss; the caller goes on keying."""
    MISSED = "missed"
    """A code or certificate that does not fit."""
    REFUSED = "refused"
    """The third miss of the call: a person."""


@dataclass(frozen=True, slots=True)
class Checked:
    check: Check
    patient: str | None = None
    """Id; set only with IDENTIFIED."""
    by_code: bool = False
    """Identified with a code sent by SMS (level 2b)."""


@dataclass(frozen=True, slots=True)
class Known:
    """What spoken numbers and dates are compared with, so that the right reading is taken."""

    policies: tuple[str, ...] = ()
    """Of the patients linked to the calling number."""
    born: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class FindKnown(Action[Known]):
    """Tells nothing to the caller and decides nothing: that is what the checks are for."""

    result = Known


@dataclass(frozen=True, slots=True)
class CheckPolicy(Action[Checked]):
    """Compare digits with the patients linked to the calling number; counts a miss."""

    digits: str
    """1..16 digits: last six, whole number, certificate of nine or its last six."""
    closed: str
    """`hash`, `pause` or `count`."""
    result = Checked
    effect = True


@dataclass(frozen=True, slots=True)
class CheckBirthDate(Action[Checked]):
    """Decide between linked patients with the same last six digits."""

    digits: str
    """Last six."""
    born: date
    result = Checked
    effect = True


@dataclass(frozen=True, slots=True)
class SendIdentityCode(Action[bool]):
    """Send a one-time code to the mobile on file if policy and birth date fit.

    The result is always True: nothing here may tell whether the data fit.
    """

    policy: str
    """Sixteen digits, or nine of a certificate."""
    born: date
    mobile: str | None = None
    """The own mobile as keyed by a caller from another telephone; compared with the file."""
    result = bool
    effect = True


@dataclass(frozen=True, slots=True)
class CheckIdentityCode(Action[Checked]):
    digits: str
    """Six."""
    result = Checked
    effect = True


# --- visits and cancellations ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Receipt:
    """A cancellation as the caller is told of it."""

    code: str
    """Six digits, the last a check digit."""
    status: CancellationStatus
    visit: Visit
    sms: bool
    """An SMS with the code goes to the patient's own mobile."""
    answer_after: datetime | None = None
    """While processing: when to call again, clinic time."""


@dataclass(frozen=True, slots=True)
class Upcoming:
    visits: tuple[Visit, ...]
    """Booked and ahead, nearest first. A visit with an open request is not among them."""
    begun: tuple[Visit, ...]
    """Began less than two hours ago."""
    unheard: tuple[Receipt, ...]
    """Codes of the last 30 days that the patient has not heard."""
    called_off: tuple[Visit, ...]
    """Cancelled by the clinic; the patient has not heard of it."""
    undoable: tuple[Receipt, ...]
    """Cancelled within the last ten minutes."""
    requested: tuple[Receipt, ...]
    """Requests that the clinic has not answered; their visits still stand."""
    interrupted: Visit | None
    """In hand when this patient's call from this number broke off, <= 10 minutes ago."""


@dataclass(frozen=True, slots=True)
class FindUpcoming(Action[Upcoming]):
    patient: str
    result = Upcoming


@dataclass(frozen=True, slots=True)
class ChooseVisit(Action[bool]):
    """Note which visit is in hand, so that a broken-off call can go on."""

    patient: str
    visit: str
    result = bool


class CancelResult(StrEnum):
    DONE = "done"
    PROCESSING = "processing"
    CHANGED = "changed"
    """Not as it was read out any more (moved, another version, taken away)."""


@dataclass(frozen=True, slots=True)
class Cancelled:
    how: CancelResult
    receipt: Receipt | None = None
    """None with CHANGED."""


@dataclass(frozen=True, slots=True)
class CancelVisit(Action[Cancelled]):
    """Cancel the visit as it was read out: conditional on id, patient, version and status.

    Writes the cancellation, its code and the SMS in the outbox in one transaction. A visit
    with an open or done cancellation gives the same code again.
    """

    patient: str
    visit: Visit
    request_only: bool = False
    """A registrar decides: the request is taken (`processing`), the visit stays booked."""
    result = Cancelled
    effect = True


@dataclass(frozen=True, slots=True)
class MarkCodeHeard(Action[bool]):
    code: str
    result = bool
    effect = True


@dataclass(frozen=True, slots=True)
class MarkToldOff(Action[bool]):
    """The patient has heard that the clinic called the visit off."""

    visit: str
    result = bool
    effect = True


@dataclass(frozen=True, slots=True)
class GiveReason(Action[bool]):
    """Record why. True: the clinic wants a paper for this reason."""

    code: str
    reason: Reason
    result = bool
    effect = True


class UndoResult(StrEnum):
    RESTORED = "restored"
    TAKEN = "taken"
    TOO_LATE = "too_late"


@dataclass(frozen=True, slots=True)
class UndoCancellation(Action[UndoResult]):
    patient: str
    code: str
    result = UndoResult
    effect = True


# --- status by code -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CodeStatus:
    known: bool
    """False: no such code, no longer valid, or the second factor does not fit: all alike."""
    status: CancellationStatus | None = None
    at: datetime | None = None
    """When it was cancelled or undone, clinic time."""
    why: str = ""
    """Why not cancelled, a sentence of the clinic."""
    answer_after: datetime | None = None


@dataclass(frozen=True, slots=True)
class FindByCode(Action[CodeStatus]):
    """Status of a request. The code counts with the patient's number or birth date only."""

    code: str
    born: date | None = None
    """None: the calling number must be the patient's."""
    result = CodeStatus
    effect = True
