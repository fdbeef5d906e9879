"""The tables. Whatever names a patient, a phone or a caller's words is sealed by the vault.

A column `…_sealed` holds a ciphertext, a column `…_index` the blind index that finds it.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from ivr.store.columns import Base, BlindIndex, Sealed

CALL = String(36)
WORD = String(32)


class Patient(Base):
    __tablename__ = "patients"

    id: Mapped[int] = mapped_column(primary_key=True)
    clinic_id: Mapped[str | None] = mapped_column(String(64), unique=True)
    """The patient's id in the clinic's own system."""
    name_sealed: Mapped[str] = mapped_column(Sealed)
    """JSON: last, first, patronymic."""
    birth_date_sealed: Mapped[str] = mapped_column(Sealed)
    sex: Mapped[str] = mapped_column(String(1))
    """`f`, `m` or empty."""
    policy_sealed: Mapped[str] = mapped_column(Sealed)
    policy_kind: Mapped[str] = mapped_column(WORD)
    """`enp`, `temporary`, `old`."""
    policy_index: Mapped[str] = mapped_column(BlindIndex, index=True)
    policy_last6_index: Mapped[str] = mapped_column(BlindIndex, index=True)
    surname_index: Mapped[str] = mapped_column(BlindIndex, index=True)
    surname3_index: Mapped[str] = mapped_column(BlindIndex, index=True)
    surname_born_index: Mapped[str] = mapped_column(BlindIndex, index=True)


class Phone(Base):
    __tablename__ = "phones"

    id: Mapped[int] = mapped_column(primary_key=True)
    e164_sealed: Mapped[str] = mapped_column(Sealed)
    e164_index: Mapped[str] = mapped_column(BlindIndex, unique=True)


class PatientPhone(Base):
    __tablename__ = "patient_phones"

    patient_id: Mapped[int] = mapped_column(ForeignKey("patients.id"), primary_key=True)
    phone_id: Mapped[int] = mapped_column(ForeignKey("phones.id"), primary_key=True, index=True)
    link: Mapped[str] = mapped_column(WORD)
    """`own`, `relative`, `household`."""


class Doctor(Base):
    __tablename__ = "doctors"

    id: Mapped[int] = mapped_column(primary_key=True)
    clinic_id: Mapped[str | None] = mapped_column(String(64), unique=True)
    last: Mapped[str] = mapped_column(String(80))
    first: Mapped[str] = mapped_column(String(80))
    patronymic: Mapped[str] = mapped_column(String(80), default="")
    specialty: Mapped[str] = mapped_column(String(120))
    """Of the doctor's openings; a visit carries its own."""

    __table_args__ = (Index(None, "last", "first", "patronymic", "specialty", unique=True),)


class Place(Base):
    __tablename__ = "places"

    id: Mapped[int] = mapped_column(primary_key=True)
    clinic: Mapped[str] = mapped_column(String(200))
    address: Mapped[str] = mapped_column(String(200), default="")
    entrance: Mapped[str] = mapped_column(String(80), default="")
    floor: Mapped[str] = mapped_column(String(40), default="")
    cabinet: Mapped[str] = mapped_column(String(40), default="")

    __table_args__ = (
        Index(
            "uq_places_all",
            *("clinic", "address", "entrance", "floor", "cabinet"),
            unique=True,
        ),
    )


TO_TELL = "(called_off AND NOT told_off) OR moved_at IS NOT NULL"
"""What the clinic has done to a visit and the patient may not know."""


