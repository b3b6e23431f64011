"""Making the first index while mail is still being read: by the time the last mail is loaded, nearly all are indexed.

Later loads are small and go through `Index.update`. What was fed is compared with what was loaded before it counts:
the index is a cache, and where the two differ it is mended, or made again.
"""

import queue
import threading
from typing import Any

from blocks.search import store
from blocks.search.index import ROWS, Index, document, writing
from blocks.search.kinds import KINDS
from blocks.search.rows import documents
from context.errors import BusyError
from context.home import Home

TABLE = "messages"
WORTH = 2_000  # mails from which a thread of its own pays


class Feed:
    """Takes the Arrow tables of a load as they come, and brings the index up to date when all are loaded.

    It goes on after `finish`: a long backfill is published in steps, and each step's mails are fed as the first's were.
    """

    def __init__(self, home: Home) -> None:
        self._home = home
        self._first: bool | None = None
        self._waiting: list[Any] = []
        self._rows = 0
        self._building: _Building | None = None
        self._seen: set[int] = set()

    def take(self, table: str, rows: Any) -> None:
        """Take rows that were read, as a pyarrow Table with source, file, key and the declared columns."""
        if table != TABLE:
            return
        if self._first is None:
            self._first = store.open_current(self._home.search) is None
        if not self._first:
            return
        self._rows += rows.num_rows
        if self._building is not None:
            self._building.put(rows)
            return
        self._waiting.append(rows)
        if self._rows >= WORTH:
            try:
                self._building = _Building(self._home, self._seen)
            except BusyError:  # whoever has it lets go of it until the end, or stops that
                self._first, self._waiting = False, []
                return
            for each in self._waiting:
                self._building.put(each)
            self._waiting = []

    @property
    def building(self) -> bool:
        """Whether something was fed that only `finish` keeps."""
        return self._building is not None

    def finish(self, con: Any) -> int:
        """Bring the index up to date with the loader's file, as `Index.update` does; return how many rows changed."""
        building, self._building, self._waiting, self._rows = self._building, None, [], 0
        if building is None or not building.end():
            self._first = False
            return Index(self._home).update(con)
        if building.name:
            return Index(self._home).complete(con, building.name, building.index, building.writer, {TABLE})
        return Index(self._home).extend(con, building.index, building.writer, {TABLE: building.numbers})

    def close(self) -> None:
        """Forget what was fed and not finished."""
        if self._building is not None:
            self._building.end()
            self._building.writer.rollback()
            self._building = None


class _Building:
    """An index that nobody reads yet, or more of the one that a feed before this made; its writer, and the thread that
    fills it. `seen` are the rows of all feeds, `numbers` those of this one.
    """

    def __init__(self, home: Home, seen: set[int]) -> None:
        self.name, self.index = "", store.open_current(home.search)
        if self.index is None:
            self.name, self.index = store.create(home.search)
        self.writer = writing(self.index, large=True)
        self.numbers: set[int] = set()
        self._seen = seen
        import duckdb

        self._con = duckdb.connect(config={"threads": 1})  # the rows are read as those that are loaded
        self._con.execute("SET TimeZone = 'UTC'")
        self._fault: Exception | None = None
        self._queue: queue.Queue[Any] = queue.Queue(4)  # reading waits where indexing falls behind
        self._thread = threading.Thread(target=self._run, name="search-feed", daemon=True)
        self._thread.start()

    def put(self, rows: Any) -> None:
        if self._fault is None:
            self._queue.put(rows)

    def end(self) -> bool:
        """Wait until all is taken in; return whether it was without a fault."""
        self._queue.put(None)
        self._thread.join()
        self._con.close()
        return self._fault is None

    def _run(self) -> None:
        while (rows := self._queue.get()) is not None:
            if self._fault is not None:
                continue  # drained, so that nobody waits; the index will be made from the loader's file
            try:
                self._add(rows)
            except Exception as error:  # noqa: BLE001 - an index is a cache: no fault of it may stop a load
                self._fault = error

    def _add(self, rows: Any) -> None:
        kind = KINDS[TABLE]
        self._con.register("fed", rows)
        try:
            batches = self._con.execute(kind.select("true", "fed")).to_arrow_reader(ROWS)
            for number, fields in documents(kind, batches):
                if number in self._seen:
                    continue
                self._seen.add(number)
                self.numbers.add(number)
                self.writer.add_document(document(fields))
        finally:
            self._con.unregister("fed")
