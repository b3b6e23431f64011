"""The index: brought up to date from the loader's file, and searched. One writer at a time, any number of readers."""

import json
from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from hashlib import blake2b
from typing import Any, Literal

from blocks.search import query, reading, store
from blocks.search.kinds import KINDS, Kind
from blocks.search.results import Found
from context.errors import BusyError, InputError, StorageError
from context.home import Home

ROWS = 2_000  # fetched from DuckDB at once
TEXT_LIMIT = 200_000  # characters of one row's text that are searched
# Bytes of memory of the writer, for a small change and a large one. Its one thread keeps up with two that parse mail;
# a second would halve what each has, and their many small segments would be merged again.
FEW, MANY = 15_000_000, 40_000_000
LARGE = 5_000  # rows
# the kind of the one document that says how far the index is; it is committed with the rows themselves
_STATE = "state"


class Index:
    """Search over what lies under one home."""

    def __init__(self, home: Home) -> None:
        self._root = home.search
        self._published = home.warehouse
        self._opened: tuple[tuple[str, int], Any, Any] | None = None

    def update(self, con: Any) -> int:
        """Take in what was loaded, changed or deleted since the last update; return how many rows that were.

        `con` is a DuckDB connection to the loader's file. A kill at any moment leaves the index as it was, or up to
        date. A damaged index, one of another version, and one that is ahead of the file (restored from a backup) are
        made again. Raises BusyError where another process updates, StorageError where the disk refuses.
        """
        index = store.open_current(self._root)
        told = _state(index) if index is not None else None
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
        order: Literal["best", "newest"] = "best",
        meaning: bool = True,
    ) -> Found:
        """Return the rows that hold all the words; where none does, those that hold some of them (`loosened`).

        `meaning` allows rows that say the same in other words, where an embedding model is there; each hit says why
        it was found.

        `kinds` are views, all by default. Raises InputError for an unknown one, and where there is no word;
        StorageError where there are rows but no index of them that can be read, since that is not "nothing found".
        """
        if unknown := sorted(set(kinds or ()) - KINDS.keys()):
            raise InputError(f"nothing called {', '.join(unknown)} is searched", f"choose of {', '.join(KINDS)}")
        terms = query.terms(text, store.analyzer())
        if not any(not term.excluded for term in terms):
            raise InputError("there is no word to search for", 'try `steward search "invoice 2231"`')
        if (opened := self._searcher()) is None:
            if self._published.exists():
                raise StorageError("the search index is missing or damaged", "run `steward sync`")
            return Found([])
        index, searcher = opened
        for every in (True, False):
            built = query.build(index.schema, terms, tuple(kinds or ()), every=every)
            found = reading.run(searcher, built, limit, order)
            if found.hits or len(terms) < 2:
                break
        return Found(reading.hits(index, searcher, built, found, limit), loosened=not every, total=found.count)

    def _searcher(self) -> tuple[Any, Any] | None:
        """Return the index and a reader of its last commit, opened again only where there is a newer one."""
        stamp = store.stamp(self._root)
        if stamp is None:
            return None
        if self._opened is None or self._opened[0] != stamp:
            index = store.open_current(self._root)
            if index is None:
                return None
            self._opened = (stamp, index, index.searcher())
        return self._opened[1], self._opened[2]

    def _change(self, con: Any, index: Any, since: str | None, newest: str) -> int:
        """Commit all rows loaded after `since` (None: into an empty index) and the state, then drop what is gone."""
        tables = _tables(con)
        kinds = [kind for kind in KINDS.values() if kind.table in tables]
        sizes = {kind.view: _count(con, kind, since) for kind in kinds}
        changed = sum(sizes.values())
        if since != newest or since is None:
            some = [kind for kind in kinds if sizes[kind.view]]
            new = {kind.view for kind in some if _held(index, kind).count == _count(con, kind, None) - sizes[kind.view]}
            with _writer(index, changed) as writer:
                self._write(con, writer, some, since, newest, new)
        return self._even(con, index, kinds, changed, made=since is None)

    def _write(
        self, con: Any, writer: Any, kinds: Sequence[Kind], since: str | None, newest: str, new: Collection[str] = ()
    ) -> None:
        """Commit the rows of some kinds loaded after `since`, and how far the index then is.

        Of kinds in `new` no row can be in the index in an older form: it holds as many as were loaded until `since`.
        """
        for kind in kinds:
            _add(con, writer, kind, since, replacing=since is not None and kind.view not in new)
        writer.delete_documents_by_term("number", _number(_STATE))
        state = json.dumps({"schema": store.SCHEMA, "load": newest}).encode()
        writer.add_document(_document(kind=_STATE, id=state, number=_number(_STATE)))
        writer.commit()

    def _even(self, con: Any, index: Any, kinds: Sequence[Kind], changed: int, *, made: bool) -> int:
        """Make the index hold just the rows of the loader's file; return how many rows changed, with those dropped."""
        index.reload()
        gone = [(kind, _held(index, kind).count - _count(con, kind, None)) for kind in kinds]
        if any(surplus < 0 for _, surplus in gone) and not made:
            return self.rebuild(con)  # rows are missing, for whatever reason: a cache is cheaper to make than to mend
        changed += self._drop(con, index, [kind for kind, surplus in gone if surplus > 0])
        store.make_private(self._root)
        return changed

    def complete(self, con: Any, name: str, index: Any, writer: Any, filled: set[str]) -> int:
        """Finish a first index whose `filled` views were fed from memory, and put it in its place (see `feed`)."""
        tables = _tables(con)
        kinds = [kind for kind in KINDS.values() if kind.table in tables]
        with _finishing(writer):
            self._write(con, writer, [kind for kind in kinds if kind.view not in filled], None, _newest(con))
        count = self._even(con, index, kinds, sum(_count(con, kind, None) for kind in kinds), made=False)
        if store.open_current(self._root) is None:  # else it was missing rows, and has been made again already
            store.appoint(self._root, name)
        return count

    def extend(self, con: Any, index: Any, writer: Any, filled: dict[str, set[int]]) -> int:
        """Finish an index to which rows (their numbers, by view) were fed; where they are not just those that were
        loaded since, or one of them was there before, forget them and `update`.
        """
        told, newest, tables = _state(index), _newest(con), _tables(con)
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
        with _finishing(writer):
            self._write(con, writer, [kind for kind in kinds if kind.view not in filled], since, newest)
        return self._even(con, index, kinds, sum(_count(con, kind, since) for kind in kinds), made=False)

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


