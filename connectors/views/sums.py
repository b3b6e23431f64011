"""What stored views need of all mails, kept in the loader's file: a publish looks only at what was loaded since.

Views read two tables (addresses `sums.correspondence`, thread_roots `sums.edges`); `loads` and `mails` say what those
were made from. Loads tell what came and how much went. Where that cannot be folded in exactly (a mail is in no folder
any more, or is another under its old key) all is made again, as it is for another Steward, and for other addresses of
the owner. The copy that is published does without them.
"""

import hashlib
from collections.abc import Iterable
from datetime import datetime

import duckdb

SCHEMA = "sums"
SLACK = 1_000  # rows of the correspondence above twice its size when it was last summed up: then it is again


def make(con: duckdb.DuckDBPyConnection) -> None:
    """Make sure that the tables exist, empty where they are new."""
    con.execute(_TABLES)


def clear(con: duckdb.DuckDBPyConnection) -> None:
    """Drop all that is kept."""
    con.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")


def refresh(con: duckdb.DuckDBPyConnection, own: Iterable[str], now: datetime, frame: str = "") -> bool:
    """Bring the sums up to date with `raw.messages`; return whether all were made again.

    `own` are the owner's addresses, lower case; `now` is the present of the views, `frame` the version of all tables
    and views. Takes a transaction of its own.
    """
    addresses = sorted(set(own))
    told = (frame, duckdb.__version__, addresses, _TABLES, _ROWS, _MAILS, _CORRESPONDENCE, _EDGES)
    digest = hashlib.sha256(repr(told).encode()).hexdigest()
    con.begin()
    try:
        con.execute("SET VARIABLE own = ?::VARCHAR[]", [addresses])
        con.execute("SET VARIABLE present = ?::TIMESTAMPTZ", [now.isoformat()])
        if again := not _current(con, digest) or not _fold(con):
            con.rollback()  # a table cannot be changed and dropped in one transaction
            con.begin()
            _whole(con, digest)
    except BaseException:
        con.rollback()
        raise
    con.commit()
    return again


def _current(con: duckdb.DuckDBPyConnection, digest: str) -> bool:
    """Whether the sums were made by these rules, and in no present that is still to come (the clock was set back)."""
    sql = "SELECT digest = ? AND present <= getvariable('present') FROM sums.state"
    return con.execute(sql, [digest]).fetchone() == (True,)


def _whole(con: duckdb.DuckDBPyConnection, digest: str) -> None:
    clear(con)
    make(con)
    con.execute(f"INSERT INTO sums.loads {_LOADS}")
    con.execute(f"INSERT INTO sums.mails {_ROWS.format(where='true')}")
    con.execute(f"INSERT INTO sums.correspondence {_CORRESPONDENCE.format(mails=_MAILS.format(where='true'))}")
    con.execute(f"INSERT INTO sums.edges {_EDGES.format(child='', named='')}")
    con.execute(
        "INSERT INTO sums.state SELECT ?, getvariable('present'), (SELECT count(*) FROM sums.correspondence)", [digest]
    )


def _fold(con: duckdb.DuckDBPyConnection) -> bool:
    """Take in what differs since the last time; False, with the tables in any state, where that is not possible."""
    fresh, vanished, strange = con.execute(_DIFFERENCE.format(loads=_LOADS)).fetchone() or (None, 0, True)
    if strange:
        return False
    if not fresh and not vanished:
        return True
    con.execute("SET VARIABLE fresh = ?::VARCHAR[]", [fresh or []])
    con.execute(f"CREATE OR REPLACE TEMP TABLE fresh AS {_ROWS.format(where=_FRESH)}")
    if con.execute(_CONFLICT).fetchone() == (True,):
        return False
    con.execute(_NEW)
    con.execute("INSERT INTO sums.mails FROM fresh ANTI JOIN sums.mails USING (place)")
    known = con.execute("SELECT (SELECT count(*) FROM fresh) - (SELECT count(*) FROM unknown)").fetchone() or (0,)
    gone = (vanished or 0) - known[0]
    if gone and not _let_go(con, gone):
        return False
    con.execute(
        f"INSERT INTO sums.correspondence {_CORRESPONDENCE.format(mails=_MAILS.format(where=f'{_FRESH} AND {_FIRST}'))}"
    )
    if gone:
        con.execute("DELETE FROM sums.edges")
        con.execute(f"INSERT INTO sums.edges {_EDGES.format(child='', named='')}")
    else:
        con.execute(_TOUCHED.format(where=_FRESH))
        con.execute(f"INSERT INTO sums.edges {_EDGES.format(child=_touched('child'), named=_touched('named'))}")
    con.execute(_SETTLED.format(loads=_LOADS))
    _sum_up(con)
    con.execute("DROP TABLE fresh; DROP TABLE unknown; DROP TABLE IF EXISTS touched")
    return True


