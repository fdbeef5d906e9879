"""Ways to send an SMS. What a provider answered is a value; only a bug raises.

A connection serves one message: on a kept one that the provider has just closed, nobody
could tell whether the message was taken.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import quote, urlencode

import httpx
from twilio.base.exceptions import TwilioRestException
from twilio.http.response import Response as TwilioResponse
from twilio.rest import Client

from ivr.config import HttpSms
from ivr.phone_numbers import masked

log = logging.getLogger(__name__)
logging.getLogger("httpx").setLevel(logging.WARNING)
"""It logs whole addresses, and in a GET these hold the number and the text."""

TIMEOUT = httpx.Timeout(15.0, connect=5.0)
"""Seconds; together less than the outbox's lease."""
_TRY_AGAIN = {401, 402, 403, 408, 425, 429, 503}
"""Not taken, and a later try may help: too fast, out of money, a key to be corrected."""
_PLACEHOLDER = re.compile(r"\{(to|digits|text|key)\}")
DEFAULT_BODY = '{"to": "{to}", "text": "{text}", "key": "{key}"}'


@dataclass(frozen=True, slots=True)
class Sent:
    provider_id: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The provider surely did not take it."""

    reason: str
    retry: bool


@dataclass(frozen=True, slots=True)
class Unknown:
    """The provider may have taken it."""

    reason: str


Outcome = Sent | Refused | Unknown


class SmsSender(Protocol):
    def send(self, to: str, text: str, key: str) -> Outcome:
        """Hand one message over; `to` is E.164, `key` our reference to it."""
        ...


@dataclass(frozen=True, slots=True)
class LogSender:
    """Sends nothing and says so in the log."""

    def send(self, to: str, text: str, key: str) -> Outcome:
        log.info("sms %s to %s: not sent, %d characters", key, masked(to), len(text))
        return Sent(f"log:{key}")


class TwilioSender:
    def __init__(  # noqa: PLR0913 - the account's settings
        self,
        *,
        account_sid: str,
        auth_token: str,
        sender: str,
        public_url: str,
        base_url: str = "https://api.twilio.com",
        timeout: httpx.Timeout = TIMEOUT,
    ) -> None:
        """Take as `sender` our number or registered name; `public_url` may be empty."""
        self._sender = sender
        self._public_url = public_url
        self._client = Client(account_sid, auth_token, http_client=_TwilioHttp(timeout))
        self._client.api.base_url = base_url

    def send(self, to: str, text: str, key: str) -> Outcome:
        more = {"status_callback": self._callback(key)} if self._public_url else {}
        try:
            message = self._client.messages.create(to=to, from_=self._sender, body=text, **more)
        except TwilioRestException as error:
            return _by_status(error.status, f"twilio {error.status} {error.code}")
        except httpx.HTTPError as error:
            return _by_failure(error)
        return Sent(message.sid) if message.sid else Unknown("no sid in the answer")

    def _callback(self, key: str) -> str:
        return f"{self._public_url}/sms/status?{urlencode({'key': key})}"


class _TwilioHttp:
    """Twilio's client on httpx: no retries and no redirects behind our back."""

    def __init__(self, timeout: httpx.Timeout) -> None:
        self._timeout = timeout

    def request(self, method: str, url: str, **more: Any) -> TwilioResponse:
        answer = httpx.request(
            method,
            url,
            timeout=self._timeout,
            params=more.get("params"),
            data=more.get("data"),
            headers=more.get("headers"),
            auth=more.get("auth"),
        )
        return TwilioResponse(answer.status_code, answer.text, answer.headers)


