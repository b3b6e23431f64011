"""Closing commitments by evidence: what shows that one was kept or given up, and what does not."""

from pathlib import Path
from typing import Any

import pytest

from tests.flows.briefs import lines
from tests.flows.promising import BO, found, made, one, promise
from tests.flows.world import ME, World, at


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World.make(tmp_path / "home")


@pytest.mark.row("P6")
@pytest.mark.parametrize(
    ("sender", "body", "extra", "how"),
    [
        (ME, "Hi Bo, here is the Kestrel plan.", {}, "said to be done"),
        (ME, "As promised.", {"attachments": '[{"name": "kestrel-plan.pdf", "type": "application/pdf"}]'}, "attached"),
        (ME, "Hallo Bo, anbei der Plan.", {}, "said to be done"),
        (ME, "Bonjour Bo, ci-joint le plan.", {}, "said to be done"),
        (BO, "Thank you for the Kestrel plan!", {}, "received"),
    ],
)
def test_later_mail_of_the_thread_closes(world: World, sender: str, body: str, extra: dict[str, Any], how: str) -> None:
    promise(world)
    world.mail("t1", "2026-03-20 09:00", "Re: Kestrel", body, sender=sender, **extra)
    closed = one(world)
    assert (closed.state, closed.closed_by and closed.closed_by.how) == ("kept", how)
    assert not closed.slipped


@pytest.mark.row("P6")
@pytest.mark.parametrize(
    ("sender", "body", "extra"),
    [
        (ME, "Sorry, the Kestrel plan is not ready yet, it is delayed.", {}),
        (ME, "Any news of the budget?", {}),
        (ME, "By the way, the concert was moved to May.", {}),
        (ME, "Short note.", {"attachments": '[{"name": "invite.ics", "type": "text/calendar"}]'}),
        (BO, "Did you send the Kestrel plan?", {}),
        (BO, "> here is the Kestrel plan\nStill waiting for it.", {}),
        ("cy@fern.example", "Here is my Kestrel plan.", {}),
    ],
)
def test_what_is_no_evidence_closes_nothing(world: World, sender: str, body: str, extra: dict[str, Any]) -> None:
    promise(world)
    world.mail("t1", "2026-03-20 09:00", "Re: Kestrel", body, sender=sender, **extra)
    assert next(item for item in found(world) if item.message_key == "m0@x").state == "late"


@pytest.mark.row("P6")
def test_evidence_comes_later_than_the_promise(world: World) -> None:
    world.mail("t1", "2026-03-17 09:00", "Kestrel", "Here is the Kestrel plan.", sender=ME)
    promise(world)
    assert one(world).state == "late"


@pytest.mark.row("P6")
def test_other_threads_tasks_commits_documents_and_meetings_are_evidence(world: World) -> None:
    promise(world)
    world.mail("t9", "2026-03-20 09:00", "Kestrel plan", "Hi Bo, here is the Kestrel plan.", sender=ME)
    world.mail("t2", "2026-03-18 11:00", "A", "I'll book the rehearsal room by Friday.", sender=ME)
    world.task("Book rehearsal room", "2026-03-20", "done", completed_at=at("2026-03-19 12:00"))
    world.mail("t3", "2026-03-18 11:00", "B", "I'll fix the rounding bug by Friday.", sender="cy@fern.example")
    world.put(
        "commits", commit_key="c1", repo="kestrel", author_name="Cy", author_address="cy@fern.example",
        subject="Fix rounding bug in totals", committed_at=at("2026-03-19 15:00"), reachable=True,
    )  # fmt: skip
    world.mail("t4", "2026-03-18 11:00", "C", "I'll write the onboarding checklist by Friday.", sender=ME)
    world.put(
        "documents", document_key="d1", source="docs", title="Onboarding checklist", path="onboarding.md",
        modified_at=at("2026-03-19 09:00"),
    )  # fmt: skip
    world.mail("t5", "2026-03-18 11:00", "D", "I'll call you on Thursday.", sender=ME)
    world.event(
        "Bo / Ana", "2026-03-19 10:00", "2026-03-19 10:30", 1, is_recurring=False,
        attendees=f'[{{"address": "{BO}"}}, {{"address": "{ME}"}}]',
    )  # fmt: skip
    how = {item.thread_id: item.closed_by.how if item.closed_by else None for item in found(world)}
    assert how == {"t1": "sent elsewhere", "t2": "task done", "t3": "committed", "t4": "written", "t5": "met"}
    assert {item.state for item in found(world)} == {"kept"}


@pytest.mark.row("P6")
def test_a_promise_that_is_said_anew_counts_once_and_slips(world: World) -> None:
    promise(world)
    world.mail("t1", "2026-03-21 09:00", "Re: Kestrel", "Sorry, I'll send the Kestrel plan by Thursday.", sender=ME)
    old, new = found(world)
    assert (old.renewed, old.slipped, new.state) == (True, True, "open")
    assert lines(made(world), "You owe") == [
        "To Bo Lind: “Sorry, I'll send the Kestrel plan by Thursday” — due tomorrow"
    ]
    world.mail("t1", "2026-03-24 18:00", "Re: Kestrel", "Here is the Kestrel plan.", sender=ME)
    old, new = found(world)
    assert (old.state, new.state, old.slipped, new.slipped) == ("kept", "kept", True, False)


@pytest.mark.row("P6")
def test_given_up_by_the_creditor_is_dropped(world: World) -> None:
    promise(world)
    world.mail("t1", "2026-03-19 09:00", "Re: Kestrel", "We no longer need the Kestrel plan.")
    assert one(world).state == "dropped"


def test_the_addresses_of_one_person_are_one_debtor(world: World) -> None:
    world.put("context_addresses", address="ana@home.example")
    world.put("addresses", address="bo@home.example", person_id="pe_bo", mails_in=1, mails_out=1, meetings=0)
    promise(world)
    world.mail(
        "t1", "2026-03-19 09:00", "Re", "Here is the plan.", sender="ana@home.example", from_me=True, to_me=False
    )
    world.mail("t2", "2026-03-18 10:00", "Costs", "You'll have the costs by Friday.")
    world.mail("t2", "2026-03-19 10:00", "Costs", "Here are the costs.", sender="bo@home.example")
    assert [item.state for item in found(world)] == ["kept", "kept"]


def test_a_meeting_with_somebody_else_is_no_call(world: World) -> None:
    world.mail("t5", "2026-03-18 11:00", "D", "I'll call you on Thursday.", sender=ME)
    world.event(
        "Cy / Ana", "2026-03-19 10:00", "2026-03-19 10:30", 1, is_recurring=False,
        attendees=f'[{{"address": "cy@fern.example"}}, {{"address": "{ME}"}}]',
    )  # fmt: skip
    assert one(world).state == "late"


def test_namesakes_are_kept_apart_by_address(world: World) -> None:
    world.person("pe_bo2", "Bo Lind", "bo.lind@other.example", "friend", 3)
    promise(world)
    body = "Here is the Kestrel plan. Thank you for the Kestrel plan!"
    world.mail("t1", "2026-03-20 09:00", "Re: Kestrel", body, sender="bo.lind@other.example", from_name="Bo Lind")
    assert one(world).state == "late"