def _touched(part: str) -> str:
    column = "message_id" if part == "child" else "thread_root"
    return f"SEMI JOIN touched ON touched.account = {part}.account AND touched.id = {part}.{column}"


def _let_go(con: duckdb.DuckDBPyConnection, count: int) -> bool:
    """Forget rows that are in the loader's file no more; False where one was the last of its mail, or said other."""
    gone = con.execute(_GONE.format(rows=_ROWS.format(where="true"))).fetchall()
    if len(gone) != count:
        return False
    con.execute("SET VARIABLE gone = ?::UBIGINT[]", [[mail for mail, _ in gone]])
    left = con.execute("SELECT DISTINCT mail, facts FROM sums.mails WHERE mail IN (SELECT unnest(getvariable('gone')))")
    held: dict[int, set[int]] = {}
    for mail, facts in left.fetchall():
        held.setdefault(mail, set()).add(facts)
    return all(held.get(mail) == {facts} for mail, facts in gone)


def _sum_up(con: duckdb.DuckDBPyConnection) -> None:
    """Join the rows that many loads have left of one correspondence."""
    sql = "SELECT count(*) > 2 * (SELECT size FROM sums.state) + ? FROM sums.correspondence"
    if con.execute(sql, [SLACK]).fetchone() != (True,):
        return
    con.execute("""CREATE TEMP TABLE summed AS
        SELECT address, name, writer, sum(n)::BIGINT, bool_and(automated), min(first_at), max(last_at)
        FROM sums.correspondence
        GROUP BY address, name, writer, CASE WHEN last_at > getvariable('present') THEN last_at END;
        DELETE FROM sums.correspondence; INSERT INTO sums.correspondence FROM summed; DROP TABLE summed;
        UPDATE sums.state SET size = (SELECT count(*) FROM sums.correspondence)""")


_TABLES = """
CREATE SCHEMA IF NOT EXISTS sums;
CREATE TABLE IF NOT EXISTS sums.state (digest VARCHAR, present TIMESTAMPTZ, size BIGINT);
CREATE TABLE IF NOT EXISTS sums.loads (load VARCHAR, n BIGINT);
CREATE TABLE IF NOT EXISTS sums.mails (place UBIGINT, mail UBIGINT, facts UBIGINT);
CREATE TABLE IF NOT EXISTS sums.correspondence (
  address VARCHAR, name VARCHAR, writer VARCHAR, n BIGINT, automated BOOLEAN,
  first_at TIMESTAMPTZ, last_at TIMESTAMPTZ);
CREATE TABLE IF NOT EXISTS sums.edges (account VARCHAR, root VARCHAR, parent VARCHAR)"""

_LOADS = "SELECT _dlt_load_id AS load, count(*) AS n FROM raw.messages GROUP BY ALL"

# Digests of 64 bits: which row it is (with its place in a thread), which mail, and what that says to a correspondence.
_ROWS = """
SELECT
  hash(source, file, key, account, message_id, thread_root) AS place,
  hash(key) AS mail,
  hash(lower(from_address), from_name, sent_at, coalesce(automated, false) OR list_id IS NOT NULL,
    to_addresses::VARCHAR, cc_addresses::VARCHAR) AS facts
FROM raw.messages WHERE {where}"""

