"""What happens to the published files when the disk is full, and how they are copied."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from blocks.warehouse import Warehouse
from blocks.warehouse.clone import clone, share
from context.home import Home

ROOT = Path(__file__).resolve().parents[3]

FILLER = """
import resource, sys
from blocks.warehouse import Warehouse
from context.errors import StorageError
from context.home import Home
warehouse = Warehouse(Home.find())
with warehouse.writing():
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), -1))
    try:
        warehouse.publish(lambda con: con.execute("CREATE TABLE big AS SELECT hash(range) AS a FROM range(400000)"))
    except StorageError as error:
        print(error)
"""


@pytest.mark.parametrize("limit", [1 << 18, 1 << 21])
def test_a_full_disk_leaves_the_last_generation(home: Home, limit: int) -> None:
    """A file-size limit stands for the full disk: once in the copy, once while the surface is made."""
    warehouse = Warehouse(home)
    with warehouse.writing():
        with warehouse.builder() as con:
            con.execute("CREATE SCHEMA raw; CREATE TABLE raw.t AS SELECT hash(range) AS a FROM range(100000)")
        warehouse.publish(lambda _: None)
    said = subprocess.run(
        [sys.executable, "-c", FILLER, str(limit)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert "is full" in said.stdout, said
    names = sorted(path.name for path in home.data.iterdir() if "duckdb" in path.name)
    assert names == ["build.duckdb", "warehouse-1.duckdb", "warehouse.duckdb"]
    with warehouse.read() as con:
        assert con.execute("SELECT count(*) FROM raw.t").fetchone() == (100_000,)


def test_no_copy_is_begun_that_the_disk_cannot_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "a"
    source.write_bytes(b"x" * 1000)
    usage = type("Usage", (), {"free": 999})
    monkeypatch.setattr("blocks.warehouse.clone.shutil.disk_usage", lambda _: usage)
    with pytest.raises(OSError, match="No space left"):
        clone(source, tmp_path / "b")
    assert (tmp_path / "b").stat().st_size == 0


def test_sharing_blocks_makes_a_copy_or_nothing(tmp_path: Path) -> None:
    source = tmp_path / "a"
    source.write_bytes(os.urandom(100_000))
    if share(source, tmp_path / "b"):
        assert (tmp_path / "b").read_bytes() == source.read_bytes()
    else:
        assert not (tmp_path / "b").exists()


def test_copying_without_help_of_the_kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "a"
    source.write_bytes(os.urandom(3_000_001))
    clone(source, tmp_path / "b")
    monkeypatch.setattr("blocks.warehouse.clone._ranges", lambda *_: False)
    clone(source, tmp_path / "c")
    assert (tmp_path / "b").read_bytes() == (tmp_path / "c").read_bytes() == source.read_bytes()
