"""A small world for tests of capabilities: a home, a profile, and a published warehouse with hand-made rows.

The tables have the columns of the published views that capabilities read; the views themselves have tests of their own,
and the demo proves that both fit.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from blocks.ledger import Ledger
from blocks.warehouse import Warehouse
from context.home import Home

BERLIN = ZoneInfo("Europe/Berlin")
ME = "ana@fern.example"

TABLES = {
    "event_instances": """instance_key VARCHAR, event_key VARCHAR, source VARCHAR, account VARCHAR, calendar VARCHAR,
        uid VARCHAR, starts_at TIMESTAMPTZ, ends_at TIMESTAMPTZ, start_date DATE, end_date DATE, all_day BOOLEAN,
        zone VARCHAR, summary VARCHAR, location VARCHAR, status VARCHAR, transparent BOOLEAN, organizer_address VARCHAR,
        organizer_name VARCHAR, attendees JSON, my_status VARCHAR, other_people BIGINT, conference_url VARCHAR,
        description VARCHAR, is_recurring BOOLEAN, is_exception BOOLEAN, cancelled BOOLEAN, duplicate_of VARCHAR""",
    "events": """event_key VARCHAR, source VARCHAR, account VARCHAR, summary VARCHAR, organizer_name VARCHAR,
        created_at TIMESTAMPTZ, updated_at TIMESTAMPTZ, recurrence_id VARCHAR""",
    "messages": """message_key VARCHAR, source VARCHAR, account VARCHAR, folder VARCHAR, message_id VARCHAR,
        thread_id VARCHAR, sent_at TIMESTAMPTZ, from_address VARCHAR, from_name VARCHAR, from_me BOOLEAN, to_me BOOLEAN,
        to_addresses JSON, cc_addresses JSON, subject VARCHAR, body VARCHAR, labels JSON, seen BOOLEAN,
        answered BOOLEAN, flagged BOOLEAN, list_id VARCHAR, list_unsubscribe VARCHAR,
        automated BOOLEAN, reply_to VARCHAR, attachments JSON""",
    "addresses": """address VARCHAR, person_id VARCHAR, name VARCHAR, mails_in BIGINT, mails_out BIGINT,
        meetings BIGINT, first_at TIMESTAMPTZ, last_at TIMESTAMPTZ, automated BOOLEAN, person_source VARCHAR""",
    "people": """person_id VARCHAR, name VARCHAR, relation VARCHAR, organization VARCHAR, tier_rank BIGINT,
        source VARCHAR""",
    "contacts": "contact_key VARCHAR, source VARCHAR, name VARCHAR, addresses JSON, birthday VARCHAR",
    "tasks": """task_key VARCHAR, source VARCHAR, list VARCHAR, title VARCHAR, notes VARCHAR, status VARCHAR,
        due_at TIMESTAMPTZ, due_date DATE, priority BIGINT, created_at TIMESTAMPTZ, completed_at TIMESTAMPTZ""",
    "changes": """change_key VARCHAR, source VARCHAR, table_name VARCHAR, row_key VARCHAR, changed_at TIMESTAMPTZ,
        change VARCHAR, before JSON""",
    "documents": """document_key VARCHAR, source VARCHAR, title VARCHAR, path VARCHAR, author VARCHAR,
        modified_at TIMESTAMPTZ, words BIGINT, text VARCHAR""",
    "commits": """commit_key VARCHAR, repo VARCHAR, author_name VARCHAR, author_address VARCHAR, subject VARCHAR,
        committed_at TIMESTAMPTZ, reachable BOOLEAN""",
    "issues": """issue_key VARCHAR, source VARCHAR, repo VARCHAR, number BIGINT, kind VARCHAR, title VARCHAR,
        body VARCHAR, state VARCHAR, draft BOOLEAN, author VARCHAR, assignees JSON, labels JSON,
        requested_reviewers JSON, created_at TIMESTAMPTZ, updated_at TIMESTAMPTZ, closed_at TIMESTAMPTZ,
        merged_at TIMESTAMPTZ, url VARCHAR""",
    "reviews": """review_key VARCHAR, source VARCHAR, issue_key VARCHAR, reviewer VARCHAR, state VARCHAR,
        submitted_at TIMESTAMPTZ""",
    "source_health": "source VARCHAR, kind VARCHAR",
    "context_addresses": "address VARCHAR",
    "ledger_slots": "name VARCHAR, slot TIMESTAMPTZ, outcome VARCHAR, reason VARCHAR",
    "ledger_calls": """called_at TIMESTAMPTZ, tokens_in BIGINT, tokens_out BIGINT, cost_usd DOUBLE,
        outcome VARCHAR""",
}
FAMILIES = ("calendar", "mail", "docs", "repos", "tasks")

PROFILE = f"""schema: steward/profile@1
identity: {{name: Ana Ferreira, emails: [{ME}], timezone: Europe/Berlin, languages: [en]}}
constraints:
  - {{id: c_pickup, rule: "Leave by 16:15", hard: true, when: "MON,WED 16:15-18:00", tier: private}}
