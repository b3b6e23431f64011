"""What changed, as items: documents and pull requests that serve a goal or a project, or that name the owner."""

import json
import re
from collections import Counter

from context.profile import Profile
from flows.common.items import Item, tied
from flows.common.ties import Tie, Ties
from flows.common.wording import on, title
from flows.facts import SQL, Row, Value
from flows.language import spans
from flows.render.clean import plain
from flows.shape import View

QUOTE = 160  # characters of the sentence that is quoted
_MARKS = re.compile(r"^[\s#>*\-+|\d.)]+|[*_`|]+")


def documents(view: View, ties: Ties, days: int, login: str) -> list[Item]:
    """Return the documents that matter, the weightiest first."""
    found = [_document(view, ties, row) for row in view.rows("documents", days=days, login=login)]
    return _mixed(sorted((item for item in found if item), key=lambda item: item.rank))


def issues(view: View, ties: Ties, days: int, login: str) -> list[Item]:
    """Return the pull requests and issues that matter, those that wait for the owner first."""
    found = [_issue(view, ties, row, login) for row in view.rows("issues", days=days, login=login)]
    return sorted((item for item in found if item), key=lambda item: item.rank)


def _mixed(found: list[Item]) -> list[Item]:
    """Return the first of each goal or project, then the second of each, and so on: one goal does not fill the page."""
    met: Counter[tuple[str, ...]] = Counter()
    order = []
    for item in found:
        order.append((met[item.facts[1:]], item))
        met[item.facts[1:]] += 1
    return [item for _, item in sorted(order, key=lambda each: each[0])]


def _document(view: View, ties: Ties, row: Row) -> Item | None:
    tie = ties.of(row["title"], row["path"])
    text = row["text"] or ""
    by_text = not tie.why
    if by_text:
        tie = ties.of(text)
    named = _named(view.profile, text)
    if not tie.why and named is None:
        return None
    moment, told = view.moment, title(row["title"], 70)
    day = moment.local(row["modified_at"])
    quote = (_quoted(text, tie, ties) if by_text else "") if tie.why else named or ""
    author = plain(row["author"] or "", limit=40)
    values: dict[str, Value] = {
        "title": told,
        "path": plain(row["path"] or "", limit=120),
        "date": day.isoformat(),
        "author": author or None,
        "words": row["words"],
        "quote": quote or None,
    }
    why = tie.why or "names you"
    line = f"“{told}”{f' by {author}' if author else ''}, changed {on(day, moment.today)}: {why}"
    line += f" — “{quote}”" if quote else ""
    fact = view.book.add("d", "documents", row["document_key"], line, values)
    rank = (-tie.weight, named is None, -row["modified_at"].timestamp(), row["document_key"])
    key = f"documents:{row['source']}:{row['document_key']}"
    return Item(key, row["modified_at"].isoformat(), line, (fact, *tied(view, tie)), rank)


def _issue(view: View, ties: Ties, row: Row, login: str) -> Item | None:
    labels = [str(label) for label in json.loads(row["labels"] or "[]")]
    tie = ties.of(row["title"], *labels, repo=row["repo"].rsplit("/", 1)[-1])
    asked, assigned = _has(row["requested_reviewers"], login), _has(row["assignees"], login)
    mine = bool(login) and (row["author"] or "").lower() == login.lower()
    if not (tie.why or asked or assigned or mine):
        return None
    moment, told = view.moment, title(row["title"], 70)
    state = _state(row)
    wants = "waits for your review" if asked else "is assigned to you" if assigned else "is yours" if mine else ""
    what = "Pull request" if row["kind"] == "pull" else "Issue"
    day = moment.local(row["updated_at"])
    review = ""
    if row["review"]:
        done = {"approved": "approved", "changes_requested": "wants changes", "commented": "commented"}
        review = f", {plain(row['reviewer'] or 'somebody', limit=40)} {done.get(row['review'], row['review'])}"
    reasons = ", ".join(reason for reason in (wants, tie.why) if reason)
    line = f"{what} {row['issue_key']} “{told}” {state} {on(day, moment.today)}{review}: {reasons}"
    values: dict[str, Value] = {
        "title": told,
        "repository": row["repo"],
        "number": row["number"],
        "state": state,
        "date": day.isoformat(),
        "author": row["author"],
        "reviewer": row["reviewer"],
        "review": row["review"],
    }
    fact = view.book.add("i", "issues", row["issue_key"], line, values)
    page = _page(view, row)
    rank = (not asked, not assigned, -tie.weight, -row["updated_at"].timestamp(), row["issue_key"])
    digest = f"{row['updated_at'].isoformat()}:{state}"
    cited = (fact, *tied(view, tie), *page)
    return Item(f"issues:{row['issue_key']}", digest, line, cited, rank, url=row["url"] if page else None)


def _page(view: View, row: Row) -> tuple[str, ...]:
    """Return the fact of the page, which GitHub itself names: it must end as its repository and number say."""
    place = {"pull": "pull", "issue": "issues"}.get(row["kind"], "")
    if not (row["url"] or "").endswith(f"/{row['repo']}/{place}/{row['number']}"):
        return ()
    key = str(row["issue_key"]).replace("'", "''")
    sql = f"SELECT url FROM issues WHERE issue_key = '{key}'"  # noqa: S608 - a quoted key
    told = f"The page of {row['issue_key']}"
    return (view.book.add("u", SQL, sql, told, {}, origin="system", url=row["url"]),)


def _state(row: Row) -> str:
    """Return what has become of it: merged, closed, opened or changed."""
    if row["merged_at"]:
        return "merged"
    if row["state"] == "closed":
        return "closed"
    return "opened" if row["created_at"] == row["updated_at"] else "changed"


def _has(logins: str | None, login: str) -> bool:
    return bool(login) and login.lower() in (str(name).lower() for name in json.loads(logins or "[]"))


def _named(profile: Profile, text: str) -> str | None:
    """Return the sentence that names the owner, in full; None where none does."""
    name = profile.identity.name
    match = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) if name else None
    return _around(text, match.start()) if match else None


def _quoted(text: str, tie: Tie, ties: Ties) -> str:
    """Return the first sentence that the tie rests on."""
    found = (word.search(text) for word, each in ties.words if each == tie)
    places = sorted(match.start() for match in found if match)
    return _around(text, places[0]) if places else ""


def _around(text: str, place: int) -> str:
    """Return the sentence at a place, as a quotation: one harmless line without quotes of its own."""
    line = text.rfind("\n", 0, place) + 1
    said = text[line:].partition("\n")[0]
    found = next((said[begin:end] for begin, end in spans(said) if begin <= place - line < end), "")
    return title(_MARKS.sub("", found).strip(), QUOTE) if found.strip() else ""
