"""Fields of a search: who, where, when and what, on every kind of row; and how a question is read."""

import os
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from blocks.search import Index, asked
from blocks.search.kinds import KINDS
from context.errors import InputError
from context.home import Home
from tests.blocks.loaded import Loaded

pytestmark = pytest.mark.row("P13")
EXAMPLES = int(os.environ.get("STEWARD_EXAMPLES", "150"))
PROFILE = "schema: steward/profile@1\nidentity: {id: p_owner, name: Ida, emails: [Ida@home.example], timezone: %s}\n"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def fill(loaded: Loaded) -> None:
    """Two rows of each kind, of which one is Ana's."""
    ana, bo = {"from_name": "Ana Ruiz", "from_address": "ana@firm.example"}, {"from_address": "bo@other.example"}
    everyone = [{"address": "ida@home.example", "name": "Ida"}, {"address": "ana@firm.example", "name": "Ana"}]
    loaded.mail(
        "m1", "Offer", "see https://x.example", folder="INBOX", account="ida@home.example", **ana,
        to_addresses=[everyone[0]], attachments=[{"name": "a.pdf"}], sent_at=at("2026-03-10 08:00"),
    )  # fmt: skip
    loaded.mail(
        "m2", "Re: Offer", "Ana wrote", folder="Work/Clients", **bo, to_addresses=[], cc_addresses=everyone,
        attachments=[], list_id="list.example", sent_at=at("2026-03-12 08:00"),
    )  # fmt: skip
    loaded.put(
        "events", "e1", "cal", "calendar", summary="Offer talk", organizer_address="ana@firm.example",
        organizer_name="Ana", attendees=everyone, calendar="Team Calendar", starts_at=at("2026-03-11 09:00"),
        ends_at=at("2026-03-11 10:00"), conference_url="https://meet.example/1",
    )  # fmt: skip
    loaded.put(
        "events", "e2", "cal", "calendar", summary="Offer weekly", calendar="Private", rrule="FREQ=WEEKLY;COUNT=8",
        starts_at=at("2026-02-02 09:00"), ends_at=at("2026-02-02 10:00"),
    )  # fmt: skip
    loaded.put("documents", "d/offer.md", "d/offer.md", "docs", title="Offer", author="Ana Ruiz", path="d/offer.md",
               links=["https://x.example"], modified_at=at("2026-03-09 08:00"))  # fmt: skip
    loaded.put("passages", "d/offer.md#1", "d/offer.md", "docs", document_key="d/offer.md", text="the offer ends")
    loaded.put("commits", "c1", "r", "git", subject="Offer page", author_name="Ana", author_address="ana@firm.example",
               repo="shop", authored_at=at("2026-03-08 08:00"))  # fmt: skip
    loaded.put("issues", "org/shop#1", "r", "hub", title="Offer is wrong", author="ana", repo="org/shop",
               assignees=["ida"], labels=["bug"], updated_at=at("2026-03-07 08:00"))  # fmt: skip
    loaded.task("t1", "Send the offer", due_date=date(2026, 3, 20), created_at=at("2026-03-06 08:00"))
    loaded.put("contacts", "k1", "book", "cards", name="Ana Ruiz", addresses=[{"address": "ana@firm.example"}],
               notes="offer")  # fmt: skip


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    folder = tmp_path_factory.mktemp("fields")
    home, loaded = Home(folder / "home"), Loaded(folder / "build.duckdb")
    home.create()
    (home.context / "profile.yaml").write_text(PROFILE % "America/New_York")
    fill(loaded)
    Index(home).update(loaded.con)
    yield Index(home)
    loaded.con.close()


def keys(index: Index, words: str, **options: Any) -> set[str]:
    found = index.search(words, limit=50, meaning=False, **options)
    return set() if found.loosened else {hit.key for hit in found}


