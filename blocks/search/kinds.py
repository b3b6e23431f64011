"""What is searched: for each view, how its rows read as a title, people, a text, places and times. Data only."""

from dataclasses import dataclass

SEPARATOR = "\x1f"  # between the values of a list, in the text that `select` gives
# what the owner may call a view after `kind:`; a document's text is in its passages
CALLED = {
    "mail": ("messages",),
    "message": ("messages",),
    "event": ("events",),
    "meeting": ("events",),
    "document": ("documents", "passages"),
    "doc": ("documents", "passages"),
    "passage": ("passages",),
    "commit": ("commits",),
    "issue": ("issues",),
    "pull": ("issues",),
    "task": ("tasks",),
    "contact": ("contacts",),
}
TRAITS = ("attachment", "call", "due", "link", "list")  # what `has:` knows


@dataclass(frozen=True)
class Kind:
    """One view. `table` is the raw table; the expressions are SQL over it, as `t`.

    `sender` and `recipients` are text, with names; `senders` and `receivers` are lists of their addresses. `places`
    are what `in:` names, `traits` what `has:` does. `moment` is the row's time; `last` is the end of what goes on.
    """

    view: str
    table: str
    title: str
    body: str
    moment: str
    sender: str = "NULL"
    recipients: str = "NULL"
    senders: str = "[]"
    receivers: str = "[]"
    place: str = "NULL"
    traits: tuple[tuple[str, str], ...] = ()
    last: str = "NULL::TIMESTAMPTZ"
    join: str = ""

    def select(self, condition: str, rows: str | None = None) -> str:
        """Return the query for the rows that fulfil `condition`; `rows` names where they are, if not in the table."""
        traits = ", ".join(f"CASE WHEN {holds} THEN '{name}' END" for name, holds in self.traits)
        return f"""
            SELECT t.source, t.file, t.key,
                   coalesce({self.title}, '') AS title,
                   coalesce({self.sender}, '') AS sender,
                   coalesce({self.recipients}, '') AS recipients,
                   coalesce({self.body}, '') AS body,
                   {_joined(self.senders)} AS senders,
                   {_joined(self.receivers)} AS receivers,
                   {_joined(f"[t.source, t.account, {self.place}]")} AS places,
                   {_joined(f"[{traits}]")} AS traits,
                   coalesce(epoch({self.moment})::BIGINT, 0) AS moment,
                   coalesce(epoch({self.last})::BIGINT, epoch({self.moment})::BIGINT, 0) AS last
            FROM {rows or f"raw.{self.table}"} AS t {self.join}
            WHERE {condition}"""  # noqa: S608 - all parts are constants of this file and of `index`


def _joined(values: str) -> str:
    return f"coalesce(array_to_string(({values})::VARCHAR[], chr({ord(SEPARATOR)})), '')"


def _said(column: str) -> str:
    """The values of a JSON array of objects as words, without the names of their fields."""
    return f"""regexp_replace(t.{column}::VARCHAR, '"[a-z_]+":', ' ', 'g')"""


def _addresses(*columns: str) -> str:
    """The addresses in JSON arrays of objects."""
    lists = (f"coalesce(json_extract_string(t.{column}::JSON, '$[*].address'), [])" for column in columns)
    return " || ".join(lists)


def _links(*columns: str) -> tuple[str, str]:
    each = (f"coalesce(contains(t.{c}, 'https://') OR contains(t.{c}, 'http://'), false)" for c in columns)
    return "link", " OR ".join(each)


def _filled(column: str) -> str:
    """Whether a JSON array has elements."""
    return f"coalesce(json_array_length(t.{column}::JSON), 0) > 0"


