"""The digest: documents and pull requests that changed within a week and serve a goal, a project, or name the owner.

At most seven items. What serves nothing is only counted; what was told before is not told again unless it changed.
"""

from pathlib import Path

from flows.common.parts import Part, cut, trimmed, unread
from flows.common.ties import Ties
from flows.common.wording import count
from flows.digest import reading
from flows.facts import SQL, Value
from flows.output import Line
from flows.shape import Draft, View

name = "digest"
folder = Path(__file__).parent
words_most = 220

DAYS = 7
MOST = 7  # items in all; pull requests that wait for the owner come first
TITLES = ("Pull requests and issues", "Documents", "The rest")


def compose(view: View) -> Draft:
    """Return the digest of the week before the moment."""
    ties = Ties(view.profile)
    login = view.profile.identity.handles.get("github", "")
    pulls = reading.issues(view, ties, DAYS, login) if _readable(view, "repos") else []
    texts = reading.documents(view, ties, DAYS, login) if _readable(view, "docs") else []
    issues = cut(view, TITLES[0], pulls, MOST, unread(view, ("repos", "Repositories")))
    documents = cut(view, TITLES[1], texts, MOST - len(issues.shown), unread(view, ("docs", "Documents")))
    rest = Part(TITLES[2], before=_rest(view, len(pulls), len(texts), login))
    title = f"Digest of the week to {view.moment.today:%A} {view.moment.today.day} {view.moment.today:%B %Y}"
    kept = trimmed([issues, documents, rest], title, words_most)
    shown = [item for part in kept for item in part.shown]
    fresh = [item for item in shown if view.news(item.key, item.digest)]
    for item in shown:
        view.tell(item.key, item.digest)
    sections = tuple(part.section() for part in kept)
    wanted = tuple(section for section in sections if section.lines or section.more)
    return Draft(title, view.moment.today.isoformat(), wanted, empty=not fresh)


def _readable(view: View, family: str) -> bool:
    return view.health[family].state not in ("absent", "never", "failed")


def _rest(view: View, issues: int, documents: int, login: str) -> tuple[Line, ...]:
    """Return how many others changed, of each that is connected and could be read."""
    if all(view.health[family].state == "absent" for family in ("repos", "docs")):
        return (Line(text="Neither documents nor repositories are connected"),)
    lines = []
    if _readable(view, "repos") and view.rows("hubs")[0]["hubs"]:
        lines += _others(view, "repos", "issues", issues, ("issue or pull request", "issues or pull requests"), login)
    if _readable(view, "docs"):
        lines += _others(view, "docs", "documents", documents, ("document", "documents"), login)
    return tuple(lines)


def _others(view: View, family: str, sql: str, told: int, what: tuple[str, str], login: str) -> list[Line]:
    """Return the line of what serves nothing. That nothing changed is said only where the reading is fresh."""
    also: dict[str, object] = {"days": DAYS, "login": login}
    others = len(view.rows(sql, **also)) - told
    if others:
        serve = "serves" if others == 1 else "serve"
        said = f"{count(others, *what)} more changed in {DAYS} days and {serve} no goal or project"
    elif not told and view.health[family].sound:
        said = f"No {what[0]} changed in {DAYS} days"
    else:
        return []
    values: dict[str, Value] = {"others": others, "days": DAYS}
    fact = view.book.add("s", SQL, view.statement(sql, **also), said, values, origin="system")
    return [Line(text=said, facts=(fact,))]
