"""The guide's example of a capability is whole: it runs, cites, does not repeat itself, and has a typed form."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from blocks.ledger import Ledger
from connectors.load import sync
from context.home import Home, write_private
from flows import capability
from flows.shape import Ask
from tests.flows.example import compose

CARDS = """BEGIN:VCARD
VERSION:4.0
UID:ana
FN:Ana Brandt
BDAY:1984-03-27
END:VCARD
BEGIN:VCARD
VERSION:4.0
UID:leap
FN:Leo Stern
BDAY:--0401
END:VCARD
BEGIN:VCARD
VERSION:4.0
UID:far
FN:Far Away
BDAY:1990-10-10
END:VCARD
"""


@pytest.fixture
def cards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    home = Home(tmp_path / "home")
    home.create(now=datetime(2026, 3, 25, 6, tzinfo=UTC))
    monkeypatch.setenv("STEWARD_HOME", str(home.root))
    path = tmp_path / "cards.vcf"
    path.write_text(CARDS.replace("\n", "\r\n"))
    profile = (
        "schema: steward/profile@1\nidentity: {name: Ilka, emails: [ilka@home.example], timezone: Europe/Berlin}\n"
    )
    write_private(home.context / "profile.yaml", profile)
    with Ledger.open(home) as ledger:
        ledger.sources.connect("cards", "vcard", "people", "cards", {"path": str(path)})
    assert [result.state for result in sync(home)] == ["loaded"]
    return home


@pytest.mark.row("P15")
def test_it_tells_once(cards: Home) -> None:
    made = capability.run(cards, compose, Ask(day=date(2026, 3, 25)))
    (section,) = made.output.sections
    assert [line.text for line in section.lines] == ["Ana Brandt: Fri 27 Mar", "Leo Stern: Wed 1 Apr"]
    assert [fact.key for fact in made.output.facts] == ["ana", "leap"]
    assert made.path.is_file()
    again = capability.run(cards, compose, Ask(day=date(2026, 3, 26)))
    assert again.output.sections == ()


def test_its_form_is_typed() -> None:
    from prefect.utilities.callables import parameter_schema

    from tests.flows.example.flow import birthdays

    schema = parameter_schema(birthdays).model_dump()
    assert set(schema["properties"]) == {"day", "dry_run"}
    assert birthdays.name == compose.name
