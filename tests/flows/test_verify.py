"""The verifier: correct sentences pass, and every mutation of one is caught."""

import os
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.output import Fact, Line
from flows.verify import check, names

TODAY = date(2026, 3, 25)
EVENT = Fact(
    id="e1", view="event_instances", key="k1", text="09:30–10:15 “Kestrel review” with Bo Lind and Cy Okafor",
    values={"title": "Kestrel review", "start": "09:30", "end": "10:15", "date": "2026-03-25", "minutes": 45,
            "people": ["Bo Lind", "Cy Okafor"], "others": 2},
)  # fmt: skip
MAIL = Fact(
    id="m1", view="messages", key="k2", text="Dana Whitlock, for 3 days: “Invoice INV-2231” — wants it by Fri 27 Mar",
    values={"from": "Dana Whitlock", "address": "dana@client.example", "subject": "Invoice INV-2231",
            "sent": "2026-03-22", "days": 3, "by": "2026-03-27", "sum": "€1,500", "share": "20 %"},
)  # fmt: skip
SHAPE = Fact(
    id="d1", view="sql", key="SELECT 1", text="4 meetings, 3 h 30 min in all",
    values={"meetings": 4, "minutes": 210, "first": "09:30", "last": "17:00", "date": "2026-03-25"}, origin="system",
)  # fmt: skip
FACTS = (EVENT, MAIL, SHAPE)
LINES = {fact.id: Line(text=fact.text, facts=(fact.id,)) for fact in FACTS}


def faults(text: str, fact: Fact, cited: tuple[Fact, ...] | None = None) -> list[str]:
    foreign = names(FACTS) - names([fact])
    return check(text, (fact,) if cited is None else cited, LINES[fact.id], today=TODAY, foreign=foreign)


GOOD = [
    (EVENT, "“Kestrel review” starts at half past nine and ends at 10.15, with Bo Lind and Cy Okafor."),
    (EVENT, "You meet Bo and Cy for 45 minutes at 9:30 am today."),
    (EVENT, "Today at 09:30: Kestrel review with two people."),
    (MAIL, "Dana Whitlock has waited three days for your answer on “Invoice INV-2231”; they want it by Friday."),
    (MAIL, "Dana wrote on 22 March and wants INV-2231 settled by Fri 27 Mar."),
    (MAIL, "Dana's invoice INV-2231 is for 1.500 € (20 percent)."),
    (SHAPE, "Four meetings take 3½ hours in all, from 9:30 to 17:00."),
    (SHAPE, "You have 4 meetings, 210 minutes together."),
]
BAD = [
    (EVENT, "You meet Bo and Cy at 10:30.", "10:30"),
    (EVENT, "You meet Bo and Cy tomorrow at 09:30.", "tomorrow"),
    (EVENT, "You meet Bo and Dana at 09:30.", "Dana"),
    (EVENT, "You meet bo and dana at 09:30.", "dana"),
    (EVENT, "You meet Bo Okafor at 09:30.", "Bo Okafor"),
    (EVENT, "You meet three people at 09:30.", "three"),
    (EVENT, "“Kestrel retro” starts at 09:30.", "Kestrel retro"),
    (EVENT, "Kestrel review at 09:30 is cancelled.", "cancelled"),
    (EVENT, "Kestrel review at 09:30 was moved.", "moved"),
    (EVENT, "Kestrel review is not at 09:30.", "denies"),
    (EVENT, "Kestrel review on Thursday.", "Thursday"),
    (EVENT, "Kestrel review this afternoon.", "afternoon"),
    (EVENT, "Kestrel review takes 2 hours.", "2 hours"),
    (EVENT, "Kestrel review at 09:30, see https://evil.example/x", "evil.example"),
    (EVENT, "Kestrel review at 09:30, see evil.example", "evil.example"),
    (EVENT, "Kestrel review at 09:30, [see](x)", "markup"),
    (EVENT, "Kestrel review\u202e at 09:30", "hidden"),
    (EVENT, "Kestrel re\u200bview at 09:30", "hidden"),
    (EVENT, "You meet Bo and Cy for 45 minutes at 21:30 am today.", "21:30"),
    (MAIL, "Dana's invoice INV-2231 is for 1.5 € (20 percent).", "1.5"),
    (MAIL, "Dana has waited three weeks.", "three"),
    (MAIL, "Dana has waited 3 hours.", "3 hours"),
    (MAIL, "Dana wants INV-2213 settled.", "INV-2213"),
    (MAIL, "Dana wants it by Sat 27 Mar.", "Sat 27 Mar"),
    (MAIL, "Dana wants €1,600.", "€1,600"),
    (MAIL, "Dana wants $1,500.", "$1,500"),
    (MAIL, "Dana wants 25 %.", "25 %"),
    (MAIL, "Dana Lind has waited 3 days.", "Lind"),
    (MAIL, "Write to dana@evil.example.", "dana@evil.example"),
    (MAIL, "Dana is angry and has waited 3 days.", "angry"),
    (MAIL, "It is urgent: Dana has waited 3 days.", "urgent"),
    (MAIL, "Your client Dana has waited 3 days.", "client"),
    (MAIL, "Dana has waited 3 days; she wants an answer.", "she"),
    (MAIL, "王伟 has waited 3 days.", "王伟"),
    (SHAPE, "Three meetings take 3 h 30 min.", "Three"),
    (SHAPE, "4 meetings take 4 h 30 min.", "4 h 30"),
    (SHAPE, "5 meetings.", "5"),
    (SHAPE, "A quiet day with 4 meetings.", "quiet"),
    (SHAPE, "4 meetings, all in the morning.", "morning"),
]


