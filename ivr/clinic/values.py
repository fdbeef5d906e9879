"""The clinic's nouns as values: what actions give to a flow and prompts put into words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class FullName:
    last: str
    first: str
    patronymic: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a visit takes place, each part as the voice says it; empty parts are not said."""

    clinic: str
    """Nominative, from the pronunciation table: «Поликлиника номер пять»."""
    address: str = ""
    """As the clinic writes it («ул. Ленина, д. 15»); the voice expands it."""
    entrance: str = ""
    floor: str = ""
    cabinet: str = ""


@dataclass(frozen=True, slots=True)
class Visit:
    """A booked visit as it stood when it was read to the caller."""

    id: str
    version: int
    """For the conditional UPDATE: what was read out is what is cancelled."""
    start: datetime
    """Aware, in the clinic's time zone."""
    doctor: FullName
    specialty: str
    """Nominative, as the voice says it: «терапевт», «ЛОР»."""
    place: Place
    bring: str = ""
    """What to bring and how to prepare, a sentence of the clinic; may be empty."""
    rule: CancelRule | None = None
    """None where the line may cancel it freely; fixed when the visit is read."""


class CancelRule(StrEnum):
    """What stands in the way of cancelling a visit by telephone, first that fits."""

    BEGUN = "begun"
    """Began less than two hours ago: never cancelled, a person."""
    CONFIRMED = "confirmed"
    """The doctor has confirmed it and the clinic wants a registrar for that."""
    LATE_WARN = "late_warn"
    """Less than 24 h: say so, then cancel."""
    LATE_PERSON = "late_person"
    """Less than 24 h: a registrar by day, a request at night."""


class CancellationStatus(StrEnum):
    REQUESTED = "requested"
    PROCESSING = "processing"
    CANCELLED = "cancelled"
    NOT_CANCELLED = "not_cancelled"
    UNDONE = "undone"


class Reason(StrEnum):
    """Why the caller cancels; keys 1 to 5."""

    ILL = "ill"
    RECOVERED = "recovered"
    INCONVENIENT = "inconvenient"
    TRIP_OR_WORK = "trip_or_work"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Registry:
    """The people behind the line, at the moment of asking."""

    open: bool
    opens: time
    """Of the next opening (today's or a later day's)."""
    closes: time
    opens_on: datetime
    """When it opens next; now or earlier while it is open."""
    phone: str
    """E.164, the number a transfer dials."""
    second_level: str = ""
    """E.164 of the next instance, said where the registry did not help; may be empty."""
    number_shown: bool = True
    """The calling number is there to be called back."""
