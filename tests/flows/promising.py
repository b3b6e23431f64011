"""Promises in small worlds, and what is read of them."""

from typing import Any

from flows import capability
from flows.commitments import compose
from flows.common.promises import Commitment, reading
from flows.output import Output
from flows.shape import Ask, Draft, View
from tests.flows.world import ME, World

BO = "bo@client.example"


class Kept:
    """The capability, which lets what it read be looked at."""

    name, folder, words_most = compose.name, compose.folder, compose.words_most
    found: list[Commitment]

    def compose(self, view: View) -> Draft:
        self.found = reading.read(view)
        return Draft("", "", ())


def found(world: World, **ask: Any) -> list[Commitment]:
    kept = Kept()
    capability.gather(world.publish().home, kept, Ask(**ask))
    return kept.found


def one(world: World, **ask: Any) -> Commitment:
    [only] = found(world, **ask)
    return only


def made(world: World, about: str | None = "both", **ask: Any) -> Output:
    return capability.run(world.publish().home, compose, Ask(about=about, **ask)).output


def promise(
    world: World, said: str = "I'll send you the Kestrel plan by Friday.", sent: str = "2026-03-18 10:00"
) -> str:
    return world.mail("t1", sent, "Kestrel", f"Hi Bo,\n{said}\nBest,\nAna", sender=ME)
