"""What is searched: for each view, how its rows read as a title, people, a text and a time. Data only."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """One view. `table` is the raw table; the expressions are SQL over it, as `t`."""

    view: str
    table: str
    title: str
    people: str
    body: str
    moment: str
    join: str = ""

    def select(self, condition: str) -> str:
        """Return the query for the rows that fulfil `condition`."""
        return f"""
            SELECT t.source, t.file, t.key,
                   coalesce({self.title}, '') AS title,
                   coalesce({self.people}, '') AS people,
                   coalesce({self.body}, '') AS body,
                   coalesce(epoch({self.moment})::BIGINT, 0) AS moment
            FROM raw.{self.table} AS t {self.join}
            WHERE {condition}"""  # noqa: S608 - all parts are constants of this file and of `index`


def _said(column: str) -> str:
    """The values of a JSON array of objects as words, without the names of their fields."""
    return f"""regexp_replace(t.{column}::VARCHAR, '"[a-z_]+":', ' ', 'g')"""


KINDS = {
    kind.view: kind
    for kind in (
        Kind(
            view="messages",
            table="messages",
            title="t.subject",
            people=f"concat_ws(' ', t.from_name, t.from_address, {_said('to_addresses')}, {_said('cc_addresses')})",
            body="t.body",
            moment="t.sent_at",
        ),
        Kind(
            view="events",
            table="events",
            title="t.summary",
            people=f"concat_ws(' ', t.organizer_name, t.organizer_address, {_said('attendees')})",
            body="concat_ws(' ', t.location, t.description)",
            moment="coalesce(t.starts_at, t.start_date::TIMESTAMPTZ)",
        ),
        Kind(
            view="documents",
            table="documents",
            title="t.title",
            people="t.author",
            body="t.path",
            moment="t.modified_at",
        ),
        Kind(
            view="passages",
            table="passages",
            title="concat_ws(' › ', d.title, t.heading)",
            people="d.author",
            body="t.text",
            moment="d.modified_at",
            join="LEFT JOIN raw.documents AS d ON d.source = t.source AND d.file = t.file AND d.key = t.document_key",
        ),
        Kind(
            view="commits",
            table="commits",
            title="t.subject",
            people="concat_ws(' ', t.author_name, t.author_address)",
            body="concat_ws(' ', t.repo, t.body)",
            moment="t.authored_at",
        ),
        Kind(
            view="issues",
            table="issues",
            title="t.title",
            people=f"concat_ws(' ', t.author, {_said('assignees')})",
            body=f"concat_ws(' ', t.key, {_said('labels')}, t.body)",
            moment="t.updated_at",
        ),
        Kind(
            view="tasks",
            table="tasks",
            title="t.title",
            people="NULL",
            body="concat_ws(' ', t.list, t.notes)",
            moment="coalesce(t.updated_at, t.created_at, t.due_at)",
        ),
        Kind(
            view="contacts",
            table="contacts",
            title="t.name",
            people=_said("addresses"),
            body="concat_ws(' ', t.organization, t.job_title, t.notes)",
            moment="t.updated_at",
        ),
    )
}
