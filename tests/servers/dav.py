"""Two real servers of calendars and address books, on loopback: Radicale and Xandikos.

Both are under the GPL: they are tools of these tests, in an environment of their own, and no part of the product. They
disagree usefully: on the status of an expired token (403, 412), on how they quote paths, on whether a calendar's home
is a folder of its own, on what they call a calendar without a name.
"""

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree.ElementTree import fromstring
from xml.sax.saxutils import escape

import requests

from tests.conftest import absent

PYTHON = "STEWARD_DAV_SERVERS"  # an interpreter that has radicale and xandikos
USERS = ("ana", "bob", "boss")
PASSWORD = "lantern-7Q-meadow"
SECONDS = 30.0
RIGHTS = """
[boss]
user: boss
collection: .*
permissions: RrWw
[frozen]
user: .+
collection: {user}/frozen(/.*)?
permissions: r
[own]
user: .+
collection: {user}(/.*)?
permissions: RrWw
[root]
user: .*
collection:
permissions: R
"""
CONFIG = """
[server]
hosts = 127.0.0.1:%(port)d
[auth]
type = htpasswd
htpasswd_filename = %(folder)s/users
htpasswd_encryption = plain
delay = 0
[rights]
type = from_file
file = %(folder)s/rights
[storage]
filesystem_folder = %(folder)s/store
[logging]
level = error
"""


@dataclass
class Account:
    """One user of a server, and the verbs by which their things change there."""

    server: str
    url: str
    user: str
    calendars: str
    books: str
    folder: Path
    made: set[str] = field(default_factory=set)

    def send(self, method: str, path: str, body: str = "", user: str = "", **fields: str) -> requests.Response:
        headers = {"Content-Type": "application/xml; charset=utf-8", **fields}
        proof = (user or self.user, PASSWORD)
        return requests.request(method, self.url + path, data=body.encode(), headers=headers, auth=proof, timeout=30)

    def calendar(self, name: str, shown: str = "", components: tuple[str, ...] = ("VEVENT", "VTODO")) -> str:
        """Make a calendar; return its path."""
        path = f"{self.calendars}{name}/"
        held = "".join(f'<C:comp name="{component}"/>' for component in components)
        kinds = f"<C:supported-calendar-component-set>{held}</C:supported-calendar-component-set>"
        shown = f"<D:displayname>{escape(shown)}</D:displayname>" if shown else ""
        body = f"""<C:mkcalendar xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">
            <D:set><D:prop>{shown}{kinds}</D:prop></D:set></C:mkcalendar>"""
        user = "boss" if name == "frozen" else ""
        done = self.send("MKCALENDAR", path, body, user)
        assert done.status_code == 201, (done.status_code, done.text)
        self.made.add(path)
        return path

    def book(self, name: str) -> str:
        """Make an address book; return its path."""
        path = f"{self.books}{name}/"
        body = """<D:mkcol xmlns:D="DAV:" xmlns:A="urn:ietf:params:xml:ns:carddav"><D:set><D:prop><D:resourcetype>
            <D:collection/><A:addressbook/></D:resourcetype></D:prop></D:set></D:mkcol>"""
        done = self.send("MKCOL", path, body)
        assert done.status_code == 201, (done.status_code, done.text)
        self.made.add(path)
        return path

    def offer(self, path: str, text: str, user: str = "") -> requests.Response:
        """Write an object; return what the server says to that."""
        kind = "text/vcard" if "BEGIN:VCARD" in text else "text/calendar"
        return self.send("PUT", path, text, user, **{"Content-Type": f"{kind}; charset=utf-8"})

    def put(self, path: str, text: str, user: str = "") -> None:
        done = self.offer(path, text, user)
        assert done.ok, (done.status_code, done.text)

    def delete(self, path: str) -> None:
        assert self.send("DELETE", path).status_code in (200, 204)
        self.made.discard(path)

    def rename(self, path: str, shown: str) -> None:
        body = f"""<D:propertyupdate xmlns:D="DAV:"><D:set><D:prop><D:displayname>{shown}</D:displayname></D:prop>
            </D:set></D:propertyupdate>"""
        assert self.send("PROPPATCH", path, body).status_code == 207

    def clear(self) -> None:
        """Delete all collections."""
        for home in {self.calendars, self.books}:
            for path in self._below(home):
                done = self.send("DELETE", path, user="boss" if path.endswith("/frozen/") else "")
                assert done.status_code in (200, 204), (done.status_code, done.text)
        self.made.clear()

    def forget_tokens(self, path: str) -> None:
        """Make the server forget what it gave out tokens for, as servers do after some weeks."""
        if self.server == "radicale":
            for token in self.folder.rglob("sync-token/*"):
                token.unlink()
            return
        # Xandikos keeps all history: the collection is laid down anew, with what it held.
        found = {child: self.send("GET", child).text for child in self._below(path)}
        self.delete(path)
        self.calendar(path.rstrip("/").rpartition("/")[2])
        for child, text in found.items():
            self.put(child, text)

    def _below(self, path: str) -> list[str]:
        told = self.send("PROPFIND", path, '<propfind xmlns="DAV:"><prop><getetag/></prop></propfind>', Depth="1")
        hrefs = [str(element.text) for element in fromstring(told.content).iter("{DAV:}href")]
        return [href for href in hrefs if href.rstrip("/") != path.rstrip("/")]


