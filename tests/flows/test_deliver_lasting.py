"""One message about a subject, edited where it stands: never a second one, never an older text over a newer one."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from blocks.ledger import Delivery, Ledger
from blocks.slack import Slack
from context.home import Home
from flows import archive
from flows.deliver import Channel, deliver, key, retry
from flows.output import Line, Output, Section
from flows.render import slack
from tests.flows.documents import MADE, output
from tests.servers.slack import TOKEN, FakeSlack


@pytest.fixture
def server(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> FakeSlack:
    fake = FakeSlack(httpserver)
    block = Slack(token=TOKEN, channel="D1", base_url=fake.url)
    monkeypatch.setattr(Slack, "get", lambda name: block)
    return fake


def made(home: Home, run: str, text: str = "Room 4", subject: str = "event-1", *more: Section) -> Output:
    """Archive an output that lasts, as a capability does."""
    document = output(Line(text=text))
    footer = document.footer.model_copy(update={"run": run})
    sections = (*document.sections, *more)
    given = {"lasting": True, "capability": "prep", "subject": subject, "footer": footer, "sections": sections}
    document = document.model_copy(update=given)
    path = archive.save(home, document)
    with Ledger.open(home) as ledger:
        place = str(path.relative_to(home.outputs))
        ledger.outputs.record(run, "prep", subject, MADE, run, place, dry=False)
    return document


def send(home: Home, document: Output) -> Delivery:
    (settled,) = deliver(home, document, [Channel.SLACK])
    return settled


def states(home: Home, *runs: str) -> list[str]:
    with Ledger.open(home) as ledger:
        return [item.state for run in runs for item in ledger.deliveries.of(run)]


def shown(server: FakeSlack) -> list[str]:
    return [post["metadata"]["event_payload"]["run"] for post in server.posted]


@pytest.mark.row("P2", "D2")
def test_what_changed_edits_the_message_that_stands(home: Home, server: FakeSlack) -> None:
    first = send(home, made(home, "run-1"))
    again = send(home, made(home, "run-2", "Room 5 instead"))
    assert (first.state, again.state, again.ref) == ("sent", "sent", first.ref)
    assert shown(server) == ["run-2"]
    assert "Room 5" in str(server.posted[0]["blocks"])
    assert states(home, "run-1", "run-2") == ["replaced", "sent"]
    send(home, made(home, "run-9", subject="event-2"))
    assert shown(server) == ["run-2", "run-9"]


@pytest.mark.row("D4")
def test_the_same_again_asks_nothing_of_slack(home: Home, server: FakeSlack) -> None:
    document = made(home, "run-1")
    send(home, document)
    calls = len(server.calls)
    assert send(home, document).state == "sent"
    assert len(server.calls) == calls


def test_what_is_as_it_was_before_is_shown_again(home: Home, server: FakeSlack) -> None:
    for run in ("run-1", "run-2", "run-1", "run-2"):
        assert send(home, made(home, run)).state == "sent"
        assert shown(server) == [run]
    assert states(home, "run-1", "run-2") == ["replaced", "sent"]


@pytest.mark.row("D4")
@pytest.mark.parametrize("fault", ["lost", "lost:fatal_error"])
def test_a_post_whose_answer_was_lost_is_found_and_edited(home: Home, server: FakeSlack, fault: str) -> None:
    server.faults = [fault]
    assert send(home, made(home, "run-1")).state == "unknown"
    assert send(home, made(home, "run-2", "Room 5")).state == "sent"
    assert shown(server) == ["run-2"]


def test_an_edit_whose_answer_was_lost_is_made_again(home: Home, server: FakeSlack) -> None:
    send(home, made(home, "run-1"))
    server.faults = ["lost"]
    assert send(home, made(home, "run-2")).state == "unknown"
    assert [item.state for item in retry(home)] == ["sent"]
    assert (shown(server), states(home, "run-1")) == (["run-2"], ["replaced"])


def test_an_older_output_never_takes_the_place_of_a_newer_one(home: Home, server: FakeSlack) -> None:
    server.faults = ["channel_not_found"]
    assert send(home, made(home, "run-1")).state == "failed"
    send(home, made(home, "run-2"))
    assert [item.state for item in retry(home)] == ["replaced"]
    assert shown(server) == ["run-2"]
    assert retry(home) == []


@pytest.mark.parametrize("why", ["message_not_found", "edit_window_closed"])
def test_a_message_that_cannot_be_edited_is_posted_anew(home: Home, server: FakeSlack, why: str) -> None:
    send(home, made(home, "run-1"))
    server.faults = [why]
    assert send(home, made(home, "run-2")).state == "sent"
    assert shown(server) == ["run-1", "run-2"]
    server.posted.pop(0)
    send(home, made(home, "run-3"))
    assert shown(server) == ["run-3"]


def test_a_long_one_is_edited_with_its_thread(home: Home, server: FakeSlack) -> None:
    lines = tuple(Line(text=f"{number} " + "word " * 120) for number in range(60))
    long = Section(title="Long", lines=lines)
    first = made(home, "run-1", "Room 4", "event-1", long)
    total = len(slack.render(first))
    assert total > 2
    send(home, first)
    send(home, made(home, "run-2", "Room 5", "event-1", long))
    assert shown(server) == ["run-2"] * total
    assert [post["metadata"]["event_payload"]["part"] for post in server.posted] == list(range(total))


RACE = """
import os, sys
from pathlib import Path
from context.home import Home
from flows import archive, deliver
from blocks.slack import Slack
block = Slack(token=sys.argv[1], channel="D1", base_url=sys.argv[2])
Slack.get = classmethod(lambda cls, name: block)
post = Slack.post
def die(self, *given, **named):
    if sys.argv[4] == "after":
        post(self, *given, **named)
    os.kill(os.getpid(), 9)