class Visit(Base):
    __tablename__ = "visits"

    id: Mapped[int] = mapped_column(primary_key=True)
    clinic_id: Mapped[str | None] = mapped_column(String(64), unique=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patients.id"))
    doctor_id: Mapped[int] = mapped_column(ForeignKey("doctors.id"), index=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("places.id"))
    specialty: Mapped[str] = mapped_column(String(120))
    start: Mapped[datetime] = mapped_column(index=True)
    wall: Mapped[str] = mapped_column(String(16))
    """The start as the clinic's clock shows it, `YYYY-MM-DDTHH:MM`: what counts when the
    zone's rules change."""
    minutes: Mapped[int] = mapped_column(default=15)
    bring: Mapped[str] = mapped_column(Text, default="")
    status: Mapped[str] = mapped_column(WORD, default="booked")
    """`booked`, `cancelled`, `moved`, `attended`, `missed`."""
    version: Mapped[int] = mapped_column(default=1)
    """Rises with every change of patient, time or doctor."""
    confirmed: Mapped[bool] = mapped_column(Boolean, default=False)
    """By the doctor."""
    created_at: Mapped[datetime]
    imported: Mapped[bool] = mapped_column(Boolean, default=False)
    """A copy of the clinic's: only the clinic cancels it."""
    called_off: Mapped[bool] = mapped_column(Boolean, default=False)
    """Cancelled by the clinic."""
    told_off: Mapped[bool] = mapped_column(Boolean, default=False)
    """The patient has heard that it was called off."""
    moved_at: Mapped[datetime | None]
    """When the clinic changed its time or doctor."""

    __table_args__ = (
        Index(None, "patient_id", "start"),
        Index(
            "ix_visits_to_tell",
            "start",
            sqlite_where=text(TO_TELL),
            postgresql_where=text(TO_TELL),
        ),
    )


class Opening(Base):
    """A time at a doctor. Free: `taken_by` and `held_until` empty, or held until the past."""

    __tablename__ = "openings"

    id: Mapped[int] = mapped_column(primary_key=True)
    doctor_id: Mapped[int] = mapped_column(ForeignKey("doctors.id"))
    place_id: Mapped[int] = mapped_column(ForeignKey("places.id"))
    specialty: Mapped[str] = mapped_column(String(120))
    start: Mapped[datetime]
    wall: Mapped[str] = mapped_column(String(16))
    minutes: Mapped[int] = mapped_column(default=15)
    held_until: Mapped[datetime | None]
    taken_by: Mapped[int | None] = mapped_column(ForeignKey("visits.id"), unique=True)

    __table_args__ = (
        Index(None, "doctor_id", "start", unique=True),
        Index(None, "specialty", "start"),
    )


OPEN = "status IN ('requested', 'processing', 'cancelled')"

ASKED = "status IN ('requested', 'processing')"

CANCELLED = "status = 'cancelled'"


class Cancellation(Base):
    __tablename__ = "cancellations"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(6))
    code_until: Mapped[datetime]
    code_live: Mapped[bool] = mapped_column(Boolean, default=True)
    """False once the code has lapsed and may be given again."""
    visit_id: Mapped[int] = mapped_column(ForeignKey("visits.id"), index=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patients.id"))
    opening_id: Mapped[int | None] = mapped_column(ForeignKey("openings.id"))
    """The opening that the visit gave back."""
    status: Mapped[str] = mapped_column(WORD)
    """A `CancellationStatus`."""
    reason: Mapped[str] = mapped_column(WORD, default="")
    """A `Reason` or empty."""
    why: Mapped[str] = mapped_column(Text, default="")
    """Why not cancelled, a sentence of the clinic."""
    late: Mapped[bool] = mapped_column(Boolean, default=False)
    channel: Mapped[str] = mapped_column(WORD, default="phone")
    call_id: Mapped[str | None] = mapped_column(CALL)
    """Not a foreign key: calls are deleted sooner."""
    line_number: Mapped[int | None]
    requested_at: Mapped[datetime] = mapped_column(index=True)
    decided_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str] = mapped_column(String(80), default="")
    """A call's id, or a registrar's name."""
    heard_at: Mapped[datetime | None]
    exported_at: Mapped[datetime | None]
    """When the clinic's system was given the request."""

    __table_args__ = (
        Index(
            "uq_cancellations_open",
            "visit_id",
            unique=True,
            sqlite_where=text(OPEN),
            postgresql_where=text(OPEN),
        ),
        Index(
            "uq_cancellations_live_code",
            "code",
            unique=True,
            sqlite_where=text("code_live"),
            postgresql_where=text("code_live"),
        ),
        Index(None, "call_id", "line_number", unique=True),
        Index(None, "patient_id", "requested_at"),
        Index("ix_cancellations_status_requested_at", "status", "requested_at", "opening_id"),
        Index(
            "ix_cancellations_freed",
            *("requested_at", "opening_id"),
            sqlite_where=text(CANCELLED),
            postgresql_where=text(CANCELLED),
        ),
        Index(
            "ix_cancellations_asked",
            "requested_at",
            sqlite_where=text(ASKED),
            postgresql_where=text(ASKED),
        ),
        Index(None, "code"),
    )


UNCOUNTED = "NOT counted AND ended_at IS NOT NULL"


OVER = "ended_at IS NOT NULL"