def _document(**values: Any) -> Any:
    import tantivy

    return tantivy.Document(**values)


def _add(con: Any, writer: Any, kind: Kind, since: str | None, *, replacing: bool) -> None:
    """Add a kind's rows; with `replacing` the index may hold an older form of them, which goes."""
    condition = "true" if since is None else "t._dlt_load_id > $since"
    reader = con.execute(kind.select(condition), {} if since is None else {"since": since}).to_arrow_reader(ROWS)
    for batch in reader:
        columns = [column.to_pylist() for column in batch.columns]
        for source, file, key, title, people, body, moment in zip(*columns, strict=True):
            identity = f"{source}\0{file}\0{key}"
            number = identify(kind.view, identity)
            if replacing:
                writer.delete_documents_by_term("number", number)
            add_document(writer, kind.view, identity, number, (title, people, body), moment)


def identify(view: str, identity: str) -> int:
    """Return the number of a row in the index; `identity` is its source, file and key, with NUL between."""
    return _number(f"{view}\0{identity}")


def add_document(writer: Any, view: str, identity: str, number: int, texts: tuple[str, str, str], moment: int) -> None:
    """Add a row: its title, people and text, and its time in seconds."""
    title, people, body = texts
    writer.add_document(
        _document(
            kind=view,
            id=identity.encode(),
            number=number,
            title=store.parted(title),
            people=store.parted(people),
            body=store.parted(body[:TEXT_LIMIT]),
            moment=moment,
        )
    )


def _number(text: str) -> int:
    """Return 63 bits of a digest: two of a million rows collide once in ten million homes."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big") >> 1


def _state(index: Any) -> dict[str, Any] | None:
    """Return what the last commit said of itself."""
    import tantivy

    try:
        searcher = index.searcher()
        hits = searcher.search(tantivy.Query.term_query(index.schema, "kind", _STATE), limit=1).hits
        told = json.loads(bytes(searcher.doc(hits[0][1])["id"][0])) if hits else None
    except (ValueError, KeyError, OSError):
        return None
    return told if isinstance(told, dict) and {"schema", "load"} <= told.keys() else None


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
    return {identify(kind.view, f"{source}\0{file}\0{key}") for source, file, key in rows}
