"""Google Drive: the owner's own files and those shared with them. Tables: documents, passages. Handle: blocks.google.

A document is known by Drive's id and is its own unit. The account's cursor holds the point from which changes are
asked for, taken before anything is listed, and the names of all folders: renaming one moves what lies below without a
download. Where a folder appears, or goes, everything is listed (1,000 files a request) and compared, as changes name
the folder alone. What lies in the bin (`trashed`) goes, and comes back when it is taken out; what was deleted, and what
is no longer shared with the owner (`removed`), goes. Files of other kinds (pictures, forms) are counted, not read.
https://developers.google.com/workspace/drive/api/guides/manage-changes
"""

import os
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from connectors.docs.folder import MOST_KEPT, SHOWN
from connectors.docs.remote import FIELDS, FOLDER, VERSION, Content, File, TooLargeError, fetch, file_of, moment, rows
from connectors.docs.tables import DOCUMENTS, PASSAGES
from connectors.google.api import WAIT, AnswerError, Api, part, patient
from connectors.google.missing import Missing
from connectors.shape import Cursor, Gone, Item, Known, Preview, Reject, Rows
from connectors.web import PassingError

if TYPE_CHECKING:
    from connectors.docs.pool import Job

TABLES = (DOCUMENTS, PASSAGES)

ZONED = False
ACCOUNT = "account"
SHARED = "Shared with me"
PAGE = 1000  # files or changes in one answer, the most that Google gives
DEEP = 100  # folders above a file, at most; Drive has no more
LOOKED = 5  # pages that a preview looks at
GONE = (404, 410)
LAPSED = (400, 404, 410)  # how a point that Drive does not know is refused
LISTED = {"corpora": "user", "spaces": "drive", "pageSize": PAGE}
NEWEST = {**LISTED, "orderBy": "modifiedTime desc", "fields": f"nextPageToken,files({FIELDS})"}
DOCUMENT_Q = f"trashed = false and mimeType != '{FOLDER}'"
FOLDER_Q = f"trashed = false and mimeType = '{FOLDER}'"


def preview(handle: Any) -> Preview:
    """Try the account and count its newest files by kind. Raises GrantError, SourceError."""
    kinds: dict[str, int] = {}
    size = count = 0
    with Api(handle, "drive", datetime.now(UTC)) as api:
        for page in api.pages("files", {**NEWEST, "q": DOCUMENT_Q}):
            for file in map(file_of, page.get("files", ())):
                kinds[file.reader or ""] = kinds.get(file.reader or "", 0) + 1
                size += file.size if file.reader else 0
            count += 1
            if count == LOOKED:
                break
    other = kinds.pop("", 0)
    by_number = sorted(kinds.items(), key=lambda item: (-item[1], item[0]))
    notes = [", ".join(f"{number} {SHOWN.get(kind, kind.upper())}" for kind, number in by_number)]
    notes += [f"not read: {other} of other kinds"] * bool(other)
    notes += [f"counted: the newest {LOOKED * PAGE:,}"] * (count == LOOKED)
    return Preview({"documents": sum(kinds.values())}, size, [note for note in notes if note])


def fingerprint(handle: Any, now: datetime) -> str | None:
    return None


def read(handle: Any, known: Known) -> Iterator[Item]:
    """Yield what changed, or on the first reading everything, newest first. Raises GrantError, SourceError."""
    return patient(handle, known, _items(handle, known))


def _items(handle: Any, known: Known) -> Iterator[Item]:
    with Api(handle, "drive", known.now) as api:
        yield from Drive(api, known).items()


