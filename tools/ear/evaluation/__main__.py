"""Compare models: `python -m tools.ear.evaluation [MODEL …]`, Markdown on stdout.

Without MODEL it is the model that ships. Every model is given the same sounds in one run.
"""

from __future__ import annotations

import argparse
import io
import subprocess
import sys
import tarfile
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from ivr.speech.recogniser import shipped_model
from tools.ear.evaluation import card
from tools.ear.evaluation.people import People
from tools.ear.evaluation.rows import rows
from tools.ear.evaluation.running import heard_by_all

MODEL = "ivr/speech/model"


def main() -> None:
    wanted = _arguments()
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        models = {_named(model): model for model in wanted.models or [shipped_model()]}
        if wanted.before:
            models["the model before"] = _committed(wanted.before, Path(folder))
        people = People(wanted.folder)
        test = [
            row for row in rows(people) if wanted.only in f"{row.who} {row.says} {row.sound}"
        ]
        test = [replace(row, cases=row.cases[:: wanted.thin]) for row in test]
        made = time.monotonic()
        results = heard_by_all(list(models.values()), test)
    people.close()
    print("\r\033[K", end="", file=sys.stderr)
    figures = card.tables(list(models), test, results)
    print(figures)
    for one in people.missing:
        print(f"Not installed, so left out: {one}.")
    if wanted.card:
        card.put(shipped_model() / "MODEL.md", figures)
    spent = f"{made - begun:.0f} s for the sounds, {time.monotonic() - made:.0f} s for hearing"
    print(spent, file=sys.stderr)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.ear.evaluation", description=__doc__)
    add = parser.add_argument
    add("models", metavar="MODEL", nargs="*", type=Path, help="folders of Vosk models")
    add("--before", metavar="COMMIT", help="also the model that shipped with this commit")
    add("--folder", type=Path, help="packages that are not installed, unpacked (dpkg-deb -x)")
    add("--only", metavar="WORD", default="", help="rows whose cells have this word in them")
    add("--thin", metavar="N", type=int, default=1, help="for a look: every Nth sound only")
    add("--card", action="store_true", help="put the tables into the card of the model")
    return parser.parse_args()


def _named(model: Path) -> str:
    return "this model" if model.resolve() == shipped_model().resolve() else model.name


def _committed(commit: str, folder: Path) -> Path:
    done = subprocess.run(["git", "archive", commit, MODEL], capture_output=True, check=True)
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        archive.extractall(folder, filter="data")
    return folder / MODEL


if __name__ == "__main__":
    main()
