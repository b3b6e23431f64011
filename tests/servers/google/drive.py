"""Drive's interface: folders and files, the bin, what others share, exports with their limit, and the list of changes.

Behaviour: https://developers.google.com/workspace/drive/api/guides/manage-changes and …/guides/manage-downloads
Where Google does not say whether the files below a folder have changes of their own, they have none here.
"""

import hashlib
import re
from dataclasses import dataclass, field
from typing import Any

from tests.servers.google.core import Account, Call, GoogleError, Media, Service, on

GOOGLES = "application/vnd.google-apps."
FOLDER = GOOGLES + "folder"
IS_FOLDER = f"mimeType = '{FOLDER}'"
ROOT = "root-of-drive"


@dataclass
class Node:
    """A file or folder. `forms` are what a document of Google's own is exported as; `shared` by somebody else."""

    id: str
    name: str
    mime: str
    parent: str
    body: bytes = b""
    forms: dict[str, bytes] = field(default_factory=dict)
    modified: str = ""
    trashed: bool = False
    shared: bool = False
    closed: bool = False  # its owner lets nobody download it
    broken: bool = False  # the server fails to give it


class Drive(Service):
    """A Drive. Tests change it by its public methods, each of which leaves a change."""

    document = "drive.v3"

    def __init__(self, account: Account) -> None:
        super().__init__(account)
        self.nodes: dict[str, Node] = {}
        self.changed: dict[str, int] = {}  # id → number of its last change
        self.changes, self.lapsed, self.made = 100, 100, 0
        self.limit = 10 << 20  # bytes of an export

    # What tests do.

    def folder(self, name: str, parent: str = ROOT, **more: Any) -> str:
        return self._made(name, FOLDER, parent, **more)

    def file(self, name: str, body: bytes, mime: str = "text/plain", parent: str = ROOT, **more: Any) -> str:
        return self._made(name, mime, parent, body=body, **more)

    def own(self, name: str, kind: str, forms: dict[str, bytes], parent: str = ROOT, **more: Any) -> str:
        """Make a document of Google's own kind ("document", "spreadsheet", "presentation", "form")."""
        return self._made(name, GOOGLES + kind, parent, forms=forms, **more)

    def edit(self, id: str, body: bytes = b"", **forms: bytes) -> None:
        """Give a file another content; of Google's own, each of its forms."""
        node = self.nodes[id]
        node.body = body if not node.forms else b""
        node.forms = dict.fromkeys(node.forms, body)
        node.modified = self._now()
        self._told(id)

    def rename(self, id: str, name: str) -> None:
        self.nodes[id].name = name
        self._told(id)

    def move(self, id: str, parent: str) -> None:
        self.nodes[id].parent = parent
        self._told(id)

    def trash(self, id: str, there: bool = True) -> None:
        self.nodes[id].trashed = there
        self._told(id)

    def share(self, id: str, there: bool = True) -> None:
        """Let the owner of this Drive see somebody else's file or folder; or no more."""
        self.nodes[id].shared = there
        self._told(id)

    def delete(self, id: str) -> None:
        """Delete for good, with what lies below."""
        for child in [node.id for node in self.nodes.values() if node.parent == id]:
            del self.nodes[child]
        del self.nodes[id]
        self._told(id)

    def lapse(self) -> None:
        """Know no more of the points given out so far."""
        self.changes += 1
        self.lapsed = self.changes

    def _made(self, name: str, mime: str, parent: str, **more: Any) -> str:
        self.made += 1
        id = f"1{hashlib.sha256(str(self.made).encode()).hexdigest()[:12]}"
        self.nodes[id] = Node(id, name, mime, parent, modified=self._now(), **more)
        self._told(id)
        return id

    def _told(self, id: str) -> None:
        self.changes += 1
        self.changed[id] = self.changes

    def _now(self) -> str:
        return self.fake.tick().isoformat(timespec="milliseconds").replace("+00:00", "Z")

    # What is so.

    def above(self, node: Node) -> list[Node]:
        """Return a node and the folders above it."""
        chain = [node]
        while (parent := self.nodes.get(chain[-1].parent)) and parent not in chain:
            chain.append(parent)
        return chain

    def seen(self, node: Node | None) -> bool:
        """Whether the owner may see it: it hangs on their root, or it or a folder above is shared with them."""
        if node is None:
            return False
        above = self.above(node)
        return above[-1].parent == ROOT or any(one.shared for one in above)

    def binned(self, node: Node) -> bool:
        return any(one.trashed for one in self.above(node))

    def shown(self, node: Node, names: set[str]) -> dict[str, Any]:
        own = node.mime.startswith(GOOGLES)
        visible = node.parent == ROOT or self.seen(self.nodes.get(node.parent))
        told: dict[str, Any] = {
            "id": node.id,
            "name": node.name,
            "mimeType": node.mime,
            "trashed": self.binned(node),
            "modifiedTime": node.modified,
        }
        told |= {"parents": [node.parent]} if visible else {}
        told |= {} if own else {"md5Checksum": hashlib.md5(node.body).hexdigest(), "size": str(len(node.body))}
        return {name: value for name, value in told.items() if name in names}

    # What it answers: only what is asked for by `fields`.

    @on("drive.files.list")
    def listed(self, call: Call) -> dict[str, Any]:
        folders = IS_FOLDER in call.get("q")
        if (not folders and f"mimeType != '{FOLDER}'" not in call.get("q")) or "trashed = false" not in call.get("q"):
            raise GoogleError(501, "notImplemented", call.get("q"))
        found = [
            node
            for node in sorted(self.nodes.values(), key=lambda node: node.modified, reverse=True)
            if self.seen(node) and not self.binned(node) and (node.mime == FOLDER) == folders
        ]
        names = set(re.findall(r"\w+", call.get("fields", "files(id,name,mimeType)")))
        page, more = self._page(call, found)
        return {"files": [self.shown(node, names) for node in page], **self._next(more, names)}

    @on("drive.files.get")
    def got(self, call: Call) -> Any:
        if call.path["fileId"] == "root":
            return {"id": ROOT}
        node = self._visible(call)
        if node.broken and call.get("alt") == "media":
            raise GoogleError(500, "backendError", "Backend Error")
        if call.get("alt") != "media":
            return self.shown(node, set(re.findall(r"\w+", call.get("fields", "id,name,mimeType"))))
        if node.mime.startswith(GOOGLES):
            raise GoogleError(403, "fileNotDownloadable", "Only files with binary content can be downloaded.")
        if node.closed:
            raise GoogleError(403, "cannotDownloadFile", "This file cannot be downloaded by the user.")
        return Media(node.body, node.mime)

    @on("drive.files.export")
    def exported(self, call: Call) -> Media:
        node, form = self._visible(call), call.get("mimeType")
        if form not in node.forms:
            raise GoogleError(400, "badRequest", "The requested conversion is not supported.")
        if len(node.forms[form]) > self.limit:
            raise GoogleError(403, "exportSizeLimitExceeded", "This file is too large to be exported.")
        return Media(node.forms[form], form)

    @on("drive.changes.getStartPageToken")
    def start(self, call: Call) -> dict[str, Any]:
        return {"startPageToken": str(self.changes)}

    @on("drive.changes.list")
    def listed_changes(self, call: Call) -> dict[str, Any]:
        names = set(re.findall(r"\w+", call.get("fields")))
        if not call.get("pageToken").isdigit() or not self.lapsed <= int(call.get("pageToken")) <= self.changes:
            raise GoogleError(400, "invalid", "Invalid Value")
        since = sorted((n, id) for id, n in self.changed.items() if n > int(call.get("pageToken")))
        size = self.fake.sized(call.get("pageSize"), 1000, 100)
        page = since[:size]
        more = {"nextPageToken": str(page[-1][0])} if len(since) > size else {"newStartPageToken": str(self.changes)}
        return {"changes": [self._change(id, names) for _, id in page], **self._next(more, names)}

    def _change(self, id: str, names: set[str]) -> dict[str, Any]:
        node = self.nodes.get(id)
        if node is None or not self.seen(node):
            return {"fileId": id, "removed": True}
        return {"fileId": id, "removed": False, "file": self.shown(node, names)}

    def _visible(self, call: Call) -> Node:
        node = self.nodes.get(call.path["fileId"])
        if node is None or not self.seen(node):
            raise GoogleError(404, "notFound", "File not found.")
        return node

    def _page(self, call: Call, found: list[Node]) -> tuple[list[Node], dict[str, str]]:
        begin = int(call.get("pageToken", "0"))
        end = begin + self.fake.sized(call.get("pageSize"), 1000, 100)
        return found[begin:end], {"nextPageToken": str(end)} if end < len(found) else {}

    @staticmethod
    def _next(more: dict[str, str], names: set[str]) -> dict[str, str]:
        return {name: value for name, value in more.items() if name in names}
