"""One turn of a call: lock, load, converse, save and commit in a single transaction."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ivr.clinic.actions import Action, Clinic, MarkCodeHeard, Moment
from ivr.dialogue.call import Script
from ivr.dialogue.conversation import Conversation, FlowChanged, Line
from ivr.dialogue.turns import (
    Dial,
    HangUp,
    Heard,
    Keys,
    Outcome,
    Spoken,
    Turn,
    Utterance,
)
from ivr.phone_numbers import e164
from ivr.rendering import Prompts
from ivr.store import tables
from ivr.store.database import Database
from ivr.store.transcripts import Transcripts
from ivr.store.vault import Vault


class UnknownCall(LookupError):
    """No such call, or it belongs to another of the carrier's calls."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One prompt in words."""

    prompt: str
    text: str
    barge_in: bool = True
    personal: bool = False
    """Holds values: its sound is made from a row of the turn's transaction."""
    secret: bool = False
    """A policy is read out in it."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A turn in words, for a door to render."""

    call: str
    turn: Turn
    sentences: tuple[Sentence, ...]
    whisper: tuple[Sentence, ...] = ()
    """Said to the person before the two are joined; with `Dial`."""
    transfer_to: str = ""
    """E.164, with `Dial`."""
    was_secret: bool | None = field(default=None, compare=False)
    """Whether the answer that led to it is; None: it was said before, or is the first."""


@dataclass(frozen=True, slots=True)
class Office:
    """The parts a call needs, wired once."""

    script: Script
    prompts: Prompts
    clinic: Callable[[Session], Clinic]
    """The book over the turn's session."""
    transfer_to: Callable[[Session], str]
    """E.164 of the person's telephone."""
    keep_audio: Callable[[Session, Reply, datetime], None]
    """Writes the rows from which any process makes the sound of personal sentences."""
    zone: ZoneInfo


def utc_now() -> datetime:
    return datetime.now(UTC)