ALL = {"m1", "m2", "e1", "e2", "d/offer.md", "d/offer.md#1", "c1", "org/shop#1", "t1", "k1"}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("offer", ALL),
        ("from:ana", {"m1", "e1", "d/offer.md", "d/offer.md#1", "c1", "org/shop#1"}),
        ("from:ana@firm.example offer", {"m1", "e1", "c1"}),
        ("from:ana@firm.exampl", set()),
        ("from:@firm.example", {"m1", "e1", "c1"}),
        ("from:firm.example", {"m1", "e1", "c1"}),
        ("from:ruiz kind:mail", {"m1"}),
        ("offer -from:ana", {"m2", "e2", "t1", "k1"}),
        ("from:ana from:bo kind:mail", {"m1", "m2"}),
        ("to:me", {"m1", "m2", "e1"}),
        ("to:me to:ana", {"m2", "e1"}),
        ("to:ida kind:issue", {"org/shop#1"}),
        ("from:me", set()),
        ("in:inbox", {"m1"}),
        ("in:work", {"m2"}),
        ('in:"team calendar"', {"e1"}),
        ("in:shop", {"c1", "org/shop#1"}),
        ("in:org/shop", {"org/shop#1"}),
        ("in:calendar", {"e1", "e2"}),
        ("in:ida@home.example", {"m1"}),
        ("in:cal*", {"e1", "e2"}),
        ("-in:calendar kind:event", set()),
        ("has:attachment", {"m1"}),
        ("has:attachments", {"m1"}),
        ("has:link", {"m1", "e1", "d/offer.md"}),
        ("has:call", {"e1"}),
        ("has:list", {"m2"}),
        ("has:due", {"t1"}),
        ("has:link -has:attachment kind:mail", set()),
        ("subject:offer kind:mail", {"m1", "m2"}),
        ('title:"re offer"', {"m2"}),
        ("subject:tal*", {"e1"}),
        ("kind:document", {"d/offer.md", "d/offer.md#1"}),
        ("kind:mails kind:tasks", {"m1", "m2", "t1"}),
        ("offer -kind:mail -kind:events", ALL - {"m1", "m2", "e1", "e2"}),
        ("after:2026-03-10", {"m1", "m2", "e1", "e2"}),
        ("after:2026-03-10 kind:event", {"e1", "e2"}),
        ("after:2026-04 kind:event", set()),
        ("before:2026-03-07", {"e2", "t1"}),
        ("after:2026-03-07 before:2026-03-10 -kind:event", {"c1", "d/offer.md", "d/offer.md#1", "org/shop#1"}),
        ("after:2026-03 -kind:event", ALL - {"e1", "e2", "k1"}),
        ("before:2026", set()),
        ("FROM:Ana Subject:TALK", {"e1"}),
    ],
)
def test_fields_of_every_kind(filled: Index, words: str, expected: set[str]) -> None:
    assert keys(filled, words) == expected


def test_the_views_asked_for_narrow_as_fields_do(filled: Index) -> None:
    assert keys(filled, "from:ana", kinds=["commits", "events"]) == {"c1", "e1"}
    assert keys(filled, "from:ana kind:mail", kinds=["commits"]) == set()
    assert {hit.view for hit in filled.search("offer", limit=50, meaning=False)} == KINDS.keys()


def test_fields_alone_are_newest_first(filled: Index) -> None:
    found = filled.search("from:ana -kind:document")
    assert [hit.key for hit in found] == ["e1", "m1", "c1", "org/shop#1"]
    assert {hit.why for hit in found} == {"fields"}
    assert (found.loosened, found.total) == (False, 4)
    assert [hit.key for hit in filled.search("-from:ana -kind:event", limit=2)] == ["m2", "t1"]
    assert filled.search("zebra from:ana", meaning=False) == []
    found = filled.search("offer zebra kind:task", meaning=False)
    assert (found.loosened, [hit.key for hit in found]) == (True, ["t1"]), "loosened are the words, never the fields"