working_hours: {{MON-THU: "09:00-18:00", FRI: "09:00-16:00"}}
"""
GOALS = """- {id: g_latency, statement: "Checkout p95 under 400 ms", by: 2026-12-31, weight: 0.5}
- {id: g_hire, statement: "Hire two engineers", weight: 0.2}
"""
PROJECTS = """- {id: pr_kestrel, name: Kestrel, goal: g_latency, repos: [fern/kestrel],
   match: {title: [kestrel, checkout]}}
"""
PEOPLE = """- {id: pe_bo, name: Bo Lind, emails: [bo@client.example], relation: client, tier: 1}
- {id: pe_cy, name: Cy Okafor, emails: [cy@fern.example], relation: colleague, tier: 3}
"""
POLICIES = "tiers: {brief: private}\nbudgets: {day_usd: 1.0, brief_usd: 0.10}\n"


def at(text: str, zone: ZoneInfo = BERLIN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


@dataclass
class World:
    """Rows to be published. `now` is the home's fixed present."""

    home: Home
    now: datetime
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: {name: [] for name in TABLES})

    @classmethod
    def make(cls, folder: Path, now: str = "2026-03-25 07:00", **files: str) -> "World":
        home = Home(folder)
        moment = at(now)
        home.create(now=moment)
        texts = {"profile": PROFILE, "goals": GOALS, "projects": PROJECTS, "people": PEOPLE, "policies": POLICIES}
        for name, text in (texts | files).items():
            (home.context / f"{name}.yaml").write_text(text, "utf-8")
        world = cls(home, moment)
        for family in FAMILIES:
            world.source(family, moment - timedelta(minutes=4))
        world.put("context_addresses", address=ME)
        world.person("pe_bo", "Bo Lind", "bo@client.example", "client", 1)
        world.person("pe_cy", "Cy Okafor", "cy@fern.example", "colleague", 3)
        return world

    def put(self, table: str, **row: Any) -> None:
        self.rows[table].append(row)

    def person(self, key: str, name: str, address: str, relation: str, tier: int) -> None:
        self.put("addresses", address=address, person_id=key, mails_in=5, mails_out=5, meetings=1,
                 name=name, person_source="profile")  # fmt: skip
        self.put("people", person_id=key, name=name, relation=relation, tier_rank=tier, source="profile")

    def source(self, family: str, read: datetime | None, failed: bool = False) -> None:
        """Connect a source of a family that was last read at `read`."""
        with Ledger.open(self.home) as ledger:
            ledger.sources.connect(family, family, family, "work", {})
            if read:
                ledger.sources.succeed(family, read, 1, 1, 0, 0, 0, None)
            if failed:
                ledger.sources.fail(family, self.now, "failed", "it broke", "run `steward sync`")

    def disconnect(self, *families: str) -> None:
        with Ledger.open(self.home) as ledger:
            for family in families:
                ledger.sources.remove(family)

    def event(self, title: str, begins: str, ends: str, others: int = 1, zone: ZoneInfo = BERLIN, **given: Any) -> str:
        """Put a timed event on the calendar; without another word it has an agenda and was accepted."""
        number = len(self.rows["event_instances"])
        start, end = at(begins, zone), at(ends, zone)
        key = f"ev{number}"
        people = [{"name": f"Guest {n}", "address": f"g{n}@x.example", "partstat": "ACCEPTED"} for n in range(others)]
        row = {
            "instance_key": f"{key}@{start:%Y%m%dT%H%M%SZ}", "event_key": key, "source": "calendar", "account": "work",
            "uid": key, "starts_at": start, "ends_at": end, "all_day": False, "zone": zone.key, "summary": title,
            "status": "confirmed", "transparent": False, "attendees": json.dumps(people), "other_people": others,
            "my_status": "accepted", "description": "Agenda: all of it", "cancelled": False,
        }  # fmt: skip
        updated = {name: given.pop(name, at("2026-01-05 09:00")) for name in ("created_at", "updated_at")}
        row |= given
        self.put("event_instances", **row)
        self.put("events", event_key=key, source="calendar", account="work", summary=title, **updated)
        return str(row["instance_key"])

    def whole(self, title: str, first: str, last: str) -> None:
        """Put an all-day event on the calendar; `last` is exclusive."""
        number = len(self.rows["event_instances"])
        self.put(
            "event_instances", instance_key=f"ev{number}@{first}", event_key=f"ev{number}", source="calendar",
            summary=title, start_date=date.fromisoformat(first), end_date=date.fromisoformat(last), all_day=True,
            status="confirmed", transparent=False, my_status="none", other_people=0, cancelled=False, attendees="[]",
        )  # fmt: skip

    def mail(
        self, thread: str, sent: str, subject: str, body: str, sender: str = "bo@client.example", **given: Any
    ) -> str:
        """Put a mail in a thread; from the owner's address it is the owner's."""
        key = f"m{len(self.rows['messages'])}@x"
        mine = sender == ME
        to = [{"name": "Bo Lind", "address": "bo@client.example"}] if mine else [{"name": "Ana", "address": ME}]
        row = {
            "message_key": key, "source": "mail", "account": "work", "thread_id": thread, "sent_at": at(sent),
            "from_address": sender, "from_name": None, "from_me": mine, "to_me": not mine,
            "to_addresses": json.dumps(to), "cc_addresses": "[]", "subject": subject, "body": body,
            "seen": True, "answered": False, "flagged": False, "list_id": None, "automated": False,
        }  # fmt: skip
        self.put("messages", **(row | given))
        return key

    def task(self, title: str, due: str, status: str = "open", **given: Any) -> None:
        row = {"task_key": f"t{len(self.rows['tasks'])}", "source": "tasks", "list": "todo.md", "title": title}
        self.put("tasks", **(row | {"status": status, "due_date": date.fromisoformat(due)} | given))

    def publish(self, more: Callable[[duckdb.DuckDBPyConnection], None] | None = None) -> "World":
        """Publish the rows, and what `more` puts beside them; again for a new generation."""

        def prepare(con: duckdb.DuckDBPyConnection) -> None:
            for table, columns in TABLES.items():
                con.execute(f"CREATE OR REPLACE TABLE main.{table} ({columns})")
                for row in self.rows[table]:
                    names = ", ".join(row)
                    marks = ", ".join("?" * len(row))
                    con.execute(f"INSERT INTO main.{table} ({names}) VALUES ({marks})", list(row.values()))
            if more:
                more(con)

        warehouse = Warehouse(self.home)
        with warehouse.writing():
            if not self.home.build.exists():
                with warehouse.builder() as con:
                    con.execute("CREATE SCHEMA IF NOT EXISTS raw")
            warehouse.publish(prepare)
        return self
