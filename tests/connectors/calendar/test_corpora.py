"""Every real calendar goes through; what cannot be read is counted by reason."""

import collections
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from blocks.ledger import Ledger
from blocks.warehouse import Warehouse
from connectors.calendar.ical import NoCalendarError
from connectors.load import sync
from context.home import Home
from tests.connectors.calendar.conftest import read

pytestmark = [pytest.mark.row("N1", "N10"), pytest.mark.corpora]


@pytest.fixture(scope="module")
def totals(request: pytest.FixtureRequest) -> collections.Counter[str]:
    from tests.conftest import CORPORA, absent

    if not CORPORA.is_dir():
        absent("the corpora (a folder `shared/corpora` beside the checkout)")
    return count(CORPORA / "ics")


def calendars(folder: Path) -> Iterator[bytes]:
    """Yield every calendar of the archives."""
    for archive in sorted(folder.glob("*.tar.gz")):
        with tarfile.open(archive) as packed:
            for member in packed:
                data = packed.extractfile(member) if member.isfile() and member.name.endswith(".ics") else None
                if data is not None:
                    yield data.read()


def count(folder: Path) -> collections.Counter[str]:
    found: collections.Counter[str] = collections.Counter()
    for data in calendars(folder):
        _add(found, data)
    return found


def _add(found: collections.Counter[str], data: bytes) -> None:
    found["files"] += 1
    try:
        made = read(data)
    except NoCalendarError:
        found["no calendar"] += 1
        return
    found["events"] += len(made.events)
    found["instances"] += len(made.instances)
    found["tasks"] += len(made.tasks)
    found["in the text"] += data.upper().count(b"BEGIN:VEVENT") + data.upper().count(b"BEGIN:VTODO")
    found.update(f"rejected {reason}" for reason in made.reasons)


def test_all_of_them_go_through(totals: collections.Counter[str], capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        print("\n" + "\n".join(f"{number:>7,} {what}" for what, number in sorted(totals.items())))
    assert totals["files"] >= 900
    assert totals["no calendar"] <= 5
    rejected = sum(number for what, number in totals.items() if what.startswith("rejected"))
    assert totals["events"] + totals["tasks"] >= 0.97 * totals["in the text"]
    assert rejected <= 0.03 * totals["in the text"]


def test_they_go_through_the_loader_and_what_is_rejected_is_kept(
    home: Home, corpora: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for archive in sorted((corpora / "ics").glob("*.tar.gz")):
        with tarfile.open(archive) as packed:
            packed.extractall(tmp_path / "all", filter="data")
    with Ledger.open(home) as ledger:
        ledger.sources.connect("all", "ics-folder", "calendar", "me", {"path": str(tmp_path / "all")})
    result = sync(home)[0]
    assert (result.state, result.deleted) == ("loaded", 0)
    with Warehouse(home).read() as con:
        reasons = con.execute("SELECT reason, count(*) FROM rejects GROUP BY reason ORDER BY reason").fetchall()
        kept = con.execute("SELECT DISTINCT sha256 FROM raw.rejects").fetchall()
    with capsys.disabled():
        print(f"\n{result.rows_in:,} read, {result.rows:,} loaded, {result.rejects} rejected: {reasons}")
    assert result.rows == result.rows_in == result.changed
    assert sum(number for _, number in reasons) == result.rejects > 0
    assert {path.name for path in home.quarantine.iterdir()} == {digest for (digest,) in kept}
    assert sync(home)[0].state == "unchanged"
