"""A mailbox as a source: log in, choose the folders, read each; and what to say where that fails."""

import time
from collections.abc import Iterator
from typing import Any

from connectors.mail.imap import block, renamed
from connectors.mail.imap.choice import LABEL, Choice, choices, chosen, unknown
from connectors.mail.imap.folder import Folder
from connectors.mail.imap.login import Login
from connectors.mail.imap.memory import Memory
from connectors.mail.imap.session import Session
from connectors.mail.imap.wire import LostError, NoError
from connectors.shape import Item, Known, Preview, Reject
from connectors.web import PassingError
from context.errors import InputError, SourceError

TRIES = 4  # connections that may break in one reading without anything read through them
PAUSE = 1.0
TIERS = {
    "qresync": "The server tells what changed (QRESYNC): a sync costs what is new.",
    "condstore": "The server tells what changed, not what went (CONDSTORE): a sync costs a little more.",
    "bare": "The server does not tell what changed: each sync compares the flags of all mails.",
}


def login(handle: Any) -> Login:
    """Return how a handle's mailbox is reached. A handle with a `token` gives access tokens; see `blocks.imap.Imap`."""
    token = getattr(handle, "token", None)
    return Login(
        host=handle.host,
        port=handle.port,
        user=handle.user,
        secret=token or handle.password.get_secret_value,
        renew=f"run `steward connect imap --host {handle.host}`",
        security=handle.security,
        oauth=token is not None or bool(getattr(handle, "oauth", False)),
        authority=getattr(handle, "authority", None),
    )


def preview(handle: Any) -> Preview:
    """Log in and count. Raises InputError for a folder that is not there, and what `Session` does."""
    with Session(login(handle)) as session:
        try:
            everything = choices(session.folders(), session.labelled)
            wanted = list(getattr(handle, "folders", None) or [])
            if missing := unknown(everything, wanted):
                there = ", ".join(one.shown for one in everything[:8])
                raise InputError(f"there is no folder {missing[0]}", f"choose with --folder among: {there}, …")
            taken = chosen(everything, wanted)
            counts, notes = {}, [TIERS[session.tier]]
            for one in taken:
                try:
                    counts[one.shown] = session.status(one.raw).exists
                except NoError:
                    notes.append(f"{one.shown} cannot be opened; it is left out until it can.")
        except NoError:
            raise _refusal(handle.host) from None
    if session.labelled:
        notes.append("Gmail tells the labels of each mail; one that has several is read once.")
    left = [f"{one.shown} ({one.hidden})" for one in everything if one.hidden not in ("", LABEL) and one not in taken]
    if left and not wanted:
        notes.append(f"Not read: {', '.join(left)}. Choose folders with --folder.")
    largest = sorted(counts.items(), key=lambda each: -each[1])
    notes += [f"{name}: {count:,}" for name, count in largest[:8]]
    if len(largest) > 8:
        notes.append(f"and {len(largest) - 8} more folders")
    return Preview({"mails": sum(counts.values()), "folders": len(counts)}, notes=tuple(notes))


def read(handle: Any, known: Known) -> Iterator[Item]:
    """Yield what changed. A connection that breaks is made anew, and reading goes on where it was.

    Raises GrantError, PassingError or SourceError.
    """
    reading = Reading(handle, Memory(known))
    tries = 0
    while True:
        before = reading.sealed
        try:
            yield from reading.run()
            return
        except NoError:
            raise _refusal(handle.host) from None
        except LostError:
            tries = 1 if reading.sealed > before else tries + 1
            if tries >= TRIES:
                raise
            time.sleep(PAUSE)


class Reading:
    """One sync of one mailbox, over as many connections as it takes."""

    def __init__(self, handle: Any, memory: Memory) -> None:
        self.handle, self.memory = handle, memory
        self.done: set[str] = set()
        self.refused: list[str] = []

    @property
    def sealed(self) -> int:
        return self.memory.seals + len(self.done)

    def run(self) -> Iterator[Item]:
        with Session(login(self.handle)) as session:
            everything = choices(session.folders(), session.labelled)
            wanted = list(getattr(self.handle, "folders", None) or [])
            taken = chosen(everything, wanted)
            self._present(everything, taken, wanted)
            yield from renamed.carried(session, self.memory, [one for one in taken if one.name not in self.done])
            new = [one for one in taken if block.state_file(one.name) not in self.memory.cursors]
            for one in new if len(new) > 1 else ():  # the newest of all folders before the older of any
                yield from self._folder(session, one, top=True)
            for one in taken:
                yield from self._folder(session, one)
        if len(self.refused) == len(taken):
            raise PassingError(f"{self.handle.host} opens no folder", "a later sync tries again")
        for folder in sorted(self.memory.folders() - {one.name for one in taken}):
            for file in [file for file in self.memory.cursors if block.folder_of(file) == folder]:
                yield self.memory.gone(file)
        if self.refused and self.memory.known.again:  # their files are not known: what they held would be let go
            raise SourceError(
                f"{len(self.refused)} folders of {self.handle.host} cannot be opened, so not all could be read anew",
                "ask the provider, or choose folders with `steward connect imap … --folder`",
            )

    def _present(self, everything: list[Choice], taken: list[Choice], wanted: list[str]) -> None:
        """Raise SourceError where a server seems to have lost what it had: that is a fault more often than a wish."""
        there = {one.name for one in everything}
        if "INBOX" in self.memory.folders() - there or (self.memory.cursors and not taken):
            raise SourceError(f"{self.handle.host} lists the folders no more", "log in there and look, then sync again")
        if not taken:
            what = f"no folder {unknown(everything, wanted)[0]}" if wanted else "no folder"
            raise SourceError(f"{self.handle.host} has {what}", "choose with `steward connect imap … --folder`")

    def _folder(self, session: Session, one: Choice, top: bool = False) -> Iterator[Item]:
        """Read a folder that was not read yet; one that cannot be opened costs itself alone, and shows."""
        folder = Folder(session, self.memory, one.raw, one.name, one.shown)
        try:
            if one.name not in self.done:
                yield from folder.read(top)
            if not folder.partly:
                self.done.add(one.name)
        except NoError as error:
            self.refused.append(one.name)
            self.done.add(one.name)
            file = block.state_file(one.name)
            said = f"the server does not open this folder ({error.status} {error.code})".replace(" )", ")")
            yield Reject(file, "folder", "no-access", said, one.shown.encode("utf-8", "replace"))
            if not self.memory.known.again:
                yield self.memory.seal(file, {**self.memory.cursors.get(file, {}), "refused": True}, whole=True)


def _refusal(host: str) -> SourceError:
    return SourceError(f"{host} refuses to list its folders", "log in there and look, then `steward sync`")
