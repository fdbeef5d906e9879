"""The voice: what it would say, in words and in sound."""

from __future__ import annotations

import os
from contextlib import ExitStack, closing
from pathlib import Path

import click

from ivr import config
from ivr.clinic import recordings
from ivr.clinic.recordings import own_sentences
from ivr.clinic.voice import ClinicVoice
from ivr.commands.environment import VAR, Stop, Tools, open_line
from ivr.rendering import Prompts
from ivr.speech.synthesis import Synthesizer
from ivr.speech.voices import VOICES, ProgramVoice, open_voice, why_missing


@click.group()
def prompts() -> None:
    """The sentences of the line."""


RECORDED = click.option(
    "--recorded", is_flag=True, help="With people's recordings in the configured database."
)


@prompts.command()
@RECORDED
@click.pass_obj
def check(tools: Tools, *, recorded: bool) -> None:
    """Name every wording that cannot be said, and those that are long."""
    wordings = Prompts.load()
    found = wordings.check()
    for line in found:
        click.echo(line)
    if recorded:
        _tell_coverage(tools, wordings)
    if any(not line.startswith("warning:") for line in found):
        raise Stop("Some prompts cannot be said.")
    click.echo("Every prompt can be said.")


def _tell_coverage(tools: Tools, wordings: Prompts) -> None:
    """How many sentences people have recorded, and which recordings nothing says any more."""
    said = [*wordings.sentences()]
    with open_line(tools) as line, line.database.read() as session:
        said += own_sentences(session)
        texts = recordings.texts(session)
    for text in sorted(set(texts) - set(said)):
        click.echo(f"warning: recorded, but no prompt says it: {text}")
    click.echo(f"{len(set(texts) & set(said))} of {len(set(said))} sentences are recorded.")


@prompts.command()
@click.option("--to", "folder", type=click.Path(path_type=Path), default=VAR / "prompts")
@RECORDED
@click.pass_obj
def render(tools: Tools, folder: Path, *, recorded: bool) -> None:
    """Make the sound of every fixed prompt, to listen to."""
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        other = _other_voice(tools)
        voice: Synthesizer | ClinicVoice = Synthesizer(other=other)
        if recorded:
            database = stack.enter_context(open_line(tools)).database
            voice = ClinicVoice(database, tools.clock, other=other)
        stack.callback(voice.close)
        _render(voice, folder)


def _render(voice: Synthesizer | ClinicVoice, folder: Path) -> None:
    texts = Prompts.load().fixed_texts()
    listing = []
    for number, text in enumerate(texts, start=1):
        file = folder / f"{number:03}.wav"
        file.write_bytes(voice.wav(text, 0, 0))
        listing.append(f"{file.name}\t{text}\n")
    (folder / "index.tsv").write_text("".join(listing), encoding="utf-8")
    click.echo(f"{len(texts)} prompts in {folder}{os.sep}")


@click.command()
@click.argument("text")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--voice", type=click.Choice(VOICES), help="Instead of the one of IVR_VOICE.")
@click.option("--pace", type=click.IntRange(-2, 0), default=0, help="-1 and -2 are slower.")
@click.option("--loudness", type=click.IntRange(0, 2), default=0, help="1 and 2 are louder.")
@click.pass_obj
def say(  # noqa: PLR0913 - options, each by its name
    tools: Tools, text: str, file: Path, voice: str | None, *, pace: int, loudness: int
) -> None:
    """Say TEXT into FILE.wav."""
    with closing(Synthesizer(other=_other_voice(tools, voice))) as synthesizer:
        file.write_bytes(synthesizer.wav(text, pace, loudness))
    click.echo(str(file))


def _other_voice(tools: Tools, name: str | None = None) -> ProgramVoice | None:
    """The one named here or by IVR_VOICE; None is espeak, also where the carrier speaks."""
    name = name or tools.env.get("IVR_VOICE") or config.CARRIER
    if name not in config.VOICES:
        raise Stop(f"IVR_VOICE must be one of {', '.join(config.VOICES)}.")
    piper_voice = tools.env.get("IVR_PIPER_VOICE", "")
    missing = why_missing(name, piper_voice)
    if missing:
        raise Stop(f"{missing}.")
    return open_voice(name, piper_voice)
