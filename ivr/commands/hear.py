"""`ivr hear`: what the line would understand from recordings."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import click

from ivr.commands.environment import Stop, Tools, moment_of
from ivr.commands.understand import Caller
from ivr.commands.understand import _caller as caller_of
from ivr.commands.understand import _readings as readings_of
from ivr.commands.understand import _value as value_of
from ivr.commands.understand import _zone as zone_of
from ivr.speech.listening import FILLERS, expected, is_likely
from ivr.speech.recogniser import HERTZ, Ear, Listener, ModelMissing, Recognised
from ivr.speech.understanding import KINDS, Kind, Listed
from ivr.speech.wav_files import NotSpeech, telephone_pcm

FRAME = 2 * HERTZ // 50
"""Bytes of 20 ms, as a carrier sends them."""
SILENCE = bytes(2 * HERTZ // 2)
"""Half a second: recordings are cut at the last word, calls are not."""


@click.command()
@click.argument(
    "recordings",
    metavar="FILE.wav...",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@click.option("--expect", "kind", type=click.Choice(KINDS), required=True)
@click.option("--from", "number", metavar="NUMBER", help="The calling number.")
@click.option("--now", "written", metavar="ISO", help="The moment of the call.")
@click.option("--json", "as_json", is_flag=True, help="One object a file, as without it.")
@click.pass_obj
def hear(  # noqa: PLR0913 - options, each by its name
    tools: Tools,
    recordings: tuple[Path, ...],
    kind: Kind,
    number: str | None,
    written: str | None,
    *,
    as_json: bool,  # noqa: ARG001 - there is no other form
) -> None:
    """What the line would understand from recordings: 8 or 16 kHz, PCM or mu-law."""
    if kind == "visit" and number is None:
        raise Stop("A visit is chosen from a list: say whose with --from NUMBER.")
    zone = zone_of(tools)
    now = moment_of(written, zone) if written else tools.clock()
    caller = caller_of(tools, number, now) if number is not None else Caller()
    ear = open_ear(tools)
    for recording in recordings:
        heard = listen(ear, sound_of(recording), kind, caller.listed)
        readings = readings_of(kind, heard.with_pauses, caller, now.astimezone(zone).date())
        found = {
            "file": str(recording),
            "words": heard.text,
            "value": _counted(kind, heard, value_of(kind, readings)),
            "confidence": round(heard.confidence, 3),
        }
        click.echo(json.dumps(found, ensure_ascii=False))


def _counted(kind: Kind, heard: Recognised, value: object) -> object:
    is_answer = not heard.foreign and is_likely(kind, value, heard.confidence)
    return value if is_answer else None


def open_ear(tools: Tools) -> Ear:
    try:
        return Ear(tools.env.get("IVR_VOSK_MODEL"))
    except ModelMissing as missing:
        raise Stop(f"IVR_VOSK_MODEL: {missing}.") from None


def listen(ear: Ear, pcm: bytes, kind: Kind, listed: Sequence[Listed] = ()) -> Recognised:
    return hear_out(Listener(ear, expected(kind, listed), FILLERS[kind]), pcm)


def hear_out(listener: Listener, pcm: bytes) -> Recognised:
    """Frame by frame, as in a call."""
    sound = SILENCE + pcm + SILENCE
    for at in range(0, len(sound), FRAME):
        listener.hear(sound[at : at + FRAME])
    return listener.result()


def sound_of(recording: Path) -> bytes:
    try:
        return telephone_pcm(recording.read_bytes())
    except NotSpeech as wrong:
        raise Stop(f"{recording}: {wrong}.") from None
