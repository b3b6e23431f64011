"""Searches of a large mailbox, in process and beside peers: `python tests/benchmarks/search.py CORPORA`.

CORPORA is a folder with mboxes packed as .mbox.gz; `--size` (200,000) mails of them are laid down and imported, as in
mail.py. Then one process of Steward asks each question many times, by words alone and by meaning, against `--vectors`
(100,000) vectors of the newest mails: random ones, as to make real ones would take hours and their comparison no less.
Peers are asked the same as whole processes, which is how they are used.
"""

import argparse
import itertools
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mail import Tool, ours, peers
from mail_set import corpus, lay
from processes import installed, measure, size

from context.home import Home

Times = tuple[list[float], list[float]]
BAR = 1.0  # ms: the median of searches by words
TIMES = 30
# What Steward is asked, by kind, and (where it is another) how a peer is asked the same.
QUESTIONS: dict[str, list[tuple[str, str]]] = {
    "words": [
        (words, words)
        for words in ("invoice", "kernel patch review", "conference call monday", "linus torvalds", "meeting tomorrow")
    ],
    "phrase": [('"block device"', '"block device"'), ('"conference call"', '"conference call"')],
    "prefix": [("inva*", "inva*"), ("torv*", "torv*")],
    "fields": [
        ("from:torvalds kernel", "from:torvalds kernel"),
        ("subject:patch review", "subject:patch review"),
        ("from:linux after:2005-01-01 before:2006-01-01", "from:linux date:2005-01-01..2005-12-31"),
        ("kind:mail has:attachment invoice", "tag:attachment invoice"),
    ],
    "fields alone": [("from:torvalds", "from:torvalds"), ("subject:meeting", "subject:meeting")],
}
MEANT = ("money that somebody owes us", "the disk loses data when power fails", "when do we meet next week")


def inside(home: Home, vectors: int) -> None:
    """Ask in this process, and print the milliseconds by kind and the memory in MB."""
    from blocks import embed
    from blocks.search import Index

    index = Index(home)
    told: dict[str, Any] = {}
    for kind, asked in QUESTIONS.items():
        told[kind] = times(lambda words: index.search(words, meaning=False), [words for words, _ in asked])
    told["memory"] = peak()
    if vectors and embed.installed():
        fill(index, home, vectors)
        told["hybrid"] = times(index.search, [*MEANT, *(words for words, _ in QUESTIONS["words"])])
        told["hybrid, field"] = times(index.search, [f"{words} after:2005" for words in MEANT])
        told["vectors"] = compare(home)
        told["memory with meaning"] = peak()
    print(json.dumps(told))


def times(ask: Callable[[str], object], questions: list[str]) -> Times:
    """Return the milliseconds, by the clock and of the processor, of each question, asked often, in turns.

    The first time is not counted.
    """
    for words in questions:
        ask(words)
    taken, used = [], []
    for words in questions * TIMES:
        started, worked = time.perf_counter(), time.process_time()
        ask(words)
        taken.append((time.perf_counter() - started) * 1000)
        used.append((time.process_time() - worked) * 1000)
    return taken, used


def fill(index: Any, home: Home, count: int) -> None:
    """Give the newest texts vectors that mean nothing."""
    import numpy as np

    from blocks.embed.local import DIMENSION, NAME
    from blocks.search.meaning import listing
    from blocks.search.vectors import Row, Vectors

    contents = list(dict.fromkeys(content for _, content, _ in listing(*index._reading.opened())))[:count]
    chance = np.random.default_rng(7)
    for start in range(0, len(contents), 10_000):
        part = contents[start : start + 10_000]
        made = chance.standard_normal((len(part), DIMENSION)).astype(np.float32)
        made /= np.linalg.norm(made, axis=1, keepdims=True)
        Vectors(home.search).add(NAME, [Row(content, 0, row) for content, row in zip(part, made, strict=True)])


def compare(home: Home) -> Times:
    """Return the milliseconds of comparing one vector with all."""
    from blocks.embed.local import NAME, local
    from blocks.search.vectors import Vectors

    vectors, asked = Vectors(home.search), local().embed(["a question"])[0]
    return times(lambda _: vectors.near(NAME, asked), ["once"])


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def spread(taken: list[float]) -> tuple[float, float]:
    return statistics.median(taken), sorted(taken)[int(len(taken) * 0.99)]