@pytest.mark.parametrize(
    ("words", "what", "mend"),
    [
        ("form:ana", "there is no field form:", '"form:ana"'),
        ("re:lunch", "there is no field re:", '"re:lunch"'),
        ("from: ana", "from: has no value", "write from:ana"),
        ("from:* x", "from: has no value", "write from:ana"),
        ('subject:"" x', "subject: has no value", "write subject:invoice"),
        ("in:- x", "in: has no word", "write in:inbox"),
        ("before:friday", "before:friday is no date", "write before:2026-03-25"),
        ("after:2026-02-30", "after:2026-02-30 is no date", "after:7d"),
        ("after:0000", "after:0000 is no date", "after:7d"),
        ("has:wings", "has:wings is not known", "attachment, call, due, link or list"),
        ("kind:pig", "kind:pig is nothing that is searched", "mail"),
        ("-", "there is no word", "steward search"),
        ("-lunch", "there is no word", "steward search"),
    ],
)
def test_what_cannot_be_read_is_said_with_what_to_write(filled: Index, words: str, what: str, mend: str) -> None:
    with pytest.raises(InputError) as told:
        filled.search(words)
    assert what in told.value.what
    assert mend in str(told.value.mend)


@pytest.mark.parametrize("words", ["https://offer.example/x", "10:30", "std::offer", "Re: offer", "c:/offer", "offer:"])
def test_a_colon_is_not_always_a_field(filled: Index, words: str) -> None:
    filled.search(words, meaning=False)


def test_me_needs_to_be_known(home: Home, loaded_once: Loaded) -> None:
    Index(home).update(loaded_once.con)
    with pytest.raises(InputError, match="from:me needs your addresses"):
        Index(home).search("from:me")


@pytest.fixture
def loaded_once(tmp_path: Path) -> Iterator[Loaded]:
    made = Loaded(tmp_path / "build.duckdb")
    yield made
    made.con.close()


# New York is four hours behind UTC from 8 March to 1 November, else five: the day that lacks an hour begins as usual.
MOMENTS = {
    "m0": "2026-03-08 04:59",  # the last minute of 7 March
    "m1": "2026-03-08 05:00",  # midnight of 8 March, winter time
    "m2": "2026-03-09 03:59",  # the last minute of 8 March, summer time
    "m3": "2026-03-09 04:00",
    "m4": "2026-11-01 03:59",  # the last minute of 31 October, summer time
    "m5": "2026-11-02 04:59",  # the last minute of 1 November, winter time
    "m6": "2026-11-02 05:00",
}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("after:2026-03-08 before:2026-03-09", {"m1", "m2"}),
        ("before:2026-03-08", {"m0"}),
        ("after:2026-11-01 before:2026-11-02", {"m5"}),
        ("after:2026-10 before:2026-11", {"m4"}),
        ("after:2026-11-02", {"m6"}),
        ("after:today", {"m5", "m6"}),
        ("after:yesterday before:today", {"m4"}),
        ("after:1w before:tomorrow", {"m4", "m5"}),
        ("after:1y", set(MOMENTS)),
    ],
)
def test_a_day_is_the_owners(home: Home, loaded_once: Loaded, words: str, expected: set[str]) -> None:
    home.manifest.write_text('{"layout": 1, "now": "2026-11-01T12:00:00+00:00"}')
    (home.context / "profile.yaml").write_text(PROFILE % "America/New_York")
    for key, moment in MOMENTS.items():
        loaded_once.mail(key, "x", "y", sent_at=at(moment))
    Index(home).update(loaded_once.con)
    assert keys(Index(home), words) == expected


pieces = st.one_of(
    st.text(max_size=12),
    st.builds("{}{}:{}".format, st.sampled_from(["", "-"]), st.sampled_from(asked.NAMES), st.text(max_size=8)),
    st.builds('{}{}:"{}"'.format, st.sampled_from(["", "-"]), st.sampled_from(asked.NAMES), st.text(max_size=8)),
    st.sampled_from(['"', "-", "*", ":", "from:", "kind:mail", "has:link", "before:7d", "after:2026-13", "to:me"]),
)
questions = st.lists(pieces, max_size=6).map(" ".join)


@settings(max_examples=EXAMPLES, deadline=None)
@given(questions)
def test_what_was_read_reads_the_same_again(text: str) -> None:
    try:
        read = asked.read(text)
    except InputError:
        return
    assert asked.read(str(read)) == read
    assert all(part.field in ("", *asked.NAMES) for part in read.parts)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(questions, st.sampled_from(["best", "newest"]))
def test_no_question_breaks_the_search(filled: Index, text: str, order: Any) -> None:
    try:
        found = filled.search(text, order=order, meaning=False)
    except InputError:
        return
    assert found.total >= len(found)
