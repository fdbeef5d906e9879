"""What the log learns of a fault: where it happened, and nothing that a caller said."""

from __future__ import annotations

import logging
import traceback
from pathlib import Path

log = logging.getLogger(__name__)

FRAMES = 8
OURS = Path(__file__).parent


def report(fault: BaseException, call: str) -> None:
    """One line. A driver's text may hold a row's values, so only types and places are told."""
    log.error("call %s failed: %s at %s", call or "-", _types(fault), _places(fault))


def _types(fault: BaseException) -> str:
    cause = fault.__cause__ or getattr(fault, "orig", None)
    own = type(fault).__name__
    return f"{own} from {type(cause).__name__}" if cause else own


def _places(fault: BaseException) -> str:
    """The way through our own code, and where it ended."""
    frames = traceback.extract_tb(fault.__traceback__)
    ours = [frame for frame in frames[:-1] if Path(frame.filename).is_relative_to(OURS)]
    told = [*ours[-FRAMES:], *frames[-1:]]
    return " > ".join(f"{Path(f.filename).name}:{f.lineno}:{f.name}" for f in told)
