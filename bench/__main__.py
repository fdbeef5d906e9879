"""`python -m bench`: turns of the line beside a bare view; `--large`: beside a million visits.

The databases are made in a folder and may be kept there: `--folder`.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfile
from statistics import median

from bench.servers import Callers, Load, Measured, Server, serving
from bench.stores import PostgreSQL, fill_small, make_large

LINE, BARE = "ivr.app:from_environment()", "bench.bare:create_app()"
THINK = 0.5
"""Seconds from an answer to the next key."""


@dataclass(frozen=True, slots=True)
class Plan:
    rounds: int
    seconds: float


def main() -> None:
    wanted = _arguments()
    plan = Plan(wanted.rounds, wanted.seconds)
    with _folder(wanted.folder) as folder, ExitStack() as stack:
        postgresql = PostgreSQL(folder)
        stack.callback(postgresql.close)
        urls = _databases(folder, postgresql, large=wanted.large)
        servers = [
            stack.enter_context(serving("bare view", BARE, folder)),
            *(stack.enter_context(serving(name, LINE, folder, urls[name])) for name in urls),
        ]
        callers = Callers()
        for server in servers:
            callers.measure(server, Load(20, 0.0, 6.0), 600)  # both processes come up to speed
        small = [server for server in servers if "1,000,000" not in server.name]
        _beside_a_bare_view(callers, small, plan)
        if wanted.large:
            _small_and_large(callers, servers, plan)
        print("\nMemory of one web process, MB")
        for server in servers:
            print(f"  {server.name:<24}{server.rss():8.0f}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--large", action="store_true", help="1,000,000 visits and calls too")
    parser.add_argument("--rounds", type=int, default=3, choices=range(1, 10))
    parser.add_argument("--seconds", type=float, default=10.0, help="of one measurement")
    parser.add_argument("--folder", type=Path, help="where the databases are kept")
    return parser.parse_args()


@contextmanager
def _folder(kept: Path | None) -> Iterator[Path]:
    if kept is not None:
        kept.mkdir(parents=True, exist_ok=True)
        yield kept.resolve()
        return
    with tempfile.TemporaryDirectory(prefix="line-bench-") as folder:
        yield Path(folder)


def _databases(folder: Path, postgresql: PostgreSQL, *, large: bool) -> dict[str, str]:
    """Fresh ones for the run: its calls use up patients."""
    pattern = _patterns(folder, postgresql)
    urls = {
        "SQLite": _copy(pattern, folder / "small.db"),
        "PostgreSQL": postgresql.create("small", "pattern"),
    }
    if large:
        urls |= _large(folder, pattern, postgresql)
    return urls


def _patterns(folder: Path, postgresql: PostgreSQL) -> Path:
    _say("filling the databases")
    pattern = folder / "pattern.db"
    if not pattern.exists():
        fill_small(f"sqlite:///{pattern}.new")
        _settle(Path(f"{pattern}.new"), pattern)
    if not postgresql.has("pattern"):
        fill_small(postgresql.create("pattern", "template0"))
    return pattern


def desk_databases(folder: Path, postgresql: PostgreSQL) -> dict[str, str]:
    """The large ones, filled where the folder does not hold them yet; measured as they are."""
    pattern = _patterns(folder, postgresql)
    _millions(folder, pattern, postgresql)
    return {
        "SQLite": f"sqlite:///{folder / 'million.db'}",
        "PostgreSQL": postgresql.url("million"),
    }


def _large(folder: Path, pattern: Path, postgresql: PostgreSQL) -> dict[str, str]:
    million = _millions(folder, pattern, postgresql)
    return {
        "SQLite 1,000,000": _copy(million, folder / "large.db"),
        "PostgreSQL 1,000,000": postgresql.create("large", "million"),
    }


def _millions(folder: Path, pattern: Path, postgresql: PostgreSQL) -> Path:
    million = folder / "million.db"
    if not million.exists():
        _say("a million visits, a million calls")
        draft = Path(f"{million}.new")
        make_large(_copy(pattern, draft))
        _settle(draft, million)
    if not postgresql.has("million"):
        make_large(postgresql.create("million_new", "pattern"))
        postgresql.rename("million_new", "million")
    return million


def _copy(source: Path, target: Path) -> str:
    for end in ("-wal", "-shm"):
        Path(f"{target}{end}").unlink(missing_ok=True)
    copyfile(source, target)
    return f"sqlite:///{target}"


def _settle(draft: Path, file: Path) -> None:
    """Closed by its last connection, a database is one file."""
    draft.rename(file)


def _beside_a_bare_view(callers: Callers, servers: Sequence[Server], plan: Plan) -> None:
    for load in (
        Load(1, THINK, plan.seconds),
        Load(20, THINK, plan.seconds),
        Load(20, 0.0, plan.seconds / 2),
    ):
        many = "1 call" if load.callers == 1 else f"{load.callers} concurrent calls"
        print(f"\n{many} that think {load.think:g} s; medians of {plan.rounds} rounds")
        _table(_rounds(callers, servers, load, plan.rounds))


def _small_and_large(callers: Callers, servers: Sequence[Server], plan: Plan) -> None:
    pairs = [server for server in servers if server.name != "bare view"]
    load = Load(20, THINK, plan.seconds)
    print(f"\nSmall and large, {load.callers} concurrent calls; medians of 5 interleaved runs")
    _table(_rounds(callers, pairs, load, 5))


def _rounds(
    callers: Callers, servers: Sequence[Server], load: Load, rounds: int
) -> dict[str, list[Measured]]:
    """One after another, round by round: what the machine does besides hits all alike."""
    spent = int(load.callers * max(1, load.seconds / (6 * max(load.think, 0.1)))) // 1
    measured: dict[str, list[Measured]] = {server.name: [] for server in servers}
    for n in range(rounds):
        for server in servers if n % 2 == 0 else list(servers)[::-1]:
            measured[server.name].append(callers.measure(server, load, spent))
    return measured


def _table(measured: dict[str, list[Measured]]) -> None:
    print(f"  {'':<24}{'turns/s':>9}{'p50 ms':>9}{'p95 ms':>9}{'x bare':>8}   p95 of each run")
    bare: float | None = None
    for name, runs in measured.items():
        rate = median(run.turns_per_second for run in runs)
        p50, p95 = median(run.p50 for run in runs), median(run.p95 for run in runs)
        bare = p95 if name == "bare view" else bare
        times = f"{p95 / bare:8.1f}" if bare else " " * 8
        each = " ".join(f"{run.p95:.0f}" for run in runs)
        print(f"  {name:<24}{rate:9.1f}{p50:9.1f}{p95:9.1f}{times}   {each}", flush=True)
    print(f"  load average {os.getloadavg()[0]:.1f}")


def _say(what: str) -> None:
    print(f"... {what}", flush=True)


if __name__ == "__main__":
    main()