def _end_of_series() -> str:
    """No later than this does a series go on (RFC 5545, 3.3.10): its UNTIL, else its COUNT times its longest interval,
    else for ever. It may be later than the last day: `after:` then finds a series too many, and never one too few.
    """
    count = r"try_cast(nullif(regexp_extract(t.rrule, 'COUNT=(\d+)', 1), '') AS INTEGER)"
    every = r"coalesce(try_cast(nullif(regexp_extract(t.rrule, 'INTERVAL=(\d+)', 1), '') AS INTEGER), 1)"
    days = "CASE regexp_extract(t.rrule, 'FREQ=([A-Z]+)', 1) WHEN 'YEARLY' THEN 366 WHEN 'MONTHLY' THEN 31"
    days += " WHEN 'WEEKLY' THEN 7 ELSE 1 END"
    until = r"try_strptime(nullif(regexp_extract(t.rrule, 'UNTIL=(\d{8})', 1), ''), '%Y%m%d') AT TIME ZONE 'UTC'"
    span = f"least({count} * {every} * {days}, 36500)"
    ever = "TIMESTAMPTZ '9999-01-01 00:00:00+00'"
    return f"""CASE WHEN t.rrule IS NULL THEN t.ends_at WHEN regexp_matches(t.rrule, '\n(FREQ|RDATE)') THEN {ever}
        ELSE coalesce({until} + INTERVAL 1 DAY, t.ends_at + to_days({span}), {ever}) END"""


KINDS = {
    kind.view: kind
    for kind in (
        Kind(
            view="messages",
            table="messages",
            title="t.subject",
            sender="concat_ws(' ', t.from_name, t.from_address)",
            recipients=f"concat_ws(' ', {_said('to_addresses')}, {_said('cc_addresses')})",
            senders="[t.from_address]",
            receivers=_addresses("to_addresses", "cc_addresses"),
            body="t.body",
            place="t.folder",
            traits=(("attachment", _filled("attachments")), _links("body"), ("list", "t.list_id IS NOT NULL")),
            moment="t.sent_at",
        ),
        Kind(
            view="events",
            table="events",
            title="t.summary",
            sender="concat_ws(' ', t.organizer_name, t.organizer_address)",
            recipients=_said("attendees"),
            senders="[t.organizer_address]",
            receivers=_addresses("attendees"),
            body="concat_ws(' ', t.location, t.description)",
            place="t.calendar",
            traits=(
                ("call", "t.conference_url IS NOT NULL"),
                _links("url", "conference_url", "location", "description"),
            ),
            moment="coalesce(t.starts_at, t.start_date::TIMESTAMPTZ)",
            last=_end_of_series(),
        ),
        Kind(
            view="documents",
            table="documents",
            title="t.title",
            sender="t.author",
            body="t.path",
            place="t.path",
            traits=(("link", _filled("links")),),
            moment="t.modified_at",
        ),
        Kind(
            view="passages",
            table="passages",
            title="concat_ws(' › ', d.title, t.heading)",
            sender="d.author",
            body="t.text",
            place="d.path",
            traits=(_links("text"),),
            moment="d.modified_at",
            join="LEFT JOIN raw.documents AS d ON d.source = t.source AND d.file = t.file AND d.key = t.document_key",
        ),
        Kind(
            view="commits",
            table="commits",
            title="t.subject",
            sender="concat_ws(' ', t.author_name, t.author_address)",
            senders="[t.author_address]",
            body="concat_ws(' ', t.repo, t.body)",
            place="t.repo",
            traits=(_links("body"),),
            moment="t.authored_at",
        ),
        Kind(
            view="issues",
            table="issues",
            title="t.title",
            sender="t.author",
            recipients=_said("assignees"),
            body=f"concat_ws(' ', t.key, {_said('labels')}, t.body)",
            place="t.repo",
            traits=(_links("body"),),
            moment="t.updated_at",
        ),
        Kind(
            view="tasks",
            table="tasks",
            title="t.title",
            body="concat_ws(' ', t.list, t.notes)",
            place="t.list",
            traits=(("due", "t.due_at IS NOT NULL OR t.due_date IS NOT NULL"), _links("notes")),
            moment="coalesce(t.updated_at, t.created_at, t.due_at)",
        ),
        Kind(
            view="contacts",
            table="contacts",
            title="t.name",
            body=f"concat_ws(' ', t.organization, t.job_title, {_said('addresses')}, t.notes)",
            moment="t.updated_at",
        ),
    )
}


def views(called: str) -> tuple[str, ...] | None:
    """Return the views that the owner means by a word after `kind:`; None for an unknown one."""
    word = called.lower()
    return (word,) if word in KINDS else CALLED.get(word) or CALLED.get(word.removesuffix("s"))
