"""Google Contacts: the people that an account's owner keeps. Table: contacts. Handle: blocks.google.

One file. Changes are asked for by a sync token; where it has expired (after 7 days, at most) everything is read and
compared. People whom Google itself noted from mails (“other contacts”) are not read.
https://developers.google.com/people/v1/contacts#list_the_users_contacts_that_have_changed
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from connectors.google.api import AnswerError, Api, patient
from connectors.people.tables import CONTACTS
from connectors.shape import Cursor, Gone, Item, Known, Preview, Reject, Rows

TABLES = (CONTACTS,)

ZONED = False
VERSION = 1  # raised when rows change in meaning: everything is then read anew
FILE = "contacts"
PATH = "people/me/connections"
FIELDS = "names,nicknames,emailAddresses,phoneNumbers,organizations,birthdays,biographies,metadata"
PAGE = 1000  # people in one answer, the most that Google gives
ASKED = {"personFields": FIELDS, "pageSize": PAGE, "sources": "READ_SOURCE_TYPE_CONTACT"}
EXPIRED = (400, 410)
RENEW = timedelta(days=1)
MOST_NOTES = 20_000  # characters
KINDS = {
    **{"home": "home", "work": "work", "mobile": "mobile", "workMobile": "mobile"},
    **{"homeFax": "fax", "workFax": "fax", "otherFax": "fax", "pager": "pager", "workPager": "pager"},
}
_ADDRESS = re.compile(r"[^\s@<>\"(),:;]+@[^\s@<>\"(),:;]+")


class _EmptyError(ValueError):
    """A contact that names nobody and says nothing."""


def preview(handle: Any) -> Preview:
    """Try the account and count its contacts. Raises GrantError, SourceError."""
    with Api(handle, "people", datetime.now(UTC)) as api:
        page = api.get(PATH, {**ASKED, "personFields": "metadata", "pageSize": 1})
    return Preview({"contacts": int(page.get("totalItems", page.get("totalPeople", 0)))})


def fingerprint(handle: Any, now: datetime) -> str | None:
    return None


def read(handle: Any, known: Known) -> Iterator[Item]:
    """Yield the contacts that changed and those that went, or all. Raises GrantError, SourceError."""
    return patient(handle, known, _items(handle, known))


def _items(handle: Any, known: Known) -> Iterator[Item]:
    before = known.cursors.get(FILE, {})
    token = before.get("token") if before.get("version") == VERSION else None
    with Api(handle, "people", known.now) as api:
        found = _told(api, str(token)) if token else None
        people, following = found or _told(api, None) or ([], None)
    whole = found is None
    if not whole:  # what is given beside stays; whoever gives no row any more goes, and so does an earlier reject
        mentioned = {name for person in people for name in _names(person)}
        if mentioned:
            yield Gone(FILE, mentioned)
    rows = []
    for person in people:
        if person.get("metadata", {}).get("deleted"):
            continue
        try:
            rows.append(_row(person))
        except (TypeError, ValueError, AttributeError) as error:
            reason = "empty" if isinstance(error, _EmptyError) else "bad-contact"
            told = {
                name: value for name, value in person.items() if name not in ("metadata", "etag")
            }  # another each time
            yield Reject(FILE, person.get("resourceName", ""), reason, str(error), json.dumps(told).encode())
    if rows:
        yield Rows(CONTACTS.name, FILE, rows)
    # Each answer brings another token; it is kept where there is something to keep with it, or before the old one ends.
    if people or whole or known.now > datetime.fromisoformat(before["since"]) + RENEW:
        yield Cursor(FILE, {"version": VERSION, "token": following, "since": known.now.isoformat()}, whole)


def _told(api: Api, token: str | None) -> tuple[list[Mapping[str, Any]], str | None] | None:
    """Return the people that changed since `token` (or all), and the next token; None where that has expired."""
    people: list[Mapping[str, Any]] = []
    following = None
    try:
        for page in api.pages(PATH, {**ASKED, "requestSyncToken": True, "syncToken": token}):
            people += page.get("connections", ())
            following = page.get("nextSyncToken", following)
    except AnswerError as error:
        if token is None or error.status not in EXPIRED:
            raise
        return None
    return people, following


def _names(person: Mapping[str, Any]) -> Iterable[str]:
    """Return all names that a person's row may have: one may get another when two contacts become one."""
    return person.get("resourceName", ""), *person.get("metadata", {}).get("previousResourceNames", ())