class Call(Base):
    __tablename__ = "calls"

    id: Mapped[str] = mapped_column(CALL, primary_key=True)
    """A uuid4 in hex."""
    carrier_id: Mapped[str | None] = mapped_column(String(128), unique=True)
    door: Mapped[str] = mapped_column(WORD)
    caller_sealed: Mapped[str | None] = mapped_column(Sealed)
    caller_index: Mapped[str | None] = mapped_column(BlindIndex)
    started_at: Mapped[datetime] = mapped_column(index=True)
    last_seen_at: Mapped[datetime]
    """Changes with every turn, so no index holds it."""
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(WORD)
    step: Mapped[str] = mapped_column(String(80), default="")
    """Id of the open prompt."""
    turn: Mapped[int] = mapped_column(default=0)
    patient_id: Mapped[int | None] = mapped_column(ForeignKey("patients.id"))
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("visits.id"))
    """In hand, so that a broken-off call can go on."""
    level: Mapped[int] = mapped_column(default=0)
    """0 nobody, 1 six digits from a linked number, 2 whole policy, 3 a code by SMS."""
    pace: Mapped[int] = mapped_column(default=0)
    loudness: Mapped[int] = mapped_column(default=0)
    heard_anything: Mapped[bool] = mapped_column(Boolean, default=False)
    wanted_person: Mapped[bool] = mapped_column(Boolean, default=False)
    misunderstood: Mapped[int] = mapped_column(default=0)
    """Answers that were silent or not understood."""
    handled_at: Mapped[datetime | None]
    """A registrar has looked and is done with it."""
    handled_by: Mapped[str] = mapped_column(String(80), default="")
    counted: Mapped[bool] = mapped_column(Boolean, default=False)
    """Its figures stand in `daily_counts`."""

    __table_args__ = (
        Index(
            "ix_calls_uncounted",
            "ended_at",
            sqlite_where=text(UNCOUNTED),
            postgresql_where=text(UNCOUNTED),
        ),
        Index(None, "caller_index", "started_at"),
        Index(
            None, "patient_id", "started_at", "id"
        ),  # with the id: no row is read to find one
        Index(None, "outcome", "started_at"),
        Index(
            "ix_calls_step_started_at",
            *("step", "started_at"),
            sqlite_where=text(OVER),
            postgresql_where=text(OVER),
        ),
        Index(
            "ix_calls_open",
            "started_at",
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )


class Line(Base):
    __tablename__ = "lines"

    call_id: Mapped[str] = mapped_column(
        CALL, ForeignKey("calls.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    turn: Mapped[int]
    kind: Mapped[str] = mapped_column(WORD)
    name: Mapped[str] = mapped_column(String(80))
    payload: Mapped[str] = mapped_column(Sealed)
    at: Mapped[datetime]


class Outbox(Base):
    __tablename__ = "outbox"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(120), unique=True)
    """Our reference: the same key is the same message."""
    to_sealed: Mapped[str] = mapped_column(Sealed)
    text_sealed: Mapped[str] = mapped_column(Sealed)
    kind: Mapped[str] = mapped_column(WORD)
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("visits.id"))
    cancellation_id: Mapped[int | None] = mapped_column(
        ForeignKey("cancellations.id"), index=True
    )
    patient_id: Mapped[int | None] = mapped_column(ForeignKey("patients.id"), index=True)
    state: Mapped[str] = mapped_column(WORD, default="queued")
    """`queued`, `sending`, `sent`, `delivered`, `undelivered`, `unknown`, `given_up`."""
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime]
    lease_owner: Mapped[str | None] = mapped_column(String(80))
    lease_until: Mapped[datetime | None]
    provider_id: Mapped[str | None] = mapped_column(String(128), index=True)
    created_at: Mapped[datetime] = mapped_column(index=True)
    updated_at: Mapped[datetime]
    error: Mapped[str] = mapped_column(String(200), default="")

    __table_args__ = (
        Index(None, "state", "next_attempt_at"),
        Index(None, "state", "created_at"),
    )


WAITING = "state != 'done'"


