"""Who is who: addresses and people, from mail, meetings, commits, contacts and the profile."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import pytest

from blocks.ledger.sources import STALE_AFTER
from connectors.calendar.tables import EVENTS, INSTANCES
from connectors.mail.tables import MESSAGES
from connectors.people.tables import CONTACTS
from connectors.quarantine import CHANGES, REJECTS
from connectors.repos.tables import COMMITS
from connectors.views import tables as framework
from connectors.views.install import install
from connectors.views.page import View, pages
from context.columns import TABLES as CONTEXT
from context.sql import ContextTable

NOW = datetime(2026, 3, 25, 7, 0, tzinfo=UTC)
DAY = timedelta(days=1)
DECLARED = [EVENTS, INSTANCES, MESSAGES, REJECTS, CHANGES, COMMITS, CONTACTS]
OURS = ("addresses", "people", "source_health", "rejects", "changes")
USED = (*OURS, "event_instances")

Row = Mapping[str, Any]
PROFILE: dict[str, list[dict[str, Any]]] = {
    "context_addresses": [
        {"person_id": "p_owner", "address": "Sam@work.example", "kind": "email"},
        {"person_id": "p_owner", "address": "sam", "kind": "github"},
    ],
    "context_people": [
        {
            "person_id": "pe_ana",
            "name": "Ana Ruiz",
            "relation": "client",
            "tier_rank": 1,
            "cadence_days": 14,
            "org": "Norte",
        },
        {"person_id": "pe_zoe", "name": "Zoe", "relation": "friend", "tier_rank": 3},
    ],
    "context_people_addresses": [{"person_id": "pe_ana", "address": "ana@norte.example", "kind": "email"}],
}
PRIVATE: dict[str, list[dict[str, Any]]] = {
    "context_people": [{"person_id": "pe_doc", "name": "Dr. Low", "relation": "doctor"}],
    "context_people_addresses": [{"person_id": "pe_doc", "address": "low@clinic.example", "kind": "email"}],
}


def profile(*parts: Mapping[str, list[dict[str, Any]]]) -> dict[str, ContextTable]:
    return {
        name: ContextTable(comment, columns, tuple(row for part in parts for row in part.get(name, [])))
        for name, (comment, columns) in CONTEXT.items()
    }


def mail(key: str, sender: str, name: str | None, to: str, sent: datetime = NOW - DAY, **more: Any) -> dict[str, Any]:
    listed = json.dumps([{"address": to, "name": None}])
    given = {"from_address": sender, "from_name": name, "to_addresses": listed, "sent_at": sent}
    return {"source": "box", "account": "a", "file": "f", "key": key, **given, **more}


def meeting(key: str, start: datetime, *attendees: Mapping[str, str], **more: Any) -> tuple[Row, Row]:
    common = {"source": "cal", "account": "a", "file": "f", "uid": key, "starts_at": start}
    organizer = more.pop("organizer", "sam@work.example")
    event = {"key": key, "attendees": json.dumps(attendees), "organizer_address": organizer, "status": "confirmed"}
    return {**common, **event}, {**common, "key": f"{key}@1", "event_key": key, "cancelled": False, **more}


def put(con: duckdb.DuckDBPyConnection, table: str, *rows: Row) -> None:
    for row in rows:
        names = ", ".join(row)
        con.execute(f"INSERT INTO raw.{table} ({names}) VALUES ({', '.join('?' * len(row))})", list(row.values()))


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        framework.raw(connection, DECLARED)
        yield connection


def surface(con: duckdb.DuckDBPyConnection) -> None:
    context = {"main": profile(PROFILE), "mine": profile(PROFILE, PRIVATE)}
    views: list[View] = [view for view in pages() if view.name in USED]
    assert len(views) == len(USED)
    install(con, context=context, ledger=None, now=NOW, declared=DECLARED, views=views)


def ask(con: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    return con.execute(sql).fetchall()


def test_an_empty_warehouse_has_the_people_of_the_profile(con: duckdb.DuckDBPyConnection) -> None:
    surface(con)
    assert ask(con, "SELECT person_id, name, mails_in, last_contact_at, source FROM people ORDER BY ALL") == [
        ("pe_ana", "Ana Ruiz", 0, None, "profile"),
        ("pe_zoe", "Zoe", 0, None, "profile"),
    ]
    assert ask(con, "SELECT addresses FROM people WHERE person_id = 'pe_zoe'") == [("[]",)]


@pytest.mark.row("N7")
def test_mails_are_counted_once_and_the_owner_is_nobody_else(con: duckdb.DuckDBPyConnection) -> None:
    put(
        con,
        "messages",
        mail("1", "ana@norte.example", "Ana R.", "sam@work.example", NOW - 3 * DAY),
        {**mail("1", "ana@norte.example", "Ana R.", "sam@work.example", NOW - 3 * DAY), "source": "other"},
        mail("2", "sam@work.example", "Sam", "Ana@Norte.example", NOW - DAY),
        mail("3", "sam@work.example", "Sam", "sam@work.example"),
        mail("4", "ana@private.example", "Ana Ruiz", "sam@work.example"),
        mail("5", "news@shop.example", "Shop", "sam@work.example", automated=True),
        mail("6", "bob@list.example", "Bob", "dev@list.example", list_id="dev.list.example"),
        mail("7", "not an address", "X", "sam@work.example"),
    )
    surface(con)
    assert ask(con, "SELECT address, person_id, name, mails_in, mails_out, automated FROM addresses ORDER BY 1") == [
        ("ana@norte.example", "pe_ana", "Ana Ruiz", 1, 1, False),
        ("ana@private.example", "ana@private.example", "Ana Ruiz", 1, 0, False),
        ("bob@list.example", "bob@list.example", "Bob", 1, 0, True),
        ("news@shop.example", "news@shop.example", "Shop", 1, 0, True),
    ]
    assert ask(
        con, "SELECT person_id, last_contact_at, first_contact_at FROM people WHERE mails_in > 0 ORDER BY 1"
    ) == [
        ("ana@private.example", NOW - DAY, NOW - DAY),
        ("pe_ana", NOW - DAY, NOW - 3 * DAY),
    ]


def test_meetings_that_took_place(con: duckdb.DuckDBPyConnection) -> None:
    ana = {"address": "ana@norte.example", "name": "Ana", "partstat": "accepted", "kind": "individual"}
    ben = {"address": "ben@norte.example", "name": "Ben", "partstat": "declined", "kind": "individual"}
    sam = {"address": "Sam@Work.example", "name": "Sam", "partstat": "accepted", "kind": "individual"}
    room = {"address": "room1@work.example", "name": "Room", "partstat": "accepted", "kind": "room"}
    pairs = [
        meeting("past", NOW - 2 * DAY, ana, ben, room),
        meeting("cancelled", NOW - DAY, ana, cancelled=True),
        meeting("future", NOW + DAY, ana),
        meeting("theirs", NOW - 3 * DAY, ana, ben, organizer="ben@norte.example"),
        meeting("not-gone", NOW - 4 * DAY, ana, {**sam, "partstat": "declined"}, organizer="ana@norte.example"),
        meeting("gone", NOW - 5 * DAY, sam, organizer="ana@norte.example"),
    ]
    for event, instance in pairs:
        put(con, "events", event, {**event, "source": "cal2"})
        put(con, "event_instances", instance, {**instance, "source": "cal2"})
    surface(con)
    assert ask(con, "SELECT address, meetings, last_meeting_at FROM addresses") == [
        ("ana@norte.example", 2, NOW - 2 * DAY)
    ]


def test_commits_and_contacts(con: duckdb.DuckDBPyConnection) -> None:
    commit = {"sha": "a1", "author_name": "Kim", "author_address": "Kim@code.example", "authored_at": NOW - DAY}
    put(con, "commits", {**commit, "source": "repo1"}, {**commit, "source": "repo2"})
    cards = [
        ("1", "Ana", ["ana@norte.example", "ana@private.example"], None),
        ("2", "Kim Lee", ["kim@code.example", "kim@home.example"], "Code"),
        ("3", "Kim again", ["kim@code.example"], None),
    ]
    for key, name, addresses, organization in cards:
        row = {"source": "cards", "key": key, "name": name, "organization": organization}
        listed = [{"address": address, "kind": "work"} for address in addresses]
        put(con, "contacts", {**row, "addresses": json.dumps(listed)})
    surface(con)
    assert ask(con, "SELECT person_id, name, addresses, organization, commits, source FROM people ORDER BY 1") == [
        ("contact:cards/2", "Kim Lee", '["kim@code.example","kim@home.example"]', "Code", 1, "contacts"),
        ("pe_ana", "Ana Ruiz", '["ana@norte.example","ana@private.example"]', "Norte", 0, "profile"),
        ("pe_zoe", "Zoe", "[]", None, 0, "profile"),
    ]


@pytest.mark.row("C11")
def test_only_the_owner_sees_private_people(con: duckdb.DuckDBPyConnection) -> None:
    put(con, "messages", mail("1", "low@clinic.example", None, "sam@work.example"))
    surface(con)
    query = "SELECT person_id, name, relation, source FROM {}.people WHERE addresses->>0 = 'low@clinic.example'"
    assert ask(con, query.format("mine")) == [("pe_doc", "Dr. Low", "doctor", "profile")]
    assert ask(con, query.format("main")) == [("low@clinic.example", "low@clinic.example", None, "observed")]


@pytest.mark.row("N8")
def test_health_rejects_and_changes(con: duckdb.DuckDBPyConnection) -> None:
    put(con, "rejects", {"source": "cal", "key": "k", "position": "VEVENT 3", "reason": "bad-date", "size": 12})
    put(con, "changes", {"source": "cal", "key": "c", "table_name": "events", "row_key": "e", "before": '{"a": 1}'})
    surface(con)
    for name, at, state in [
        ("a", NOW - STALE_AFTER, "ok"),
        ("b", NOW - STALE_AFTER - DAY / 86400, "ok"),
        ("c", NOW, "failed"),
    ]:
        con.execute("INSERT INTO ledger_sources (name, state, last_success_at) VALUES (?, ?, ?)", [name, state, at])
    assert ask(con, "SELECT source, state, as_of FROM source_health ORDER BY 1") == [
        ("a", "ok", NOW),
        ("b", "stale", NOW),
        ("c", "failed", NOW),
    ]
    assert ask(con, "SELECT reject_key, position, reason, size FROM rejects") == [("k", "VEVENT 3", "bad-date", 12)]
    assert ask(con, "SELECT table_name, row_key, before->>'a' FROM changes") == [("events", "e", "1")]