def _row(person: Mapping[str, Any]) -> dict[str, Any]:
    """Return a contact's row. Raises _EmptyError for one that names nobody, ValueError for what is no contact."""
    addresses = _listed(person, "emailAddresses", "address")
    organizations = _sorted(person, "organizations")
    work = organizations[0] if organizations else {}
    organization = ", ".join(text for text in (work.get("name"), work.get("department")) if text)
    row = {
        "key": person["resourceName"],
        "name": _name(person) or organization or (addresses[0]["address"] if addresses else None),
        "addresses": addresses,
        "phones": _listed(person, "phoneNumbers", "number"),
        "organization": organization or None,
        "job_title": work.get("title") or None,
        "birthday": next((text for found in _sorted(person, "birthdays") if (text := _birthday(found))), None),
        "notes": _notes(person),
        "updated_at": _changed(person),
    }
    if not any((row["name"], row["phones"], row["notes"])):
        raise _EmptyError("the contact has neither a name nor an address nor a number")
    return row


def _notes(person: Mapping[str, Any]) -> str | None:
    texts = [found["value"] for found in _sorted(person, "biographies") if found.get("value")]
    return "\n\n".join(texts)[:MOST_NOTES] or None


def _sorted(person: Mapping[str, Any], field: str) -> list[Mapping[str, Any]]:
    """Return a field's values, the preferred first, else as Google orders them."""

    def rank(value: Mapping[str, Any]) -> bool:
        told = value.get("metadata", {})
        return not (told.get("primary") or told.get("sourcePrimary"))

    return sorted(person.get(field, ()), key=rank)


def _name(person: Mapping[str, Any]) -> str | None:
    parts = ("honorificPrefix", "givenName", "middleName", "familyName", "honorificSuffix")
    for found in _sorted(person, "names"):
        shown = found.get("displayName") or " ".join(found[part] for part in parts if found.get(part))
        if name := " ".join(shown.split()):
            return name
    return next((str(found["value"]) for found in _sorted(person, "nicknames") if found.get("value")), None)


def _listed(person: Mapping[str, Any], field: str, called: str) -> list[dict[str, str | None]]:
    """Return mail addresses (lower case) or numbers (as written) once each, the preferred first."""
    listed: dict[str, dict[str, str | None]] = {}
    for found in _sorted(person, field):
        value = " ".join(str(found.get("value", "")).split())
        if called == "address":
            match = _ADDRESS.search(value)
            value = match[0].lower() if match else ""
        if value:
            listed.setdefault(value, {called: value, "kind": KINDS.get(found.get("type", ""))})
    return list(listed.values())


def _birthday(found: Mapping[str, Any]) -> str | None:
    """Return a birthday as the table has it; a year that is not known is 0 or missing."""
    told = found.get("date", {})
    year, month, day = (told.get(part, 0) for part in ("year", "month", "day"))
    try:
        date(year or 2000, month, day)  # 2000 has a 29 February
    except (ValueError, TypeError):
        return None
    return f"{year:04}-{month:02}-{day:02}" if year else f"--{month:02}-{day:02}"


def _changed(person: Mapping[str, Any]) -> datetime | None:
    """Return when the contact was changed."""
    for source in person.get("metadata", {}).get("sources", ()):
        if source.get("type") == "CONTACT" and (told := source.get("updateTime")):
            return _moment(told)
    return None


def _moment(told: str) -> datetime | None:
    try:
        return datetime.fromisoformat(told).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
