"""People, projects and languages that the owner's data shows and the profile does not hold yet."""

import json
import re
from collections import Counter
from collections.abc import Iterable

from context.profile import Profile
from context.proposals import Seen
from flows.common.asking import own
from flows.common.wording import count
from flows.facts import Row
from flows.language import spoken
from flows.learn import names

ENOUGH = 5  # mails in a language, from which it is one that the owner writes
SHARE = 0.05  # of all mails
# Labels that mail programs give by themselves (RFC 5788, Gmail's system labels).
SYSTEM = re.compile(
    r"(?i)[\\$].*|inbox|sent|draft|trash|spam|junk|starred|important|unread|read|archive|all mail|chat"
    r"|category_.*|\[gmail\].*|forwarded|mdnsent|nonjunk|notjunk"
)


def people(profile: Profile, rows: Iterable[Row]) -> list[tuple[Seen, Row]]:
    """Return who is written with both ways and is not in the profile, most first."""
    everybody = {email for person in profile.people for email in person.emails}
    found = []
    for row in rows:
        address = str(row["address"]).lower()
        if address in everybody or not names.ADDRESS.fullmatch(address):
            continue
        evidence = f"{count(int(row['mails_in']), 'mail')} in, {row['mails_out']} out"
        if row["meetings"]:
            evidence += f", {count(int(row['meetings']), 'meeting')}"
        entry = {"name": names.person(row["name"], address), "emails": [address]}
        found.append((Seen("person", address, entry, evidence), row))
    return found


def projects(profile: Profile, repos: Iterable[Row], series: Iterable[Row], labels: Iterable[Row]) -> list[Seen]:
    """Return what may be projects: repositories first, then labels, then what meetings are called."""
    held = profile.projects
    known = {word.casefold() for each in held for word in (each.name, *each.aliases, *each.match.title)}
    have = {repo.casefold().rpartition("/")[2] for each in held for repo in each.repos}
    marked = {label.casefold() for each in held for label in each.match.label}
    people = {word.casefold() for each in profile.people for word in each.name.split()}
    people |= {word.casefold() for word in (profile.identity.name or "").split()}
    found: dict[str, Seen] = {}

    def add(name: str | None, evidence: str, entry: dict[str, object]) -> None:
        if name and name.casefold() not in found and not any(_within(word, name) for word in known):
            found[name.casefold()] = Seen("project", name, {"name": name, **entry}, evidence)

    for row in repos:
        repo = names.clean(row["repo"])
        if repo and repo.casefold().rpartition("/")[2] not in have:
            name = names.clean(repo.rpartition("/")[2].replace("-", " ").replace("_", " "))
            add(name, f"{count(int(row['commits']), 'commit')} of yours", {"repos": [repo]})
    for row in labels:
        label = names.clean(row["label"])
        if label and not SYSTEM.fullmatch(label) and label.casefold() not in marked:
            name = names.clean(label.rpartition("/")[2])
            add(name, count(int(row["mails"]), "mail"), {"match": {"label": [label]}})
    for row in series:
        name = names.project(row["summary"])
        if name and not {word.casefold() for word in re.findall(r"[^\W\d_]+", name)} & people:
            add(name, count(int(row["meetings"]), "meeting"), {"match": {"title": [name.casefold()]}})
    return list(found.values())


def _within(word: str, name: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", name.casefold()) is not None


def languages(profile: Profile, sent: Iterable[Row]) -> list[Seen]:
    """Return the languages that the owner writes and the profile does not name, most first."""
    told = Counter(language for row in sent if (language := spoken(own(row["body"] or ""))))
    stated = {tag.partition("-")[0] for tag in profile.identity.languages}
    total = sum(told.values())
    return [
        Seen("language", language, {"language": language}, f"{number} of {count(total, 'mail')} sent")
        for language, number in sorted(told.items(), key=lambda each: (-each[1], each[0]))
        if language not in stated and number >= ENOUGH and number >= SHARE * total
    ]


def receivers(row: Row) -> list[str]:
    """Return the addresses that a mail went to, lower case."""
    return [str(to.get("address") or "").lower() for to in json.loads(row["to_addresses"] or "[]") if to]