if sys.argv[4] != "never":
    Slack.post = die
deliver.deliver(Home.open(), archive.load(Path(sys.argv[3])).output, [deliver.Channel.SLACK])
"""


def apart(home: Home, server: FakeSlack, document: Output, die: str) -> int:
    """Deliver in a process of its own that is killed before or after its post, or never."""
    path = archive.stem(home, document).with_name(f"{archive.stem(home, document).name}.json")
    command = [sys.executable, "-c", RACE, TOKEN, server.url, str(path), die]
    return subprocess.run(command, env={**os.environ}, cwd=Path.cwd(), check=False).returncode


@pytest.mark.row("D4")
@pytest.mark.kill
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("following", ["run-1", "run-2"])
def test_a_kill_around_the_post_leaves_one_message(home: Home, server: FakeSlack, when: str, following: str) -> None:
    assert apart(home, server, made(home, "run-1"), when) == -9
    assert len(server.posted) == (1 if when == "after" else 0)
    assert states(home, "run-1") == ["pending"]
    assert send(home, made(home, following)).state == "sent"
    assert shown(server) == [following]


@pytest.mark.row("D4")
def test_two_at_once_make_one_message(home: Home, server: FakeSlack) -> None:
    documents = [made(home, "run-1"), made(home, "run-2")]
    ended: list[Delivery] = []
    threads = [threading.Thread(target=lambda d=item: ended.append(send(home, d))) for item in documents * 3]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(ended) == 6
    assert shown(server) == ["run-2"]
    assert states(home, "run-2") == ["sent"]


def test_an_artifact_has_a_key_for_each_subject(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    keys: list[str] = []
    monkeypatch.setattr("flows.deliver._artifact", lambda document: keys.append(key(document)) or f"a{len(keys)}")
    for run, subject in (("run-1", "event-1"), ("run-2", "event-1"), ("run-2", "event-1"), ("run-3", "event-2")):
        deliver(home, made(home, run, subject=subject), [Channel.ARTIFACT])
    assert len(keys) == 3
    assert keys[0] == keys[1] != keys[2]
    assert all(name.replace("-", "").isalnum() and name == name.lower() for name in keys)


def test_a_long_subject_leaves_each_run_its_own_files(home: Home) -> None:
    stems = {archive.stem(home, made(home, run, subject="x" * 300)).name for run in ("run-1", "run-2")}
    assert len(stems) == 2
    assert all(len(stem) <= 121 for stem in stems)
