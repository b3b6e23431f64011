"""Mail from disk to searchable SQL, against the programs that people use: `python tests/benchmarks/mail.py CORPORA`.

CORPORA is a folder with mboxes packed as .mbox.gz. Of their mails `--size` (20,000) are laid down as one mbox and as
one Maildir, the same mails in both; where there are fewer, they are repeated as other mails (see mail_set.py). With
`--least 9000` only mails of 9 kB or more are taken: about 17 kB each, as in a mailbox with newsletters and documents.
Each program then runs as a whole process on the same files, in turns, and the medians are printed with what the machine
was doing besides. Steward: files → dlt → DuckDB → search index → published file. Not all of a peer's index is the same
work: notmuch and mu keep no bodies, and make no SQL; the usual Python makes no search index.
"""

import argparse
import itertools
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from mail_set import corpus, lay
from processes import Run, installed, measure, size

MORE = 100  # mails that arrive after the first import
HERE = Path(__file__).parent
BARS = {"notmuch": 10.0, "mu": 3.5, "usual Python": 20.0}
MEMORY = {20_000: 600, 200_000: 1000}  # MB


@dataclass
class Tool:
    """A program: how to run it on an empty store, and again; `clean` empties the `store`."""

    name: str
    first: list[str]
    store: Path
    clean: Callable[[], None]
    again: list[str] = field(default_factory=list)
    search: list[str] = field(default_factory=list)
    runs: dict[str, list[Run]] = field(default_factory=dict)
    size: float = 0.0

    def ran(self, what: str, run: Run) -> None:
        self.runs.setdefault(what, []).append(run)

    def median(self, what: str, of: str = "wall") -> float:
        return statistics.median(getattr(run, of) for run in self.runs[what]) if self.runs.get(what) else float("nan")


def python(program: str, *values: object) -> list[str]:
    return [sys.executable, "-P", str(HERE / program), *map(str, values)]


def ours(work: Path, kind: str) -> Tool:
    home = work / f"home-{kind}"
    command = python("our_mail.py", "import", home, kind, work / ("all.mbox" if kind == "mbox" else "Maildir"))
    return Tool(f"Steward ({kind})", command, home, lambda: shutil.rmtree(home, ignore_errors=True), command)


def peers(work: Path) -> list[Tool]:
    """Return the peers that are installed; say loudly which are not."""
    found = []
    maildir = work / "Maildir"
    if shutil.which("notmuch"):
        config = work / "notmuch.cfg"
        config.write_text(
            f"[database]\npath={maildir}\n[user]\nprimary_email=x@example.com\n[maildir]\nsynchronize_flags=false\n"
        )
        store = maildir / ".notmuch"
        command = ["notmuch", f"--config={config}"]
        new, search = [*command, "new"], [*command, "search", "--limit=10", "linux"]
        found.append(Tool("notmuch", new, store, lambda: shutil.rmtree(store, ignore_errors=True), new, search))
    if shutil.which("mu"):
        made = work / "mu"

        def clean() -> None:
            shutil.rmtree(made, ignore_errors=True)
            subprocess.run(["mu", "init", f"--maildir={maildir}", f"--muhome={made}"], check=True, capture_output=True)

        new = ["mu", "index", f"--muhome={made}", "--quiet"]
        search = ["mu", "find", f"--muhome={made}", "--maxnum=10", "linux"]
        found.append(Tool("mu", new, made, clean, new, search))
    for name in {"notmuch", "mu"} - {tool.name for tool in found}:
        print(f"ABSENT: {name} is not installed, so nothing is compared with it", file=sys.stderr)
    usual = work / "usual"
    command = python("usual_mail.py", usual, work / "all.mbox")
    found.append(Tool("usual Python", command, usual, lambda: shutil.rmtree(usual, ignore_errors=True)))
    return found


def warm(work: Path) -> None:
    """Have every Python program compiled and every file in memory before anything is measured."""
    small = work / "small"
    lay(small, iter([b"From: a@example.com\nMessage-ID: <1@example.com>\n\ntext\n"]), 0)
    measure(ours(small, "mbox").first)
    measure(python("usual_mail.py", small, small / "all.mbox"))
    for path in work.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                while file.read(1 << 20):
                    pass


