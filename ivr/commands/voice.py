"""The voice: what it would say, in words and in sound."""

from __future__ import annotations

import os
from pathlib import Path

import click

from ivr.commands.environment import VAR, Stop
from ivr.rendering import Prompts
from ivr.speech.synthesis import Synthesizer


@click.group()
def prompts() -> None:
    """The sentences of the line."""


@prompts.command()
def check() -> None:
    """Name every wording that cannot be said, and those that are long."""
    found = Prompts.load().check()
    for line in found:
        click.echo(line)
    if any(not line.startswith("warning:") for line in found):
        raise Stop("Some prompts cannot be said.")
    click.echo("Every prompt can be said.")


@prompts.command()
@click.option("--to", "folder", type=click.Path(path_type=Path), default=VAR / "prompts")
def render(folder: Path) -> None:
    """Make the sound of every fixed prompt, to listen to."""
    folder.mkdir(parents=True, exist_ok=True)
    texts, voice = Prompts.load().fixed_texts(), Synthesizer()
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
def say(text: str, file: Path) -> None:
    """Say TEXT into FILE.wav."""
    file.write_bytes(Synthesizer().wav(text, 0, 0))
    click.echo(str(file))
