"""The index: brought up to date from the loader's file, and searched. One writer at a time, any number of readers."""

import json
from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from blocks.search import store
from blocks.search.kinds import KINDS, Kind
from blocks.search.meaning import Progress, Tell
from blocks.search.results import Found
from blocks.search.rows import digest, documents, identify
from blocks.search.searching import Order, Searching
from context.errors import BusyError, StorageError
from context.home import Home

ROWS = 2_000  # fetched from DuckDB at once
# Bytes of memory of the writer, for a small change and a large one. Its one thread keeps up with two that parse mail;
# a second would halve what each has, and their many small segments would be merged again.
FEW, MANY = 15_000_000, 40_000_000
LARGE = 5_000  # rows


class Index:
    """Search over what lies under one home."""

    def __init__(self, home: Home) -> None:
        self._root = home.search
        self._reading = Searching(home)

    def update(self, con: Any) -> int:
        """Take in what was loaded, changed or deleted since the last update; return how many rows that were.

        `con` is a DuckDB connection to the loader's file. A kill at any moment leaves the index as it was, or up to
        date. A damaged index, one of another version, and one that is ahead of the file (restored from a backup) are
        made again. Raises BusyError where another process updates, StorageError where the disk refuses.
        """
        index = store.open_current(self._root)
        told = store.state(index) if index is not None else None
        newest = _newest(con)
        if index is None or told is None or told["schema"] != store.SCHEMA or told["load"] > newest:
            return self.rebuild(con)
        return self._change(con, index, told["load"], newest)

    def rebuild(self, con: Any) -> int:
        """Make the index again from all rows, beside the present one, and put it in its place; return how many."""
        name, index = store.create(self._root)
        count = self._change(con, index, None, _newest(con))
        store.appoint(self._root, name)
        return count

    def search(
        self,
        text: str,
        kinds: Sequence[str] | None = None,
        limit: int = 10,
        order: Order = "best",
        meaning: bool = True,
    ) -> Found:
        """Return the rows that hold all the words and fulfil all the fields (`asked` says how they are written).

        Where an embedding model is there and `meaning` allows it, rows that say the same in other words are among
        them; each hit says why it was found. Where no row holds all the words, those that mean the same come, else
        those that hold some of them (`loosened`). Fields alone give the newest rows.

        `kinds` are views, all by default. Raises InputError for an unknown one, a field or value that there is not,
        and where nothing is asked; StorageError where there are rows but no index of them that can be read, since
        that is not "nothing found".
        """
        return self._reading.search(text, tuple(kinds or ()), limit, order, meaning)

    def understand(self, seconds: float, tell: Tell | None = None) -> int:
        """Make vectors of what has none yet, newest first, for so many seconds; return of how many texts.

        0 where no embedding model is there. Raises a StewardError where it cannot be asked.
        """
        return self._reading.catch_up(seconds, tell)

    def progress(self) -> Progress:
        """Return how much of what is indexed can be found by its meaning."""
        return self._reading.progress()

    def _change(self, con: Any, index: Any, since: str | None, newest: str) -> int:
        """Commit all rows loaded after `since` (None: into an empty index) and the state, then drop what is gone."""
        tables = _tables(con)
        kinds = [kind for kind in KINDS.values() if kind.table in tables]
        sizes = {kind.view: _count(con, kind, since) for kind in kinds}
        changed, stale = sum(sizes.values()), since is None
        if since != newest or since is None:
            some = [kind for kind in kinds if sizes[kind.view]]
            new = {kind.view for kind in some if _held(index, kind).count == _count(con, kind, None) - sizes[kind.view]}
            stale = stale or any(kind.view not in new for kind in some)
            with _writer(index, changed) as writer:
                self._write(con, writer, some, since, newest, new)
        return self._even(con, index, kinds, changed, made=since is None, stale=stale)

    def _write(
        self, con: Any, writer: Any, kinds: Sequence[Kind], since: str | None, newest: str, new: Collection[str] = ()
    ) -> None:
        """Commit the rows of some kinds loaded after `since`, and how far the index then is.

        Of kinds in `new` no row can be in the index in an older form: it holds as many as were loaded until `since`.
        """
        for kind in kinds:
            _add(con, writer, kind, since, replacing=since is not None and kind.view not in new)
        writer.delete_documents_by_term("number", digest(store.STATE))
        state = json.dumps({"schema": store.SCHEMA, "load": newest}).encode()
        writer.add_document(document({"kind": store.STATE, "id": state, "number": digest(store.STATE)}))
        writer.commit()

    def _even(self, con: Any, index: Any, kinds: Sequence[Kind], changed: int, *, made: bool, stale: bool) -> int:
        """Make the index hold just the rows of the loader's file; return how many rows changed, with those dropped.

        With `stale`, rows may have been replaced, whose vectors then go.
        """
        index.reload()
        gone = [(kind, _held(index, kind).count - _count(con, kind, None)) for kind in kinds]
        if any(surplus < 0 for _, surplus in gone) and not made:
            return self.rebuild(con)  # rows are missing, for whatever reason: a cache is cheaper to make than to mend
        dropped = self._drop(con, index, [kind for kind, surplus in gone if surplus > 0])
        store.make_private(self._root)
        if stale or dropped:
            index.reload()
            self._reading.meaning.keep(index)
        return changed + dropped

    def complete(self, con: Any, name: str, index: Any, writer: Any, filled: set[str]) -> int:
        """Finish a first index whose `filled` views were fed from memory, and put it in its place (see `feed`)."""
        tables = _tables(con)
        kinds = [kind for kind in KINDS.values() if kind.table in tables]
        with _finishing(writer):
            self._write(con, writer, [kind for kind in kinds if kind.view not in filled], None, _newest(con))
        count = self._even(con, index, kinds, sum(_count(con, kind, None) for kind in kinds), made=False, stale=True)
        if store.open_current(self._root) is None:  # else it was missing rows, and has been made again already
            store.appoint(self._root, name)
        return count

    def extend(self, con: Any, index: Any, writer: Any, filled: dict[str, set[int]]) -> int:
        """Finish an index to which rows (their numbers, by view) were fed; where they are not just those that were
        loaded since, or one of them was there before, forget them and `update`.
        """
        told, newest, tables = store.state(index), _newest(con), _tables(con)
        kinds = [kind for kind in KINDS.values() if kind.table in tables]
        since = told["load"] if told is not None and told["schema"] == store.SCHEMA else None
        if since is None or not all(
            numbers == _present(con, KINDS[view], since)
            and _held(index, KINDS[view]).count == _count(con, KINDS[view], None) - len(numbers)
            for view, numbers in filled.items()
        ):
            writer.rollback()
            writer.wait_merging_threads()
            return self.update(con)
        others = {kind: _count(con, kind, since) for kind in kinds if kind.view not in filled}
        with _finishing(writer):
            self._write(con, writer, list(others), since, newest)
        changed = sum(others.values()) + sum(map(len, filled.values()))
        return self._even(con, index, kinds, changed, made=False, stale=any(others.values()))

    def _drop(self, con: Any, index: Any, kinds: Sequence[Kind]) -> int:
        """Delete the documents of rows that are in the loader's file no more; deleted rows leave no other trace
        there.
        """
        numbers = [number for kind in kinds for number in _numbers(index, kind) - _present(con, kind)]
        if numbers:
            with _writer(index, len(numbers)) as writer:
                for number in numbers:
                    writer.delete_documents_by_term("number", number)
                writer.commit()
        return len(numbers)


