"""Russian answers from recognised words: numbers, dates, yes and no, wishes, visits."""

from __future__ import annotations

from ivr.speech.understanding.commands import command, commands_said
from ivr.speech.understanding.dates import birth_date
from ivr.speech.understanding.lattice import Reading
from ivr.speech.understanding.phrases import KINDS, Kind, phrases
from ivr.speech.understanding.policies import (
    code,
    digits,
    is_taken_back,
    of_length,
    phone,
    policy,
    restarts,
    whole_policies,
)
from ivr.speech.understanding.requests import option, request_fillers
from ivr.speech.understanding.visits import Listed, visits
from ivr.speech.understanding.words import Phrases
from ivr.speech.understanding.yes_no import misheard, yes_no, yes_no_said

__all__ = [
    "KINDS",
    "Kind",
    "Listed",
    "Phrases",
    "Reading",
    "birth_date",
    "code",
    "command",
    "commands_said",
    "digits",
    "is_taken_back",
    "misheard",
    "of_length",
    "option",
    "phone",
    "phrases",
    "policy",
    "request_fillers",
    "restarts",
    "visits",
    "whole_policies",
    "yes_no",
    "yes_no_said",
]
