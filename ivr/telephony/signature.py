"""Is a request from the carrier: its signature over our public address and all its fields."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import Request
from twilio.request_validator import RequestValidator


@dataclass(frozen=True, slots=True)
class Signature:
    """The address is the configured one: behind a proxy a request does not know its own."""

    public_url: str
    auth_token: str = field(repr=False)

    def fits(self, request: Request) -> bool:
        query = request.query_string.decode("ascii", "replace")
        url = self.public_url + request.path + (f"?{query}" if query else "")
        given = request.headers.get("X-Twilio-Signature", "")
        validator = RequestValidator(self.auth_token)
        return bool(validator.validate(url, request.form, given))
