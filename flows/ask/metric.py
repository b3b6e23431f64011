"""Named metrics: SQL files with a head that says which questions they answer and how the answer reads.

    -- title: Hours in meetings
    -- asks: hours meeting; spend meeting        (a question that holds all these meanings; ";" or else)
    -- may: count with                            (meanings that may stand beside them)
    -- takes: period person                       (what may narrow it down)
    -- reads: calendar                            (the families of sources that it rests on)
    -- over: meetings                             (rows that it counts: rows/meetings.sql, called `found`)
    -- where: minutes > 30                        (which of them)
    -- line: {at_:when} · “{title}”               (how such a row reads; `list`: a row of the SELECT)
    -- present: yes                                (what it reads is known as of now alone)
    -- answer: {minutes:length} in {meetings:meeting}{scope}{period}
    -- empty: No meeting{scope}{period}
    SELECT …

A part of a statement between `-- if NAME` and `-- end` counts only where the question gives that parameter. The
meanings are those of words.txt. The shipped ones lie in `metrics/`, the owner's own in STEWARD_HOME/metrics.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from context.errors import InputError
from context.home import Home, write_private

HERE = Path(__file__).parent
SHIPPED, ROWS = HERE / "metrics", HERE / "rows"
TAKES = ("period", "person", "company", "project", "topic", "repo", "account", "folder", "group", "term")
FAMILIES = ("calendar", "mail", "docs", "repos", "tasks", "people", "context", "ledger")
_KEYS = "title asks may takes needs way reads over where order line list answer empty tense question present"
KEYS = frozenset(_KEYS.split())
MARK = re.compile(r"-- (?:if \w+|end)$")
CLAUSE = re.compile(r"(?ms)^-- if (\w+)\n(.*?)^-- end$\n?")
SHOWN = 20  # rows
NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")
Pattern = tuple[frozenset[str], ...]  # each: one of these meanings must be there


@dataclass(frozen=True)
class Metric:
    """One named metric. `own`: the owner saved it, and it runs in the sandbox."""

    name: str
    title: str
    sql: str
    asks: tuple[Pattern, ...]
    may: frozenset[str] = frozenset()
    takes: frozenset[str] = frozenset()
    needs: frozenset[str] = frozenset()
    reads: tuple[str, ...] = ()
    answer: str = ""
    empty: str = ""
    tense: int = -1
    way: tuple[str, ...] = ()  # of mail: the first is meant where the question does not say
    rows: str = ""  # the statement of the rows that are counted
    line: str = ""
    list: str = ""
    question: str = ""
    present: bool = False
    own: bool = False


def own_folder(home: Home) -> Path:
    return home.root / "metrics"


@cache
def shipped() -> dict[str, Metric]:
    return {path.stem: parse(path) for path in sorted(SHIPPED.glob("*.sql"))}


def own(home: Home) -> dict[str, Metric]:
    """Return the owner's own metrics. Raises InputError, with file and line, where one cannot be read."""
    return {path.stem: parse(path, own=True) for path in sorted(own_folder(home).glob("*.sql"))}


def parse(path: Path, *, own: bool = False) -> Metric:
    """Return the metric of a file. Raises InputError for a head that cannot be understood."""
    try:
        return read(path.stem, path.read_text("utf-8"), own=own)
    except ValueError as error:
        raise InputError(f"{path}: {error}", "mend the file, or `steward ask --forget NAME`") from None
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}", "look at its permissions") from None