@contextmanager
def radicale(folder: Path) -> Iterator[Account]:
    """Run Radicale until the block ends."""
    port = _free()
    folder.mkdir(parents=True)
    (folder / "users").write_text("".join(f"{user}:{PASSWORD}\n" for user in USERS))
    (folder / "rights").write_text(RIGHTS)
    (folder / "config").write_text(CONFIG % {"port": port, "folder": folder})
    with _running(["radicale", "--config", str(folder / "config")], folder, port):
        yield Account("radicale", f"http://127.0.0.1:{port}", "ana", "/ana/", "/ana/", folder)


@contextmanager
def xandikos(folder: Path, *more: str) -> Iterator[Account]:
    """Run Xandikos until the block ends. It lets everybody in, as behind a proxy that asks for the password."""
    port = _free()
    folder.mkdir(parents=True, exist_ok=True)
    words = ["serve", "-d", str(folder / "store"), "--state-dir", str(folder / "state"), "--no-detect-systemd"]
    host = "localhost" if "--autocert" in more else "127.0.0.1"  # its certificate names no number
    words += ["-l", host, "-p", str(port), "--current-user-principal", "/ana/", "--defaults", *more]
    with _running(["xandikos", *words], folder, port):
        scheme = "https" if "--autocert" in more else "http"
        yield Account(*("xandikos", f"{scheme}://{host}:{port}", "ana"), *("/ana/calendars/", "/ana/contacts/", folder))


@contextmanager
def _running(words: list[str], folder: Path, port: int) -> Iterator[None]:
    python = os.environ.get(PYTHON)
    if python is None:
        absent(f"Radicale and Xandikos ({PYTHON} names an interpreter that has both)")
    assert python is not None
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen([python, "-m", *words], cwd=folder, stdout=log, stderr=log, env=_environment(folder))
        try:
            _wait(server, port, folder)
            yield
        finally:
            server.terminate()
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait(10)


def _environment(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "TZ")}
    return {**kept, "HOME": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}


def _wait(server: "subprocess.Popen[bytes]", port: int, folder: Path) -> None:
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        assert server.poll() is None, (folder / "log").read_text()
        with socket.socket() as there:
            if there.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(f"the server does not listen: {(folder / 'log').read_text()}")


def _free() -> int:
    with socket.socket() as here:
        here.bind(("127.0.0.1", 0))
        return int(here.getsockname()[1])
