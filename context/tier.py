"""Tiers: who may be shown what. Four words, ordered from everybody to nobody."""

from typing import Literal

Tier = Literal["public", "work", "private", "secret"]
TIERS: tuple[Tier, ...] = ("public", "work", "private", "secret")


def allows(ceiling: Tier, tier: Tier) -> bool:
    """Return whether something of `tier` may be shown where `ceiling` is the highest tier served."""
    return TIERS.index(tier) <= TIERS.index(ceiling)


def stricter(first: Tier, second: Tier) -> Tier:
    """Return the more private of two tiers."""
    return max(first, second, key=TIERS.index)