class CallbackRequest(Base):
    __tablename__ = "callback_requests"

    id: Mapped[int] = mapped_column(primary_key=True)
    phone_sealed: Mapped[str] = mapped_column(Sealed)
    phone_index: Mapped[str] = mapped_column(BlindIndex)
    on_file: Mapped[bool] = mapped_column(Boolean)
    """The phone is among the patient's."""
    patient_id: Mapped[int | None] = mapped_column(ForeignKey("patients.id"))
    reason: Mapped[str] = mapped_column(WORD)
    level: Mapped[int] = mapped_column(default=0)
    call_id: Mapped[str] = mapped_column(CALL)
    line_number: Mapped[int]
    recording: Mapped[str] = mapped_column(String(128), default="")
    """Id of the spoken note with the carrier."""
    seconds: Mapped[int] = mapped_column(default=0)
    agreed: Mapped[bool] = mapped_column(Boolean)
    state: Mapped[str] = mapped_column(WORD, default="open")
    """`open`, `taken`, `done`; not reached is `open` again."""
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
    """Rises with every act of a registrar: who acts on an older one is told so."""
    registrar: Mapped[str] = mapped_column(String(80), default="")
    """Who took it, or closed it."""
    changed_at: Mapped[datetime | None]
    not_reached: Mapped[int] = mapped_column(default=0)
    """How often nobody answered."""
    note_sealed: Mapped[str] = mapped_column(Sealed, default="")

    __table_args__ = (
        UniqueConstraint("call_id", "line_number"),
        Index(None, "phone_index", "created_at"),
        Index(None, "state", "created_at"),
        Index(
            "ix_callback_requests_waiting",
            "created_at",
            sqlite_where=text(WAITING),
            postgresql_where=text(WAITING),
        ),
    )


class IdentityCode(Base):
    """A one-time code by SMS. Without a patient it is a decoy that nothing fits."""

    __tablename__ = "identity_codes"

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[str] = mapped_column(CALL)
    line_number: Mapped[int]
    patient_id: Mapped[int | None] = mapped_column(ForeignKey("patients.id"))
    code_index: Mapped[str] = mapped_column(BlindIndex)
    """Of call and code."""
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    tries: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("call_id", "line_number"),
        Index(None, "patient_id", "created_at"),
    )


class Attempts(Base):
    """Failures in a row of a call, a calling number or a patient."""

    __tablename__ = "attempts"

    scope: Mapped[str] = mapped_column(WORD, primary_key=True)
    """`call`, `caller`, `patient`; `warned` only remembers when."""
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    """A call's id, a caller's blind index, a patient's id."""
    failures: Mapped[int] = mapped_column(default=0)
    last_at: Mapped[datetime] = mapped_column(index=True)


class ClinicSetting(Base):
    __tablename__ = "clinic_settings"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[str] = mapped_column(Text)


class SettingChange(Base):
    """The history of the clinic's settings."""

    __tablename__ = "setting_changes"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    who: Mapped[str] = mapped_column(String(80))
    """A registrar's name, or `console`."""
    name: Mapped[str] = mapped_column(String(64))
    old: Mapped[str] = mapped_column(Text)
    new: Mapped[str] = mapped_column(Text)


class Pronunciation(Base):
    """A word of the clinic's own, as the voice is to read it."""

    __tablename__ = "pronunciations"

    word: Mapped[str] = mapped_column(String(80), primary_key=True)
    """Lower case."""
    spelling: Mapped[str] = mapped_column(String(160))
    """As a person has written it, with the stress marked."""
    spoken: Mapped[str] = mapped_column(String(240))
    """What the voice is given: letters, or phonemes in [[ ]]."""


class SentenceRecording(Base):
    """A person's voice for one sentence of the line; it goes before the synthetic one."""

    __tablename__ = "sentence_recordings"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    """SHA-256 of the text, in hex."""
    text: Mapped[str] = mapped_column(Text)
    wav: Mapped[bytes] = mapped_column(LargeBinary)
    """8 kHz, 16 bit, one channel, at the line's level."""
    milliseconds: Mapped[int]
    made_by: Mapped[str] = mapped_column(String(80))
    made_at: Mapped[datetime]


class DailyCount(Base):
    """How often something happened on a day of the clinic; nothing of a person is in it."""

    __tablename__ = "daily_counts"

    day: Mapped[date] = mapped_column(primary_key=True)
    measure: Mapped[str] = mapped_column(WORD, primary_key=True)
    """A `Measure`."""
    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    """What is counted: an hour, a prompt id, an outcome."""
    part: Mapped[str] = mapped_column(WORD, primary_key=True)
    count: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(BigInteger, default=0)
    """Sum of what was measured, in milliseconds."""

    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 - read in the key's order


class MonthlyCount(Base):
    """The daily counts of a month, added up: written together with them."""

    __tablename__ = "monthly_counts"

    month: Mapped[date] = mapped_column(primary_key=True)
    """Its first day."""
    measure: Mapped[str] = mapped_column(WORD, primary_key=True)
    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    part: Mapped[str] = mapped_column(WORD, primary_key=True)
    count: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(BigInteger, default=0)

    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 - read in the key's order


