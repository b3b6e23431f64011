"""Making the loader's file small again: DuckDB keeps the room of deleted rows, and what stood in it, for later use."""

from pathlib import Path

from blocks.warehouse.clone import settle
from blocks.warehouse.generations import TEMPORARY

WORTH_BYTES = 64 << 20
WORTH_SHARE = 0.5


def unused(file: Path) -> tuple[int, int]:
    """Return how many bytes of a DuckDB file hold nothing, and how many it has."""
    import duckdb

    with duckdb.connect(file) as con:
        con.execute("CHECKPOINT")
        row = con.execute("SELECT block_size * free_blocks, block_size * total_blocks FROM pragma_database_size()")
        free, total = row.fetchone() or (0, 0)
        return int(free), int(total)


def rewrite(file: Path) -> None:
    """Replace a DuckDB file, in one step, by one with the same content and nothing else. Nobody may have it open."""
    import duckdb

    fresh = file.with_name(f"{TEMPORARY}compact.duckdb")  # a name that the next writer removes if this one is killed
    fresh.unlink(missing_ok=True)
    try:
        with duckdb.connect() as con:
            old, new = (str(path).replace("'", "''") for path in (file, fresh))
            con.execute(f"ATTACH '{old}' AS old (READ_ONLY); ATTACH '{new}' AS new")
            con.execute("COPY FROM DATABASE old TO new; CHECKPOINT new; DETACH old; DETACH new")
        fresh.chmod(0o600)
        settle(fresh)
        fresh.replace(file)
        settle(file.parent)
    finally:
        fresh.unlink(missing_ok=True)