def writing(index: Any, *, large: bool) -> Any:
    """Return the index's one writer. Raises BusyError where another process has it."""
    try:
        return index.writer(MANY if large else FEW, 1)
    except ValueError as error:
        if "Lock" in str(error):
            raise BusyError("another process updates the search index", "wait, then run `steward sync`") from error
        raise StorageError("the search index cannot be written", "run `steward sync`") from error


@contextmanager
def _finishing(writer: Any) -> Iterator[Any]:
    """Give a writer, and let go of it. What was not committed when the block ends is forgotten."""
    try:
        yield writer
    except OSError as error:
        raise StorageError(f"the search index cannot be written: {error}", "free some space, then sync") from error
    except BaseException:
        writer.rollback()
        raise
    finally:
        writer.wait_merging_threads()


def _writer(index: Any, rows: int) -> AbstractContextManager[Any]:
    return _finishing(writing(index, large=rows > LARGE))


def document(fields: dict[str, Any]) -> Any:
    import tantivy

    return tantivy.Document(**fields)


def _add(con: Any, writer: Any, kind: Kind, since: str | None, *, replacing: bool) -> None:
    """Add a kind's rows; with `replacing` the index may hold an older form of them, which goes."""
    condition = "true" if since is None else "t._dlt_load_id > $since"
    reader = con.execute(kind.select(condition), {} if since is None else {"since": since}).to_arrow_reader(ROWS)
    for number, fields in documents(kind, reader):
        if replacing:
            writer.delete_documents_by_term("number", number)
        writer.add_document(document(fields))


def _newest(con: Any) -> str:
    """Return the id of the last finished load ("" where there is none). Ids are Unix times: they grow as text."""
    if "_dlt_loads" not in _tables(con):
        return ""
    return str(con.execute("SELECT coalesce(max(load_id), '') FROM raw._dlt_loads WHERE status = 0").fetchone()[0])


def _tables(con: Any) -> set[str]:
    rows = con.execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'raw'").fetchall()
    return {str(row[0]) for row in rows}


def _count(con: Any, kind: Kind, since: str | None) -> int:
    """Return how many rows of a kind were loaded after `since`."""
    condition = "true" if since is None else "_dlt_load_id > $since"
    sql = f"SELECT count(*) FROM raw.{kind.table} WHERE {condition}"  # noqa: S608 - constants
    return int(con.execute(sql, {} if since is None else {"since": since}).fetchone()[0])


def _held(index: Any, kind: Kind, limit: int = 1) -> Any:
    """Search for all documents of a kind."""
    import tantivy

    return index.searcher().search(tantivy.Query.term_query(index.schema, "kind", kind.view), limit=limit)


def _numbers(index: Any, kind: Kind) -> set[int]:
    """Return the numbers of all rows of a kind that the index holds."""
    count = _held(index, kind).count
    addresses = [address for _, address in _held(index, kind, limit=max(1, count)).hits]
    return set(index.searcher().fast_field_values("number", addresses)) if addresses else set()


def _present(con: Any, kind: Kind, since: str = "") -> set[int]:
    """Return the numbers of all rows of a kind in the loader's file, or of those loaded after `since`."""
    sql = f"SELECT source, file, key FROM raw.{kind.table} WHERE _dlt_load_id > $since"  # noqa: S608 - constants
    rows = con.execute(sql, {"since": since}).fetchall()
    return {identify(kind.view, source, file, key) for source, file, key in rows}
