"""One-time codes by SMS, for those whose number the patient is not linked to.

Whether the data fit or not, the same queries are made and the same answer is given.
"""

from __future__ import annotations

import hmac
from datetime import timedelta

from sqlalchemy import func, select

from ivr.clinic import codes, misses, patients
from ivr.clinic.actions import Check, Checked, CheckIdentityCode, Moment, SendIdentityCode
from ivr.clinic.identification import BY_CODE, identified, missed
from ivr.clinic.ledger import Ledger
from ivr.messages import outbox, texts
from ivr.phone_numbers import e164
from ivr.store import tables
from ivr.store.tables import IdentityCode

CODE_LIFE = timedelta(minutes=10)
CODES_A_DAY = 5
"""For one patient, whoever asks."""


def send_identity_code(ledger: Ledger, action: SendIdentityCode, moment: Moment) -> bool:
    """Send a code, or do as much work for nothing."""
    patient_id = _whose(ledger, action)
    mobile = _mobile_for(ledger, patient_id, action, moment)
    fresh = _codes_in_a_day(ledger, patient_id, moment) < CODES_A_DAY
    fits = patient_id is not None and mobile is not None and fresh
    code = codes.new_code(lambda _code: False)
    if not _keep_code(ledger, moment, code, patient_id if fits else None):
        return True
    if patient_id is not None and mobile is not None and fits:
        outbox.put(
            ledger.session,
            ledger.vault,
            key=f"identity/{moment.call}/{moment.line}",
            to=mobile,
            text=texts.identity_code(code, ledger.line_number),
            kind="identity_code",
            now=moment.now,
            patient_id=patient_id,
        )
    else:
        _put_nothing(ledger, moment)
    return True


def _whose(ledger: Ledger, action: SendIdentityCode) -> int | None:
    index = patients.policy_index(ledger.vault, action.policy)
    rows = ledger.session.scalars(
        select(tables.Patient).where(tables.Patient.policy_index == index)
    )
    born = [row.id for row in rows if patients.born_of(ledger.vault, row) == action.born]
    return born[0] if len(born) == 1 else None


def _mobile_for(
    ledger: Ledger, patient_id: int | None, action: SendIdentityCode, moment: Moment
) -> str | None:
    """The own mobile on file; of several the one that was keyed or that calls."""
    on_file = patients.own_mobiles(ledger.session, ledger.vault, patient_id or 0)
    if action.mobile is not None:
        keyed = e164(action.mobile)
        return keyed if keyed in on_file else None
    if moment.caller in on_file:
        return moment.caller
    return on_file[0] if on_file else None


def _codes_in_a_day(ledger: Ledger, patient_id: int | None, moment: Moment) -> int:
    sent = select(func.count()).where(
        IdentityCode.patient_id == (patient_id or 0),
        IdentityCode.created_at > moment.now - timedelta(days=1),
    )
    return ledger.session.scalar(sent) or 0


def _keep_code(ledger: Ledger, moment: Moment, code: str, patient_id: int | None) -> bool:
    """Keep the code, a decoy without a patient. False: this line has kept one already."""
    known = select(IdentityCode.id).where(
        IdentityCode.call_id == moment.call, IdentityCode.line_number == moment.line
    )
    if ledger.session.scalar(known) is not None:
        return False
    ledger.session.add(
        IdentityCode(
            call_id=moment.call,
            line_number=moment.line,
            patient_id=patient_id,
            code_index=_code_index(ledger, moment, code),
            created_at=moment.now,
            expires_at=moment.now + CODE_LIFE,
        )
    )
    ledger.session.flush()
    return True


def _put_nothing(ledger: Ledger, moment: Moment) -> None:
    """The work of putting an SMS into the outbox, for a row that only the desk sees."""
    ledger.vault.seal("nothing", "to")
    ledger.vault.seal("nothing", "text")
    ledger.note("identity code asked for with data that do not fit", moment)
    ledger.session.flush()


def _code_index(ledger: Ledger, moment: Moment, code: str) -> str:
    return ledger.vault.index("identity code", f"{moment.call} {code}")


def check_identity_code(ledger: Ledger, action: CheckIdentityCode, moment: Moment) -> Checked:
    if misses.is_refused(ledger, moment):
        return Checked(Check.REFUSED)
    linked = patients.linked_to(ledger.session, ledger.vault, moment.caller)
    index = _code_index(ledger, moment, action.digits)
    for code in _open_codes(ledger, moment):
        code.tries += 1
        if code.patient_id is not None and hmac.compare_digest(code.code_index, index):
            code.used_at = moment.now
            misses.forget(ledger, moment, code.patient_id)
            return identified(ledger, moment, code.patient_id, BY_CODE)
    return missed(ledger, moment, linked, Check.MISSED, fits=False)


def _open_codes(ledger: Ledger, moment: Moment) -> list[IdentityCode]:
    return list(
        ledger.session.scalars(
            select(IdentityCode).where(
                IdentityCode.call_id == moment.call,
                IdentityCode.used_at.is_(None),
                IdentityCode.expires_at > moment.now,
            )
        )
    )
