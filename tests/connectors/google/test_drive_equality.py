"""Drive: whatever happens in it, and whenever it is read, the rows are those of one reading at the end."""

from contextlib import closing
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.docs import drive
from connectors.web import GrantError
from tests.connectors.google.side import EXAMPLES, Side, weather
from tests.connectors.google.test_drive import a_doc, by_path
from tests.connectors.google.test_drive import here as here
from tests.servers.google.core import FakeGoogle
from tests.servers.google.drive import ROOT, Drive
from tests.servers.google.fixture import handle

OPERATIONS = (
    *("file", "file", "doc", "folder", "theirs", "edit", "rename", "rename", "move", "trash", "untrash", "delete"),
    *("unshare", "share", "lapse", "sync", "sync", "full", "killed", "halted"),
)
STEPS = st.lists(st.tuples(st.sampled_from(OPERATIONS), st.integers(0, 11)), max_size=25)


def change(disk: Drive, what: str, which: int) -> None:
    """Do one thing to a Drive."""
    folders = [ROOT, *(node.id for node in disk.nodes.values() if node.mime == drive.FOLDER)]
    parent, made = folders[which % len(folders)], disk.made
    match what:
        case "file":
            disk.file(f"note {made}.txt", f"Words {made}.\n".encode(), parent=parent)
        case "doc":
            disk.own(f"Doc {made}", "document", a_doc(f"Words {made}."), parent)
        case "folder":
            disk.folder(f"Folder {made}", parent)
        case "theirs":
            disk.file(f"their {made}.txt", f"Theirs {made}.\n".encode(), parent="elsewhere", shared=True)
        case "lapse":
            disk.lapse()
    if not disk.nodes:
        return
    node = sorted(disk.nodes.values(), key=lambda node: node.id)[which % len(disk.nodes)]
    match what:
        case "edit" if node.mime != drive.FOLDER:
            disk.edit(node.id, f"# Edited {disk.changes}\n".encode())
        case "rename":
            disk.rename(node.id, f"Name {disk.changes}.txt")
        case "move" if parent == ROOT or node not in disk.above(disk.nodes[parent]):
            disk.move(node.id, parent)
        case "trash" | "untrash":
            disk.trash(node.id, what == "trash")
        case "delete":
            remove(disk, node.id)
        case "share" | "unshare":
            disk.share(node.id, what == "share")


def remove(disk: Drive, id: str) -> None:
    for child in [node.id for node in disk.nodes.values() if node.parent == id]:
        remove(disk, child)
        disk.changed.pop(child, None)
    disk.delete(id)


@settings(max_examples=EXAMPLES or 30, deadline=None, suppress_health_check=list(HealthCheck))
@given(STEPS)
@pytest.mark.usefixtures("here")
@pytest.mark.row("N3", "N8")
def test_reading_in_steps_is_reading_at_once(steps: list[tuple[str, int]]) -> None:
    with closing(FakeGoogle()) as fake:
        disk, side = fake.account().of(Drive), Side(drive, handle(fake, "drive.readonly"))
        side.walk(steps, partial(change, disk))
        assert not fake.violations


@pytest.mark.usefixtures("here")
@pytest.mark.row("N3", "T3")
def test_every_fault_at_every_call_converges(google: FakeGoogle) -> None:
    disks: list[Drive] = []

    def make() -> Side:
        address = f"p{len(disks)}@example.org"
        side = Side(drive, handle(google, "drive.readonly", address=address))
        disk = google.account(address).of(Drive)
        folder = disk.folder("Board")
        disk.file("note.txt", b"Some words that are here.\n", parent=folder)
        disk.own("Doc", "document", a_doc("Words."), folder)
        disks.append(disk)
        return side

    def act() -> None:
        disk = disks[-1]
        folder, note, doc = disk.nodes
        disk.rename(folder, "Bored")
        disk.edit(note, b"Some other words.\n")
        disk.trash(doc)
        disk.folder("New")

    assert weather(google, "drive", make, act) > 50


@pytest.mark.usefixtures("here")
@pytest.mark.row("N12")
def test_a_grant_revoked_in_the_middle_wants_a_new_one(google: FakeGoogle) -> None:
    disk, side = google.account().of(Drive), Side(drive, handle(google, "drive.readonly"))
    for number in range(5):
        disk.file(f"{number}.txt", f"Words {number}.\n".encode())
    google.fail(401, reason="authError", method="drive.files.get", after=3, then=google.grants.revoke)
    with pytest.raises(GrantError, match="google"):
        side.sync()
    assert by_path(side), "what was read before is kept"
    side.handle = handle(google, "drive.readonly")
    side.sync()
    side.same()