def ask_peers(tools: list[Tool], runs: int) -> dict[str, dict[str, list[float]]]:
    """Return the milliseconds of each kind of question for each peer, each a whole process."""
    told: dict[str, dict[str, list[float]]] = {}
    for tool, (kind, asked) in itertools.product(tools, QUESTIONS.items()):
        for _, words in asked * runs:
            if tool.name == "mu":
                words = words.replace("tag:attachment", "flag:attach")
            started = time.perf_counter()
            subprocess.run([*tool.search[:-1], words], env=installed(), capture_output=True, check=False)
            told.setdefault(kind, {}).setdefault(tool.name, []).append((time.perf_counter() - started) * 1000)
    return told


def report(told: dict[str, Any], others: dict[str, dict[str, list[float]]], names: list[str], process: float) -> None:
    print(
        f"\n{'milliseconds':16}{'median':>9}{'p99':>9}{'CPU':>9}" + "".join(f"{name:>12}{'ratio':>8}" for name in names)
    )
    for kind, taken in told.items():
        if not isinstance(taken, list):
            continue
        middle, high = spread(taken[0])
        line = f"{kind:16}{middle:9.3f}{high:9.3f}{statistics.median(taken[1]):9.3f}"
        for name in names:
            theirs = others.get(kind, {}).get(name)
            line += (
                f"{statistics.median(theirs):12.1f}{statistics.median(theirs) / middle:7.0f}×"
                if theirs
                else f"{'–':>12}{'':8}"
            )
        print(line)
    print(
        f"peers are whole processes; `steward search` as one takes {process * 1000:.0f} ms, most of it Python's start"
    )
    print(
        f"peak memory {told['memory']:.0f} MB by words"
        + (f", {told['memory with meaning']:.0f} MB with the model and the vectors" if "vectors" in told else "")
    )
    middle = spread(told["words"][0])[0]
    print(f"by words {middle:.3f} ms (bar {BAR:g} ms: {'met' if middle <= BAR else 'NOT met'})")


def run(work: Path, options: argparse.Namespace) -> None:
    made = (work / "all.mbox").exists()
    if not made:
        lay(work, itertools.islice(corpus(options.corpora), options.size), 0)
    laid = (work / "all.mbox").stat().st_size
    steward = ours(work, "mbox")
    tools = [tool for tool in peers(work) if tool.search and tool.name not in options.without]
    for tool in () if made else (steward, *tools):
        tool.clean()
        tool.ran("import", measure(tool.first))
        print(f"{tool.name}: imported in {tool.runs['import'][-1].wall:.1f} s", file=sys.stderr)
    home = Home(steward.store)
    print(
        f"\n{options.size:,} mails, {laid / 1e6:,.0f} MB; the index takes {size(home.search):.0f} MB; "
        f"load of the machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    )
    command = [sys.executable, __file__, "--inside", str(home.root), "--vectors", str(options.vectors)]
    done = subprocess.run(command, env=installed(), stdout=subprocess.PIPE, check=True)
    shown = [sys.executable, "-m", "deployments.cli", "search", "--words", "kernel patch review"]
    process = min(measure(["env", f"STEWARD_HOME={home.root}", *shown], watched=False).wall for _ in range(5))
    report(json.loads(done.stdout.splitlines()[-1]), ask_peers(tools, options.runs), [t.name for t in tools], process)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("corpora", type=Path, nargs="?", help="folder of .mbox.gz files")
    parser.add_argument("--size", type=int, default=200_000, help="mails")
    parser.add_argument("--vectors", type=int, default=100_000, help="vectors to compare with")
    parser.add_argument("--runs", type=int, default=5, help="times that a peer is asked each question")
    parser.add_argument("--without", action="append", default=[], help="leave this program out")
    parser.add_argument(
        "--folder", type=Path, help="make the files in there and leave them; what is there is used again"
    )
    parser.add_argument("--inside", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        inside(Home(options.inside), options.vectors)
        return
    if options.folder:
        run(options.folder, options)
        return
    with tempfile.TemporaryDirectory(prefix="search-bench-") as name:
        run(Path(name), options)


if __name__ == "__main__":
    main()
