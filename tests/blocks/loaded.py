"""A loader's file for tests of search: every raw table as connectors declare it, and rows under new load ids."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from connectors import kinds
from connectors.views.tables import raw

DAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


class Loaded:
    """Rows go in under a new load id each time."""

    def __init__(self, path: Path) -> None:
        self.con = duckdb.connect(str(path))
        self.con.execute("SET TimeZone = 'UTC'")
        raw(self.con, list(kinds.tables()))
        self.con.execute("CREATE TABLE raw._dlt_loads (load_id VARCHAR, status BIGINT)")
        self.loads = 0

    def put(self, table: str, key: str, file: str = "inbox", source: str = "mail", **values: Any) -> None:
        """Load one row; one of the same key goes."""
        self.delete(key, file, table)
        self.loads += 1
        load = f"1772439300.{self.loads:06d}"
        row = {"source": source, "file": file, "key": key, "_dlt_load_id": load, **values}
        given = [json.dumps(value) if isinstance(value, list | dict) else value for value in row.values()]
        names = ", ".join(f'"{name}"' for name in row)
        self.con.execute(f"INSERT INTO raw.{table} ({names}) VALUES ({', '.join('?' for _ in row)})", given)
        self.con.execute("INSERT INTO raw._dlt_loads VALUES (?, 0)", [load])

    def load(self, *mails: tuple[str, str, str], file: str = "inbox", day: int = 0) -> None:
        for key, subject, body in mails:
            self.mail(key, subject, body, file=file, sent_at=DAY + timedelta(days=day))

    def mail(self, key: str, subject: str, body: str, **values: Any) -> None:
        given = {"from_name": "Anna Vogel", "from_address": "anna@firm.example", "sent_at": DAY, **values}
        given = {"to_addresses": [{"address": "bo@x.example"}], **given}
        self.put("messages", key, subject=subject, body=body, **given)

    def task(self, key: str, title: str, **values: Any) -> None:
        self.put("tasks", key, "a.md", "todo", title=title, list="", notes="", **values)

    def delete(self, key: str, file: str = "inbox", table: str = "messages") -> None:
        self.con.execute(f"DELETE FROM raw.{table} WHERE key = ? AND file = ?", [key, file])
