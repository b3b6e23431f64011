"""A process that makes vectors is killed at some moment: what it had kept is kept, and the rest is made later."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from blocks import embed
from blocks.search import Index
from blocks.search.vectors import NOTE, Vectors
from context.home import Home
from tests.blocks.loaded import Loaded
from tests.conftest import absent

pytestmark = pytest.mark.row("P13")
ROOT = Path(__file__).resolve().parents[2]
WORK = "from blocks.search import Index; from context.home import Home; Index(Home.open()).understand(600)"
TEXTS = 400
PATIENCE = 120.0  # seconds


@pytest.mark.kill
def test_a_kill_costs_a_few_texts(home: Home, tmp_path: Path) -> None:
    if not embed.installed():
        absent("the model of meanings (the extra `semantic`)")
    loaded = Loaded(tmp_path / "build.duckdb")
    loaded.load(*((f"{n}@x", f"Note {n}", f"Note number {n} of the year {1600 + n}.") for n in range(TEXTS)))
    index = Index(home)
    index.update(loaded.con)
    loaded.con.close()
    process = subprocess.Popen([sys.executable, "-c", WORK], cwd=ROOT)
    until = time.monotonic() + PATIENCE
    while not (home.search / NOTE).exists() and process.poll() is None and time.monotonic() < until:
        time.sleep(0.005)
    process.kill()
    process.wait()
    kept = Vectors(home.search).contents(embed.available(home) or "")
    assert 0 < len(kept) < TEXTS, "it was killed while it worked"
    assert index.search("note 77", meaning=True)[0].key == "77@x"
    assert index.understand(600) == TEXTS - len(kept), "and it goes on where it was"
    assert index.progress().whole
    assert len(list(home.search.glob("vectors-*.bin"))) == 1
    assert not list(home.search.glob(".*")), "no half-written file stays"
