"""Mail from disk to searchable SQL, against the programs that people use: `python tests/benchmarks/mail.py CORPORA`.

CORPORA is a folder with mboxes packed as .mbox.gz. Of their mails 20,000 (`--mails`) are laid down as one mbox and as
one Maildir, the same mails in both. Each program then runs as a whole process on the same files, in turns, and the
medians are printed with what the machine was doing besides. Steward: mbox → dlt → DuckDB → search index → published
file.
"""

import argparse
import gzip
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

MORE = 100  # mails that arrive after the first import
BARS = {"notmuch": 10.0, "mu": 3.5, "usual Python": 20.0}


@dataclass
class Run:
    """One run of a program: seconds, processor seconds of all its processes, peak memory of them together in MB."""

    wall: float
    cpu: float
    memory: float


@dataclass
class Tool:
    """A program: how to run it on an empty store, and again; `clean` empties the store."""

    name: str
    first: list[str]
    clean: Callable[[], None]
    again: list[str] = field(default_factory=list)
    runs: dict[str, list[Run]] = field(default_factory=dict)

    def median(self, what: str, of: str = "wall") -> float:
        return statistics.median(getattr(run, of) for run in self.runs[what]) if self.runs.get(what) else float("nan")


def corpus(folder: Path, count: int) -> Iterator[bytes]:
    """Yield `count` mails; when the mboxes have no more, they are repeated under new Message-IDs."""
    files = sorted(path for path in folder.glob("*.mbox.gz") if not path.name.startswith("ci"))
    if not files:
        sys.exit(f"there is no .mbox.gz in {folder}")
    given, turn = 0, 0
    while True:
        for path in reversed(files):
            with gzip.open(path) as packed:
                for part in packed.read().split(b"\nFrom MAILER-DAEMON "):
                    mail = re.sub(rb"(?m)^>(>*From )", rb"\1", part.partition(b"\n")[2]) + b"\n"
                    if turn:
                        mail = re.sub(rb"(?im)^(Message-ID:\s*<)", rb"\g<1>%d." % turn, mail, count=1)
                    yield mail
                    given += 1
                    if given == count:
                        return
        turn += 1


def lay(work: Path, mails: Iterator[bytes], first: int) -> int:
    """Append mails to the mbox and the Maildir of `work`; return their bytes."""
    for part in ("cur", "new", "tmp"):
        (work / "Maildir" / part).mkdir(parents=True, exist_ok=True)
    size = 0
    with (work / "all.mbox").open("ab") as mbox:
        for number, mail in enumerate(mails, first):
            name = f"{1_577_836_800 + number * 60}.M{number}P1.host:2,S"
            (work / "Maildir" / "cur" / name).write_bytes(mail)
            mbox.write(b"From MAILER-DAEMON Thu Jan  1 00:00:00 2026\n")
            mbox.write(re.sub(rb"(?m)^(>*From )", rb">\1", mail) + b"\n")
            size += len(mail)
    return size


def memory(root: int) -> float:
    """Return the proportional memory (PSS) of a process and all below it, in MB."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, IndexError):
                continue
            children.setdefault(parent, []).append(int(entry.name))
    total, waiting = 0, [root]
    while waiting:
        process = waiting.pop()
        waiting += children.get(process, [])
        try:
            told = re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{process}/smaps_rollup").read_text(), re.M)
            total += int(told[1]) if told else 0
        except OSError:
            continue
    return total / 1024


def installed() -> dict[str, str]:
    """Return the environment of an installed program: its modules are compiled once, not at every start."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def measure(command: list[str]) -> Run:
    """Run a whole process. Exits with its output where it fails."""
    peak = [0.0]
    started = time.perf_counter()
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT, env=installed())

        def watch() -> None:
            while process.returncode is None:
                peak[0] = max(peak[0], memory(process.pid))
                time.sleep(0.25)

        threading.Thread(target=watch, daemon=True).start()
        _, status, usage = os.wait4(process.pid, 0)  # the usage of this child and of its own
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            sys.exit(f"{' '.join(command)} failed:\n{said.read().decode(errors='replace')[-2000:]}")
    return Run(wall, usage.ru_utime + usage.ru_stime, peak[0])


def ours(work: Path, kind: str) -> Tool:
    home = work / f"home-{kind}"
    path = work / ("all.mbox" if kind == "mbox" else "Maildir")
    command = [sys.executable, "-P", __file__, "--ours", str(home), kind, str(path)]
    return Tool(f"Steward ({kind})", command, lambda: shutil.rmtree(home, ignore_errors=True), command)


