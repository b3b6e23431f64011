"""Ask on the fictional quarter: 30 questions, what is true worked out from the story, and each asked in other words."""

import json
import re
from collections import Counter
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

import pytest

from connectors.demo.cast import people
from connectors.demo.golden import day_facts, minutes
from connectors.demo.papers import papers
from connectors.demo.quarter import NOW, mails
from connectors.demo.sums import Slot, busy, islands
from connectors.demo.world import STORY, ZONE
from context.home import Home
from flows import capability
from flows.ask.compose import Asking
from flows.ask.evaluate import evaluate, golden, judged
from flows.shape import Ask
from flows.verify import check
from tests.connectors.test_demo_answers import GOLDEN as KNOWN

WEEK = [date(2026, 3, 16) + timedelta(days=n) for n in range(7)]
THIS = [date(2026, 3, 23) + timedelta(days=n) for n in range(7)]
TIDEMARK = re.compile(r"(?i)(?<!\w)(tidemark|cut-over|ledger|rehearsal|norrland|rollback|go/no-go)(?!\w)")
ITEMS = {item["id"]: item for item in golden()}

# Another phrasing of each question. No pattern was written for these.
AGAIN = {
    "hours-last-week": "How much time did I spend in meetings last week?",
    "clock-change-week": "How many hours of meetings do I have this week?",
    "written-by-solveig": "Wie viele Mails habe ich von Solveig bekommen?",
    "committers": "Wer hat im Februar die meisten Commits gemacht?",
    "next-with-erik": "Wann ist mein nächster Termin mit Erik Sandell?",
    "last-heard-of-camille": "When was my last contact with Camille Roussanne?",
    "unread": "Wie viele ungelesene Nachrichten habe ich?",
    "open-tasks": "How many tasks are still open?",
    "overdue": "Show me my overdue todos",
    "due-today": "Welche Aufgaben sind heute fällig?",
    "sent-in-february": "Wie viele E-Mails habe ich im Februar geschrieben?",
    "commits-of-tomasz": "commits by Tomasz Wierzba in march 2026",
    "meetings-tomorrow": "Wie viele Termine habe ich morgen?",
    "longest-meeting": "Welcher Termin war letzte Woche am längsten?",
    "documents-since-monday": "Which documents have been edited since Monday?",
    "hours-with-tomasz": "Wie viele Stunden habe ich letzte Woche mit Tomasz in Besprechungen verbracht?",
    "hours-on-tidemark": "How many hours of meetings about Tidemark were there last week?",
    "mails-of-the-lawyer": "How many messages came from f.harms@harms-partner.example?",
    "which-felix": "Wie viele Mails hat mir Felix geschrieben?",
    "who-is-carola": "Wer ist Carola?",
    "goals": "Was sind meine Ziele?",
    "lockstep": "Was bedeutet Lockstep?",
    "no-steps": "Wie viele Schritte bin ich gestern gelaufen?",
    "no-bank": "What is the balance of my bank account?",
    "no-opinion": "Which option for the rollback is better?",
    "no-forecast": "Wird Norrland den Vertrag verlängern?",
    "no-chat": "How many WhatsApp messages did I send last month?",
    "no-such-time": "Wie viele Mails kamen im Jahr 2023?",
    "no-pulls": "How many issues did I close in March?",
    "no-such-person": "Hat mir Angela Merkel etwas über Brücken geschrieben?",
}


def meetings(days: list[date]) -> list[Slot]:
    found = {(slot.event.uid, slot.begins): slot for day in days for slot in busy(day) if slot.meeting}
    return list(found.values())


def taken(found: list[Slot]) -> int:
    return minutes(islands([(slot.begins, slot.ends) for slot in found]))


def local(moment: datetime) -> str:
    return moment.astimezone(ZONE).strftime("%Y-%m-%d %H:%M")


def guests(slot: Slot, who: str) -> bool:
    return slot.event.organizer.id == who or any(person.id == who for person in slot.event.others)


def norrland(slot: Slot) -> bool:
    people_there = (slot.event.organizer, *slot.event.others)
    return any(person.address.endswith("@norrland-freight.example") for person in people_there)


@cache
def commits() -> list[tuple[str, str]]:
    """Return (month, author) of each commit of the story; the readers of Git are not asked."""
    lines = (STORY / "commits.txt").read_text("utf-8").splitlines()
    found = []
    for line in lines:
        parts = line.removeprefix("merge ").split(" | ")
        parts = parts[1:] if line.startswith("merge ") else parts
        if re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d$", parts[0]):
            found.append((parts[0][:7], parts[1]))
    return found


