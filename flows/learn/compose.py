"""Proposals for the profile, composed like any other output: what was seen, how often, and how to say yes or no.

At most five new ones a day are shown. They are written beside the profile, never into it: that is the owner's to do.
"""

from collections.abc import Sequence
from pathlib import Path

from context import proposals, store
from context.home import Home
from context.proposals import A_DAY, Proposal, Seen
from flows.common.parts import Part, readable, unread
from flows.common.wording import count
from flows.facts import SQL, Value
from flows.learn import known, rhythm
from flows.learn.voice import voices
from flows.output import Line
from flows.render.clean import plain
from flows.shape import Draft, View

TITLES = {
    "hours": "When you work", "person": "People", "project": "Projects", "routine": "Routines",
    "language": "Languages", "voice": "How you write",
}  # fmt: skip
READ = (("mail", "Mail"), ("calendar", "Calendar"), ("repos", "Repositories"))


class Learn:
    """The capability, for one run: `candidates` holds what it found, `keep` writes what is new of it."""

    name = "learn"
    folder = Path(__file__).parent
    words_most = 220

    def __init__(self, home: Home, voice: bool = False) -> None:
        self.home, self.voice = home, voice
        self.candidates: list[Seen] = []

    def compose(self, view: View) -> Draft:
        """Return the proposals of the moment's day, new ones first by kind. Nothing is written here."""
        cited = self._voices(view) if self.voice else self._seen(view)
        self.candidates = [seen for seen, _ in cited]
        facts = {seen.id: fact for seen, fact in cited}
        before = proposals.read(self.home)
        today = [item.seen for item in before if item.proposed == view.moment.today and item.state == "open"]
        shown = [
            *(item for item in today if item.id in facts),
            *proposals.new(before, self.candidates, view.moment.today),
        ]
        told = f"What I would add to your profile, {view.moment.day.isoformat()}"
        warning = unread(view, *READ)
        parts = [Part("Not read", before=warning)] if warning else []
        parts += [_part(kind, shown, facts) for kind in TITLES if any(item.kind == kind for item in shown)]
        waiting = sum(item.state == "open" for item in before if item.id not in {each.id for each in shown})
        if waiting or shown:
            parts.append(Part("To decide", before=(_decide(waiting, len(shown)),)))
        elif not readable(view, *(family for family, _ in READ)) and not warning:
            parts.append(Part("Nothing to learn from", before=(Line(text="Nothing is connected: `steward connect`"),)))
        elif not warning:
            parts.append(Part("Nothing new", before=(Line(text="Your data shows nothing that your profile lacks."),)))
        subject = f"{view.moment.day.isoformat()}{'-voice' if self.voice else ''}"
        return Draft(told, subject, tuple(part.section() for part in parts), not shown)

    def keep(self) -> list[Proposal]:
        """Write down what is new of what was found, as far as the day has room."""
        zone = store.load(self.home).zone
        return proposals.put(self.home, self.candidates, self.home.now().astimezone(zone).date())

    def _seen(self, view: View) -> list[tuple[Seen, str]]:
        """Return what could be proposed, each with its fact."""
        whole = store.load(self.home)  # of every tier: what is private is known, too, and is not proposed again
        found = []
        for seen, row in known.people(whole, view.rows("people")):
            values: dict[str, Value] = {name: row[name] for name in ("mails_in", "mails_out", "meetings")}
            values |= {"name": seen.entry["name"], "address": plain(seen.key, limit=120), "id": seen.id}
            found.append((seen, view.book.add("p", "addresses", seen.key, _text(seen), values)))
        sent = view.rows("sent")
        for name, items in (
            ("active", rhythm.hours(view.moment, whole, view.rows("active"))),
            ("blocks", rhythm.routines(view.moment, whole, view.rows("blocks"))),
            ("sent", known.languages(whole, sent)),
            ("series", known.projects(whole, view.rows("repos"), view.rows("series"), view.rows("labels"))),
        ):
            for number, seen in enumerate(items):
                source = _source(seen, name)
                key = f"{view.statement(source)} /* {number} */" if number else view.statement(source)
                found.append(
                    (
                        seen,
                        view.book.add(
                            seen.kind[0], SQL, key, _text(seen), {"id": seen.id, "about": seen.key}, origin="system"
                        ),
                    )
                )
        return found

    def _voices(self, view: View) -> list[tuple[Seen, str]]:
        found = []
        for seen, keys in voices(store.load(self.home), view.rows("sent")):
            listed = ", ".join("'" + key.replace("'", "''") + "'" for key in keys[:50])
            sql = f"SELECT message_key, sent_at, subject FROM messages WHERE message_key IN ({listed})"  # noqa: S608 - quoted
            values: dict[str, Value] = {"mails": len(keys), "audience": seen.key, "id": seen.id}
            found.append((seen, view.book.add("v", SQL, sql, _text(seen), values, origin="owner")))
        return found


def _source(seen: Seen, name: str) -> str:
    """Return the SQL file behind a project: a repository, a label or a series of meetings."""
    if seen.kind != "project":
        return name
    return "repos" if "repos" in seen.entry else "labels" if "label" in seen.entry.get("match", {}) else "series"


def _text(seen: Seen) -> str:
    return f"{plain(seen.line, limit=120)}: {seen.evidence}"


def _part(kind: str, shown: Sequence[Seen], facts: dict[str, str]) -> Part:
    lines = [
        Line(text=f"{item.id}  {_text(item)}", facts=(facts[item.id],), external=True)
        for item in shown
        if item.kind == kind
    ]
    return Part(TITLES[kind], before=tuple(lines))


def _decide(waiting: int, shown: int) -> Line:
    more = f"; {count(waiting, 'earlier one')} waiting" if waiting else ""
    limit = f" At most {A_DAY} new ones a day." if shown >= A_DAY else ""
    return Line(text=f"Say yes with `steward proposals accept`, no with `reject`{more}.{limit}")
