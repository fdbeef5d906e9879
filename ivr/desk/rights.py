"""Who may do what at the desk: four roles, one table."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Right(StrEnum):
    CALLS = "calls"
    """See calls; what is personal in them is masked without PERSONAL."""
    PERSONAL = "personal"
    """Names, telephones, birth dates, the end of a policy, callers' words."""
    LISTEN = "listen"
    """Recordings, policy dictation silenced."""
    POLICY = "policy"
    """The whole policy number, read and heard."""
    ACT = "act"
    """Put right: visits, SMS, telephones, call-backs, notes, marks."""
    STATISTICS = "statistics"
    PROMPTS = "prompts"
    SETTINGS = "settings"
    PEOPLE = "people"
    AUDIT = "audit"


class Role(StrEnum):
    REGISTRAR = "registrar"
    SENIOR = "senior"
    ENGINEER = "engineer"
    AUDITOR = "auditor"


_AT_THE_DESK = frozenset(
    {
        *(Right.CALLS, Right.PERSONAL, Right.LISTEN),
        *(Right.ACT, Right.STATISTICS, Right.PROMPTS),
    }
)
RIGHTS: Mapping[Role, frozenset[Right]] = {
    Role.REGISTRAR: _AT_THE_DESK,
    Role.SENIOR: _AT_THE_DESK | {Right.POLICY, Right.SETTINGS, Right.PEOPLE},
    Role.ENGINEER: frozenset(
        {Right.CALLS, Right.STATISTICS, Right.PROMPTS, Right.SETTINGS, Right.PEOPLE}
    ),
    Role.AUDITOR: frozenset({Right.CALLS, Right.STATISTICS, Right.AUDIT}),
}
GIVES: Mapping[Role, frozenset[Role]] = {
    Role.REGISTRAR: frozenset(),
    Role.SENIOR: frozenset({Role.REGISTRAR, Role.SENIOR}),
    Role.ENGINEER: frozenset(Role),
    Role.AUDITOR: frozenset(),
}
"""The roles that each may give, and whose accounts each may change."""


def rights_of(role: str) -> frozenset[Right]:
    """None for a role that there is no more."""
    return RIGHTS[Role(role)] if role in set(Role) else frozenset()