def truths() -> dict[str, dict[str, Any]]:
    """Return what is true of each question that can be answered, worked out from the story."""
    last, solveig = meetings(WEEK), people()["solveig"].address
    february = Counter(who for month, who in commits() if month == "2026-02")
    [(most, count)] = february.most_common(1)
    ahead = [slot for day in THIS for slot in busy(day) if slot.begins > NOW and guests(slot, "erik")]
    longest = max(last, key=lambda slot: slot.ends - slot.begins)
    tied = [slot for slot in last if TIDEMARK.search(slot.event.summary) or norrland(slot)]
    camille = KNOWN["people"]["contacts"]["camille.roussanne@maison-vernet.example"]
    sent = [mail for mail in mails() if mail.from_me and mail.sent.astimezone(ZONE).strftime("%Y-%m") == "2026-02"]
    monday = datetime(2026, 3, 23, tzinfo=ZONE)
    tasks = KNOWN["tasks"]
    return {
        "hours-last-week": {"minutes": sum(day_facts(day)["minutes"] for day in WEEK), "meetings": len(last)},
        "clock-change-week": {"minutes": sum(day_facts(day)["minutes"] for day in THIS)},
        "written-by-solveig": {"mails": sum(mail.sender[1] == solveig for mail in mails())},
        "committers": {"address": people()[most].address, "commits": count},
        "next-with-erik": {"at_": local(min(slot.begins for slot in ahead))},
        "last-heard-of-camille": {
            "last_contact_at": local(datetime.fromisoformat(camille["last_contact"])),
            "days": camille["silent_days"],
        },
        "unread": {"mails": KNOWN["counts"]["mails_unread"]},
        "open-tasks": {"tasks": tasks["open"]},
        "overdue": {"tasks": len(tasks["overdue"])},
        "due-today": {"tasks": len(tasks["today"])},
        "sent-in-february": {"mails": len(sent)},
        "commits-of-tomasz": {"commits": commits().count(("2026-03", "tomasz"))},
        "meetings-tomorrow": {"meetings": len(KNOWN["days"]["2026-03-26"]["meetings"])},
        "longest-meeting": {"title": longest.event.summary, "minutes": minutes([(longest.begins, longest.ends)])},
        "documents-since-monday": {"documents": sum(paper.changed >= monday for paper in papers())},
        "hours-with-tomasz": {"minutes": taken([slot for slot in last if guests(slot, "tomasz")])},
        "hours-on-tidemark": {"minutes": taken(tied)},
        "mails-of-the-lawyer": {
            "mails": sum(mail.sender[1] == "f.harms@harms-partner.example" for mail in mails()),
        },
        "goals": {"goals": (STORY / "profile" / "goals.yaml").read_text("utf-8").count("statement:")},
    }


@pytest.mark.parametrize("name", sorted(truths()))
def test_what_is_expected_is_true_of_the_story(name: str) -> None:
    assert ITEMS[name]["values"] == truths()[name]


def test_there_are_thirty_questions_of_which_eight_cannot_be_answered() -> None:
    assert len(ITEMS) == 30
    assert sum(item["kind"] == "unknown" for item in ITEMS.values()) == 8
    assert AGAIN.keys() == ITEMS.keys()


@pytest.mark.row("P8", "P9", "T12")
def test_nine_in_ten_are_right_and_nothing_is_invented(demo: Home) -> None:
    scores = evaluate(demo)
    assert [bar for bar in scores.bars if not bar.reached] == [], scores.mistakes()


@pytest.mark.row("P8")
def test_the_same_questions_in_other_words_are_answered_alike(demo: Home) -> None:
    wrong, invented = [], []
    for name, text in AGAIN.items():
        output = capability.gather(demo, Asking(demo), Ask(about=text, dry_run=True)).output
        expected = ITEMS[name] | {"values": ITEMS[name].get("values", {})}
        said = judged(output, expected)
        told = " ".join([expected["kind"], *(f"{key}={value}" for key, value in expected["values"].items())])
        if said != told:
            wrong.append((text, told, said))
            invented += [text] if expected["kind"] == "unknown" else []
    assert invented == []
    assert len(wrong) <= 3, json.dumps(wrong, indent=1)


@pytest.mark.row("P9", "T11")
def test_an_answer_says_only_what_its_facts_hold(demo: Home) -> None:
    for item in ITEMS.values():
        gathered = capability.gather(demo, Asking(demo), Ask(about=item["question"], dry_run=True))
        facts = {fact.id: fact for fact in gathered.output.facts}
        line = gathered.output.sections[0].lines[0]
        assert bool(line.facts) == (item["kind"] in ("metric", "profile"))
        if line.facts:
            cited = [facts[each] for each in line.facts]
            assert check(line.text, cited, line, today=gathered.moment.today) == [], item["question"]