_FRESH = "_dlt_load_id IN (SELECT unnest(getvariable('fresh')))"
_FIRST = "hash(key) IN (SELECT mail FROM unknown WHERE first)"

# Each mail once, however many mailboxes hold it; recipients only of those that the owner wrote.
_MAILS = """
SELECT
  arg_min(lower(from_address), place) AS sender,
  arg_min(from_name, place) AS name,
  min(sent_at) AS sent_at,
  bool_and(coalesce(automated, false) OR list_id IS NOT NULL) AS automated,
  arg_min(to_addresses, place) FILTER (mine) AS to_addresses,
  arg_min(cc_addresses, place) FILTER (mine) AS cc_addresses
FROM (
  SELECT *, source || '/' || file AS place, list_contains(getvariable('own'), lower(from_address)) AS mine
  FROM raw.messages WHERE {where})
GROUP BY key"""

# What is still to come (a wrong date) stays by itself: it counts from its own time on.
_CORRESPONDENCE = """
WITH mails AS MATERIALIZED ({mails}),
written AS (
  SELECT sender, sent_at, unnest(list_concat(
    coalesce(json_transform(to_addresses, '[{{"address": "VARCHAR", "name": "VARCHAR"}}]'), []),
    coalesce(json_transform(cc_addresses, '[{{"address": "VARCHAR", "name": "VARCHAR"}}]'), []))) AS entry
  FROM mails
  WHERE list_contains(getvariable('own'), sender)),
told AS (
  SELECT sender AS address, name, NULL::VARCHAR AS writer, sent_at, automated FROM mails
  UNION ALL
  SELECT lower(entry.address), entry.name, sender, sent_at, false FROM written)
SELECT address, name, writer, count(*), bool_and(automated), min(sent_at), max(sent_at)
FROM told
WHERE address LIKE '%_@_%'
GROUP BY address, name, writer, CASE WHEN sent_at > getvariable('present') THEN sent_at END"""

# A mail that names an older one as the root of its thread, and is named so itself.
_EDGES = """
WITH child AS (
  SELECT account, message_id AS id, thread_root FROM raw.messages AS child {child} WHERE message_id <> thread_root),
named AS (
  SELECT account, thread_root AS id FROM raw.messages AS named {named})
SELECT account, id, min(thread_root) FROM child SEMI JOIN named USING (account, id) GROUP BY account, id"""

_DIFFERENCE = """
SELECT
  list(held.load) FILTER (was.n IS NULL),
  sum(was.n - coalesce(held.n, 0)) FILTER (was.n IS NOT NULL),
  coalesce(bool_or((held.n IS NOT NULL AND held.load IS NULL) OR held.n > was.n), false)
FROM ({loads}) AS held FULL JOIN sums.loads AS was ON was.load = held.load"""

_CONFLICT = """
SELECT EXISTS (FROM fresh JOIN sums.mails AS known ON known.mail = fresh.mail AND known.facts <> fresh.facts)"""

_GONE = "DELETE FROM sums.mails WHERE place NOT IN (SELECT place FROM ({rows})) RETURNING mail, facts"

# `first`: no row of that mail was there before.
_NEW = """
CREATE OR REPLACE TEMP TABLE unknown AS
SELECT place, mail, mail NOT IN (SELECT mail FROM sums.mails) AS first
FROM fresh ANTI JOIN sums.mails AS known ON known.place = fresh.place"""

_TOUCHED = """
CREATE OR REPLACE TEMP TABLE touched AS
SELECT DISTINCT account, unnest([message_id, thread_root]) AS id FROM raw.messages WHERE {where};
DELETE FROM sums.edges USING touched WHERE touched.account = edges.account AND touched.id = edges.root"""

_SETTLED = """
CREATE OR REPLACE TEMP TABLE held AS {loads};
DELETE FROM sums.loads WHERE (load, n) NOT IN (SELECT (load, n) FROM held);
INSERT INTO sums.loads FROM held ANTI JOIN sums.loads USING (load);
DROP TABLE held;
UPDATE sums.state SET present = getvariable('present')"""
