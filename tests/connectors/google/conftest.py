"""A Google on loopback, an account with calendars, and no waiting."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from connectors import web
from tests.servers.google.calendar import Calendars
from tests.servers.google.core import FakeGoogle
from tests.servers.google.fixture import google as google
from tests.servers.google.fixture import handle as made

NOW = datetime(2026, 3, 25, 7, 0, tzinfo=UTC)  # the week before the clocks change in Europe
SCOPES = ("calendar.calendarlist.readonly", "calendar.events.readonly")


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Do not really wait; return the pauses asked for."""
    asked: list[float] = []
    monkeypatch.setattr(web.time, "sleep", asked.append)
    return asked


@pytest.fixture
def calendars(google: FakeGoogle) -> Calendars:
    return google.account().of(Calendars)


@pytest.fixture
def handle(google: FakeGoogle) -> SimpleNamespace:
    return made(google, *SCOPES)
