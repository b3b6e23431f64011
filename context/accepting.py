"""Accepting a proposal: it becomes an entry of the profile, written as its owner would write it.

The entry says that it was observed and when the owner looked at it. Comments, order and other lines stay as they are.
"""

import re
import unicodedata
from datetime import date
from typing import Any

from context.errors import InputError
from context.home import Home, write_private
from context.profile import Profile
from context.proposals import Proposal
from context.store import load
from context.writer import editing, locked

PREFIX = {"person": "pe", "project": "pr", "routine": "rt"}
FILES = {"person": ("people.yaml", None), "project": ("projects.yaml", None), "routine": ("profile.yaml", "routines")}
VOICE = re.compile(r"[a-z][a-z0-9_-]{0,30}")


def accept(home: Home, proposal: Proposal, today: date, replace: bool = False) -> str:
    """Write what is proposed into the profile; return the file that it stands in now.

    Raises ProfileError where the profile is, or would become, invalid; InputError where a voice has a file already and
    is not to be replaced. Nothing was touched then.
    """
    if proposal.kind == "voice":
        return _voice(home, proposal, replace)
    if proposal.kind in FILES:
        return _entry(home, proposal, today)
    with editing(home) as edit:
        if proposal.kind == "hours":
            edit.put("profile.yaml", ("working_hours",), proposal.entry)
        else:
            known = list(load(home).identity.languages)
            language = proposal.entry["language"]
            edit.put("profile.yaml", ("identity", "languages"), [*known, *([] if language in known else [language])])
            edit.put("profile.yaml", ("identity", "reviewed"), today)
    return "profile.yaml"


def _entry(home: Home, proposal: Proposal, today: date) -> str:
    file, key = FILES[proposal.kind]
    profile = load(home)
    if proposal.kind == "person" and _known(profile, proposal.entry):
        return file  # written before, and only not yet noted down
    with editing(home) as edit:
        given = {name: value for name, value in proposal.entry.items() if name != "id"}
        id_ = proposal.entry.get("id") or _id(profile, PREFIX[proposal.kind], str(given["name"]))
        edit.add(file, {"id": id_, **given, "origin": "observed", "reviewed": today}, key)
    return file


def _known(profile: Profile, entry: dict[str, Any]) -> bool:
    return any(set(person.emails) & set(entry.get("emails", ())) for person in profile.people)


def _id(profile: Profile, prefix: str, name: str) -> str:
    """Return an id that no entry has, made of a name's letters."""
    bare = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    word = f"{prefix}_{'_'.join(re.findall(r'[a-z0-9]+', bare))[:40] or 'new'}"
    parts = (profile.people, profile.projects, profile.routines, profile.goals, profile.roles, profile.constraints)
    taken = {entry.id for part in parts for entry in part}
    return next(
        each for number in range(1, 10_000) if (each := word if number == 1 else f"{word}_{number}") not in taken
    )


def _voice(home: Home, proposal: Proposal, replace: bool) -> str:
    if not VOICE.fullmatch(proposal.key):
        raise InputError(f"{proposal.key!r} cannot be the name of a voice", "use a-z, 0-9, - and _")
    name = f"voice/{proposal.key}.md"
    path = home.context / name
    text = str(proposal.entry["text"])
    with locked(home):
        if path.exists() and not replace and path.read_text("utf-8") != text:
            mend = f"`steward proposals accept {proposal.id} --replace` puts this one in its place"
            raise InputError(f"{name} is there already", mend)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(path, text)
    return name
