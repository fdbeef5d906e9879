"""Where SMS providers report what became of a message: `POST /sms/status`."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException

from ivr.faults import report as report_fault
from ivr.messages import outbox
from ivr.messages.delivery import Report, http_reports, twilio_report
from ivr.messages.outbox import State
from ivr.store.database import Database
from ivr.telephony import metrics
from ivr.telephony.carrier import Hostile
from ivr.telephony.signature import Signature
from ivr.telephony.webhooks import MOST_BYTES, admit, refuse, refuse_http

NAME = re.compile(r"[\x20-\x7e]{1,200}")


@dataclass(frozen=True, slots=True)
class Gateway:
    """Gateways do not sign: what they report carries a token in its address."""

    token: str = field(repr=False)
    states: Mapping[str, State]
    """Their words to ours."""


@dataclass(frozen=True, slots=True)
class SmsReports:
    database: Database
    clock: Callable[[], datetime]
    signature: Signature | None
    gateway: Gateway | None
    """None where the carrier itself sends the SMS."""

    def blueprint(self) -> Blueprint:
        sms = Blueprint("sms", __name__)
        sms.before_request(self.admit)
        sms.post("/sms/status")(self.status)
        sms.register_error_handler(Hostile, refuse)
        sms.register_error_handler(HTTPException, refuse_http)
        sms.register_error_handler(Exception, broken)
        return sms

    def admit(self) -> Response | None:
        if self.gateway is None:
            return admit(self.signature)
        request.max_content_length = MOST_BYTES
        given = request.args.get("token", "").encode()
        if self.gateway.token and hmac.compare_digest(given, self.gateway.token.encode()):
            return None
        metrics.SIGNATURE_FAILURES.inc()
        return Response(status=403)

    def status(self) -> Response:
        reports = [_clean(report) for report in self._reports()]
        if reports:
            with self.database.begin() as session:
                for report in reports:
                    outbox.report(
                        session,
                        provider_id=report.provider_id,
                        key=report.key,
                        state=report.state,
                        now=self.clock(),
                    )
        return Response(status=204)

    def _reports(self) -> list[Report]:
        if self.gateway is not None:
            return http_reports(_content(), self.gateway.states)
        report = twilio_report(request.form, request.args)
        return [] if report is None else [report]


def _content() -> Any:
    """A form, or JSON; what is neither reports nothing."""
    return request.get_json(silent=True) if request.is_json else request.form.to_dict()


def _clean(report: Report) -> Report:
    for name in (report.provider_id, report.key):
        if name is not None and not NAME.fullmatch(name):
            raise Hostile("id")
    return report


def broken(fault: Exception) -> Response:
    """A provider that hears 503 reports again."""
    metrics.FAULTS.inc()
    report_fault(fault, "")
    return Response(status=503)
