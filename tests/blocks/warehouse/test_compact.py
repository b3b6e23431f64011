"""The loader's file made small again."""

import pytest

from blocks.warehouse import Warehouse
from context.errors import StorageError
from context.home import Home

WORD = "forget-me-5c1d"


@pytest.fixture
def grown(home: Home) -> Warehouse:
    """A warehouse whose loader's file holds a little, and the room of much that was deleted."""
    warehouse = Warehouse(home)
    with warehouse.writing(), warehouse.builder() as con:
        con.execute("CREATE SCHEMA raw; CREATE TABLE raw.t (a BIGINT, body VARCHAR, j JSON, at_ TIMESTAMPTZ)")
        con.execute("INSERT INTO raw.t SELECT range, 'keep ' || range, '{}', now() FROM range(1000)")
        con.execute("CREATE VIEW raw.v AS SELECT a FROM raw.t; COMMENT ON TABLE raw.t IS 'Kept.'")
        con.execute(f"CREATE TABLE raw.gone AS SELECT range AS a, '{WORD} ' || hash(range) AS body FROM range(400000)")
        con.execute("CHECKPOINT; DROP TABLE raw.gone; CHECKPOINT")
    return warehouse


def test_what_was_deleted_leaves_the_file(grown: Warehouse, home: Home) -> None:
    before = home.build.stat().st_size
    assert WORD.encode() in home.build.read_bytes()
    with grown.writing():
        won = grown.compact(force=True)
        assert won > 1_000_000
        assert home.build.stat().st_size == pytest.approx(before - won, abs=1 << 20)
        assert WORD.encode() not in home.build.read_bytes()
        assert home.build.stat().st_mode & 0o777 == 0o600
        with grown.builder() as con:
            assert con.execute("SELECT count(*), max(body), typeof(any_value(j)) FROM raw.t").fetchall() == [
                (1000, "keep 999", "JSON")
            ]
            assert con.execute("SELECT count(*) FROM raw.v").fetchone() == (1000,)
            con.execute("INSERT INTO raw.t VALUES (1, '', NULL, now())")


def test_little_room_is_left_alone(grown: Warehouse, home: Home) -> None:
    before = home.build.stat()
    with grown.writing():
        assert grown.compact() == 0
    assert home.build.stat().st_ino == before.st_ino


def test_a_damaged_file_is_left_as_it_is(home: Home) -> None:
    home.build.write_bytes(b"x" * 100_000)
    warehouse = Warehouse(home)
    with warehouse.writing(), pytest.raises(StorageError, match="build"):
        warehouse.compact(force=True)
    assert home.build.read_bytes() == b"x" * 100_000


def test_nothing_to_make_small(home: Home) -> None:
    warehouse = Warehouse(home)
    with warehouse.writing():
        assert warehouse.compact(force=True) == 0
    assert not home.build.exists()