def read(name: str, text: str, *, own: bool = False) -> Metric:
    """Return the metric of a text. Raises ValueError, which names the line."""
    head = _head(text)
    body = _bare(text).rstrip(";")
    if not body:
        raise ValueError(f"line {len(text.splitlines())}: there is no SELECT")
    for key, allowed in (("takes", TAKES), ("needs", TAKES), ("reads", FAMILIES)):
        if strange := set(head.get(key, "").split()) - set(allowed):
            raise ValueError(f"{key}: {', '.join(sorted(strange))} is none of {', '.join(allowed)}")
    found = _found(head) if head.get("over") else ""
    needs = frozenset(head.get("needs", "").split())
    return Metric(
        name=name,
        title=head.get("title", name),
        sql=_joined(found, body),
        asks=tuple(_pattern(part) for part in head.get("asks", "").split(";") if part.strip()),
        may=frozenset(head.get("may", "").split()),
        takes=frozenset(head.get("takes", "").split()) | needs,
        needs=needs,
        reads=tuple(head.get("reads", "").split()),
        answer=head.get("answer", ""),
        empty=head.get("empty", ""),
        tense={"past": -1, "future": 1}.get(head.get("tense", "past"), 0),
        way=tuple(head.get("way", "").split()),
        rows=f"{found}\n{_shown(head.get('order', 'at_ DESC, key'))}" if found else "",
        line=head.get("line", ""),
        list=head.get("list", ""),
        question=head.get("question", ""),
        present="present" in head,
        own=own,
    )


def _head(text: str) -> dict[str, str]:
    """Return the head of a metric's file: its `-- key: value` lines. Other comments are for the reader."""
    head: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.startswith("--"):
            break
        key, colon, value = line.removeprefix("--").strip().partition(":")
        if colon and key in KEYS:
            head[key] = value.strip()
        elif colon and re.fullmatch(r"[a-z_]+", key):
            raise ValueError(f"line {number}: there is no key {key} (there are {', '.join(sorted(KEYS))})")
    return head


def _joined(found: str, body: str) -> str:
    """Return a SELECT after the rows that it counts; a WITH of its own goes on from theirs."""
    if found and body.upper().startswith("WITH "):
        return f"{found}, {body[5:].lstrip()}"
    return f"{found}\n{body}" if found else body


def _shown(order: str) -> str:
    """Return the SELECT of the rows that are shown, each with how many there are."""
    return f"SELECT *, count(*) OVER () AS rows_ FROM found ORDER BY {order} LIMIT {SHOWN}"  # noqa: S608 - own files


def _found(head: dict[str, str]) -> str:
    """Return the WITH clause of the rows that a metric counts."""
    if not (ROWS / f"{head['over']}.sql").is_file():
        raise ValueError(f"over: there are no rows called {head['over']}")
    select = _bare((ROWS / f"{head['over']}.sql").read_text("utf-8"))
    if not head.get("where"):
        return f"WITH found AS (\n{select}\n)"
    narrowed = f"SELECT * FROM every WHERE {head['where']}"  # noqa: S608 - the owner's own file
    return f"WITH every AS (\n{select}\n), found AS ({narrowed})"


def _pattern(text: str) -> Pattern:
    return tuple(frozenset(part.split("|")) for part in text.split())


def _bare(text: str) -> str:
    """Return a statement without comments but those that mark what narrows it."""
    return "\n".join(line for line in text.splitlines() if not line.startswith("--") or MARK.match(line)).strip()


def narrowed(sql: str, parameters: Mapping[str, object]) -> str:
    """Return a statement with those of its `-- if NAME` … `-- end` parts whose parameter is given."""
    return CLAUSE.sub(lambda found: found[2] if parameters.get(found[1]) else "", sql)


def save(home: Home, name: str, text: str) -> Path:
    """Write a metric of the owner's. Raises InputError for a name that cannot be used."""
    if not NAME.fullmatch(name) or name in shipped():
        taken = "is one of Steward's own" if name in shipped() else "cannot be a name"
        raise InputError(f"{name} {taken}", "use small letters, digits and -, such as norrland-hours")
    folder = own_folder(home)
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / f"{name}.sql"
    write_private(path, text)
    return path


def forget(home: Home, name: str) -> Path:
    """Remove a metric of the owner's. Raises InputError where there is none of that name."""
    path = own_folder(home) / f"{name}.sql"
    if not NAME.fullmatch(name) or not path.is_file():
        raise InputError(f"you saved no metric called {name}", "run `steward ask --list`")
    path.unlink()
    return path