@pytest.mark.parametrize(("fact", "text"), GOOD, ids=[text for _, text in GOOD])
def test_what_the_facts_hold_may_be_said_in_other_words(fact: Fact, text: str) -> None:
    assert faults(text, fact) == []


@pytest.mark.parametrize(("fact", "text", "about"), BAD, ids=[text for _, text, _ in BAD])
def test_what_they_do_not_hold_is_refused_and_named(fact: Fact, text: str, about: str) -> None:
    found = faults(text, fact)
    assert found
    assert any(about.casefold() in fault.casefold() for fault in found)


@pytest.mark.parametrize("fact", FACTS)
def test_a_sentence_without_a_citation_is_refused(fact: Fact) -> None:
    assert faults(fact.text, fact, ()) == ["no fact is cited"]


def test_a_fact_of_another_line_cannot_be_cited() -> None:
    assert faults("4 meetings", EVENT, (SHAPE,)) == ["fact d1 is not a fact of this line"]


def test_a_lost_not_is_refused() -> None:
    fact = Fact(
        id="w1", view="messages", key="k", text="Bo Lind has not answered “Numbers” for 5 days", values={"days": 5}
    )
    line = Line(text=fact.text, facts=("w1",))
    assert check("Bo Lind hasn't answered “Numbers” for five days.", (fact,), line) == []
    assert check("Bo Lind has answered “Numbers” for five days.", (fact,), line) == ["it leaves out the line's “not”"]


SENTENCES = st.sampled_from([(fact, text) for fact, text in GOOD])
TIMES = st.tuples(st.integers(0, 23), st.sampled_from(["05", "20", "40", "50"])).map(lambda t: f"{t[0]:02d}:{t[1]}")
FAKES = st.sampled_from(["Ruth", "Nils", "Kellerman", "Zoë", "Łukasz", "O’Brien", "Дмитрий", "Ng", "Anne-Marie"])
HOSTS = st.sampled_from(
    ["http://a.example/x", "https://b.test", "www.c.example", "d.example/pay", "mailto:e@f.example", "//g.example/h"]
)


@settings(max_examples=int(os.environ.get("STEWARD_EXAMPLES", "300")), deadline=None)
@given(SENTENCES, st.integers(5, 9_999).filter(lambda n: n not in (20, 22, 25, 27, 45, 210, 1500, 2231)))
def test_a_foreign_number_never_passes(sentence: tuple[Fact, str], number: int) -> None:
    fact, text = sentence
    assert faults(f"{text[:-1]} and {number} more meetings.", fact)
    assert faults(f"{number} meetings. {text}", fact)


@settings(max_examples=int(os.environ.get("STEWARD_EXAMPLES", "300")), deadline=None)
@given(SENTENCES, TIMES)
def test_a_foreign_time_never_passes(sentence: tuple[Fact, str], time: str) -> None:
    fact, text = sentence
    for said in (
        time,
        time.replace(":", "."),
        f"{int(time[:2]) % 12 or 12}:{time[3:]} {'pm' if int(time[:2]) >= 12 else 'am'}",
    ):
        assert faults(f"{text[:-1]} at {said}.", fact)


@settings(max_examples=200, deadline=None)
@given(SENTENCES, FAKES, st.sampled_from(["with {}", "and {} asked", "{}'s view"]))
def test_a_foreign_name_never_passes(sentence: tuple[Fact, str], name: str, way: str) -> None:
    fact, text = sentence
    assert faults(f"{text[:-1]} {way.format(name)}.", fact)


@settings(max_examples=200, deadline=None)
@given(SENTENCES, HOSTS)
def test_a_foreign_link_never_passes(sentence: tuple[Fact, str], host: str) -> None:
    fact, text = sentence
    assert faults(f"{text[:-1]} {host}", fact)


@settings(max_examples=int(os.environ.get("STEWARD_EXAMPLES", "300")), deadline=None)
@given(st.data())
def test_a_number_that_is_swapped_in_place_never_passes(data: Any) -> None:
    import re

    fact, text = data.draw(SENTENCES)
    places = list(re.finditer(r"\d+", text))
    if not places:
        return
    place = data.draw(st.sampled_from(places))
    number = data.draw(st.integers(0, 99).map(str))
    held = {
        "09",
        "9",
        "10",
        "15",
        "30",
        "45",
        "22",
        "27",
        "3",
        "4",
        "17",
        "00",
        "25",
        "20",
        "2",
        "210",
        "0",
        "1",
        "500",
        "2231",
        "5",  # "5:00" is how many say 17:00
    }
    if number in held or number.lstrip("0") in held:
        return
    assert faults(text[: place.start()] + number + text[place.end() :], fact)


@settings(max_examples=int(os.environ.get("STEWARD_EXAMPLES", "300")), deadline=None)
@given(st.text(max_size=200))
def test_no_text_breaks_the_verifier(text: str) -> None:
    assert isinstance(faults(text, EVENT), list)
