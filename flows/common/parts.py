"""Sections before they are cut: what is news is shown; what was told before, or has no room, is counted."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from flows.common.heed import heeded
from flows.common.items import Item
from flows.common.wording import count, told_at
from flows.output import Line, Section
from flows.shape import View, words

CALLED = {  # a family of sources, as a line begins with it
    "calendar": "Calendar",
    "mail": "Mail",
    "docs": "Documents",
    "repos": "Repositories",
    "tasks": "Tasks",
    "people": "Contacts",
}


@dataclass(frozen=True)
class Part:
    """A section before it is cut: what is shown, what is left out, and the line on a source that could not be read."""

    title: str
    shown: tuple[Item, ...] = ()
    before: tuple[Line, ...] = ()
    after: tuple[Line, ...] = ()
    more: int = 0

    def section(self) -> Section:
        lines = (Line(text=item.line, facts=item.facts, url=item.url, external=item.external) for item in self.shown)
        return Section(title=self.title, lines=(*self.before, *lines, *self.after), more=self.more)

    def shorter(self) -> "Part":
        return replace(self, shown=self.shown[:-1], more=self.more + 1)


def readable(view: View, *families: str) -> bool:
    """Return whether any of the families was read, however long ago."""
    return any(view.health[family].state not in ("absent", "never", "failed") for family in families)


def unread(view: View, *families: tuple[str, str]) -> tuple[Line, ...]:
    """Return the lines that stand where a section's sources could not be read, or not lately."""
    lines = []
    for family, called in families:
        health = view.health[family]
        if health.state in ("ok", "absent"):
            continue
        if health.read is None:
            said = "was never read" if health.state == "never" else "cannot be read"
            lines.append(Line(text=f"{called}: {said}"))
        else:
            lines.append(Line(text=f"{called}: not read since {told_at(view.moment, health.read)}"))
    return tuple(lines)


def cut(view: View, title: str, found: Sequence[Item], most: int, before: tuple[Line, ...] = ()) -> Part:
    """Return the section of the items that are news; those told before, unchanged, are only counted.

    What the owner's verdicts keep untold is left out.
    """
    [found] = heeded(view, found)
    fresh = [item for item in found if view.news(item.key, item.digest)]
    known = len(found) - len(fresh)
    if known and not fresh:
        return Part(title, (), before, (Line(text=f"{count(known, 'item')} told before, unchanged"),))
    return Part(title, tuple(fresh[:most]), before, more=len(found) - len(fresh[:most]))


def trimmed(parts: list[Part], title: str, most: int) -> list[Part]:
    """Drop items from the end until the whole has at most `most` words; what is dropped is counted."""
    kept = list(parts)
    while words(title, [part.section() for part in kept]) > most:
        several = [n for n, part in enumerate(kept) if len(part.shown) > 1]
        some = several or [n for n, part in enumerate(kept) if part.shown]
        if not some:
            return kept
        kept[some[-1]] = kept[some[-1]].shorter()
    return kept
