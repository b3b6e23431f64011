"""Issues and pull requests of one repository, or of one owner everywhere: listed newest first, compared with what is
loaded, and followed by what changed.

A `Stream` (lists.py) is one list of GitHub's, sorted by the time of the last change. `since` is the newest such time
that was read to the end; later readings ask from there, a little overlapping. `page` is where a first reading stopped
(its earlier pages are loaded). A list tells nothing of what was deleted or transferred, or concerns the owner no more:
so now and then all lists are read from their first page, and what none of them holds goes.

A pull request's branches, its reviewers and its reviews cost two more requests: they are asked for where its time of
change is not that of the loaded row. Times are whole seconds; what changed in the last moments before it was read
(`hot`) is therefore read once more.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from connectors.repos import hubrows
from connectors.repos.hub import Hub, LostError, Page
from connectors.repos.lists import SECONDS, Stream
from connectors.repos.tables import ISSUES, REVIEWS
from connectors.shape import Cursor, Gone, Item, Known, Reject, Rows

HOT = timedelta(seconds=60)
FIRST = 1
FORBIDDEN = 403
PULLS = "pull requests"  # position of the reject that says that they are not shown


@dataclass
class Listing:
    """Reads the streams of one file. `every` is how often they are read from their beginnings.

    `state` is the cursor: {streams: {name: {since, etag, page}}, listed, fresh, hot, bad, …}. `fresh`: when the first
    reading of the lists began, while it lasts; nothing was loaded before, so nothing can have gone.
    """

    hub: Hub
    file: str
    streams: Sequence[Stream]
    known: Known
    every: timedelta
    state: dict[str, Any] = field(default_factory=dict)
    moved: bool = False

    def __post_init__(self) -> None:
        self._met: set[str] = set()  # keys in the lists read from their beginnings
        self._read: dict[str, datetime] = {}  # key → the time of change that was read in this run
        self._hot: set[str] = set(self.state.get("hot", ()))
        self._bad: set[str] = set(self.state.get("bad", ()))
        self._reviews: dict[str, set[str]] | None = None
        self._refused: LostError | None = None

    def items(self) -> Iterator[Item]:
        """Yield what changed, with a cursor for each page. Raises LostError and what `Hub` raises.

        Stops early, with `moved` set, where the lists have moved to another address.
        """
        before = json.dumps(self.state, sort_keys=True)
        whole = self._begin()
        for stream in self.streams:
            mine = self.state["streams"].setdefault(stream.name, {"page": FIRST})
            if mine.get("page") != FIRST:
                yield from self._news(stream, mine)
            if "page" in mine and not self.moved:
                yield from self._all(stream, mine)
            if self.moved:
                return
        if whole:
            yield from self._gone()
        if whole or "fresh" in self.state:
            self.state["listed"] = self.state.get("fresh") or self.known.now.isoformat()
        if self._refused is not None:
            yield self._reject(PULLS, "no-access", str(self._refused), b"")
        self.state.pop("fresh", None)
        self._hot &= self._read.keys()
        cursor = self._cursor()
        if json.dumps(cursor.value, sort_keys=True) != before:
            yield cursor

    def _begin(self) -> bool:
        """Put every stream to its beginning where that is due; return whether all are read from there."""
        streams, now = self.state.setdefault("streams", {}), self.known.now.isoformat()
        if not streams and not self.known.again and not self.known.loaded(ISSUES.name, self.file):
            self.state["fresh"] = now
        listed = self.state.get("fresh") or self.state.get("listed")
        if listed is None or self.known.now - datetime.fromisoformat(listed) >= self.every:
            self.state.pop("fresh", None)
            for mine in streams.values():
                mine["page"] = FIRST
            return True
        return not streams

    def _news(self, stream: Stream, mine: dict[str, Any]) -> Iterator[Item]:
        """Read what changed since the last reading."""
        asked, newest, etag = mine["since"], None, None
        fields = {"If-None-Match": mine["etag"]} if mine.get("etag") and not self._hot else {}
        for page in self.hub.pages(stream.path, stream.asked(asked), fields):
            if page.same:
                return
            if page.moved:
                self.moved = True
                return
            if newest is None:
                newest, etag = _newest(page), page.etag
            yield from self._page(page)
        mine["since"] = max(asked, newest or asked)
        mine.pop("etag", None)
        if etag and mine["since"] == asked:  # the mark is that of the very same question
            mine["etag"] = etag

    def _all(self, stream: Stream, mine: dict[str, Any]) -> Iterator[Item]:
        """Read a list from its beginning, or go on where a first reading of it stopped."""
        at = None if mine["page"] == FIRST else mine["page"]
        for page in self.hub.pages(stream.path, stream.asked(None), at=at):
            if page.moved:
                self.moved = True
                return
            if at is None:
                mine["since"] = _newest(page) or self.hub.clock.strftime(SECONDS)
                mine.pop("etag", None)
            self._met.update(key for item in page.items if (key := _key(item)) is not None)
            yield from self._page(page)
            at = page.next
            if self.state.get("fresh") and at is not None:
                mine["page"] = at
                yield self._cursor()
        del mine["page"]

    def _page(self, page: Page) -> Iterator[Item]:
        """Yield the rows of a page's items, and a cursor that keeps them."""
        rows, reviews, gone = list[dict[str, Any]](), list[dict[str, Any]](), set[str]()
        stored = self._stored(page.items)
        for item in page.items:
            try:
                row = hubrows.issue(item)
                key, changed = row["key"], row["updated_at"]
                if self._read.get(key) == changed:
                    continue  # another list had it
                if row["kind"] == "pull":
                    reviews += self._pull(row, stored.get(key), gone)
                self._read[key] = changed
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                position = _key(item) or "an item without a number"
                raw = json.dumps(item, sort_keys=True).encode()
                yield self._reject(position, "bad-item", f"{type(error).__name__}: {error}", raw)
                continue
            except LostError:  # it went between the list and now
                if key in stored:
                    gone |= {key, *self._reviewed(key)}
                continue
            if key in self._bad:
                self._bad.discard(key)
                gone.add(key)  # its reject: the row given beside it stays
            rows.append(row)
        if rows:
            yield Rows(ISSUES.name, self.file, rows)
        if reviews:
            yield Rows(REVIEWS.name, self.file, reviews)
        if gone:
            yield Gone(self.file, gone)
        if rows or gone:
            yield self._cursor()

    def _pull(self, row: dict[str, Any], stored: Mapping[str, Any] | None, gone: set[str]) -> list[dict[str, Any]]:
        """Complete the row of a pull request; return its reviews where they had to be read."""
        key, changed = row["key"], row["updated_at"]
        if stored and stored["head"] and stored["updated_at"] == changed and key not in self._hot:
            asked = stored["requested_reviewers"]
            row |= {name: stored[name] for name in ("head", "base")}
            row["requested_reviewers"] = json.loads(asked) if isinstance(asked, str) else asked
            return []
        if self._refused is not None:
            return []
        path = f"/repos/{row['repo']}/pulls/{row['number']}"
        try:
            told = hubrows.pull(self.hub.one(path))
            found = [one for page in self.hub.pages(f"{path}/reviews", {}) for one in page.items]
        except LostError as error:
            if error.status != FORBIDDEN:
                raise
            self._refused = error
            return []
        row |= told
        if PULLS in self._bad:
            self._bad.discard(PULLS)
            gone.add(PULLS)
        rows = hubrows.reviews(row, found)
        gone |= self._reviewed(key) - {review["key"] for review in rows}
        (self._hot.add if self.hub.clock - changed < HOT else self._hot.discard)(key)
        return rows

    def _stored(self, items: Sequence[Any]) -> dict[str, Mapping[str, Any]]:
        """Return the loaded rows of a page's items; none where all is to be read again."""
        keys = [key for item in items if (key := _key(item)) is not None]
        if not keys or self.known.again:
            return {}
        return {row["key"]: row for row in self.known.loaded(ISSUES.name, self.file, keys)}

    def _reviewed(self, key: str) -> set[str]:
        """Return the keys of the reviews that are loaded for a pull request."""
        if self._reviews is None:
            self._reviews = defaultdict(set)
            for one in self.known.loaded(REVIEWS.name, self.file):
                self._reviews[f"{one['repo']}#{one['number']}"].add(one["key"])
        return self._reviews.get(key, set())

    def _gone(self) -> Iterator[Item]:
        """Let go of what no list holds, with its reviews."""
        loaded = (*self.known.loaded(ISSUES.name, self.file), *self.known.loaded(REVIEWS.name, self.file))
        bad = self._bad - self._met - {PULLS}
        keys = {row["key"] for row in loaded if f"{row['repo']}#{row['number']}" not in self._met} | bad
        self._bad -= bad
        if keys:
            yield Gone(self.file, keys)

    def _reject(self, position: str, reason: str, error: str, raw: bytes) -> Reject:
        self._bad.add(position)
        return Reject(self.file, position, reason, error, raw)

    def _cursor(self) -> Cursor:
        self.state["hot"], self.state["bad"] = sorted(self._hot), sorted(self._bad)
        return Cursor(self.file, json.loads(json.dumps(self.state)), whole=False)


def _newest(page: Page) -> str | None:
    """Return the latest time of change on a page, in the form of cursors."""
    found = [item.get("updated_at") for item in page.items if isinstance(item, dict)]
    return max((text for text in found if isinstance(text, str)), default=None)


def _key(item: Any) -> str | None:
    try:
        return hubrows.key_of(item)
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
