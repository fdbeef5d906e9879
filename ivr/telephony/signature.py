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


@dataclass(frozen=True, slots=True)
class SocketSignature:
    """The same of a media socket's handshake, which has no fields."""

    media_url: str
    """`wss://…`, no slash at the end."""
    auth_token: str = field(repr=False)
    required: bool = True
    """False: a carrier that signs requests but no sockets; the token in the path has to do."""

    def fits(self, path: str, given: str) -> bool:
        if not given:
            return not self.required
        validator = RequestValidator(self.auth_token)
        # Some stacks sign the address with a slash at its end.
        urls = (f"{self.media_url}{path}{end}" for end in ("", "/"))
        return any(validator.validate(url, {}, given) for url in urls)
