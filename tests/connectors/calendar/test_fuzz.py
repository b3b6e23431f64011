"""Real calendars, damaged at random: no crash, and no neighbour of what was damaged is lost."""

import random
import re
from pathlib import Path

import pytest

from connectors.calendar.ical import NoCalendarError
from tests.connectors.calendar.conftest import event, read
from tests.connectors.calendar.test_corpora import calendars

pytestmark = [pytest.mark.row("N1", "N10"), pytest.mark.corpora]
ROUNDS = 400
WORDS = (
    b"BEGIN:VEVENT",
    b"END:VEVENT",
    b"\r\n ",
    b"RRULE:FREQ=SECONDLY",
    b":",
    b";",
    b"\0",
    b"\xff\xfe",
    b"99999999",
    b"",
)


def damaged(data: bytes, chance: random.Random) -> bytes:
    """Return the text with a few bytes changed, words inserted, or pieces cut, doubled or moved."""
    text = bytearray(data[:20_000])
    for _ in range(chance.randint(1, 8)):
        spot, length = chance.randrange(len(text) + 1), chance.randint(1, 60)
        match chance.randrange(5):
            case 0 if spot < len(text):
                text[spot] = chance.randrange(256)
            case 1:
                text[spot:spot] = chance.choice(WORDS)
            case 2:
                del text[spot : spot + length]
            case 3:
                text[spot:spot] = text[spot : spot + length]
            case _:
                piece = text[spot : spot + length]
                del text[spot : spot + length]
                place = chance.randrange(len(text) + 1)
                text[place:place] = piece
    return bytes(text)


def test_damaged_calendars_do_not_crash_the_reader(corpora: Path) -> None:
    chance = random.Random(5545)
    texts = [data for data in calendars(corpora / "ics") if 0 < len(data) < 20_000]
    read_at_all = 0
    for _ in range(ROUNDS):
        try:
            read(damaged(chance.choice(texts), chance))
            read_at_all += 1
        except NoCalendarError:
            continue
    assert read_at_all > ROUNDS * 0.9


def test_a_damaged_event_costs_no_neighbour() -> None:
    chance = random.Random(5546)
    middle = event("RRULE:FREQ=WEEKLY;COUNT=3", "ATTENDEE;CN=Bo:mailto:bo@example.org", "SUMMARY:Damaged", uid="middle")
    for _ in range(ROUNDS):
        inner = damaged(middle.encode(), chance)
        if re.search(rb"BEGIN|END:|VCAL|METHOD", inner[12:-10], re.IGNORECASE) or not inner.startswith(
            b"BEGIN:VEVENT\n"
        ):
            continue  # what is no longer one damaged event has other neighbours
        whole = (
            f"BEGIN:VCALENDAR\n{event(uid='first')}\n".encode()
            + inner
            + f"\n{event(uid='last')}\nEND:VCALENDAR".encode()
        )
        assert {"first", "last"} <= set(read(whole).events), inner
