"""The index on disk: its fields, how text becomes words, opening, and replacing it whole.

It lies in a folder of its own under the home's search folder; the file `current` names the folder, so that a new
index takes the place of a damaged or older one in one step, under the feet of readers.
"""

import json
import os
import re
import secrets
import shutil
from pathlib import Path
from typing import Any

from context.home import write_private

SCHEMA = 2  # raised when fields, words or kinds change: the index is then made again
CURRENT = "current"
STATE = "state"  # the kind of the one document that says how far the index is; it is committed with the rows
TEXTS = ("title", "sender", "recipients", "body")
LONGEST = 60  # bytes of a word; what is longer is encoded data
_CJK = re.compile("([\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff])")
_SEAM = "\u200b"  # parts words, is not seen


def analyzer() -> Any:
    """Words are runs of letters and digits, lower case, accents dropped. No stemming: the owner's languages mix."""
    import tantivy

    filters = (tantivy.Filter.remove_long(LONGEST), tantivy.Filter.lowercase(), tantivy.Filter.ascii_fold())
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    for each in filters:
        builder = builder.filter(each)
    return builder.build()


def parted(text: str) -> str:
    """Make a word of each Chinese or Japanese character, which are written without spaces."""
    return text if text.isascii() else _CJK.sub(rf"\1{_SEAM}", text)


def whole(text: str) -> str:
    """Undo `parted`."""
    return text if text.isascii() else text.replace(_SEAM, "")


def schema() -> Any:
    """`id` is source, file and key, NUL between them; `number` its digest, by which rows are deleted and compared.

    `content` is the digest of title and text: rows that say the same have the same, and so has a row that changed
    otherwise. `person_from` and `person_to` are addresses, and their domains after an @; times are Unix seconds.
    """
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_text_field("kind", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_bytes_field("id", stored=True)
    for name in ("number", "content"):
        builder.add_integer_field(name, indexed=True, fast=True)
    for name in TEXTS:
        builder.add_text_field(name, stored=name in ("title", "body"), tokenizer_name="words")
    builder.add_text_field("place", tokenizer_name="words")
    for name in ("person_from", "person_to", "trait"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    builder.add_integer_field("moment", stored=True, fast=True, indexed=True)
    builder.add_integer_field("last", fast=True, indexed=True)
    return builder.build()


def open_current(root: Path) -> Any | None:
    """Return the index that `current` names; None where there is none, or it cannot be read."""
    import tantivy

    try:
        name = (root / CURRENT).read_text("utf-8").strip()
        if not name or not (root / name).is_dir():
            return None
        index = tantivy.Index.open(str(root / name))
    except (OSError, ValueError):
        return None  # damaged, or of another version of tantivy: it is made again
    index.register_tokenizer("words", analyzer())
    return index


def state(index: Any) -> dict[str, Any] | None:
    """Return what the last commit said of itself: `schema`, and the `load` that it is up to date with."""
    import tantivy

    try:
        searcher = index.searcher()
        hits = searcher.search(tantivy.Query.term_query(index.schema, "kind", STATE), limit=1).hits
        told = json.loads(bytes(searcher.doc(hits[0][1])["id"][0])) if hits else None
    except (ValueError, KeyError, OSError):
        return None
    return told if isinstance(told, dict) and {"schema", "load"} <= told.keys() else None


def stamp(root: Path) -> tuple[str, int] | None:
    """Return what changes with every commit and every new index: its name and the time of its last commit."""
    try:
        name = (root / CURRENT).read_text("utf-8").strip()
        return name, (root / name / "meta.json").stat().st_mtime_ns
    except OSError:
        return None


def create(root: Path) -> tuple[str, Any]:
    """Make an empty index that nobody reads yet; return its name and it."""
    import tantivy

    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = f"index-{secrets.token_hex(4)}"
    (root / name).mkdir(mode=0o700)
    index = tantivy.Index(schema(), str(root / name))
    index.register_tokenizer("words", analyzer())
    return name, index


def appoint(root: Path, name: str) -> None:
    """Make an index the current one and drop all others. Readers of an old one keep its files open."""
    write_private(root / CURRENT, name)
    for other in root.iterdir():
        if other.is_dir() and other.name.startswith("index-") and other.name != name:
            shutil.rmtree(other, ignore_errors=True)


def make_private(root: Path) -> None:
    """Give every file of the index to its owner alone; tantivy makes them by the process's mask."""
    for folder in (path for path in root.iterdir() if path.is_dir()):
        with os.scandir(folder) as listing:
            for entry in listing:
                try:
                    Path(entry.path).chmod(0o600)
                except FileNotFoundError:
                    continue  # merged away meanwhile
