"""Connections: made, tried and forgotten. The Prefect block is the truth; the ledger mirrors what is no secret."""

import importlib
import re
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from blocks.ledger import Ledger, SourceRow
from connectors import kinds, reach, stored
from connectors.kinds import KINDS, Kind
from connectors.publish import outdate, publish
from connectors.quarantine import prune
from connectors.shape import Preview
from context.errors import InputError, SourceError
from context.home import Home
from context.store import load

NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")  # what a Prefect block may be called
ADDRESS = re.compile(r"(?:https?|webcal)://", re.IGNORECASE)


@dataclass(frozen=True)
class Connection:
    """A tested connection, not yet saved: its block's settings (secrets among them) and what it would read.

    `own` are settings of this source alone where it shares the block called `through` with others.
    """

    name: str
    kind: str
    account: str
    settings: Mapping[str, Any] = field(repr=False)
    preview: Preview
    replaces: bool
    own: Mapping[str, Any] = field(default_factory=dict)
    through: str = ""

    @property
    def family(self) -> str:
        return KINDS[self.kind].family


def words() -> dict[str, list[Kind]]:
    """Return what `steward connect` can be asked for: each word with its kinds."""
    found: dict[str, list[Kind]] = {}
    for kind in KINDS.values():
        found.setdefault(kind.word, []).append(kind)
    return found


def kind_of(word: str, argument: str) -> str:
    """Return which kind of a word an argument means: an address, a folder or a file.

    Raises InputError for an unknown word, and where the argument is not what the word takes.
    """
    named = {name: kind for name, kind in KINDS.items() if kind.word == word}
    if not named:
        raise InputError(f"there is no kind called {word}", "run `steward connect` to see them all")
    by_takes = {kind.takes: name for name, kind in named.items()}
    if ADDRESS.match(argument):
        if "url" not in by_takes:
            raise InputError(f"{word} takes a path, not an address", f"run `steward connect {word} PATH`")
        return by_takes["url"]
    path = _absolute(argument)
    if not path.exists():
        raise InputError(f"there is nothing at {path}", f"check the path, then run `steward connect {word} PATH`")
    for takes in ("path", "folder" if path.is_dir() else "file"):
        if takes in by_takes:
            return by_takes[takes]
    # A file where a folder is wanted, or the other way round: the connector's own words say it best.
    return next(iter(by_takes.values()))


def make(
    home: Home, word: str, argument: str, name: str | None, account: str | None, settings: Mapping[str, Any]
) -> Connection:
    """Build a connection and try it: nothing is saved. Raises InputError or SourceError where it cannot be used."""
    chosen = kind_of(word, argument)
    kind = KINDS[chosen]
    given: dict[str, Any] = {"url": argument} if kind.takes == "url" else {"path": str(_absolute(argument))}
    given |= {key: value for key, value in settings.items() if value}
    same = {"path": given["path"]} if "path" in given else {}
    called, replaces = _name(home, chosen, Path(argument).stem if same else chosen, name, same)
    made = Connection(called, chosen, account or called, given, Preview({}), replaces)
    # A handle of the settings alone does for a trial, and spares a mistyped path the seconds that Prefect takes.
    handle = _block(home, made) if kind.secrets else kinds.plain(given, made.account)
    with trying(chosen):
        return replace(made, preview=kinds.connector(chosen).preview(handle))


def offer(
    home: Home,
    kind: str,
    settings: Mapping[str, Any],
    *,
    hint: str,
    same: Mapping[str, Any],
    name: str | None = None,
    account: str | None = None,
    own: Mapping[str, Any] | None = None,
    through: str = "",
) -> Connection:
    """Build a connection to a server and try it: nothing is saved.

    `hint` is what it is called where there is no `name`. A connection of this kind whose settings hold `same` is
    connected again, so that a new password leaves no second source behind. Raises InputError or SourceError where it
    cannot be used.
    """
    called, replaces = _name(home, kind, hint, name, same)
    made = Connection(called, kind, account or called, settings, Preview({}), replaces, own or {}, through)
    handle = _block(home, made)
    given = {key: getattr(handle, key) for key in settings}
    reached = kinds.plain({**given, **made.own}, made.account)
    with trying(kind):
        return replace(made, preview=kinds.connector(kind).preview(reached))


@contextmanager
def trying(kind: str) -> Iterator[None]:
    """Let what fails name the command that was typed: nothing is saved yet, so no sync can mend it."""
    command = f"`steward connect {kinds.kind(kind).word} …`"
    try:
        yield
    except SourceError as error:
        mend = error.mend or ""
        if not getattr(error, "passing", False):
            error.mend = mend.replace("`steward sync`", command)
        elif "network" not in mend:
            error.mend = f"run {command} again later"
        else:
            error.mend = f"check the address and the network, then run {command} again"
        raise


