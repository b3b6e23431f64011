"""How long a brief takes, end to end without a model: `python tests/benchmarks/brief.py [MAILS]`.

Loads the demo's quarter into a temporary home, then adds MAILS more (20,000) in threads of four, a tenth of them asking
for something. Prints wall time and peak memory of `steward brief --dry-run` as a whole process, over several runs.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from blocks.ledger import Ledger
from blocks.warehouse import Warehouse
from connectors import connections, kinds
from connectors.demo.install import install
from connectors.load import sync
from connectors.views.install import prepare
from context.home import Home

ROOT = Path(__file__).resolve().parents[2]
RUNS = 7
PROGRAM = """
import sys
from pathlib import Path
from deployments.cli import main
main(["brief", "--dry-run"])
sys.stderr.write(next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")))
"""
MORE = """
INSERT INTO raw.messages BY NAME
SELECT one.* REPLACE (
    'bench' || n || '@bench.example' AS key, 'bench' || n || '@bench.example' AS message_id,
    'bench' || (n // 4 * 4) || '@bench.example' AS thread_root, NULL AS in_reply_to, NULL AS reference_ids,
    sent_at - to_minutes(n // 8) AS sent_at, 'row' || n AS row_hash, NULL AS list_id, FALSE AS automated,
    CASE WHEN n % 10 = 0 THEN 'Could you look at this by Friday?' ELSE repeat('All is well. ', 40) END AS body
)
FROM (FROM raw.messages WHERE file LIKE '%Inbox%' ORDER BY sent_at DESC, key LIMIT 1) AS one
CROSS JOIN range({mails}) AS many(n)
"""


def main() -> int:
    mails = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    folder = Path(tempfile.mkdtemp(prefix="steward-brief-"))
    os.environ["STEWARD_HOME"] = str(folder / "home")
    try:
        home = loaded(folder / "home")
        report("the quarter", *measured())
        enlarge(home, mails)
        report(f"and {mails:,} mails more", *measured())
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


def loaded(folder: Path) -> Home:
    home = Home(folder)
    layout = install(home)
    with Ledger.open(home) as ledger:
        for item in layout.connections:
            path = str(layout.root / item.path)
            kind = connections.kind_of(item.kind, path)
            ledger.sources.connect(item.name, kind, kinds.kind(kind).family, item.account, {"path": path})
    sync(home)
    return home


def enlarge(home: Home, mails: int) -> None:
    """Put more mails into the loader's file and publish them through the real views."""
    warehouse = Warehouse(home)
    with warehouse.writing():
        with warehouse.builder() as con:
            con.execute(MORE.format(mails=mails))
        warehouse.publish(prepare(home))


def measured() -> tuple[list[float], float]:
    """Return the seconds of each run, and the peak memory in MB of the hungriest (its own account: VmHWM)."""
    times, peak = [], 0.0
    for _ in range(RUNS):
        began = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM],
            check=True, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        times.append(time.perf_counter() - began)
        peak = max(peak, int(done.stderr.split()[-2]) / 1024)
    return times, peak


def report(what: str, times: list[float], peak: float) -> None:
    print(
        f"{what:<28} min {min(times):.2f} s  median {statistics.median(times):.2f} s  max {max(times):.2f} s  "
        f"peak {peak:.0f} MB"
    )


if __name__ == "__main__":
    sys.exit(main())
