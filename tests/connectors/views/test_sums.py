"""The sums over all mails: folded in after any changes, they are what making them anew gives."""

import json
import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.mail.tables import MESSAGES
from connectors.views import sums, tables

NOW = datetime(2026, 3, 25, 7, 0, tzinfo=UTC)
OWN = ["sam@work.example"]
SENDERS = ["ana@x.example", "ANA@x.example", "bo@y.example", "sam@work.example", None]
WEIGHED = """
SELECT address, name, writer, sum(n), bool_and(automated), min(first_at), max(last_at) FILTER (last_at <= ?)
FROM sums.correspondence GROUP BY address, name, writer ORDER BY ALL"""
HELD = (
    "SELECT * FROM sums.edges ORDER BY ALL",
    "SELECT * FROM sums.mails ORDER BY ALL",
    "FROM sums.loads ORDER BY ALL",
)

places = st.tuples(st.sampled_from(["inbox", "all"]), st.integers(1, 9))  # file, mail
mails = st.fixed_dictionaries(
    {
        "from_address": st.sampled_from(SENDERS),
        "from_name": st.sampled_from(["Ana", "Bo", None]),
        "sent_at": st.sampled_from([NOW - timedelta(days=3), NOW + timedelta(hours=1), NOW + timedelta(hours=5), None]),
        "automated": st.sampled_from([True, False, None]),
        "to_addresses": st.sampled_from(
            [None, '[{"address": "Cy@z.example", "name": "Cy"}, {"address": "bo@y.example"}]']
        ),
        "account": st.sampled_from(["a", "a", "b"]),
        "thread_root": st.sampled_from(["m1", "m2", "m3", None]),
        "seen": st.booleans(),
    }
)
# A load puts mails (new ones, or others in their place), marks some as seen, and lets some go.
loads = st.fixed_dictionaries(
    {
        "put": st.dictionaries(places, mails, max_size=4),
        "seen": st.lists(places, max_size=2),
        "gone": st.lists(places, max_size=1),
        "passed": st.integers(0, 3),  # hours until the publish
    }
)


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as made:
        made.execute("SET TimeZone = 'UTC'")
        tables.raw(made, [MESSAGES])
        yield made


def put(con: duckdb.DuckDBPyConnection, load: str, place: tuple[str, int], mail: Mapping[str, Any]) -> None:
    file, number = place
    con.execute("DELETE FROM raw.messages WHERE file = ? AND key = ?", [file, f"m{number}"])
    row = {
        "source": "box",
        "file": file,
        "key": f"m{number}",
        "_dlt_load_id": load,
        **mail,
        "message_id": f"m{number}",
        "thread_root": mail["thread_root"] or f"m{number}",
    }
    con.execute(f"INSERT INTO raw.messages ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", list(row.values()))


def mark(con: duckdb.DuckDBPyConnection, load: str, place: tuple[str, int]) -> None:
    """As a merge does where only a mark differs: the row is written anew, under the new load."""
    at = [place[0], f"m{place[1]}"]
    con.execute("UPDATE raw.messages SET seen = NOT seen, _dlt_load_id = ? WHERE file = ? AND key = ?", [load, *at])


def state(con: duckdb.DuckDBPyConnection, now: datetime) -> list[list[Any]]:
    return [con.execute(WEIGHED, [now]).fetchall(), *(con.execute(sql).fetchall() for sql in HELD)]


@settings(max_examples=int(os.environ.get("STEWARD_EXAMPLES", "60")), deadline=None)
@given(steps=st.lists(loads, min_size=1, max_size=6))
def test_folding_in_is_making_anew(con: duckdb.DuckDBPyConnection, steps: list[dict[str, Any]]) -> None:
    con.execute("DELETE FROM raw.messages")
    sums.clear(con)
    sums.make(con)
    now = NOW
    for number, step in enumerate(steps):
        for place, mail in step["put"].items():
            put(con, f"{number}", place, mail)
        for place in step["seen"]:
            mark(con, f"{number}", place)
        for file, mail_number in step["gone"]:
            con.execute("DELETE FROM raw.messages WHERE file = ? AND key = ?", [file, f"m{mail_number}"])
        now += timedelta(hours=step["passed"])
        sums.refresh(con, OWN, now)
        folded = state(con, now)
        con.begin()
        sums._whole(con, "")
        made = state(con, now)
        con.rollback()
        assert folded == made


def mail(sender: str = "ana@x.example", **more: Any) -> dict[str, Any]:
    given = {"from_address": sender, "from_name": "Ana", "sent_at": NOW - timedelta(days=1), "automated": False}
    return {**given, "to_addresses": None, "account": "a", "thread_root": None, "seen": False, **more}


@pytest.fixture
def box(con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    con.execute("DELETE FROM raw.messages")
    sums.clear(con)
    sums.make(con)
    for number in range(5):
        put(con, "0", ("inbox", number), mail())
    assert sums.refresh(con, OWN, NOW)  # the first time, all
    return con


def counted(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    rows = con.execute("SELECT address, sum(n)::BIGINT FROM sums.correspondence GROUP BY ALL").fetchall()
    return dict(rows)


def test_what_is_common_is_folded_in(box: duckdb.DuckDBPyConnection) -> None:
    listed = json.dumps([{"address": "Cy@z.example", "name": "Cy"}])
    put(box, "1", ("inbox", 5), mail("bo@y.example"))
    put(box, "1", ("sent", 6), mail("Sam@work.example", to_addresses=listed))
    assert not sums.refresh(box, OWN, NOW)
    assert counted(box) == {"ana@x.example": 5, "bo@y.example": 1, "sam@work.example": 1, "cy@z.example": 1}
    mark(box, "2", ("inbox", 1))
    put(box, "3", ("archive", 5), mail("bo@y.example"))  # a copy, then the move is done
    box.execute("DELETE FROM raw.messages WHERE file = 'inbox' AND key = 'm5'")
    assert not sums.refresh(box, OWN, NOW)
    assert not sums.refresh(box, OWN, NOW + timedelta(days=1))  # nothing at all
    assert counted(box)["bo@y.example"] == 1


def test_what_cannot_be_folded_in_is_made_again(box: duckdb.DuckDBPyConnection) -> None:
    box.execute("DELETE FROM raw.messages WHERE key = 'm1'")
    assert sums.refresh(box, OWN, NOW)
    assert counted(box) == {"ana@x.example": 4}
    put(box, "1", ("inbox", 2), mail("bo@y.example"))
    assert sums.refresh(box, OWN, NOW)
    assert counted(box) == {"ana@x.example": 3, "bo@y.example": 1}
    assert sums.refresh(box, [*OWN, "bo@y.example"], NOW)
    assert sums.refresh(box, OWN, NOW - timedelta(seconds=1))  # the clock was set back
    assert sums.refresh(box, OWN, NOW, frame="another")
    put(box, None, ("inbox", 8), mail())  # type: ignore[arg-type] # not a load's: nothing says when it came
    assert sums.refresh(box, OWN, NOW, frame="another")
    assert sums.refresh(box, OWN, NOW, frame="another")


def test_the_correspondence_does_not_grow_with_every_load(box: duckdb.DuckDBPyConnection, monkeypatch: Any) -> None:
    monkeypatch.setattr(sums, "SLACK", 3)
    for number in range(10, 20):
        put(box, f"{number}", ("inbox", number), mail())
        assert not sums.refresh(box, OWN, NOW)
    assert box.execute("SELECT count(*) <= 5, sum(n) FROM sums.correspondence").fetchone() == (True, 15)
