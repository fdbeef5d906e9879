"""The wheel by itself: installed in another folder, it cancels a visit."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.telephony.lines import environment

ROOT = Path(__file__).parents[1]
SCRIPT = "[000017#]\n[1]\n[2]\n[1]\n[1]\n[1]\n[5]\n"
WHERE = "import ivr; print(ivr.__file__)"
LARGEST = 25_000_000
"""Bytes, the speech model included."""
HEARD = """
from ivr.speech.hearing import Hearer
from ivr.speech.recogniser import Ear
from ivr.speech.voice_activity import Vad
hearer = Hearer(Ear(), Vad())
print(hearer.hear(bytes(160)), hearer.is_open)
"""
APOLOGY = """
from ivr.telephony.audio import recorded_apology
from ivr.speech.synthesis import Synthesizer
for sound in (recorded_apology(), Synthesizer().wav('Приём у врача.', 0, 0)):
    print(sound[:4].decode(), len(sound) > 4000)
"""

Python = Callable[..., str]


def run(*words: str, folder: Path, env: dict[str, str]) -> str:
    done = subprocess.run(  # noqa: S603 - our own commands
        (sys.executable, *words),
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), **env},
        capture_output=True,
        text=True,
        check=False,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A folder with the unpacked wheel; what it needs comes from this interpreter."""
    wheels, target = tmp_path / "wheels", tmp_path / "installed"
    pip = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check")
    wheel = ("wheel", "--no-deps", "--wheel-dir", str(wheels), str(ROOT))
    subprocess.run((*pip, *wheel), check=True)  # noqa: S603 - pip
    (built,) = wheels.glob("*.whl")
    assert built.stat().st_size < LARGEST
    into = ("install", "--no-deps", "--target", str(target), str(built))
    subprocess.run((*pip, *into), check=True)  # noqa: S603 - pip
    return target


@pytest.fixture
def python(installed: Path, tmp_path: Path) -> Python:
    """Run this interpreter far from the source tree, with the wheel before everything."""
    env = environment(f"sqlite:///{tmp_path}/line.db", PYTHONPATH=str(installed))
    return lambda *words: run(*words, folder=tmp_path, env=env)


@pytest.mark.slow
def test_a_wheel_cancels_a_visit_far_from_its_source(
    python: Python, installed: Path, tmp_path: Path
) -> None:
    assert Path(python("-c", WHERE).strip()).is_relative_to(installed)
    python("-m", "ivr", "db", "upgrade")
    python("-m", "ivr", "demo-data")
    (tmp_path / "call.txt").write_text(SCRIPT, encoding="utf-8")
    call = ("call", "--from", "+79161234567", "--script", "call.txt", "--json")
    said = [json.loads(line) for line in python("-m", "ivr", *call).splitlines()]
    assert said[-1]["end"] == "cancelled"
    assert "Терапевт Иванова" in " ".join(event.get("bot", "") for event in said)
    assert "cancelled" in python("-m", "ivr", "calls")
    assert "Every prompt can be said." in python("-m", "ivr", "prompts", "check")
    assert python("-c", APOLOGY).split() == ["RIFF", "True"] * 2
    assert python("-c", HEARD).strip() == "() False"
