"""How fresh a family is, and what the header says of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from blocks.ledger import SourceRow
from flows import sources
from flows.health import families, header
from flows.render import words

NOW = datetime(2026, 3, 25, 7, 0, tzinfo=UTC)


def source(
    name: str,
    family: str,
    minutes: int | None,
    state: str = "ok",
    error: str | None = None,
    until: timedelta | None = None,
    **more: Any,
) -> SourceRow:
    read = None if minutes is None else NOW - timedelta(minutes=minutes)
    counts = dict.fromkeys(("rows", "rows_in", "rows_changed", "rows_deleted", "rejects"), 1)
    return SourceRow(
        name=name, family=family, connected_at=NOW, state=state,  # type: ignore[arg-type]
        last_attempt_at=NOW, last_success_at=read, fingerprint=None, error=error,
        **{"kind": family, "account": "work", "settings": {}, "mend": None,
           "grant_until": None if until is None else NOW + until, **counts, **more},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "state"),
    [
        ([], "absent"),
        ([source("a", "mail", 5)], "ok"),
        ([source("a", "mail", 121)], "stale"),
        ([source("a", "mail", None, "never")], "never"),
        ([source("a", "mail", None, "failed")], "failed"),
        ([source("a", "mail", 5, "failed")], "ok"),  # one failed attempt after a fresh read
        ([source("a", "mail", 121, "needs_reauth")], "failed"),
        ([source("a", "mail", 5, "backfilling")], "ok"),
        ([source("a", "mail", 5), source("b", "mail", 300)], "stale"),
    ],
)
def test_a_family_is_as_well_as_its_worst_source(rows: list[SourceRow], state: str) -> None:
    assert families(rows, NOW)["mail"].state == state


def test_the_header_has_a_family_once_and_who_is_not_well_by_name() -> None:
    rows = [source("inbox", "mail", 4), source("lists", "mail", 11), source("old", "mail", 600, "failed", "gone")]
    rows += [source("work", "calendar", 2), source("code", "repos", None, "never")]
    told = [
        (item.name, item.stale, item.read and (NOW - item.read).seconds // 60, item.error) for item in header(rows, NOW)
    ]
    assert told == [
        ("calendar", False, 2, None),
        ("mail", False, 11, None),
        ("old", True, 600, "gone"),
        ("code", False, None, None),
    ]


@pytest.mark.row("N8")
@pytest.mark.parametrize(
    ("until", "shown", "foreseen"),
    [
        (None, "–", None),
        (timedelta(days=12, hours=5), "12 days", None),
        (timedelta(days=3, minutes=1), "3 days", None),
        (timedelta(days=3), "3 days", "ends in 3 days"),
        (timedelta(days=1, hours=1), "1 day", "ends in 1 day"),
        (timedelta(hours=2), "less than a day", "ends in less than a day"),
        (timedelta(minutes=-1), "ended", "has ended"),
    ],
)
def test_the_end_of_a_grant_is_foreseen(until: timedelta | None, shown: str, foreseen: str | None) -> None:
    row = source("work", "calendar", 2, until=until, kind="ics-url")
    assert sources.table([row], NOW, None, "UTC")[0]["grant"] == shown
    said = [f"work: foreseen: the leave to read it {foreseen} — run `steward connect ics … --name work`"]
    assert list(sources.warnings([row], NOW)) == (said if foreseen else [])
    entries = header([row], NOW)
    assert entries[0].name == "calendar", "it is read as well as ever"
    assert [words.source(entry, NOW) for entry in entries[1:]] == (
        [f"work 2 min (the leave to read it {foreseen}: run `steward connect ics … --name work`)"] if foreseen else []
    )


def test_a_grant_that_is_gone_is_named_at_once() -> None:
    """Though what was read a minute ago still stands, and sections are written from it."""
    gone = {"error": "no leave", "mend": "run `steward connect google`"}
    rows = [source("inbox", "mail", 5, "needs_reauth", **gone), source("work", "calendar", 2)]
    assert families(rows, NOW)["mail"].state == "ok"
    told = [words.source(entry, NOW) for entry in header(rows, NOW)]
    said = "inbox 5 min (the leave to read it has ended: run `steward connect google`)"
    assert told == ["calendar 2 min", "mail 5 min", said]
    assert sources.table(rows, NOW, None, "UTC")[0]["grant"] == "ended"
    assert list(sources.warnings(rows, NOW)) == ["inbox: no leave — run `steward connect google`"]


def test_of_an_account_that_sources_share_the_account_is_connected_again() -> None:
    row = source("work-mail", "mail", 2, until=timedelta(days=1), kind="ics-url", settings={"through": "work"})
    assert sources.ending(row, NOW) == ("the leave to read it ends in 1 day", "run `steward connect ics … --name work`")


def test_the_grant_of_an_account_is_spoken_of_once() -> None:
    shared = {"until": timedelta(days=1), "kind": "ics-url", "settings": {"through": "work"}}
    rows = [source(f"work-{family}", family, 2, **shared) for family in ("calendar", "mail", "docs")]
    told = [words.source(entry, NOW) for entry in header(rows, NOW)]
    foreseen = "the leave to read it ends in 1 day"
    last = f"work 2 min ({foreseen}: run `steward connect ics … --name work`)"
    assert told == ["calendar 2 min", "mail 2 min", "docs 2 min", last]
    said = [f"work: foreseen: {foreseen} — run `steward connect ics … --name work`"]
    assert list(sources.warnings(rows, NOW)) == said


def test_the_table_says_when_the_next_sync_is_due_on_the_owners_clock() -> None:
    [row] = sources.table([source("work", "calendar", 130)], NOW, NOW + timedelta(minutes=15), "Asia/Tokyo")
    assert tuple(row) == sources.COLUMNS
    assert (row["next"], row["read"], row["state"]) == ("Wed 16:15", "2 h ago", "stale")
    assert sources.next_sync(NOW + timedelta(minutes=1), "Europe/Berlin") == NOW + timedelta(minutes=15)


def test_what_a_clock_that_ran_ahead_wrote_is_not_called_fresh() -> None:
    [row] = sources.table([source("work", "calendar", -60 * 24 * 400)], NOW, None, "UTC")
    assert (row["state"], row["read"]) == ("stale", "in the future")
    [row] = sources.table([source("work", "calendar", -60)], NOW, None, "UTC")
    assert (row["state"], row["read"]) == ("ok", "just now")
