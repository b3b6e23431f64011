"""Objects of a collection: many in one request where the server can, else one by one: a bad one costs itself."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from connectors.dav.changes import ETAG, Member, file_of
from connectors.dav.client import MULTISTATUS, NO, Dav
from connectors.dav.discovery import Found
from connectors.dav.multistatus import NOT_FOUND, BadXmlError, conditions, multistatus
from connectors.dav.wire import Service, body, clark, props, text
from connectors.web import GrantError, PassingError, WaitError
from context.errors import SourceError

CHUNK = 50
FAULT = (
    500  # in answer to a report: some servers fail at one object; a fault of the whole server shows itself otherwise
)
MOST_ERRORS = 10  # one after the other: then it is the server, and not its objects
GREEDY = "the object is larger than an answer may be, or the server fails at it"


@dataclass(frozen=True)
class Object:
    """One object as it was fetched: its text; or that it is gone; or why it cannot be had (and what came of it)."""

    file: str
    member: Member
    data: bytes = b""
    gone: bool = False
    error: str = ""


def fetched(dav: Dav, found: Found, wanted: Sequence[tuple[str, Member]]) -> Iterator[Object]:
    """Yield the wanted objects. Raises GrantError, PassingError and WaitError as Web does."""
    together, errors = True, 0
    for start in range(0, len(wanted), CHUNK):
        part = wanted[start : start + CHUNK]
        got = _together(dav, found, part) if together else {}
        together = got is not None
        for file, member in part:
            one = (got or {}).get(file) or _alone(dav, found, file, member)
            errors = errors + 1 if one.error else 0
            if errors > MOST_ERRORS:
                raise PassingError(
                    f"{dav.host} fails at every object of a {dav.service.noun}", "a later sync tries again"
                )
            yield one


def _together(dav: Dav, found: Found, part: Sequence[tuple[str, Member]]) -> dict[str, Object] | None:
    """Return what one multiget gives of the objects; nothing where it fails, None where the server has none."""
    service = dav.service
    hrefs = [text("D:href", member.href) for _, member in part]
    sent = body(service.multiget, props([ETAG, service.data]), *hrefs)
    try:
        reply = dav.ask("REPORT", found.url, 1, sent, want=(MULTISTATUS, FAULT, *NO))
    except (GrantError, PassingError, WaitError):
        raise
    except SourceError:
        return {}  # too much at once
    if reply.status != MULTISTATUS:
        return {} if reply.status == FAULT or conditions(reply.body) else None
    try:
        told = multistatus(reply.body, reply.url)
    except BadXmlError:
        return {}  # cut off, or one of them holds a character that XML does not allow
    got: dict[str, Object] = {}
    for entry in told.entries:
        file, data = file_of(found, entry), entry.properties.get(clark(service.data))
        if file is None:
            continue
        member = Member(entry.href, entry.text(clark(ETAG)))
        if data is not None and data.text and _whole(service, data.text.encode()):
            got[file] = Object(file, member, data.text.encode())
        elif entry.gone:
            got[file] = Object(file, member, gone=True)
    return got


def _alone(dav: Dav, found: Found, file: str, member: Member) -> Object:
    url = dav.absolute(member.href, found.url)
    try:
        reply = dav.get(url, want=(200, FAULT, *NO))
    except (GrantError, PassingError, WaitError):
        raise
    except SourceError:
        return Object(file, member, error=GREEDY)
    if reply.status in NOT_FOUND:
        return Object(file, member, gone=True)
    if reply.status != 200:
        return Object(file, member, error=f"the server answers {reply.status}")
    if reply.page:
        raise reply.strange()
    if not _whole(dav.service, reply.body):
        return Object(file, member, reply.body, error="the text is cut off")
    etag = reply.headers.get("ETag") or member.etag
    return Object(file, Member(member.href, etag), reply.body.replace(b"\r\n", b"\n"))


def _whole(service: Service, data: bytes) -> bool:
    """Whether a text came to its end: the parsers forgive what is missing, and half an object must not be kept."""
    return data.rstrip()[-len(service.end) :].upper() == service.end
