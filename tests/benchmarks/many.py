"""A home with as many mails as wanted, and calendar, tasks, documents, issues and commits in proportion.

The rows are made by SQL in the loader's file and published through the real views. The same numbers give the same rows.
"""

from datetime import timedelta
from pathlib import Path

from blocks.ledger import Ledger
from blocks.warehouse import Warehouse
from context.home import Home
from tests.flows.world import GOALS, ME, PROFILE, World

LOGIN = PROFILE.replace("languages: [en]", "languages: [en], handles: {github: ana-f}")
SAID = (
    "Could you please look at the attached plan and tell me what you think about it?",
    "Can you send me the numbers for checkout by Friday?",
    "We had a long meeting about the budget and not everybody agreed on the numbers.",
    "Der Termin am Freitag passt mir leider nicht, können wir ihn verschieben?",
    "I will send you the contract by Thursday.",
    "Ich schicke dir die Zahlen bis Montag.",
    "The report is in the folder; it has twelve pages and the numbers are on the last one.",
    "Merci beaucoup pour votre message, nous avons bien reçu les documents.",
    "Let me see whether we can get this to you before the end of the week.",
    "Would Tuesday at ten suit you for a call about Kestrel?",
    "Pourriez-vous confirmer la date de livraison avant vendredi ?",
    "We should really talk about hiring at some point, I may have somebody in mind.",
    "I will get back to you.",
    "I will look at it.",
    "The new office has two rooms more than the old one, and a kitchen.",
    "Die Zahlen für März liegen im Ordner, sie sind noch nicht endgültig.",
    "Nothing has changed on our side since the last call.",
    "The trains were late again, so we began without the others.",
    "La réunion de lundi a duré deux heures et tout le monde était là.",
    "The contract has four pages now, the third one is new.",
)
WHAT = ("Kestrel checkout", "Budget", "Hiring", "Contract", "Rollout", "Zahlen März", "Livraison", "Office move")
MEETING = "Kestrel steering"  # the same in every home: what is said of others depends on who comes
MAILS = """
INSERT INTO raw.messages BY NAME
WITH many AS (
  SELECT n, n // 4 AS thread, hash(n // 4) % {people} AS who, hash(n // 4) % 10 < 4 AS machine,
         hash(n // 4) % 7 < 3 AND (n % 4 = 1 OR (n % 4 = 3 AND hash(n // 4) % 3 = 0)) AS answer
  FROM range({mails}) AS t(n)
), told AS (
  SELECT *, NOT machine AND answer AS mine, 'p' || who || '@firm' || who % 50 || '.example' AS address FROM many
)
SELECT 'mail' AS source, 'work' AS account, 'inbox' AS file, 'm' || n || '@x.example' AS key, 'h' || n AS row_hash,
       'Inbox' AS folder, 'm' || n || '@x.example' AS message_id,
       'm' || (CASE WHEN machine THEN n ELSE thread * 4 END) || '@x.example' AS thread_root,
       TIMESTAMPTZ '{now}' - to_seconds((({mails} - n) * {days} * 86400.0 / {mails})::BIGINT + 60) AS sent_at,
       CASE WHEN machine THEN 'no-reply@shop' || who % 50 || '.example' WHEN mine THEN '{me}' ELSE address END
         AS from_address,
       CASE WHEN machine THEN 'Shop ' || who % 50 WHEN mine THEN 'Ana Ferreira' ELSE 'Person ' || who END AS from_name,
       json_array(json_object('address', CASE WHEN mine THEN address ELSE '{me}' END, 'name', NULL)) AS to_addresses,
       json_array() AS cc_addresses, {what}[1 + (hash(thread + 7) % len({what}))::INT] || ' ' || thread AS subject,
       'Hi,' || chr(10) || chr(10) || {said}[1 + (hash(n) % len({said}))::INT] || chr(10) || chr(10)
         || {said}[1 + (hash(n + 1) % len({said}))::INT] || ' It is about number ' || n || '.' || chr(10) || chr(10)
         || 'Kind regards' AS body,
       n < {mails} * 9 // 10 OR n % 3 = 0 AS seen, machine AS automated, FALSE AS answered, FALSE AS flagged,
       CASE WHEN machine AND n % 2 = 0 THEN 'news.shop.example' END AS list_id, 1500 AS size, 'h' || n AS content_hash
FROM told
"""
EVENTS = """
CREATE TEMP TABLE slots AS
WITH alone AS (
  SELECT 'e' || n AS uid, NULL AS rrule, n,
         DATE '{today}' - {days} + (n * ({days} + 30) // {events})::INT AS day FROM range({events}) AS t(n)
  UNION ALL SELECT 'steering', NULL, 4, DATE '{today}'
), weekly AS (
  SELECT 's' || n AS uid, 'FREQ=WEEKLY' AS rrule, n, DATE '{today}' - 90 + (n % 7 + week * 7)::INT AS day
  FROM range({series}) AS t(n), range(17) AS w(week)
)
SELECT *, (day + to_minutes(420 + (hash(n) % 20 * 30)::INT))::TIMESTAMP::TIMESTAMPTZ AS starts_at,
       starts_at + to_minutes(30 + (hash(n + 3) % 3 * 15)::INT) AS ends_at
FROM (FROM alone UNION ALL FROM weekly);
INSERT INTO raw.events BY NAME
SELECT DISTINCT ON (uid) 'calendar' AS source, 'work' AS account, 'work.ics' AS file, uid AS key,
       'h' || uid AS row_hash, 'Work' AS calendar, uid,
       starts_at, ends_at, FALSE AS all_day, 'Europe/Berlin' AS zone, rrule,
       CASE WHEN uid = 'steering' THEN '{meeting}'
            ELSE {what}[1 + (n % len({what}))::INT] || ' with Person ' || n END AS summary,
       'Agenda: all of it' AS description,
       'confirmed' AS status, FALSE AS transparent, '{me}' AS organizer_address, 'Ana Ferreira' AS organizer_name,
       (SELECT json_group_array(json_object('address', 'p' || k || '@firm' || k % 50 || '.example',
          'name', 'Person ' || k, 'partstat', 'ACCEPTED', 'kind', 'individual'))
        FROM (SELECT CASE WHEN uid = 'steering' THEN p ELSE hash(n * 8 + p) % {people} END AS k
              FROM range((1 + n % 5)::BIGINT) AS g(p))) AS attendees,
       starts_at - INTERVAL 30 DAY AS created_at, starts_at - INTERVAL 30 DAY AS updated_at
FROM slots ORDER BY uid, starts_at;
INSERT INTO raw.event_instances BY NAME
SELECT 'calendar' AS source, 'work' AS account, 'work.ics' AS file, uid || '@' || starts_at AS key,
       uid AS event_key, uid, starts_at, ends_at, FALSE AS all_day, 'Europe/Berlin' AS zone, FALSE AS is_exception,
       FALSE AS cancelled
FROM slots
"""
REST = """
INSERT INTO raw.tasks BY NAME
SELECT 'tasks' AS source, 'work' AS account, 'todo.md' AS file, 't' || n AS key, 'todo.md' AS list,
       {what}[1 + (n % len({what}))::INT] || ': part ' || n AS title,
       DATE '{today}' + (hash(n) % 60)::INT - 30 AS due_date,
       CASE WHEN n % 3 = 0 THEN 'done' ELSE 'open' END AS status, TIMESTAMPTZ '{now}' - INTERVAL 40 DAY AS created_at,
       CASE WHEN n % 3 = 0 THEN TIMESTAMPTZ '{now}' - to_hours((hash(n) % 900)::INT) END AS completed_at
FROM range({mails} // 20) AS t(n);
INSERT INTO raw.documents BY NAME
SELECT 'docs' AS source, 'work' AS account, 'd' || n || '.md' AS file, 'd' || n || '.md' AS key,
       'd' || n || '.md' AS path, {what}[1 + (n % len({what}))::INT] || ' notes ' || n AS title,
       'markdown' AS kind, 'ok' AS state, 220 AS words,
       repeat({said}[1 + (n % len({said}))::INT] || ' ', 20) AS text, 'Person ' || n % 20 AS author,
       TIMESTAMPTZ '{now}' - to_seconds((n * {days} * 86400.0 * 20 / {mails})::BIGINT + 60) AS modified_at
FROM range({mails} // 20) AS t(n);
INSERT INTO raw.commits BY NAME
SELECT 'repos' AS source, 'work' AS account, 'commits' AS file, md5('c' || n) AS key, md5('c' || n) AS sha,
       'fern/kestrel' AS repo, 'Person ' || n % 20 AS author_name, 'Checkout: step ' || n AS subject, TRUE AS reachable,
       CASE WHEN n % 4 = 0 THEN '{me}' ELSE 'p' || n % 20 || '@firm' || n % 20 || '.example' END AS author_address,
       TIMESTAMPTZ '{now}' - to_seconds((n * {days} * 86400.0 * 5 / {mails})::BIGINT + 60) AS committed_at,
       committed_at AS authored_at
FROM range({mails} // 5) AS t(n);
INSERT INTO raw.issues BY NAME
SELECT 'repos' AS source, 'work' AS account, 'issues' AS file, 'fern/kestrel#' || n AS key, 'fern/kestrel' AS repo,
       n AS number, CASE WHEN n % 2 = 0 THEN 'pull' ELSE 'issue' END AS kind, 'Checkout is slow, case ' || n AS title,
       {said}[1 + (n % len({said}))::INT] AS body, 'open' AS state, FALSE AS draft, 'dev' || n % 20 AS author,
       CASE WHEN n % 3 = 0 THEN '["ana-f"]' ELSE '[]' END AS requested_reviewers, '[]' AS assignees, '[]' AS labels,
       TIMESTAMPTZ '{now}' - to_seconds((n * {days} * 86400.0 * 20 / {mails})::BIGINT + 60) AS updated_at,
       updated_at - INTERVAL 2 DAY AS created_at
FROM range({mails} // 20) AS t(n);
INSERT INTO raw.contacts BY NAME
SELECT 'people' AS source, 'work' AS account, 'cards.vcf' AS file, 'c' || n AS key, 'Person ' || n AS name,
       json_array(json_object('address', 'p' || n || '@firm' || n % 50 || '.example')) AS addresses,
       strftime(DATE '1980-01-01' + (n * 37 % 365)::INT, '%Y-%m-%d') AS birthday
FROM range({people} // 2) AS t(n)
"""


