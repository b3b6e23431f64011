"""What changed since the owner was last told: events moved, made or cancelled, documents, and commits by others."""

import json
from datetime import datetime

from flows.common.items import Item, tied
from flows.common.ties import Ties
from flows.common.wording import count, name, on, title
from flows.facts import SQL, Row, Value
from flows.shape import View


def read(view: View, ties: Ties) -> list[Item]:
    """Return what changed: events first, then what has to do with a project, then the rest."""
    found: list[Item] = []
    if view.health["calendar"].state != "absent":
        found += [_event(view, row) for row in view.rows("moved")]
    if view.health["docs"].state not in ("absent", "failed"):
        found += [_document(view, ties, row) for row in view.rows("documents")]
    if view.health["repos"].state not in ("absent", "failed"):
        found += [_commits(view, ties, row) for row in view.rows("commits")]
    return sorted(found, key=lambda item: item.rank)


def _event(view: View, row: Row) -> Item:
    moment, said = view.moment, title(row["summary"])
    day, clock = moment.local(row["starts_at"]), moment.clock(row["starts_at"])
    values: dict[str, Value] = {"title": said, "date": day.isoformat(), "start": clock}
    was = _was(row["before"])
    if row["cancelled"]:
        line = f"Cancelled: “{said}”, {on(day)} {clock}"
    elif row["fresh"]:
        line = f"New: “{said}”, {on(day)} {clock}"
    elif was is not None and was != row["starts_at"]:
        before = f"{on(moment.local(was))} {moment.clock(was)}"
        values |= {"was_date": moment.local(was).isoformat(), "was_start": moment.clock(was)}
        line = f"Moved: “{said}”, now {on(day)} {clock}, was {before}"
    else:
        line = f"Changed: “{said}”, {on(day)} {clock}"
    # The series is one item, whatever occurrence is next; a fact of its own, for the day's slot is another statement.
    fact = view.book.add("x", "events", row["event_key"], line, values)
    digest = f"{row['starts_at'].isoformat()}:{row['cancelled']}"
    return Item(
        f"events:{row['event_key']}", digest, line, (fact,), (0, row["starts_at"].isoformat(), row["event_key"])
    )


def _was(before: str | None) -> datetime | None:
    """Return when an event began before it changed, where the load history says so."""
    try:
        began = json.loads(before)["starts_at"] if before else None
        return datetime.fromisoformat(str(began)) if began else None
    except (ValueError, KeyError, TypeError):
        return None


def _document(view: View, ties: Ties, row: Row) -> Item:
    said = title(row["title"] or row["path"])
    tie = ties.of(row["title"], row["path"])
    by = name(row["author"]) if row["author"] else None
    line = f"Document “{said}” changed" + (f" (by {by})" if by else "") + (f", {tie.why}" if tie.why else "")
    when = view.moment.local(row["modified_at"])
    values: dict[str, Value] = {"title": said, "by": by, "date": when.isoformat(), "path": row["path"]}
    fact = view.book.add("o", "documents", row["document_key"], line, values)
    rank = (1 if tie.weight else 2, f"{-tie.weight:.2f}", row["document_key"])
    facts = (fact, *tied(view, tie))
    return Item(f"documents:{row['document_key']}", row["modified_at"].isoformat(), line, facts, rank)


def _commits(view: View, ties: Ties, row: Row) -> Item:
    who, repo, newest = name(row["author_name"]), title(row["repo"]), title(row["newest"])
    tie = ties.of(row["newest"], repo=row["repo"])
    number = int(row["commits"])
    line = f"{repo}: {count(number, 'commit')} by {who}, newest “{newest}”"
    values: dict[str, Value] = {"repo": repo, "commits": number, "author": who, "newest": newest}
    if number == 1:
        fact = view.book.add("k", "commits", row["commit_key"], line, values)
    else:
        fact = view.book.add("k", SQL, f"{view.statement('commits')} -- {row['commit_key']}", line, values)
    rank = (1 if tie.weight else 2, f"{-tie.weight:.2f}", row["commit_key"])
    return Item(f"commits:{row['repo']}:{row['author_name']}", row["commit_key"], line, (fact,), rank)
