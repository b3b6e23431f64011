"""A whole source in one file: things, one a line ("name=number"), of a text file."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from connectors.shape import Cursor, Item, Known, Preview, Reject, Rows, Table

THINGS = Table(
    "things",
    "Things of a list.",
    {
        "number": ("bigint", "How many there are."),
        "seen_at": ("timestamp", "When they were counted."),
        "labels": ("json", "What they are called."),
        "share": ("double", "A part of one."),
        "good": ("bool", "Whether they are good."),
        "day": ("date", "A day."),
        "note": ("text", "A note."),
    },
    history=("number",),
)
TABLES: tuple[Table, ...] = (THINGS,)


def preview(handle: Any) -> Preview:
    return Preview({"things": len(Path(handle.path).read_text().splitlines())})


def fingerprint(handle: Any, now: datetime) -> str | None:
    return Path(handle.path).read_text("utf-8", "surrogateescape")


def read(handle: Any, known: Known) -> Iterator[Item]:
    text = Path(handle.path).read_text("utf-8", "surrogateescape")
    if known.cursors.get("things") == {"text": text}:
        return
    rows = []
    for position, line in enumerate(text.splitlines(), 1):
        name, _, number = line.partition("=")
        if name == "crash":
            raise RuntimeError(f"private: {text}")
        if not number.isdigit():
            yield Reject("things", f"line {position}", "no-number", f"not a number: {number}", line.encode())
            continue
        seen = datetime(2026, 1, 1, tzinfo=UTC)
        rows.append({"key": name, "number": int(number), "seen_at": seen, "labels": [name], "note": "ok"})
    yield Rows("things", "things", rows)
    yield Cursor("things", {"text": text})
