"""Where the time of a run goes: a replay of the golden week, stage by stage.

    python benchmarks/pipe.py [--folder FOLDER] [--profile 30]

FOLDER (default: the golden week of this repository) is copied to a temporary place and replayed. A stage's time holds
that of its worker processes, and of opening the database for it; articles per second count every article of the week
once, against all the days the stage was called. ``--profile`` names the functions that cost most, measured in a
second replay because the profiler slows everything.
"""

import argparse
import cProfile
import functools
import os
import pstats
import shutil
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from contrecoup.models import Article, Entry
from flows import brief, enrich, extract, ingest, link, run
from storage.store import open_store

WEEK = Path(__file__).resolve().parent.parent / "examples" / "deepseek-week"
FIRST, LAST = date(2025, 1, 18), date(2025, 1, 29)
Named = Callable[[tuple[Any, ...]], str]


class Stopwatch:
    """Seconds of wall clock and of processors (ours and the workers') by stage."""

    def __init__(self) -> None:
        """Nothing measured yet."""
        self.wall: defaultdict[str, float] = defaultdict(float)
        self.cpu: defaultdict[str, float] = defaultdict(float)

    @contextmanager
    def around(self, owner: object, name: str, stage: str | Named) -> Iterator[None]:
        """Measure every call of ``owner.name`` in the block; ``stage`` may depend on its arguments."""
        function = getattr(owner, name)

        @functools.wraps(function)
        def timed(*args: object, **kwargs: object) -> object:
            wall, cpu = time.perf_counter(), _cpu_s()
            try:
                return function(*args, **kwargs)
            finally:
                key = stage if isinstance(stage, str) else stage(args)
                self.wall[key] += time.perf_counter() - wall
                self.cpu[key] += _cpu_s() - cpu

        setattr(owner, name, timed)
        try:
            yield
        finally:
            setattr(owner, name, function)


def _cpu_s() -> float:
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


STAGES: tuple[tuple[object, str, str | Named], ...] = (
    (ingest, "check_feeds", "feeds"),
    (ingest, "fetch_pages", "pages"),
    (extract.extract, "fn", "extract"),
    (enrich, "_stages", "engines' start"),
    (enrich, "_read_queue", lambda args: str(args[1].name)),
    (enrich, "group", "group"),
    (link, "fetch_prices", "prices"),
    (link, "measure", "measure"),
    (link, "check_claims", "check"),
    (link, "link_sessions", "link"),
    (brief.brief, "fn", "brief"),
)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=WEEK, help="recorded sites with their contrecoup.toml")
    parser.add_argument("--from", dest="first", type=date.fromisoformat, default=FIRST, help="first edition")
    parser.add_argument("--to", dest="last", type=date.fromisoformat, default=LAST, help="last edition")
    parser.add_argument("--profile", type=int, default=0, metavar="N", help="how many of the dearest functions to name")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        week = Path(temporary) / "week"
        shutil.copytree(chosen.folder, week, ignore=shutil.ignore_patterns("build"))
        watch = Stopwatch()
        with _watching(watch), watch.around(run, "replay_days", "all"):
            report = run.replay_days(week, chosen.first, chosen.last, fresh=True)
        _print(watch, report.database, len(report.editions))
        if chosen.profile:
            profiler = cProfile.Profile()
            profiler.runcall(run.replay_days, week, chosen.first, chosen.last, fresh=True)
            pstats.Stats(profiler).sort_stats("cumtime").print_stats(chosen.profile)


@contextmanager
def _watching(watch: Stopwatch) -> Iterator[None]:
    with ExitStack() as stack:
        for owner, name, stage in STAGES:
            stack.enter_context(watch.around(owner, name, stage))
        yield


def _print(watch: Stopwatch, database: Path, editions: int) -> None:
    with open_store(database) as store:
        entries, articles = len(store.read(Entry, "entries")), len(store.read(Article, "articles_now"))
        bars = store.count("price_bars")
    wall, cpu = watch.wall.pop("all"), watch.cpu.pop("all")
    print(f"{editions} editions, {entries} entries, {articles} articles, {bars} bars: {wall:.1f} s, {cpu:.1f} s of CPU")
    print(f"{'stage':<18}{'s':>7}{'share':>8}{'CPU s':>8}{'articles/s':>12}")
    watch.wall["the rest"], watch.cpu["the rest"] = wall - sum(watch.wall.values()), cpu - sum(watch.cpu.values())
    for stage, seconds in watch.wall.items():
        print(f"{stage:<18}{seconds:>7.2f}{seconds / wall:>8.1%}{watch.cpu[stage]:>8.2f}{articles / seconds:>12.0f}")


if __name__ == "__main__":
    main()