def save(home: Home, *made: Connection) -> None:
    """Save the blocks and mirror them. Doing it again changes nothing."""
    from blocks.engine import session

    blocks = [(connection, _block(home, connection)) for connection in made]
    with session(home):
        for name, block in {(one.through or one.name): block for one, block in blocks}.items():
            stored.clear(home, type(block)._block_type_slug, name)
            block.save(name, overwrite=True)
    with Ledger.open(home) as ledger:
        for one, block in blocks:
            shared = {"through": one.through} if one.through else {}
            mirrored = {**block.settings(), **one.own, **shared}
            ledger.sources.connect(one.name, one.kind, one.family, block.account, mirrored)
            secrets = {name: getattr(block, name).get_secret_value() for name in KINDS[one.kind].secrets}
            reach.keep(home, one.through or one.name, secrets)


def forget(home: Home, source: SourceRow) -> None:
    """Remove a connection, its block, and all that was read through it. What it read from is not touched.

    Deleted rows stay in a DuckDB file until their room is used again: so the loader's file is written anew, and no
    older generation is kept. What outputs quoted is the owner's archive, and stays.
    """
    from blocks.search import Index
    from blocks.warehouse import Warehouse
    from blocks.warehouse.generations import Generations
    from connectors.pipeline import Pipeline, pending
    from connectors.views import sums

    warehouse, zone = Warehouse(home), load(home).identity.timezone
    with warehouse.writing(), Ledger.open(home) as ledger:
        outdate(home)
        with warehouse.builder() as con:
            if pending(home):  # what a killed sync left would bring it back
                Pipeline(home, con).drain()
            tables = con.execute(
                "SELECT schema_name, table_name FROM duckdb_columns() WHERE NOT internal AND column_name = 'row_hash'"
            ).fetchall()
            for schema, table in tables:
                con.execute(f'DELETE FROM {schema}."{table}" WHERE source = ?', [source.name])  # noqa: S608 - its own
            sums.clear(con)
            Index(home).rebuild(con)
            kept = con.execute("SELECT DISTINCT sha256 FROM raw.rejects").fetchall() if tables else []
            prune(home, [sha256 for (sha256,) in kept])
        ledger.sources.remove(source.name)
        warehouse.compact(force=True)
        publish(home, warehouse, zone)
        Generations(home.warehouse).prune(keep=1)
    _delete(home, source)


def _delete(home: Home, source: SourceRow) -> None:
    """Delete the block of a source and the copy of its secrets, unless another source is read through it too."""
    from blocks.engine import session

    name = reach.block_of(source.name, source.settings)
    with Ledger.open(home) as ledger:
        if any(reach.block_of(other.name, other.settings) == name for other in ledger.sources.all()):
            return
    reach.drop(home, name)
    if not (home.prefect / "prefect.db").exists():
        return  # no block was ever saved: making Prefect's database to look takes ten seconds
    with session(home):
        handle = _handle(home, kinds.kind(source.kind))
        stored.clear(home, handle._block_type_slug, name)
        try:
            handle.delete(name)
        except ValueError:
            return  # the block is gone already


def _block(home: Home, connection: Connection) -> Any:
    """Return the connection's block. Raises InputError where a setting cannot be."""
    kind = KINDS[connection.kind]
    try:
        return _handle(home, kind)(account=connection.account, **connection.settings)
    except ValueError as error:
        raise InputError(_complaint(error), f"run `steward connect {kind.word} …` with other values") from None


def _handle(home: Home, kind: Kind) -> Any:
    from blocks.engine import configure

    configure(home)
    module, _, name = kind.handle.rpartition(".")
    return getattr(importlib.import_module(module), name)


def _name(home: Home, kind: str, hint: str, name: str | None, same: Mapping[str, Any]) -> tuple[str, bool]:
    """Return what the connection is called, and whether that replaces one: the named, or the one with the `same`
    settings.
    """
    with Ledger.open(home) as ledger:
        sources = {source.name: source for source in ledger.sources.all()}
    if name is not None:
        if not NAME.fullmatch(name):
            raise InputError(f"“{name}” cannot be a name", "use up to 40 small letters, digits and dashes")
        if name in sources and sources[name].kind != kind:
            raise InputError(f"{name} is already a source of another kind", "give another --name")
        return name, name in sources
    for source in sources.values():
        if same and source.kind == kind and same.items() <= source.settings.items():
            return source.name, True
    base = _slug(hint)
    free = (f"{base}-{n}" if n > 1 else base for n in range(1, len(sources) + 2))
    return next(candidate for candidate in free if candidate not in sources), False


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:36].strip("-") or "source"


def _absolute(argument: str) -> Path:
    return Path(argument).expanduser().absolute()


def _complaint(error: ValueError) -> str:
    """Return what a block's validation says, without the value: it may be a secret."""
    errors = getattr(error, "errors", None)
    said = [str(one["msg"]).removeprefix("Value error, ") for one in errors()] if errors else ["wrong settings"]
    return "; ".join(said)