def build(root: Path, mails: int, days: int) -> Home:
    """Make and publish a home at `root` whose mails lie within `days` before its present."""
    from connectors import kinds, quarantine
    from connectors.views import tables
    from connectors.views.install import prepare

    world = World.make(root, profile=LOGIN, goals=GOALS)
    with Ledger.open(world.home) as ledger:  # pull requests are read where there is a hub
        ledger.sources.connect("repos", "github", "repos", "work", {})
        ledger.sources.succeed("repos", world.now - timedelta(minutes=4), 1, 1, 0, 0, 0, None)
    given = {
        "mails": mails, "days": days, "events": max(1, mails // 5), "people": max(120, mails // 40), "me": ME,
        "meeting": MEETING,
        "now": world.now.isoformat(), "today": world.now.date().isoformat(), "said": [*SAID], "what": [*WHAT],
        "series": mails * 90 // days // 200,  # in a week as many as of the others; expanded some months back
    }  # fmt: skip
    warehouse = Warehouse(world.home)
    with warehouse.writing():
        with warehouse.builder() as con:
            con.execute("SET TimeZone = 'UTC'")
            tables.raw(con, [*kinds.tables(), quarantine.REJECTS, quarantine.CHANGES])
            for statements in (MAILS, EVENTS, REST):
                con.execute(statements.format(**given))
        warehouse.publish(prepare(world.home))
    return world.home
