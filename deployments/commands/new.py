"""`steward new capability NAME`: a capability of your own to begin with."""

import click

from context.errors import InputError
from context.home import Home, write_private

PROMPT = """---
# When it runs, what it says and where it goes. After a change: `steward deploy`.
title: {title}
sections:
  # sql: the file beside this one; line: how a row reads, with its columns in braces.
  # {{column:date}}, :time, :ago, :length (of minutes) and :name say a value in another way.
  - sql: recent
    heading: Mail to you, newest first
    line: "{{person}}, {{sent_at:ago}}: “{{subject}}”"
    most: 5
    empty: No mail to you in seven days.
  - sql: busiest
    heading: Who wrote most
    line: "{{person}}: {{mails}} mails, the last {{last_at:date}}"
    most: 3
    repeat: true
# schedule: "30 8 * * 1"     # cron: Mondays at 08:30
# zone: Europe/Berlin        # without it, yours
delivery: [artifact]         # and slack, where it is connected
budget: 0.05                 # US dollars that a model may cost in a run; without a model it costs nothing
words_most: 160
---
Say it as a friendly colleague would, in short sentences.
"""
RECENT = """-- Mails to you from people, of the last seven days. The key of a row (message_key) makes it a citation.
-- `steward sql --schema` shows what there is. You may write $as_of, $day, $day_begins, $day_ends, $since, $zone and
-- $about; what came after $as_of is not known yet.
-- Somebody you know has the name that you gave them; of anybody else, the address says more than the name.
SELECT m.message_key, m.subject, m.sent_at,
       CASE WHEN p.source <> 'observed' THEN p.name ELSE m.from_address END AS person
FROM messages AS m
LEFT JOIN addresses AS a ON a.address = m.from_address
LEFT JOIN people AS p ON p.person_id = a.person_id
WHERE m.to_me AND NOT m.from_me AND NOT coalesce(m.automated, false) AND m.list_id IS NULL
  AND m.sent_at BETWEEN $as_of - INTERVAL 7 DAY AND $as_of
ORDER BY m.sent_at DESC
"""
BUSIEST = """-- Who wrote to you most in the last thirty days. Rows without a key are cited by this statement.
SELECT coalesce(any_value(p.name) FILTER (WHERE p.source <> 'observed'), m.from_address) AS person,
       count(*) AS mails, max(m.sent_at) AS last_at
FROM messages AS m
LEFT JOIN addresses AS a ON a.address = m.from_address
LEFT JOIN people AS p ON p.person_id = a.person_id
WHERE m.to_me AND NOT m.from_me AND NOT coalesce(m.automated, false) AND m.list_id IS NULL
  AND m.sent_at BETWEEN $as_of - INTERVAL 30 DAY AND $as_of
GROUP BY m.from_address
ORDER BY mails DESC, last_at DESC
"""


@click.group("new")
def command() -> None:
    """Make something of your own to begin with."""


@command.command("capability")
@click.argument("name")
def capability(name: str) -> None:
    """Make the capability NAME: a folder with a prompt and two SQL files that run at once, for you to change."""
    from flows import owned

    home = Home.open()
    owned.check_name(name)
    folder = home.capabilities / name
    if folder.exists():
        raise InputError(f"{folder} is there already", f"run `steward run {name}`, or choose another name")
    folder.mkdir(mode=0o700, parents=True)
    title = name.replace("_", " ").capitalize()
    for file, text in (("recent.sql", RECENT), ("busiest.sql", BUSIEST), ("prompt.md", PROMPT.format(title=title))):
        write_private(folder / file, text)
    click.echo(f"Made {folder}")
    click.echo(f"  `steward run {name}` shows what it says; `steward deploy` puts it on the schedule and into the UI.")
