"""Outputs to render and deliver in tests."""

from datetime import UTC, datetime
from typing import Any

from flows.output import Fact, Footer, Line, Output, Section, Source

MADE = datetime(2026, 3, 25, 6, 0, tzinfo=UTC)


def output(*lines: Line, facts: tuple[Fact, ...] = (), **changes: Any) -> Output:
    """Return a brief whose second section holds `lines`."""
    first = Section(title="First", lines=(Line(text="Answer Ana about the offer", facts=("m1",)),))
    given: dict[str, Any] = {
        "capability": "brief",
        "title": "Wednesday, 25 March",
        "made": MADE,
        "zone": "Europe/Berlin",
        "subject": "2026-03-25",
        "sources": (
            Source(name="calendar", family="calendar", read=datetime(2026, 3, 25, 5, 56, tzinfo=UTC), stale=False),
            Source(name="repos", family="repos", read=datetime(2026, 3, 24, 21, 0, tzinfo=UTC), stale=True),
            Source(name="mail", family="mail", read=None, stale=True),
        ),
        "sections": (first, Section(title="The day", lines=lines, more=2)),
        "facts": (Fact(id="m1", view="messages", key="a|b@x.example", text="Offer | due"), *facts),
        "footer": Footer(run="run-1", pack="p1", dropped=1, withheld=2),
        "version": "v1",
    }
    return Output(**{**given, **changes})