class SpokenAudio(Base):
    """A personal prompt that any web process can put into sound."""

    __tablename__ = "spoken_audio"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    text_sealed: Mapped[str] = mapped_column(Sealed)
    voice: Mapped[str] = mapped_column(String(80))
    pace: Mapped[int]
    loudness: Mapped[int]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class Audit(Base):
    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    who: Mapped[str] = mapped_column(String(80))
    """`line`, or a registrar's name."""
    what: Mapped[str] = mapped_column(String(200))
    call_id: Mapped[str | None] = mapped_column(CALL, index=True)
    patient_id: Mapped[int | None] = mapped_column(index=True)

    __table_args__ = (Index(None, "who", "at"),)


class Registrar(Base):
    """A named account of a person behind the line."""

    __tablename__ = "registrars"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    role: Mapped[str] = mapped_column(WORD)
    """`registrar`, `senior`, `engineer`, `auditor`."""
    password_hash: Mapped[str] = mapped_column(String(200))
    """argon2id."""
    created_at: Mapped[datetime]
    blocked: Mapped[bool] = mapped_column(Boolean, default=False)
    epoch: Mapped[int] = mapped_column(default=1)
    """Rises with a new password, role or block: whoever signed in earlier is signed out."""
    signed_in_at: Mapped[datetime | None]


class Note(Base):
    """What a registrar wrote about a call or a patient."""

    __tablename__ = "notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[str | None] = mapped_column(CALL, index=True)
    patient_id: Mapped[int | None] = mapped_column(index=True)
    who: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime]
    text_sealed: Mapped[str] = mapped_column(Sealed)


class Handled(Base):
    """A row of the desk's queue that a registrar has dealt with."""

    __tablename__ = "handled"

    kind: Mapped[str] = mapped_column(WORD, primary_key=True)
    subject: Mapped[str] = mapped_column(String(64), primary_key=True)
    """A call's id, a number of a cancellation, visit, SMS or request, a caller's index."""
    who: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime]
    """What happened later stands in the queue again."""


class CallerCheck(Base):
    """A registrar has compared what the caller says with the patient's file."""

    __tablename__ = "caller_checks"

    call_id: Mapped[str] = mapped_column(CALL, primary_key=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patients.id"), primary_key=True)
    who: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime]


class AnswerMark(Base):
    """What a registrar says of an answer of the caller's; it goes with its call."""

    __tablename__ = "answer_marks"

    call_id: Mapped[str] = mapped_column(
        CALL, ForeignKey("calls.id", ondelete="CASCADE"), primary_key=True
    )
    line_number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    right: Mapped[bool] = mapped_column(Boolean)
    """Understood right; else `words_sealed` holds what was really said."""
    words_sealed: Mapped[str] = mapped_column(Sealed)
    who: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(index=True)
    version: Mapped[int]
    """Drawn by lot for each mark: who takes an older one back is told so."""


class Stream(Base):
    """A media socket of a call: asked for with a token, opened once, closed or lapsed."""

    __tablename__ = "streams"

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[str] = mapped_column(CALL, ForeignKey("calls.id", ondelete="CASCADE"))
    number: Mapped[int]
    """Of the call's streams, from 1: the newest one counts."""
    token_index: Mapped[str] = mapped_column(BlindIndex, unique=True)
    expires_at: Mapped[datetime]
    """Until then the token opens it."""
    opened_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]
    """The process that serves it was alive then."""
    closed_at: Mapped[datetime | None]
    heard_turn: Mapped[int] = mapped_column(default=0)
    """The last turn that was heard to its end."""

    __table_args__ = (
        UniqueConstraint("call_id", "number"),
        Index(
            "ix_streams_open",
            "expires_at",
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
    )


class Recording(Base):
    """What both sides said while one stream was open; the sound lies in a sealed file."""

    __tablename__ = "recordings"

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[str] = mapped_column(CALL, index=True)
    """Not a foreign key: the file must be deleted with the row."""
    file: Mapped[str] = mapped_column(String(80), unique=True)
    """A name in the folder of recordings."""
    started_at: Mapped[datetime] = mapped_column(index=True)
    milliseconds: Mapped[int] = mapped_column(default=0)
    """0: not ended yet, or its process died; the file tells how long it is."""
    marks_sealed: Mapped[str] = mapped_column(Sealed)
    """JSON list, see `ivr.store.recordings.Mark`."""
