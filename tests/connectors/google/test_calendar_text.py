"""What people write into a Google event comes through as they wrote it, and as nothing else."""

import os
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from connectors.calendar import feed
from connectors.calendar.resource import CONTROL, text
from connectors.shape import Known, Rows
from tests.connectors.google.agenda import HOUR, ZONE
from tests.connectors.google.conftest import NOW

pytestmark = pytest.mark.row("N1", "N10")
EXAMPLES = int(os.environ.get("STEWARD_EXAMPLES", "0")) or 200
WRITTEN = st.text(st.characters(codec="utf-8"), max_size=30) | st.text('\\n;,:"^BEGINVT\n\r\t%', max_size=20)


def row(**event: Any) -> dict[str, Any]:
    """Return the one row that an event becomes; nothing of it may be set aside."""
    made = text([{"id": "a", "iCalUID": "a@google.com", **HOUR, **event}], ZONE)
    items = list(feed.items("f", made, "", Known({}, NOW)))
    assert all(isinstance(item, Rows) for item in items), items
    [found] = [one for item in items if isinstance(item, Rows) and item.table == "events" for one in item.rows]
    return dict(found)


def plain(written: str) -> str | None:
    return CONTROL.sub("", written.replace("\r\n", "\n").replace("\r", "\n")).strip() or None


@settings(max_examples=EXAMPLES, deadline=None)
@given(written=WRITTEN)
@example(written="C:\\new\\;x")
@example(written="a\\\\n\\,b")
@example(written="x\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:forged")
def test_a_text_is_what_was_written(written: str) -> None:
    found = row(summary=written, description=written, location=written)
    assert (found["summary"], found["description"], found["location"]) == (plain(written),) * 3
    assert found["uid"] == "a@google.com"


@settings(max_examples=EXAMPLES, deadline=None)
@given(written=WRITTEN)
def test_a_name_or_an_address_adds_no_line(written: str) -> None:
    guest = {"email": f"bo@example.org{written}", "displayName": written}
    found = row(attendees=[guest], organizer=guest, hangoutLink=f"https://x/{written}", htmlLink=written)
    assert found["uid"] == "a@google.com"
    assert found["status"] == "confirmed"
    assert len(found["attendees"]) == 1
