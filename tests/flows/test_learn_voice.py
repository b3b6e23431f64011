"""How the owner writes, counted in what they wrote themselves, for each audience apart."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from context import store
from context.home import Home
from flows import capability
from flows.learn.compose import Learn
from flows.learn.voice import audience
from flows.shape import Ask
from tests.flows.world import ME, World

pytestmark = pytest.mark.row("C9")
CLIENT = """Dear Bo,

The offer stands until Friday{n}. Happy to help with the rest of it. Could you send us the list of the {word}?

Kind regards,
Ana

On Mon, 2 Mar 2026 at 10:00, Bo Lind wrote:
> Yo dude :) {word} WHATEVER
"""
TEAM = """Moin Cy,

ich schaue mir das morgen an, hast du noch die Zahlen {word}? Das ist nicht eilig 🙂 Passt so.

LG
Ana
"""
WORDS = ("ships", "harbours", "cranes", "tides", "ropes", "sails", "anchors", "charts", "lamps", "crews")


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World.make(tmp_path / "home")
    cy = json.dumps([{"name": "Cy", "address": "cy@fern.example"}])
    for n, word in enumerate(WORDS):
        day = date(2026, 3, 1) + timedelta(days=n)
        world.mail(f"c{n}", f"{day} 10:00", "Offer", CLIENT.format(n="", word=word), sender=ME)
        world.mail(f"t{n}", f"{day} 11:00", "Zahlen", TEAM.format(word=word), sender=ME, to_addresses=cy)
    return world.publish()


def pages(home: Home) -> dict[str, str]:
    made = Learn(home, voice=True)
    capability.run(home, made, Ask(dry_run=True))
    return {item.key: item.entry["text"] for item in made.candidates}


def test_each_audience_has_its_own(world: World) -> None:
    found = pages(world.home)
    assert set(found) == {"client", "team"}
    client, team = found["client"], found["team"]
    assert "- Languages: English (10 of 10)" in client
    assert "- Greeting: “Dear {name},” (10 of 10)" in client
    assert "- Closing: “Kind regards / Ana” (10 of 10)" in client
    assert "- Length: 22 words" in client
    assert "- Emoji: never" in client
    assert "“Happy to help with the rest of it.”" in client
    assert "- Languages: German (10 of 10)" in team
    assert "- Greeting: “Moin {name},” (10 of 10)" in team
    assert "- Closing: “LG / Ana” (10 of 10)" in team
    assert "- German: du" in team
    assert "- Emoji: in 10 of 10 mails" in team
    assert "10 mails of mine, 2026-03-01 to 2026-03-10" in team


def test_only_what_the_owner_wrote_counts(world: World) -> None:
    text = "".join(pages(world.home).values())
    for foreign in ("dude", "WHATEVER", "wrote:", "Bo", "Cy", *WORDS):
        assert foreign not in text


def test_what_steward_wrote_is_not_learned_from(world: World) -> None:
    before = pages(world.home)
    for n in range(20):
        body = f"Hi Bo,\n\nYour day is full. See {n}.\n\nno model configured: facts rendered directly · run 0123456789"
        world.mail(f"s{n}", "2026-03-20 10:00", "Brief", body, sender=ME)
        draft = "Hello Bo,\n\nThis is only a draft of it, and nothing else."
        world.mail(f"d{n}", "2026-03-21 10:00", "Draft", draft, sender=ME, folder="INBOX/Drafts")
        note = json.dumps([{"name": "Ana", "address": ME}])
        world.mail(f"n{n}", "2026-03-22 10:00", "Note", "Buy the milk for me please.", sender=ME, to_addresses=note)
    after = pages(world.publish().home)
    assert {name: text.partition("Learned")[0] for name, text in after.items()} == {
        name: text.partition("Learned")[0] for name, text in before.items()
    }


def test_too_few_mails_are_no_voice(world: World) -> None:
    world.rows["messages"] = world.rows["messages"][:7]
    assert pages(world.publish().home) == {}


def test_whom_somebody_belongs_to(world: World) -> None:
    bo, cy = store.load(world.home).people
    assert audience(bo, "bo@client.example", {"fern.example"}) == "client"
    assert audience(cy, "cy@fern.example", {"fern.example"}) == "team"
    assert audience(cy.model_copy(update={"voice": "short"}), "cy@fern.example", set()) == "short"
    assert audience(None, "x@fern.example", {"fern.example"}) == "team"
    assert audience(None, "x@else.example", {"fern.example"}) is None


def test_it_is_the_same_each_time_and_on_the_demo(own_demo: Home) -> None:
    first, second = pages(own_demo), pages(own_demo)
    assert first == second
    assert {"client", "team"} <= set(first)
    assert "“Bonjour {name},”" in first["client"]
    assert "- French: vous" in first["client"]
    assert "- German: du" in first["team"]
    assert "- Closing: “Ilka”" in first["team"]