class Switchboard:
    def __init__(
        self,
        database: Database,
        vault: Vault,
        office: Office,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._database = database
        self._vault = vault
        self._office = office
        self._clock = clock

    def pick_up(
        self, *, carrier_id: str | None, caller: str | None, door: str, by_voice: bool = False
    ) -> Reply:
        """Open a call and run it to its first question; a call that is open goes on.

        `by_voice`, here and below: the door has sound both ways, so the sentences ask for
        words as well as for keys.
        """
        now = self._clock()
        try:
            with self._database.begin() as session:
                call = self._opened(session, carrier_id, caller, door, now)
                return self._turn(session, call, None, now, by_voice=by_voice)
        except IntegrityError:
            with self._database.begin() as session:
                found = Transcripts(session, self._vault).by_carrier(carrier_id or "")
                if found is None:
                    raise
                return self._turn(session, found, None, now, by_voice=by_voice)

    def _opened(
        self,
        session: Session,
        carrier_id: str | None,
        caller: str | None,
        door: str,
        now: datetime,
    ) -> tables.Call:
        transcripts = Transcripts(session, self._vault)
        call = transcripts.by_carrier(carrier_id) if carrier_id else None
        if call is None:
            call = tables.Call(
                id=uuid.uuid4().hex,
                carrier_id=carrier_id,
                door=door,
                started_at=now,
                last_seen_at=now,
            )
            transcripts.open_call(call, e164(caller) if caller else None)
        return call

    def hear(
        self,
        call: str,
        turn: int,
        heard: Heard,
        *,
        carrier_id: str | None = None,
        by_voice: bool = False,
    ) -> Reply:
        """Answer turn `turn`. An old turn's answer changes nothing and gets the turn in force.

        Raises UnknownCall.
        """
        now = self._clock()
        with self._database.begin() as session:
            row = self._locked(session, call, carrier_id)
            heard_now = heard if turn == row.turn else None
            return self._turn(session, row, heard_now, now, by_voice=by_voice)

    def turn_in_force(
        self, call: str, *, carrier_id: str | None = None, by_voice: bool = False
    ) -> Reply:
        """Say it again; changes and counts nothing. Raises UnknownCall."""
        with self._database.begin() as session:
            row = self._locked(session, call, carrier_id)
            return self._turn(session, row, None, self._clock(), by_voice=by_voice)

    def played(
        self, call: str, turn: int, prompts: Collection[str], *, carrier_id: str | None = None
    ) -> None:
        """These prompts of that turn were played to their end: a code in them was heard.

        Raises UnknownCall.
        """
        now = self._clock()
        with self._database.begin() as session:
            row = self._locked(session, call, carrier_id)
            lines = Transcripts(session, self._vault).lines(call)
            said = [line for line in lines if line.turn <= turn and not _answers(line, turn)]
            conversation = self._conversation(session, row, said, now)
            for spoken in self._converse(conversation, None, now, over=False).speech:
                if spoken.prompt in prompts and "code" in spoken.values:
                    heard = MarkCodeHeard(spoken.values["code"])
                    self._performer(session, row, now)(heard, len(lines))

    def hang_up(self, *, carrier_id: str) -> None:
        """The carrier says that the call is over."""
        now = self._clock()
        with self._database.begin() as session:
            call = Transcripts(session, self._vault).locked_by_carrier(carrier_id)
            if call is not None and call.ended_at is None:
                call.ended_at = now
                call.outcome = call.outcome or Outcome.HUNG_UP

    def fail(self, call: str) -> None:
        """A turn of the call broke and was rolled back: a registrar is to see that."""
        with self._database.begin() as session:
            row = Transcripts(session, self._vault).locked(call)
            if row is not None and row.outcome is None:
                row.outcome = Outcome.FAILED

    def close_silent(self, now: datetime) -> int:
        """End the calls without a sign of life for 15 minutes; how many."""
        with self._database.begin() as session:
            return Transcripts(session, self._vault).close_silent(now)

    def _locked(self, session: Session, call: str, carrier_id: str | None) -> tables.Call:
        row = Transcripts(session, self._vault).locked(call)
        if row is None or (carrier_id is not None and row.carrier_id != carrier_id):
            raise UnknownCall
        return row

    # --- the turn -------------------------------------------------------------------------

    def _turn(
        self,
        session: Session,
        call: tables.Call,
        heard: Heard | None,
        now: datetime,
        *,
        by_voice: bool,
    ) -> Reply:
        transcripts = Transcripts(session, self._vault)
        if call.ended_at is not None:
            heard = None
        lines = transcripts.lines(call.id) if call.turn else []
        if call.turn and _is_something(heard):
            call.heard_anything = True
        conversation = self._conversation(session, call, lines, now)
        before = conversation.wishes
        over = call.ended_at is not None
        turn = self._converse(conversation, heard, now, over=over)
        reply = self._in_words(session, call, turn, by_voice=by_voice)
        if conversation.new_lines or not call.turn:
            spoken = (*reply.sentences, *reply.whisper)
            conversation.note("said", turn.prompt, [_noted(one) for one in spoken])
            _save(call, conversation, turn, now)
            pace, loudness = conversation.wishes
            call.pace = max(-2, call.pace + pace - before[0])
            call.loudness = min(2, call.loudness + loudness - before[1])
            transcripts.append(call.id, conversation.new_lines, now)
        turn = replace(turn, pace=call.pace, loudness=call.loudness)
        reply = replace(reply, turn=turn, was_secret=conversation.was_secret)
        if not by_voice:
            # Also what was first said on a stream: by keys its wording is another.
            self._office.keep_audio(session, reply, now)
        return reply

    def _conversation(
        self, session: Session, call: tables.Call, lines: Sequence[Line], now: datetime
    ) -> Conversation:
        perform = self._performer(session, call, now)
        return Conversation(self._office.script, self._started_at(call), lines, perform)

    def _started_at(self, call: tables.Call) -> datetime:
        return call.started_at.astimezone(self._office.zone)

    def _performer(
        self, session: Session, call: tables.Call, now: datetime
    ) -> Callable[[Action[Any], int], Any]:
        clinic = self._office.clinic(session)
        caller = Transcripts(session, self._vault).caller(call)

        def perform(action: Action[Any], line: int) -> Any:
            # What an action has changed it flushes itself where a later one looks for it.
            with session.no_autoflush:
                return clinic.perform(action, Moment(call.id, line, caller, now))

        return perform

    def _converse(
        self, conversation: Conversation, heard: Heard | None, now: datetime, *, over: bool
    ) -> Turn:
        """`over`: the caller has hung up; a late answer has no effect."""
        try:
            if over and not conversation.over:
                return Turn(conversation.turn_number, (), HangUp(Outcome.HUNG_UP))
            if conversation.failed:
                return conversation.after_failure(heard)
            return conversation.hear(heard, now) if heard else conversation.turn()
        except FlowChanged:
            return conversation.fail(heard)

    def _in_words(
        self, session: Session, call: tables.Call, turn: Turn, *, by_voice: bool
    ) -> Reply:
        today, prompts = self._started_at(call).date(), self._office.prompts

        def sentence(spoken: Spoken) -> Sentence:
            text = prompts.say(spoken, today, by_voice=by_voice)
            personal = prompts.is_personal(spoken) or bool(spoken.values)
            return Sentence(spoken.prompt, text, spoken.barge_in, personal, spoken.secret)

        sentences = tuple(sentence(spoken) for spoken in turn.speech)
        if not isinstance(turn.then, Dial):
            return Reply(call.id, turn, sentences)
        whisper = tuple(sentence(spoken) for spoken in turn.then.whisper)
        return Reply(call.id, turn, sentences, whisper, self._office.transfer_to(session))


def _noted(sentence: Sentence) -> dict[str, str | bool]:
    """As the transcript keeps it."""
    noted: dict[str, str | bool] = {"prompt": sentence.prompt, "text": sentence.text}
    return noted | {"secret": True} if sentence.secret else noted


def _answers(line: Line, turn: int) -> bool:
    return line.turn == turn and line.kind == "heard"


def _is_something(heard: Heard | None) -> bool:
    return isinstance(heard, Utterance) or (isinstance(heard, Keys) and bool(heard.keys))


def _save(call: tables.Call, conversation: Conversation, turn: Turn, now: datetime) -> None:
    call.turn = turn.number
    call.step = turn.prompt
    call.last_seen_at = now
    call.outcome = conversation.furthest or call.outcome
    call.wanted_person = conversation.wanted_person
    call.misunderstood = conversation.misunderstood
    if isinstance(turn.then, HangUp) and call.ended_at is None:
        call.ended_at = now
        call.outcome = turn.then.outcome
