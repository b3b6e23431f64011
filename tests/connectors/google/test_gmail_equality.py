"""Gmail: whatever happens in a mailbox, and whenever it is read, the rows are those of one reading at the end."""

from contextlib import closing
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.mail import gmail
from connectors.web import GrantError
from tests.connectors.google.side import EXAMPLES, Side, impatient, weather  # noqa: F401
from tests.connectors.google.test_gmail import mail
from tests.servers.google.core import FakeGoogle
from tests.servers.google.fixture import handle
from tests.servers.google.gmail import Gmail

OPERATIONS = (
    *("deliver", "deliver", "deliver", "twin", "spam", "bad", "trash", "untrash", "delete", "seen", "star", "archive"),
    *("label", "unlabel", "rename", "drop", "forget", "sync", "sync", "full", "killed", "halted"),
)
STEPS = st.lists(st.tuples(st.sampled_from(OPERATIONS), st.integers(0, 7)), max_size=25)


def change(box: Gmail, what: str, which: int) -> None:
    """Do one thing to a mailbox."""
    names = sorted(box.mails)
    name = names[which % len(names)] if names else ""
    label = f"Label_{which % 2}"
    match what:
        case "deliver":
            box.deliver(mail(box.made), "INBOX", "UNREAD")
        case "twin":
            box.deliver(mail(box.made, name=f"twin{which % 2}"), "SENT")
        case "spam":
            box.deliver(mail(box.made), "SPAM", "UNREAD")
        case "bad":
            box.deliver(b" ")
        case "rename":
            box.label(label, f"Name {box.made} of {which}")
        case "drop":
            if label in box.labels:
                box.unlabel(label)
        case "forget":
            box.forget()
    if not name:
        return
    match what:
        case "trash":
            box.trash(name)
        case "untrash":
            box.relabel(name, (), ("TRASH", "SPAM"))
        case "delete":
            box.delete(name)
        case "seen":
            box.relabel(name, (), ("UNREAD",))
        case "star":
            box.relabel(name, ("STARRED",), ())
        case "archive":
            box.relabel(name, (), ("INBOX",))
        case "label" if label in box.labels:
            box.relabel(name, (label,), ())
        case "unlabel":
            box.relabel(name, (), (label,))


@settings(max_examples=EXAMPLES or 30, deadline=None, suppress_health_check=list(HealthCheck))
@given(STEPS)
@pytest.mark.row("N2", "N8")
def test_reading_in_steps_is_reading_at_once(steps: list[tuple[str, int]]) -> None:
    with closing(FakeGoogle()) as fake:
        box, side = fake.account().of(Gmail), Side(gmail, handle(fake, "gmail.readonly"))
        side.walk(steps, partial(change, box))
        assert not fake.violations


@pytest.mark.row("N2", "T3")
def test_every_fault_at_every_call_converges(google: FakeGoogle) -> None:
    boxes: list[Gmail] = []

    def make() -> Side:
        address = f"p{len(boxes)}@example.org"
        side = Side(gmail, handle(google, "gmail.readonly", address=address))
        box = google.account(address).of(Gmail)
        for number in range(3):
            box.deliver(mail(number))
        boxes.append(box)
        return side

    def act() -> None:
        box = boxes[-1]
        names = sorted(box.mails)
        box.relabel(names[0], ("STARRED",), ("UNREAD",))
        box.delete(names[1])
        box.deliver(mail(9))

    assert weather(google, "gmail", make, act) > 50


def test_a_mail_that_seems_to_have_vanished_is_asked_for_again(google: FakeGoogle) -> None:
    box, side = google.account().of(Gmail), Side(gmail, handle(google, "gmail.readonly"))
    for number in range(3):
        box.deliver(mail(number))
    google.fail(404, reason="notFound", method="gmail.users.messages.get")
    side.sync()
    assert len(side.store.rows("messages")) == 2
    side.sync()
    assert len(side.store.rows("messages")) == 3
    box.delete(sorted(box.mails)[0])
    side.sync()
    side.same()


@pytest.mark.row("N12")
def test_a_grant_revoked_in_the_middle_of_a_page_wants_a_new_one(google: FakeGoogle) -> None:
    box, side = google.account().of(Gmail), Side(gmail, handle(google, "gmail.readonly"))
    for number in range(8):
        box.deliver(mail(number))
    google.fail(401, reason="authError", method="gmail.users.messages.get", after=4, then=google.grants.revoke)
    with pytest.raises(GrantError) as caught:
        side.sync()
    assert "google" in caught.value.mend
    assert side.store.rows("messages"), "what was read before is kept"
    side.handle = handle(google, "gmail.readonly")
    side.sync()
    side.same()


@pytest.mark.row("N11")
def test_an_interrupted_first_reading_goes_on_where_it_stopped(
    google: FakeGoogle,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(gmail, "CHUNK", 2)
    box, side = google.account().of(Gmail), Side(gmail, handle(google, "gmail.readonly"))
    for number in range(9):
        box.deliver(mail(number))
    known = side.store.known(side.now)
    side.store.take(gmail.read(side.handle, known), known.cursors, most=8)
    had = len(side.store.rows("messages"))
    assert 0 < had < 9
    box.relabel(max(box.mails), ("STARRED",))
    google.calls.clear()
    side.sync()
    assert len(google.asked("gmail.users.messages.get")) == 9 - had
    side.same()
