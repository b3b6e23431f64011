"""What a draft is bound to: its thread as it stood. The run after a thread moved on says that the draft is void."""

import hashlib

from flows.common.sorting import Mail
from flows.common.wording import told_at
from flows.drafts.letter import Letter
from flows.facts import Value
from flows.output import Fact, Line
from flows.shape import View

ALL = "drafts"  # the subject of the run over the whole inbox


def subject(each: Mail) -> str:
    """Return the subject of the run about one thread."""
    named = f"{each.row['account']}/{each.row['thread_id']}"
    return f"draft {hashlib.sha256(named.encode('utf-8')).hexdigest()[:12]}"


def told(letter: Letter) -> tuple[str, str]:
    """Return the key and the digest under which a draft counts as told."""
    return f"thread:{letter.head[0]}/{letter.head[1]}", letter.sha256


def void(view: View, subject: str) -> tuple[Line, ...]:
    """Return a line for each draft of the last output about `subject` whose thread has moved on since.

    What that output said to be void on this day is said again: the same run gives the same lines.
    """
    last = view.last(subject)
    if last is None:
        return ()
    held = [fact for fact in last.facts if "sha256" in fact.values]
    threads = sorted({str(fact.values["thread"]) for fact in held})
    rows = view.rows("heads", threads=threads) if held else []
    heads = {(row["account"], row["thread_id"]): row["head"] for row in rows}
    today = view.moment.local(last.made) == view.moment.today
    lines = []
    for fact in held:
        moved = heads.get((fact.values["account"], fact.values["thread"])) != fact.values["head"]
        if moved and ("void" not in fact.values or today):
            lines.append(_line(view, fact, told_at(view.moment, last.made)))
    return tuple(lines)


def _line(view: View, fact: Fact, made: str) -> Line:
    since = str(fact.values.get("made", made))
    values: dict[str, Value] = {name: fact.values[name] for name in ("subject", "account", "thread", "head", "sha256")}
    digest = str(values["sha256"])
    said = f"The draft of {since} for “{values['subject']}” is void, its thread moved on: sha256 {digest[:12]}"
    values |= {"void": True, "made": since, "digest": digest[:12]}
    return Line(text=said, facts=(view.book.add("v", "messages", str(values["head"]), said, values),), external=True)
