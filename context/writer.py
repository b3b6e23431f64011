"""Change the files of the profile as a careful person would: comments, key order and untouched lines stay as they are.

    with editing(home) as edit:
        edit.put("profile.yaml", ("identity", "timezone"), "Europe/Berlin")
        edit.add("goals.yaml", {"id": "g_latency", "statement": "…"})

Nothing is written before the block has ended and the whole profile, as it would be, was found valid.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from context.errors import BusyError, InputError
from context.home import Home, write_private
from context.patch import patched
from context.reading import Document, Finding, parse, plain
from context.references import LISTS
from context.spot import PLAIN
from context.store import FILES, Tree, check, tree

WAIT = 10.0  # seconds to wait for another editor of the profile
# What is named is written before what names it, so that a kill between two files leaves no dangling reference.
ORDER = ("goals.yaml", "people.yaml", "projects.yaml", "profile.yaml", "preferences.yaml", "policies.yaml")


class Editing:
    """The files as they will be. Made by `editing`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.before = tree(folder)
        self.before.valid()
        self.nodes: dict[str, Any] = {}

    def put(self, file: str, loc: Sequence[int | str], value: Any) -> None:
        """Set what `loc` names; missing maps on the way are made. Raises InputError where `loc` leads nowhere."""
        node = self._root(file)
        for part in loc[:-1]:
            if isinstance(node, CommentedMap) and node.get(part) is None:
                node[part] = CommentedMap()
            node = _step(node, part)
        last = loc[-1]
        if isinstance(node, CommentedMap) or (isinstance(node, CommentedSeq) and _index(node, last)):
            node[last] = fit(value)
        else:
            raise InputError(f"there is no {last} to set in {file}")

    def add(self, file: str, entry: Mapping[str, Any], key: str | None = None) -> None:
        """Append an entry to a list: of the file, or of `key` in it. An entry that disagrees with another joins it."""
        holder = self._root(file)
        if key is not None:
            if holder.get(key) is None:
                holder[key] = CommentedSeq()
            holder = holder[key]
        if not isinstance(holder, CommentedSeq):
            raise InputError(f"{file} holds no list of entries there")
        if not holder:
            holder.fa.set_block_style()
        holder.append(fit(dict(entry)))

    def remove(self, id_: str) -> None:
        """Take the entry called `id_` out, wherever it stands. Raises InputError where there is none."""
        file, holder, index = self._find(id_)
        self._root(file)
        del holder[index]

    def change(self, id_: str, field: str, value: Any) -> None:
        """Set a field of the entry called `id_`; None takes the field out. Raises InputError where there is none."""
        _, holder, index = self._find(id_)
        if value is None:
            holder[index].pop(field, None)
        else:
            holder[index][field] = fit(value)

    def _find(self, id_: str) -> tuple[str, CommentedSeq, int]:
        for file, key in LISTS.values():
            holder = self._root(file) if key is None else self._root(file).get(key)
            for index, entry in enumerate(holder or ()):
                if isinstance(entry, dict) and entry.get("id") == id_:
                    return file, holder, index
        raise InputError(f"no entry is called {id_}", "see `steward context show`")

    def _root(self, file: str) -> Any:
        if file not in FILES:
            raise InputError(f"{file} is no file of the profile", f"use one of {', '.join(FILES)}")
        if file not in self.nodes:
            # Parsed anew, so that `before` keeps the lines that the owner knows.
            again = parse(file, self.before.documents[file].text)
            assert isinstance(again, Document)
            empty: Any = CommentedSeq() if FILES[file][1] else CommentedMap()
            self.nodes[file] = empty if again.node is None else again.node
        return self.nodes[file]

    def texts(self) -> dict[str, str]:
        """Return the new text of each file that changes."""
        found = {}
        for file, node in self.nodes.items():
            old = self.before.documents[file]
            if plain(node) != old.data:
                found[file] = patched(old.text, node)
        return found


@contextmanager
def editing(home: Home) -> Iterator[Editing]:
    """Give the profile to be changed; write what changed when the block ends, all of it valid.

    Raises ProfileError where it is, or would become, invalid, and BusyError where somebody else is writing it;
    in both cases no file was touched.
    """
    with locked(home):
        edit = Editing(home.context)
        yield edit
        replace(home.context, edit.texts(), edit.before)


@contextmanager
def locked(home: Home) -> Iterator[None]:
    """Hold the lock of the profile's files. Raises BusyError where another process keeps it."""
    home.run.mkdir(mode=0o700, exist_ok=True)
    try:
        with FileLock(home.run / "context.lock", timeout=WAIT, mode=0o600):
            yield
    except Timeout as error:
        raise BusyError("another Steward is writing the profile", "try again when it has finished") from error


def replace(folder: Path, texts: Mapping[str, str], before: Tree) -> Tree:
    """Write new texts of files over those of `before`, all valid together, and return the new tree.

    Raises ProfileError before anything is written where they would be invalid, BusyError where a file changed since
    it was read.
    """
    after = trial(texts, before)
    after.valid()
    for file in sorted(texts, key=ORDER.index):
        path = folder / file
        if changed(path, before.documents[file].text):
            raise BusyError(f"{file} was changed while it was being edited", "run the command again")
        write_private(path, texts[file])
    return after


def changed(path: Path, text: str) -> bool:
    """Return whether a file holds something else than `text` now; a missing file holds nothing."""
    try:
        return (path.read_bytes().decode("utf-8-sig") if path.exists() else "") != text
    except (OSError, UnicodeDecodeError):
        return True


def trial(texts: Mapping[str, str], before: Tree) -> Tree:
    """Return the tree as it would be with new texts of some files. Nothing is written."""
    files: dict[str, Document | Finding] = dict(before.documents)
    files |= {file: parse(file, text) for file, text in texts.items()}
    missing = [finding for finding in before.errors if finding.file not in files]
    return check(files, before.profile.voices if before.profile else {}, missing)


def fit(value: Any) -> Any:
    """Return a value as it is to be written: entries on one line, and text in quotes unless it is plain words.

    (The emitter leaves text like "?0" unquoted, which no parser then reads as text.)
    """
    node: CommentedMap | CommentedSeq
    if isinstance(value, Mapping):
        node = CommentedMap({key: fit(item) for key, item in value.items() if item is not None})
    elif isinstance(value, list | tuple):
        node = CommentedSeq(fit(item) for item in value)
    elif isinstance(value, str):
        return value if PLAIN.fullmatch(value) else DoubleQuotedScalarString(value)
    else:
        return value
    node.fa.set_flow_style()
    return node


def _step(node: Any, part: int | str) -> Any:
    if isinstance(node, CommentedMap) and part in node:
        return node[part]
    if isinstance(node, CommentedSeq) and _index(node, part):
        return node[part]
    raise InputError(f"there is no {part} in this place of the profile")


def _index(node: CommentedSeq, part: int | str) -> bool:
    return isinstance(part, int) and 0 <= part < len(node)


def lay(home: Home) -> list[str]:
    """Lay down the template's files that are not there yet, and return their names. No existing file is touched."""
    made = []
    template = resources.files("context") / "template"
    for name in (*FILES, "voice/README.md"):
        path = home.context / name
        if not path.exists():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_private(path, template.joinpath(*name.split("/")).read_text("utf-8"))
            made.append(name)
    return made
