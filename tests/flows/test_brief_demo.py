"""The brief of the demo's quarter against its known answers, which were worked out without any code of the product."""

import json
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from connectors.demo.ready import ready
from context.home import Home
from flows import capability
from flows.brief import compose, meetings
from flows.brief.changes import read as changed
from flows.common import agenda as sums
from flows.common import items
from flows.common.ties import Ties
from flows.render import markdown
from flows.shape import Ask, Draft, View, words
from flows.verify import check

GOLDEN: dict[str, Any] = json.loads(
    (Path(compose.__file__).parents[2] / "connectors/demo/golden.json").read_text("utf-8")
)
TODAY = date.fromisoformat(GOLDEN["today"])


class Opened:
    """The brief, which lets its view be looked into."""

    name, folder, words_most = compose.name, compose.folder, compose.words_most
    gathered: capability.Gathered

    def compose(self, view: View) -> Draft:
        self.ties = Ties(view.profile)
        self.day = meetings.read(view)
        self.shape = view.rows("shape")[0]
        self.troubles = sums.problems(view.moment.day, view.moment.zone, self.day.slots, view.profile.limits())
        self.replies = items.replies(view, self.ties)
        self.tasks = items.tasks(view, self.ties)
        self.news = changed(view, self.ties)
        self.facts = {fact.id: fact for fact in view.book.facts}
        self.moment = view.moment
        return compose.compose(view)


@cache
def opened(home: Home, day: date = TODAY) -> Opened:
    opened = Opened()
    opened.gathered = capability.gather(home, opened, Ask(day=day))
    return opened


@pytest.mark.row("P1", "N9")
@pytest.mark.parametrize("day", sorted(GOLDEN["days"]))
def test_the_sums_of_a_day_are_the_known_ones(demo: Home, day: str) -> None:
    known, found = GOLDEN["days"][day], opened(demo, date.fromisoformat(day))
    clock = found.moment.clock
    meeting = [slot for slot in found.day.slots if slot.meeting]
    assert [slot.title for slot in meeting] == [item["summary"] for item in known["meetings"]]
    assert found.shape["meetings"] == len(known["meetings"])
    assert found.shape["minutes"] == known["minutes"] == sums.minutes(sums.busy(meeting))
    assert (found.shape["first_at"] and clock(found.shape["first_at"])) == known["first"]
    assert (found.shape["last_at"] and clock(found.shape["last_at"])) == known["last"]
    free = known["longest_free"]
    assert found.day.free == (free and (free["from"], free["until"]))
    assert [slot.title for slot in found.day.slots if not slot.meeting] == [
        item["summary"] for item in known["own_blocks"]
    ]


@pytest.mark.row("P1")
@pytest.mark.parametrize("day", sorted(GOLDEN["days"]))
def test_what_is_wrong_with_a_day_is_what_is_known(demo: Home, day: str) -> None:
    known, found = GOLDEN["days"][day], opened(demo, date.fromisoformat(day))
    clock = found.moment.clock
    told: dict[str, list[Any]] = {kind: [] for kind in ("clash", "limit", "stretch", "agenda", "chain")}
    for problem in found.troubles:
        names = [slot.title for slot in problem.slots]
        when = (clock(problem.begins), clock(problem.ends))
        limit = problem.limit.id if problem.limit else ""
        told[problem.kind] += names if problem.kind == "agenda" else [(limit, *names, *when)]
    assert [(*item["events"], item["from"], item["until"]) for item in known["conflicts"]] == [
        t[1:] for t in told["clash"]
    ]
    limits = [(item["id"], item["summary"], item["from"], item["until"]) for item in known["broken_constraints"]]
    assert sorted(limits) == sorted(told["limit"])
    assert [(item["from"], item["until"]) for item in known["runs_over_4h"]] == [t[-2:] for t in told["stretch"]]
    assert known["no_agenda"] == told["agenda"]


@pytest.mark.row("P1")
def test_every_reply_that_is_owed_is_found_and_hardly_another(demo: Home) -> None:
    owed = {item["message_id"] for item in GOLDEN["replies"]}
    found = {item.key.partition(":")[2] for item in opened(demo).replies}
    assert owed <= found
    assert len(owed & found) / len(found) >= 0.85


@pytest.mark.row("P1")
def test_the_tasks_are_the_known_ones(demo: Home) -> None:
    known = GOLDEN["tasks"]
    due = {(day, title) for day, title in (*known["overdue"], *known["week"])} | {
        (str(TODAY), t) for t in known["today"]
    }
    found = opened(demo)
    facts = [found.facts[item.facts[0]] for item in found.tasks]
    assert {(fact.values["due"], fact.values["task"]) for fact in facts} == due


@pytest.mark.row("P1")
def test_what_others_changed_since_yesterday_is_known(demo: Home) -> None:
    found = opened(demo)
    told = [item.line.split("”")[0] for item in found.news if item.key.startswith("events:")]
    words = {"changed": "Changed", "new": "New", "cancelled": "Cancelled"}
    assert told == [f"{words[item['what']]}: “{item['summary']}" for item in GOLDEN["changed_yesterday"]]


@pytest.mark.row("P1")
def test_the_first_thing_is_the_one_that_the_story_is_about(demo: Home) -> None:
    output = capability.gather(demo, compose, Ask()).output
    first = output.sections[0].lines[0]
    facts = {fact.id: fact for fact in output.facts}
    known = GOLDEN["first"]
    assert facts[first.facts[0]].values["address"] == known["who"]
    assert str(facts[first.facts[0]].values["subject"]).removeprefix("Re: ") == known["subject"]
    assert facts[first.facts[0]].values["by"] == known["deadline"][:10]
    assert facts[first.facts[1]].key in known["goals"]


@pytest.mark.row("P1", "T11")
@pytest.mark.parametrize("day", sorted(GOLDEN["days"]))
def test_every_line_holds_by_its_own_facts_in_at_most_220_words(demo: Home, day: str) -> None:
    gathered = opened(demo, date.fromisoformat(day)).gathered
    output = gathered.output
    facts = {fact.id: fact for fact in output.facts}
    assert words(output.title, output.sections) <= 220
    for line in (line for section in output.sections for line in section.lines if line.facts):
        assert check(line.text, [facts[name] for name in line.facts], line, today=gathered.moment.today) == []


@pytest.mark.row("T8", "P1")
def test_no_hostile_mail_of_the_demo_is_first_or_owed(demo: Home) -> None:
    output = capability.gather(demo, compose, Ask()).output
    for section in output.sections:
        if section.title != "Problems":
            assert not [line.text for line in section.lines if "evil" in line.text]
    assert "evil.example" not in markdown.render(output).replace("evil[.]example", "").replace(
        "evil\\[\\.\\]example", ""
    )


@pytest.mark.row("N9", "P14")
def test_the_brief_is_the_same_to_the_byte_in_two_homes(
    own_demo: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = capability.run(own_demo, compose, Ask())
    monkeypatch.setenv("STEWARD_HOME", str(tmp_path / "home"))
    second = capability.run(ready(Home(tmp_path / "home")), compose, Ask())
    assert first.path.name == second.path.name
    for suffix in (".json", ".md", ".html"):
        one, other = (result.path.with_suffix(suffix).read_bytes() for result in (first, second))
        assert one == other
