"""How fresh a family is, and what the header says of it."""

from datetime import UTC, datetime, timedelta

import pytest

from blocks.ledger import SourceRow
from flows.health import families, header

NOW = datetime(2026, 3, 25, 7, 0, tzinfo=UTC)


def source(name: str, family: str, minutes: int | None, state: str = "ok", error: str | None = None) -> SourceRow:
    read = None if minutes is None else NOW - timedelta(minutes=minutes)
    counts = dict.fromkeys(("rows", "rows_in", "rows_changed", "rows_deleted", "rejects"), 1)
    return SourceRow(
        name=name, kind=family, family=family, account="work", settings={}, connected_at=NOW, state=state,  # type: ignore[arg-type]
        last_attempt_at=NOW, last_success_at=read, fingerprint=None, error=error, mend=None, **counts,
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