class HttpSender:
    """An SMS gateway as the settings describe it.

    In the body, and percent-encoded in the address, `{to}` is E.164, `{digits}` the same
    without its plus, `{text}` and `{key}` what they say.
    """

    def __init__(self, gateway: HttpSms, timeout: httpx.Timeout = TIMEOUT) -> None:
        """Raise ValueError where the headers are no JSON object."""
        self._gateway = gateway
        self._headers = _headers(gateway.headers)
        self._body = gateway.body or DEFAULT_BODY
        self._timeout = timeout

    def send(self, to: str, text: str, key: str) -> Outcome:
        values = {"to": to, "digits": to.removeprefix("+"), "text": text, "key": key}
        try:
            answer = self._request(values)
        except httpx.HTTPError as error:
            return _by_failure(error)
        if answer.status_code >= 300:
            return _by_status(answer.status_code, f"http {answer.status_code}")
        return _by_answer(answer, self._gateway.id_path, key)

    def _request(self, values: Mapping[str, str]) -> httpx.Response:
        url = _filled(self._gateway.url, {name: quote(v, "") for name, v in values.items()})
        if self._gateway.method == "GET":
            return httpx.get(url, headers=self._headers, timeout=self._timeout)
        kind = "json" if _is_json(self._body) else "x-www-form-urlencoded"
        headers = {"content-type": f"application/{kind}; charset=utf-8"} | self._headers
        body = filled_body(self._body, values)
        return httpx.post(url, headers=headers, content=body.encode(), timeout=self._timeout)


def _headers(setting: str) -> dict[str, str]:
    wrong = "IVR_SMS_HEADERS must be a JSON object"
    try:
        headers = json.loads(setting or "{}")
    except ValueError:
        raise ValueError(wrong) from None
    if not isinstance(headers, dict):
        raise ValueError(wrong)  # noqa: TRY004 - of a setting
    return {str(name).lower(): str(value) for name, value in headers.items()}


def filled_body(template: str, values: Mapping[str, str]) -> str:
    """Escape the values as JSON where the template is JSON, else as a form."""
    escape = _json_escaped if _is_json(template) else _form_escaped
    return _filled(template, {name: escape(value) for name, value in values.items()})


def _is_json(template: str) -> bool:
    return template.lstrip().startswith(("{", "[")) and not _PLACEHOLDER.match(template)


def _filled(template: str, values: Mapping[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda found: values[found[1]], template)


def _json_escaped(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)[1:-1]


def _form_escaped(value: str) -> str:
    return quote(value, safe="")


def _by_status(status: int, reason: str) -> Outcome:
    """A redirect has sent nothing; a broken server may have."""
    if status in _TRY_AGAIN or 300 <= status < 400:
        return Refused(reason, retry=True)
    return Refused(reason, retry=False) if status < 500 else Unknown(reason)


def _by_failure(error: httpx.HTTPError) -> Outcome:
    """Without a connection nothing was sent; a connection that broke may have sent it all."""
    reason = type(error).__name__
    never_sent = (
        httpx.ConnectError,
        httpx.ConnectTimeout,
        httpx.PoolTimeout,
        httpx.UnsupportedProtocol,
    )
    return Refused(reason, retry=True) if isinstance(error, never_sent) else Unknown(reason)


def _by_answer(answer: httpx.Response, id_path: str, key: str) -> Outcome:
    """Read a 2xx. Some gateways refuse with 200 and an `error…` field."""
    try:
        content = answer.json()
    except ValueError:
        content = answer.text.strip()
    if not id_path:
        return Sent(key)
    provider_id = at_path(content, id_path)
    if provider_id:
        return Sent(provider_id)
    if isinstance(content, dict) and any(content[name] for name in content if "error" in name):
        return Refused("http 200 with an error", retry=True)
    return Unknown("no id in the answer")


def at_path(content: object, path: str) -> str | None:
    """What stands at `messages.0.id`, as text; None where nothing does."""
    for part in path.split("."):
        match content:
            case dict():
                content = content.get(part)
            case list() if part.isdecimal() and int(part) < len(content):
                content = content[int(part)]
            case _:
                return None
    return str(content) if isinstance(content, str | int) and str(content) else None
