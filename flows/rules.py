"""Rules that the owner's verdicts suggest: five alike about one sender or domain. They are asked about, never made.

A rule is a verdict of a wider scope; the owner makes it with `steward wrong … --scope`, and can remove it as any other.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from blocks.ledger.verdicts import Scope, Verdict, standing
from flows.common.sorting import PUBLIC
from flows.corrections import of
from flows.facts import rows, statement
from flows.render.clean import plain
from flows.shape import COMMON

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

ALIKE = 5  # verdicts that make a question


@dataclass(frozen=True)
class Rule:
    """A suggested rule: so many verdicts alike, and the newest of them, which the command names."""

    capability: str
    verdict: str
    scope: Scope
    about: str
    count: int
    newest: Verdict

    @property
    def key(self) -> str:
        return f"rule:{self.verdict}:{self.scope}:{self.about}"

    @property
    def command(self) -> str:
        fact = f" {self.newest.fact}" if self.newest.fact else ""
        return f'steward wrong {self.newest.run}{fact} "{self.verdict}" --scope {self.scope}'

    @property
    def question(self) -> str:
        """The question with the command that says yes; no is said by doing nothing."""
        return (
            f"{self.count} times “{self.verdict}” for {plain(self.about, limit=60)}: make it a rule? `{self.command}`"
        )


def suggested(verdicts: Iterable[Verdict], con: "DuckDBPyConnection") -> list[Rule]:
    """Return the rules that the verdicts suggest and that do not stand yet, the oldest first.

    Verdicts of several senders of a domain suggest the domain; those of one sender, the sender.
    """
    given = tuple(verdicts)  # newest first
    senders = _senders(con, given)
    groups: dict[tuple[str, str, str], list[Verdict]] = {}
    for each in given:
        domain = each.about.rpartition("@")[2] if each.scope == "sender" else of(senders.get(each.id))
        if domain and each.run:
            groups.setdefault((each.capability, each.verdict, domain), []).append(each)
    found = []
    for (capability, verdict, domain), alike in groups.items():
        writers: dict[str, list[Verdict]] = {}
        for each in alike:
            writers.setdefault(each.about if each.scope == "sender" else senders[each.id], []).append(each)
        wide = len(writers) > 1 and PUBLIC.fullmatch(domain) is None and len(alike) >= ALIKE
        parts: list[tuple[Scope, str, list[Verdict]]] = (
            [("domain", domain, alike)] if wide else [("sender", who, each) for who, each in writers.items()]
        )
        for scope, about, told in parts:
            stands = standing(
                [one for one in given if one.capability == capability and one.scope in (scope, "domain")],
                {scope: about, "domain": domain},
            )
            if len(told) >= ALIKE and (stands is None or stands.verdict != verdict):
                found.append(Rule(capability, verdict, scope, about, len(told), told[0]))
    return sorted(found, key=lambda rule: rule.newest.id)


def _senders(con: "DuckDBPyConnection", verdicts: Iterable[Verdict]) -> dict[int, str]:
    """Return who wrote the mails that verdicts on single items and threads are about, by the verdict's number."""
    items = {each.id: each.about for each in verdicts if each.scope == "item"}
    if not items:
        return {}
    found = rows(con, statement(COMMON, "whose"), {"keys": sorted(set(items.values()))})
    known = {str(row["message_key"]): str(row["from_address"] or "") for row in found}
    return {number: known[key] for number, key in items.items() if known.get(key)}