def peers(work: Path) -> list[Tool]:
    """Return the peers that are installed; say loudly which are not."""
    found = []
    maildir = work / "Maildir"
    if shutil.which("notmuch"):
        config = work / "notmuch.cfg"
        config.write_text(
            f"[database]\npath={maildir}\n[user]\nprimary_email=x@example.com\n[maildir]\nsynchronize_flags=false\n"
        )
        command = ["notmuch", f"--config={config}", "new"]
        found.append(Tool("notmuch", command, lambda: shutil.rmtree(maildir / ".notmuch", ignore_errors=True), command))
    if shutil.which("mu"):
        store = work / "mu"

        def clean() -> None:
            shutil.rmtree(store, ignore_errors=True)
            subprocess.run(["mu", "init", f"--maildir={maildir}", f"--muhome={store}"], check=True, capture_output=True)

        command = ["mu", "index", f"--muhome={store}", "--quiet"]
        found.append(Tool("mu", command, clean, command))
    for name in {"notmuch", "mu"} - {tool.name for tool in found}:
        print(f"ABSENT: {name} is not installed, so nothing is compared with it", file=sys.stderr)
    usual = work / "usual"
    command = [sys.executable, "-P", str(Path(__file__).with_name("usual_mail.py")), str(usual), str(work / "all.mbox")]
    found.append(Tool("usual Python", command, lambda: shutil.rmtree(usual, ignore_errors=True)))
    return found


def warm(work: Path) -> None:
    """Have every Python program compiled and every file in memory before anything is measured."""
    small = work / "small"
    lay(small, iter([b"From: a@example.com\nMessage-ID: <1@example.com>\n\ntext\n"]), 0)
    measure(ours(small, "mbox").first)
    measure([sys.executable, "-P", str(Path(__file__).with_name("usual_mail.py")), str(small), str(small / "all.mbox")])
    for path in work.rglob("*"):
        if path.is_file():
            path.read_bytes()


def import_with_steward(root: str, kind: str, path: str) -> None:
    """Be the process that is measured: connect at the first time, then sync."""
    from blocks.ledger import Ledger
    from connectors.load import sync
    from context.home import Home

    home = Home(Path(root))
    if not home.exists():
        home.create()
        with Ledger.open(home) as ledger:
            ledger.sources.connect("mail", kind, "mail", "bench", {"path": path})
    for result in sync(home):
        if result.error:
            sys.exit(result.error)
        print(result)


def search_times(root: Path) -> list[float]:
    """Return the milliseconds of some searches in one process, once the index is open."""
    from blocks.search import Index
    from context.home import Home

    index = Index(Home(root))
    words = ("invoice", "kernel patch review", '"block device"', "conference call monday", "inva*", "linus torvalds")
    for each in words:
        index.search(each)
    times = []
    for each in words * 5:
        started = time.perf_counter()
        index.search(each, limit=10)
        times.append((time.perf_counter() - started) * 1000)
    return sorted(times)


def _seconds(tool: Tool, what: str, digits: int) -> str:
    """Return a median, or a dash where the program has no such run."""
    return f"{tool.median(what):.{digits}f}s" if tool.runs.get(what) else "–"


def report(tools: list[Tool], mails: int, size: int) -> None:
    """Print the figures, and how they stand to the bars."""
    load = f"load of the machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    print(f"\n{mails:,} mails, {size / 1e6:,.0f} MB; {load}")
    print(f"{'':18}{'import':>9}{'CPU':>9}{'memory':>10}{'MB/s':>8}{'no change':>11}{'+100':>9}")
    for tool in tools:
        wall = tool.median("import")
        print(
            f"{tool.name:18}{wall:8.2f}s{tool.median('import', 'cpu'):8.2f}s{tool.median('import', 'memory'):7.0f} MB"
            f"{size / 1e6 / wall:8.1f}{_seconds(tool, 'same', 3):>11}{_seconds(tool, 'more', 2):>9}"
        )
    steward = tools[0].median("import")
    for tool in tools:
        if bar := BARS.get(tool.name):
            ratio = tool.median("import") / steward
            work = tool.median("import", "cpu") / tools[0].median("import", "cpu")
            met = "met" if ratio >= bar else "NOT met"
            print(f"Steward is {ratio:.1f} × {tool.name} (bar {bar:g} ×: {met}); by processor time {work:.1f} ×")


def main() -> None:
    """Lay the mails down, run everything in turns, print."""
    if "--ours" in sys.argv:
        import_with_steward(*sys.argv[2:5])
        return
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("corpora", type=Path, help="folder of .mbox.gz files")
    parser.add_argument("--mails", type=int, default=20_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--without", action="append", default=[], help="leave this peer out")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mail-bench-") as name:
        work = Path(name)
        mails = corpus(options.corpora, options.mails + MORE * options.runs)
        size = lay(work, (next(mails) for _ in range(options.mails)), 0)
        tools = [ours(work, "mbox"), ours(work, "maildir"), *peers(work)]
        tools = [tool for tool in tools if tool.name not in options.without]
        warm(work)
        for _ in range(options.runs):
            for tool in tools:
                tool.clean()
                tool.runs.setdefault("import", []).append(measure(tool.first))
        for _ in range(options.runs):
            time.sleep(2.1)  # a file that was just written may change again unseen: it is read to be sure
            for tool in tools:
                if tool.again:
                    tool.runs.setdefault("same", []).append(measure(tool.again))
        for number in range(options.runs):
            lay(work, (next(mails) for _ in range(MORE)), options.mails + number * MORE)
            for tool in tools:
                if tool.again:
                    tool.runs.setdefault("more", []).append(measure(tool.again))
        report(tools, options.mails, size)
        times = search_times(work / "home-mbox")
        print(f"search in process: median {statistics.median(times):.2f} ms, slowest {times[-1]:.2f} ms")


if __name__ == "__main__":
    main()
