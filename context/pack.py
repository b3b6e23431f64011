"""Packs: the slice of the profile that a purpose needs, within a budget of tokens and a tier.

Identity and limits always stay. The rest comes in a fixed order (preferences, goals by weight, projects, people of the
day, nearest people, glossary, and what is left); each section has a floor, so that a long one starves no other. The
text is canonical: the same profile, purpose, budget and tier give the same bytes, so a model's prefix cache holds.
"""

import hashlib
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from context.parts import Item, Section, sections
from context.profile import Profile
from context.sight import seen
from context.tier import Tier
from context.tokens import Counter, counter

HOT, STANDARD, FULL = 600, 2000, 6000
SIZES = {"hot": HOT, "standard": STANDARD, "full": FULL}
TAG = "steward-context"
FOOT = 32  # tokens kept free for the fence and the line that says what is missing

_FENCED = re.compile(
    rf"(?:<|&lt;)\s*{TAG}\b.*?(?:(?:<|&lt;)\s*/\s*{TAG}\s*(?:>|&gt;)|\Z)\n?", re.DOTALL | re.IGNORECASE
)
_FENCE = re.compile(rf"<(?=\s*/?\s*{TAG})", re.IGNORECASE)


@dataclass(frozen=True)
class Pack:
    """A rendered pack.

    `used` and `dropped` name entries by id; `withheld` counts those that the tier hides. `tokens` is the size of `text`
    by `counted`, which `estimated` says is no tokenizer's. `over` says that identity and limits alone are more than
    the budget; they are kept all the same, and everything else is dropped.
    """

    text: str
    id: str
    purpose: str
    tier: Tier
    budget: int
    used: tuple[str, ...]
    dropped: tuple[str, ...]
    withheld: int
    tokens: int
    estimated: bool
    counted: str
    over: bool


def pack(
    profile: Profile,
    purpose: str,
    budget: int = STANDARD,
    tier: Tier | None = None,
    now: datetime | None = None,
    today_people: Collection[str] = (),
    touched: Collection[str] = (),
    tokens: Counter | None = None,
) -> Pack:
    """Render what `purpose` may and should know of the owner, in at most `budget` tokens.

    `tier` is the highest tier shown, by default the one that the owner's policy gives to the purpose. `today_people`
    are ids or addresses of people in the day's facts, `touched` ids of projects with activity in the last 14 days;
    both only change the order. `now` leaves out what is over (ended roles, limits by past dates).
    """
    ceiling = tier or profile.policies.tier(purpose)
    tokens = tokens or counter()
    visible = seen(profile, ceiling)
    parts = sections(visible.profile, purpose, now, frozenset(today_people), frozenset(touched))
    chosen = _choose(parts, budget - FOOT, tokens)
    text = _render(parts, chosen, visible.withheld, purpose, ceiling)
    while tokens.count(text) > budget and (last := _last(parts, chosen)):
        chosen.discard(last)
        text = _render(parts, chosen, visible.withheld, purpose, ceiling)
    items = [item for part in parts for item in part.items]
    size = tokens.count(text)
    return Pack(
        text=text,
        id="pk_" + hashlib.sha256(text.encode()).hexdigest()[:12],
        purpose=purpose,
        tier=ceiling,
        budget=budget,
        used=tuple(item.id for item in items if item in chosen),
        dropped=tuple(item.id for item in items if item not in chosen),
        withheld=visible.withheld,
        tokens=size,
        estimated=tokens.estimated,
        counted=tokens.name,
        over=size > budget,
    )


def strip(text: str) -> str:
    """Return `text` without any rendered pack in it, so that nothing is learned from what Steward itself said.

    A pack whose end is missing reaches to the end of the text.
    """
    return _FENCED.sub("", text)


def _choose(parts: Sequence[Section], budget: int, tokens: Counter) -> set[Item]:
    """Return the items that fit: what must stay, then each section's floor (at least one item), then the rest."""
    chosen = {item for part in parts if part.must for item in part.items}
    spent = sum(_cost(part.title, tokens) for part in parts if part.must and part.items)
    spent += sum(_cost(item.line, tokens) for item in chosen)
    rest = max(0, budget - spent)
    for share_only in (True, False):
        for part in parts:
            limit = int(part.floor * rest) if share_only else budget
            used = sum(_cost(item.line, tokens) for item in part.items if item in chosen)
            for item in part.items:
                if item in chosen:
                    continue
                first = not any(other in chosen for other in part.items)
                cost = _cost(item.line, tokens) + (_cost(part.title, tokens) if first else 0)
                if spent + cost > budget or (used + cost > limit and not (first and part.floor)):
                    break  # within a section nothing overtakes what matters more
                chosen.add(item)
                spent, used = spent + cost, used + cost
    return chosen


def _cost(line: str, tokens: Counter) -> int:
    return tokens.count(line) + 1


def _last(parts: Sequence[Section], chosen: set[Item]) -> Item | None:
    """Return the item that can best be spared."""
    spare = [item for part in parts if not part.must for item in part.items if item in chosen]
    return spare[-1] if spare else None


def _render(parts: Sequence[Section], chosen: set[Item], withheld: int, purpose: str, tier: Tier) -> str:
    lines = [f'<{TAG} purpose="{re.sub(r"[^A-Za-z0-9_.-]", "", purpose)}" tier="{tier}">']
    dropped = 0
    for part in parts:
        kept = [item.line for item in part.items if item in chosen]
        dropped += len(part.items) - len(kept)
        if kept:
            lines += [part.title, *(_FENCE.sub("‹", line) for line in kept)]
    missing = [f"{dropped} left out to fit" if dropped else "", f"{withheld} withheld at this tier" if withheld else ""]
    if any(missing):
        lines.append(f"({'; '.join(part for part in missing if part)})")
    return "\n".join([*lines, f"</{TAG}>"]) + "\n"
