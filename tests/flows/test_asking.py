"""By when a mail wants something: the day is read, also where a time of the day stands before it."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.common.asking import deadline, greeted, own, questions, thanks
from flows.common.phrases import listed, phrases
from flows.language import spans

SENT = date(2026, 3, 25)  # a Wednesday


@pytest.mark.row("P1")
@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("by noon tomorrow", date(2026, 3, 26)),
        ("by noon", SENT),
        ("by 5pm today", SENT),
        ("by 3 pm tomorrow", date(2026, 3, 26)),
        ("before 12:00 on Friday", date(2026, 3, 27)),
        ("bis 12 Uhr am Freitag", date(2026, 3, 27)),
        ("before noon on 2026-03-30", date(2026, 3, 30)),
        ("by Wednesday 25 March, 12:00", SENT),
        ("by 28 March", date(2026, 3, 28)),
        ("bis 12. April", date(2026, 4, 12)),
        ("avant demain", date(2026, 3, 26)),
        ("by the 31st of February", None),
        ("one of these days", None),
    ],
)
def test_the_day_is_read(words: str, day: date | None) -> None:
    assert deadline(f"Can you send me the plan {words}?", SENT) == day


@pytest.mark.row("P1", "P3")
@pytest.mark.parametrize(
    ("body", "asked"),
    [
        ("Hi Ana, could you send it? And when?", ("could you send it?", "And when?")),
        ("Two points:\n- Who comes?\n- Please book a room.", ("- Who comes?", "- Please book a room.")),
        ("How are you?\n\nThe plan is done, right?", ()),
        ("The plan is done. Let me know if anything is unclear.", ()),
        ("Please note that we are closed. Please use the new form.", ()),
        ("If you are not the intended recipient, please delete this.", ()),
        ("Is it late? No reply needed.", ()),
        ("Fine.\n> Could you send it?\n\nOn 3 March Bo Lind wrote:\nCan you?", ()),
        ("Fine.\nOn Tue, 3 Mar 2026 at 10:00, Bo Lind <bo@client.example>\nwrote:\nCan you?", ()),
        ("Fine.\n-- \nAny questions? Call me.", ()),
        ("Siehe https://x.example/?q=1", ()),
        (
            "Kannst du den Plan bis zum 27. März, z. B. am Vormittag, bestätigen? Nr. 3 ist offen.",
            ("Kannst du den Plan bis zum 27. März, z. B. am Vormittag, bestätigen?",),
        ),
        ("Könnten Sie es bis Freitag,\n27. März, bestätigen?", ("Könnten Sie es bis Freitag, 27. März, bestätigen?",)),
        ("Wir treffen uns um 12. Könntest du buchen?", ("Könntest du buchen?",)),
        ("送っていただけますか。よろしくお願いいたします。", ("送っていただけますか。",)),
    ],
)
def test_the_questions_of_a_mail_are_its_sender_s_own(body: str, asked: tuple[str, ...]) -> None:
    assert questions(own(body)) == asked


def test_greetings_and_thanks_are_recognised() -> None:
    assert greeted("Hallo Tomasz und Ana,\nbitte schaut.") == ("tomasz", "ana")
    assert greeted("The plan, Ana, is done.") == ()
    assert thanks("Hi Ana, many thanks for the plan")
    assert not thanks("We gave thanks")


@given(st.text(max_size=400))
def test_any_text_is_read_without_a_fault(body: str) -> None:
    assert "".join(body[begin:end] for begin, end in spans(body)) == body
    assert all(part in " ".join(own(body).split()) for part in questions(own(body)))


def test_phrases_match_as_the_plain_alternatives_do() -> None:
    found = phrases("(?:can|could) you|please", r"(?:my )?(?:plan|notes?)\b.*ready", r"\d+ ?%")
    for text in ("could you", "can you go", "please", "my plan is ready", "note is ready", "12 %"):
        assert found.search(text) or text == "12 %"
    for text in ("candid you", "pleased", "planned ready", "you"):
        assert not found.search(text)
    assert listed("a b |\n    c").search("x c")