class Worker:
    """A Steward that stays, as under `steward up`: each sync is answered by its cost."""

    def __init__(self, tool: Tool) -> None:
        self.process = subprocess.Popen(
            python("our_mail.py", "warm", tool.store), stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=installed()
        )

    def sync(self) -> tuple[Run, int]:
        """Sync once; return its cost and how many mails were new."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(b"\n")
        self.process.stdin.flush()
        said = self.process.stdout.readline().split()
        if len(said) != 3:
            sys.exit("the warm Steward ended")
        return Run(float(said[0]), float(said[1])), int(said[2])

    def close(self) -> None:
        self.process.communicate()


def search_times(tool: Tool) -> list[float]:
    """Return the milliseconds of some searches in one process, once the index is open."""
    done = subprocess.run(python("our_mail.py", "search", tool.store), env=installed(), capture_output=True, check=True)
    return sorted(map(float, done.stdout.split()))


def _cell(tool: Tool, what: str, digits: int = 2) -> str:
    """Return a median in seconds, or a dash where the program has no such run."""
    return f"{tool.median(what):.{digits}f}" if tool.runs.get(what) else "–"


def report(tools: list[Tool], mails: int, laid: int) -> None:
    """Print the figures, and how they stand to the bars."""
    load = f"load of the machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    print(f"\n{mails:,} mails, {laid / 1e6:,.0f} MB, {laid / mails / 1000:.1f} kB each; {load}; seconds are wall")
    names = ("import", "CPU", "mails/s", "MB/s", "peak MB", "disk MB", "no change", "warm", "+100", "warm", "search")
    print(f"{'':18}" + "".join(f"{name:>10}" for name in names))
    for tool in tools:
        wall = tool.median("import")
        cells = [
            f"{wall:.2f}",
            f"{tool.median('import', 'cpu'):.2f}",
            f"{mails / wall:,.0f}",
            f"{laid / 1e6 / wall:.1f}",
        ]
        cells += [f"{tool.median('import', 'memory'):.0f}", f"{tool.size:.0f}"]
        cells += [_cell(tool, "same", 3), _cell(tool, "warm same", 3), _cell(tool, "more"), _cell(tool, "warm more")]
        cells.append(_cell(tool, "search", 4))
        print(f"{tool.name:18}" + "".join(f"{cell:>10}" for cell in cells))
    steward = tools[0]
    for tool in tools:
        if bar := BARS.get(tool.name):
            ratio = tool.median("import") / steward.median("import")
            work = tool.median("import", "cpu") / steward.median("import", "cpu")
            met = "met" if ratio >= bar else "NOT met"
            print(f"Steward imports {ratio:.1f} × as fast as {tool.name} (bar {bar:g} ×: {met}); by CPU {work:.1f} ×")
    peak = max(tool.median("import", "memory") for tool in tools if tool.name.startswith("Steward"))
    if most := next((most for limit, most in MEMORY.items() if mails <= limit), None):
        print(f"peak memory {peak:.0f} MB (bar {most} MB: {'met' if peak <= most else 'NOT met'})")


def main() -> None:
    """Lay the mails down, run everything in turns, print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("corpora", type=Path, help="folder of .mbox.gz files")
    parser.add_argument("--size", type=int, default=20_000, help="mails")
    parser.add_argument("--least", type=int, default=0, help="take only mails of that many bytes")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--without", action="append", default=[], help="leave this program out")
    parser.add_argument("--folder", type=Path, help="make the files in there and leave them")
    options = parser.parse_args()
    if options.folder is None:
        with tempfile.TemporaryDirectory(prefix="mail-bench-") as name:
            run(Path(name), options)
    else:
        options.folder.mkdir(parents=True)
        run(options.folder, options)


def run(work: Path, options: argparse.Namespace) -> None:
    mails = corpus(options.corpora, options.least)
    laid = lay(work, itertools.islice(mails, options.size), 0)
    tools = [ours(work, "mbox"), ours(work, "maildir"), *peers(work)]
    tools = [tool for tool in tools if tool.name not in options.without]
    steward = [tool for tool in tools if tool.name.startswith("Steward")]
    warm(work)
    for _ in range(options.runs):
        for tool in tools:
            tool.clean()
            tool.ran("import", measure(tool.first))
            tool.size = size(tool.store)
            print(f"{tool.name}: imported in {tool.runs['import'][-1].wall:.1f} s", file=sys.stderr)
    time.sleep(2.1)  # a file that was just written may change again unseen: it is read to be sure
    for tool in tools * options.runs:
        if tool.again:
            tool.ran("same", measure(tool.again, watched=False))
    count = options.size
    for _ in range(options.runs):
        lay(work, itertools.islice(mails, MORE), count)
        count += MORE
        for tool in tools:
            if tool.again:
                tool.ran("more", measure(tool.again, watched=False))
    workers = [(tool, Worker(tool)) for tool in steward]
    for turn in range(options.runs + 1):
        time.sleep(2.1)
        for tool, worker in workers:
            worker.sync()  # what was written a moment before the last sync is looked at once more
            tool.ran("warm same", worker.sync()[0])
        lay(work, itertools.islice(mails, MORE), count)
        count += MORE
        for tool, worker in workers:
            cost, new = worker.sync()
            if new != MORE:
                sys.exit(f"{tool.name} took in {new} mails, not {MORE}")
            if turn:  # the first one still imports what it needs
                tool.ran("warm more", cost)
    for _, worker in workers:
        worker.close()
    for tool in tools * options.runs:
        if tool.search:
            tool.ran("search", measure(tool.search, watched=False))
    for tool in steward:
        for each in search_times(tool):
            tool.ran("search", Run(each / 1000, 0))
    report(tools, options.size, laid)


if __name__ == "__main__":
    main()
