"""Russian answers from recognised words: numbers, dates, yes and no, wishes, visits."""

from __future__ import annotations

from ivr.speech.understanding.commands import command
from ivr.speech.understanding.dates import birth_date
from ivr.speech.understanding.lattice import Reading
from ivr.speech.understanding.phrases import KINDS, Kind, phrases
from ivr.speech.understanding.policies import code, digits, policy
from ivr.speech.understanding.visits import Listed, visits
from ivr.speech.understanding.yes_no import yes_no

__all__ = [
    "KINDS",
    "Kind",
    "Listed",
    "Reading",
    "birth_date",
    "code",
    "command",
    "digits",
    "phrases",
    "policy",
    "visits",
    "yes_no",
]
