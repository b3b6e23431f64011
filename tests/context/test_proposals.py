"""Proposals wait beside the profile: a yes writes an entry as the owner would, a no is final, no more is touched."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from context import proposals, store
from context.accepting import accept
from context.errors import ConfigError, InputError, StewardError
from context.home import Home
from context.proposals import A_DAY, Kind, Seen

pytestmark = pytest.mark.row("C4")
TODAY = date(2026, 3, 25)
PROFILE = """# who I am
schema: steward/profile@1
identity:
  languages: [en]   # more to come
  timezone: Europe/Berlin
working_hours: {MON-FRI: "08:00-16:00"}  # for now
"""
PEOPLE = """# tier 1: the same day
- {id: pe_ana, name: Ana Brandt, emails: [ana@x.example]}   # met in 2019
"""


@pytest.fixture
def lived(home: Home) -> Home:
    (home.context / "profile.yaml").write_text(PROFILE)
    (home.context / "people.yaml").write_text(PEOPLE)
    return home


def person(address: str, name: str = "Bo Lind") -> Seen:
    return Seen("person", address, {"name": name, "emails": [address]}, "41 mails, 12 meetings")


def test_five_a_day_the_first_of_each_kind_first(lived: Home) -> None:
    seen = [*(person(f"p{n}@x.example") for n in range(7)), Seen("language", "de", {"language": "de"}, "9 mails")]
    made = proposals.put(lived, seen, TODAY)
    assert [item.kind for item in made] == ["person", "language", "person", "person", "person"]
    assert proposals.put(lived, seen, TODAY) == []
    later = proposals.put(lived, seen, date(2026, 3, 26))
    assert len(later) == 3
    assert len(proposals.read(lived)) == 8


@pytest.mark.parametrize("state", ["accepted", "rejected"])
def test_what_was_decided_does_not_come_back(lived: Home, state: proposals.State) -> None:
    (made,) = proposals.put(lived, [person("bo@x.example")], TODAY)
    proposals.decide(lived, made.id[:4], state, TODAY)
    again = Seen("person", "BO@x.example", {"name": "B", "emails": ["bo@x.example"]}, "99 mails")
    assert proposals.put(lived, [again], date(2027, 1, 1)) == []
    with pytest.raises(InputError, match=f"was {state} on 2026-03-25"):
        proposals.decide(lived, made.id, "accepted", TODAY)


def test_a_yes_is_written_as_the_owner_would(lived: Home) -> None:
    seen = [
        person("bo@x.example"),
        person("ana.brandt@y.example", "Ana Brandt"),
        Seen("project", "Kestrel", {"name": "Kestrel", "repos": ["fern/kestrel"]}, "30 commits"),
        Seen("language", "de", {"language": "de"}, "40 of 90 mails"),
        Seen("routine", "Run", {"name": "Long run", "when": "SUN 08:00-09:30"}, "11 times"),
    ]
    for item in proposals.put(lived, seen, TODAY):
        accept(lived, item, TODAY)
    profile = store.load(lived)
    assert [(each.id, each.name, each.origin, each.reviewed) for each in profile.people[1:]] == [
        ("pe_bo_lind", "Bo Lind", "observed", TODAY),
        ("pe_ana_brandt", "Ana Brandt", "observed", TODAY),
    ]
    assert profile.projects[0].repos == ("fern/kestrel",)
    assert profile.identity.languages == ("en", "de")
    assert (profile.routines[0].id, str(profile.routines[0].when)) == ("rt_long_run", "SUN 08:00-09:30")
    people = (lived.context / "people.yaml").read_text()
    assert people.startswith(PEOPLE)  # comments, order and other lines stay
    text = (lived.context / "profile.yaml").read_text()
    assert "# who I am" in text
    assert "# more to come" in text


def test_hours_take_the_place_of_those_stated(lived: Home) -> None:
    (made,) = proposals.put(lived, [Seen("hours", "working_hours", {"MON-THU": "09:00-18:00"}, "90 mails")], TODAY)
    accept(lived, made, TODAY)
    assert store.load(lived).working_hours == {"MON-THU": "09:00-18:00"}


def test_the_same_yes_twice_is_one_entry(lived: Home) -> None:
    (made,) = proposals.put(lived, [person("bo@x.example")], TODAY)
    accept(lived, made, TODAY)
    before = (lived.context / "people.yaml").read_text()
    accept(lived, made, TODAY)  # killed before it was noted down, and asked again
    assert (lived.context / "people.yaml").read_text() == before


def test_an_edit_that_is_invalid_touches_nothing(lived: Home) -> None:
    (made,) = proposals.put(lived, [person("bo@x.example")], TODAY)
    changed = proposals.edit(lived, made.id, {"name": "Bo", "emails": ["no address"], "colour": "red"})
    with pytest.raises(ConfigError):
        accept(lived, changed, TODAY)
    assert (lived.context / "people.yaml").read_text() == PEOPLE
    better = proposals.edit(lived, made.id, {"name": "Bo", "emails": ["bo@x.example"], "relation": "client"})
    accept(lived, better, TODAY)
    assert store.load(lived).people[1].relation == "client"


@pytest.mark.row("C9")
def test_a_voice_is_a_file_and_no_file_is_overwritten_unasked(lived: Home) -> None:
    (made,) = proposals.put(lived, [Seen("voice", "client", {"text": "# How I write: client\n"}, "46 mails")], TODAY)
    assert not (lived.context / "voice" / "client.md").exists()
    assert accept(lived, made, TODAY) == "voice/client.md"
    path = lived.context / "voice" / "client.md"
    assert store.load(lived).voices["client"] == "# How I write: client\n"
    path.write_text("mine")
    with pytest.raises(InputError, match="is there already"):
        accept(lived, made, TODAY)
    assert path.read_text() == "mine"
    accept(lived, made, TODAY, replace=True)
    assert path.read_text() == "# How I write: client\n"


@pytest.mark.parametrize("name", ["../../etc/x", "A B", "", "README/../x"])
def test_a_voice_stays_in_its_folder(lived: Home, name: str) -> None:
    (made,) = proposals.put(lived, [Seen("voice", name, {"text": "x"}, "9 mails")], TODAY)
    with pytest.raises(InputError):
        accept(lived, made, TODAY)


def test_it_is_one_line_each_private_and_checked(lived: Home) -> None:
    proposals.put(lived, [person("bo@x.example"), person("cy@x.example", "Cé\u2028 Ω")], TODAY)
    path: Path = lived.context / proposals.FILE
    assert path.stat().st_mode & 0o077 == 0
    rows: list[Any] = [json.loads(line) for line in path.read_bytes().splitlines()]
    assert [row["state"] for row in rows] == ["open", "open"]
    assert store.load(lived).people == store.load(lived).people[:1]  # nothing is in the profile
    path.write_bytes(path.read_bytes() + b'{"id": 1}\n')
    with pytest.raises(ConfigError, match=r"proposals\.jsonl:3"):
        proposals.read(lived)


def test_two_at_once_lose_nothing(lived: Home) -> None:
    def put(number: int) -> int:
        kind: Kind = "person"
        seen = Seen(kind, f"p{number}@x.example", {"name": "P", "emails": [f"p{number}@x.example"]}, "3 mails")
        return len(proposals.put(lived, [seen], date(2026, 1, number + 1)))

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(put, range(16))) == 16
    assert len(proposals.read(lived)) == 16


def test_what_is_not_there_is_said(lived: Home) -> None:
    assert proposals.read(lived) == []
    with pytest.raises(StewardError, match="there is no proposal zz"):
        proposals.opened(lived, "zz")
    assert A_DAY == 5
