"""The model from nothing, or from what there is: `python -m tools.ear --help`."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

from tools.ear import building, new_words
from tools.ear.lexicon import MODEL


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tools.ear", description=__doc__)
    parser.add_argument("--work", type=Path, default=Path("var/ear"))
    parser.add_argument("--extra", type=Path, help="a clinic's own answers to train on")
    parser.add_argument("--words", type=Path, help="words to add to the dictionary")
    parser.add_argument("--model", type=Path, help="the model to begin with")
    given = parser.parse_args()
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S"
    )
    if given.words:
        model = given.model or MODEL
        building.write_graph(model, new_words.added(model, given.words))
    elif given.extra:
        work = building.Work(given.work)
        if given.model is None:
            building.build(work)
        building.build_more(work, given.extra, given.model or work.model)
    else:
        building.build(building.Work(given.work))


if __name__ == "__main__":
    main()