@dataclass
class Drive:
    """One reading. `files` are the cursors of documents as they are after what was given so far."""

    api: Api
    known: Known
    root: str = ""
    folders: dict[str, list[str]] = field(default_factory=dict)  # id → name, parent

    def __post_init__(self) -> None:
        told = self.known.cursors
        self.before = told.get(ACCOUNT, {})
        self.missing = Missing(self.before.get("missing", {}))
        self.files: dict[str, Mapping[str, Any]] = {id: told[id] for id in told if id not in (ACCOUNT, WAIT)}

    def items(self) -> Iterator[Item]:
        told = self.before
        found = self._changes(told["page"]) if told.get("version") == VERSION else None
        if found is None:
            token = str(self.api.get("changes/startPageToken")["startPageToken"])
            yield from self._whole()
        else:
            token, changed, removed = found
            self.root, self.folders = told["root"], {id: list(kept) for id, kept in told["folders"].items()}
            if len(self.files) < told["documents"] or self._reshaped(changed, removed):
                yield from self._whole()
            else:
                again = self.missing.before.keys() - changed.keys() - removed
                yield from self._changed(changed | self._described(sorted(again)), removed)
        value = {"version": VERSION, "page": token, "root": self.root, "folders": self.folders}
        yield Cursor(ACCOUNT, {**value, "documents": len(self.files), "missing": self.missing.now}, whole=False)

    def _changes(self, token: str) -> tuple[str, dict[str, Mapping[str, Any]], set[str]] | None:
        """Return the next point, the files that changed since `token`, and those that went; None where that lapsed."""
        more = {"includeRemoved": True, "spaces": "drive", "pageSize": PAGE}
        fields = f"nextPageToken,newStartPageToken,changes(fileId,removed,file({FIELDS}))"
        changed: dict[str, Mapping[str, Any]] = {}
        removed: set[str] = set()
        while True:
            try:
                page = self.api.get("changes", {**more, "fields": fields, "pageToken": token})
            except AnswerError as error:
                if error.status in LAPSED:
                    return None
                raise
            for change in page.get("changes", ()):
                id, file = change.get("fileId", ""), change.get("file")
                changed.pop(id, None)
                removed.discard(id)
                if change.get("removed") or file is None or file.get("trashed"):
                    removed.add(id)
                else:
                    changed[id] = file
            if not (following := page.get("nextPageToken")):
                return str(page["newStartPageToken"]), changed, removed
            token = following

    def _described(self, ids: Iterable[str]) -> dict[str, Mapping[str, Any]]:
        """Return what Drive says of files that could not be got; nothing of those that are gone."""
        found: dict[str, Mapping[str, Any]] = {}
        for id in ids:
            try:
                file = self.api.get(f"files/{part(id)}", {"fields": FIELDS})
            except AnswerError as error:
                if error.status not in GONE:
                    raise
                self.missing.add(id, None)
            else:
                found |= {} if file.get("trashed") else {id: file}
        return found

    def _reshaped(self, changed: Mapping[str, Mapping[str, Any]], removed: set[str]) -> bool:
        """Whether folders came or went, so that what lies in them may have come or gone too."""
        came = {id for id, file in changed.items() if file.get("mimeType") == FOLDER} - self.folders.keys()
        return bool(came or removed & self.folders.keys())

    def _changed(self, changed: Mapping[str, Mapping[str, Any]], removed: set[str]) -> Iterator[Item]:
        for id in sorted(removed & self.files.keys()):
            yield self._gone(id)
        found = [file_of(file) for file in changed.values()]
        for file in found:
            if file.mime == FOLDER:
                self.folders[file.id] = [file.name, file.parent]
        yield from self._given(sorted((f for f in found if f.mime != FOLDER), key=_age, reverse=True))
        if any(file.mime == FOLDER for file in found):
            kept = [_known(id, value) for id, value in self.files.items()]
            yield from self._given(file for file in kept if self.path(file) != self.files[file.id]["path"])

    def _whole(self) -> Iterator[Item]:
        """List everything and give what is not known as it is; what is listed no more goes."""
        self.root = str(self.api.get("files/root", {"fields": "id"})["id"])
        self.folders = {
            folder["id"]: [folder["name"], next(iter(folder.get("parents", ())), "")]
            for page in self.api.pages(
                "files", {**LISTED, "q": FOLDER_Q, "fields": "nextPageToken,files(id,name,parents)"}
            )
            for folder in page.get("files", ())
        }
        seen: set[str] = set()
        for page in self.api.pages("files", {**NEWEST, "q": DOCUMENT_Q}):
            listed = [file_of(file) for file in page.get("files", ())]
            seen.update(file.id for file in listed)
            yield from self._given(listed)
        for id in sorted(self.files.keys() - seen):
            yield self._gone(id)

    def _gone(self, id: str) -> Gone:
        del self.files[id]
        return Gone(id)

    def path(self, file: File) -> str:
        """Return the path from the root of the owner's Drive; what others shared has a folder of its own there."""
        names, parent = [file.name], file.parent
        while parent != self.root and parent in self.folders and len(names) < DEEP:
            name, parent = self.folders[parent]
            names.append(name)
        if parent != self.root:
            names.append(SHARED)
        return unicodedata.normalize("NFC", "/".join(name.replace("/", "_") for name in reversed(names)))

    def _given(self, files: Iterable[File]) -> Iterator[Item]:
        """Yield each file that is not known as it is: fetched and read, or only moved."""
        from connectors.docs.pool import Pool

        unread = []
        for file in files:
            before = self.files.get(file.id)
            if file.reader is None:
                if before is not None:
                    yield self._gone(file.id)
            elif before is None or self._differs(file, before):
                unread.append(file)
            elif (now := self._cursor(file, before["titled"])) != before:
                if moved := self._moved(file, now):
                    yield from self._sealed(file.id, now, [moved], whole=False)
                else:
                    unread.append(file)
        if unread:
            with Pool[Any](min(len(unread), os.cpu_count() or 1, 4)) as pool:
                for tag, answer in pool.run(self._job(file) for file in unread):
                    yield from self._read(tag, answer)

    def _differs(self, file: File, before: Mapping[str, Any]) -> bool:
        """Whether its content may be other than what was read; what was refused is asked for whenever it changes."""
        same = (before["version"], before["mark"], before["mime"]) == (VERSION, file.mark, file.mime)
        return not same or bool(before["refused"])

    def _moved(self, file: File, now: Mapping[str, Any]) -> Rows | None:
        """Return the row of a file that was renamed or moved; None where it is not at hand."""
        held = self.known.loaded(DOCUMENTS.name, file.id)
        if not held:
            return None
        row = {name: held[0][name] for name in ("key", *DOCUMENTS.columns)}
        row |= {"path": now["path"], "modified_at": moment(file.modified), "size": file.size or None}
        return Rows(DOCUMENTS.name, file.id, [row if now["titled"] else {**row, "title": file.title}])

    def _job(self, file: File) -> "Job[Any]":
        """Fetch a file and hand it to a reader; or (without one) say what is clear already."""
        from connectors.docs.pool import Job

        try:
            content = fetch(self.api, file)
        except TooLargeError:
            return Job((file, None), answer={"state": "too_large"})
        except AnswerError as error:
            if error.status not in GONE:
                return Job((file, None), answer={"reason": "unreadable", "error": ", ".join(sorted(error.reasons))})
            self.missing.add(file.id, None)
            return Job((file, None), answer={})
        except PassingError as error:
            aside = self.missing.add(file.id, error)
            return Job((file, None), answer={"reason": "unavailable", "error": str(error)} if aside else {})
        self.missing.row = 0
        if content.file.reader is None:  # it became of another kind while it was fetched: its change says so
            return Job((file, None), answer={})
        held = tempfile.TemporaryFile()  # noqa: SIM115 - the pool closes it
        held.write(content.body)
        held.seek(0)
        return Job((content.file, content), content.reader, held)

    def _read(self, tag: tuple[File, Content | None], answer: Mapping[str, Any]) -> Iterator[Item]:
        """Yield what became of a file that was to be read."""
        file, content = tag
        if not answer:
            return  # it was not got; see `Missing`
        if reason := answer.get("reason"):
            raw = content.body if content and len(content.body) <= MOST_KEPT else b""
            reject = Reject(file.id, "", reason, answer["error"], raw)
            yield from self._sealed(file.id, self._cursor(file, False, refused=content is None), [reject])
        else:
            titled = bool(answer.get("title")) and not file.own
            made = rows(file, content, answer, self.path(file))
            yield from self._sealed(file.id, self._cursor(file, titled), made)

    def _cursor(self, file: File, titled: bool, refused: bool = False) -> dict[str, Any]:
        """Return what is known of a file. `titled`: its title is the content's own, and no other name changes it."""
        about = {name: value for name, value in file._asdict().items() if name != "id"}
        return {**about, "path": self.path(file), "titled": titled, "refused": refused, "version": VERSION}

    def _sealed(self, id: str, value: Mapping[str, Any], items: Iterable[Item], whole: bool = True) -> Iterator[Item]:
        self.files[id] = value
        yield from items
        yield Cursor(id, value, whole)


def _known(id: str, value: Mapping[str, Any]) -> File:
    return File(id, **{name: value[name] for name in File._fields if name != "id"})


def _age(file: File) -> tuple[str, str]:
    return file.modified, file.id
