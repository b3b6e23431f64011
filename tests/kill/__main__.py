"""`python -m tests.kill N [--kind KIND …]`: kill N syncs at points and moments drawn at random, and count what differs.

For each stage (of those that have a KIND, or of all) N syncs are killed: the first half of them at named points, the
others at any moment; then a sync that nobody disturbs must have made every table what it is without a kill. The exit
code is 1 where a row was lost or doubled. STEWARD_SEED makes a run repeatable.
"""

import os
import random
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

import click

from context.home import Home
from tests.kill.plays import PLAYS
from tests.kill.stage import Play
from tests.kill.theatre import Theatre, differences, tables, theatre
from tests.kill.victim import POINTS


@click.command()
@click.argument("n", type=click.IntRange(1))
@click.option("--kind", "kinds", multiple=True, help="Only the stages that have this kind (several allowed).")
def main(n: int, kinds: tuple[str, ...]) -> None:
    chosen = [play for play in PLAYS if not kinds or set(kinds) & set(play.kinds)]
    if not chosen:
        raise click.UsageError(f"no stage has {', '.join(kinds)}")
    seed = os.environ.get("STEWARD_SEED", str(random.randrange(10**6)))
    wrong = 0
    for play in chosen:
        if missing := play.missing():
            click.echo(f"{play.name}: ABSENT: {missing}")
            continue
        wrong += _play(play, n, random.Random(f"{seed} {play.name}"))
    click.echo(f"seed {seed}")
    sys.exit(1 if wrong else 0)


def _play(play: Play, n: int, chance: random.Random) -> int:
    """Kill n syncs of a stage and print what became of the rows; return how many were lost or doubled."""
    folder = Path(tempfile.mkdtemp(prefix=f"kill-{play.name}-"))
    begun, lost, doubled, killed, failed, number = time.monotonic(), 0, 0, 0, 0, 0
    try:
        with theatre(play, folder) as opened:
            stage = opened.changed()
            while killed < n and number < 3 * n:  # some have ended before they came to the point, or the moment
                number += 1
                home = stage.copy("victim")
                killed += _killed(stage, home, chance, at_point=killed < n // 2)
                failed += stage.run(home) != "0"
                less, more = differences(tables(home), stage.expected)
                lost += sum(rows.total() for rows in less.values())
                doubled += sum(rows.total() for rows in more.values())
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    seconds = time.monotonic() - begun
    late = f" ({number - killed} more had ended before)" if killed < number else ""
    after = f", {failed} syncs failed afterwards" if failed else ""
    click.echo(
        f"{play.name}: killed {killed} times{late}: rows lost {lost}, doubled {doubled}{after} ({seconds:.0f} s)"
    )
    return lost + doubled + failed


def _killed(stage: Theatre, home: Home, chance: random.Random, *, at_point: bool) -> bool:
    """Begin a sync and kill it; return whether it was still alive then."""
    point = chance.choice(sorted(POINTS)) if at_point else ""
    child = stage.begin(home, point)
    if not at_point:
        time.sleep(chance.uniform(0, stage.seconds))
        os.kill(child, signal.SIGKILL)  # it is not waited for yet: its id is no other's, though it may have ended
    return stage.nursery.end(child) == str(-signal.SIGKILL)


if __name__ == "__main__":
    main()
