"""The language of promises: what opens one and by when, in three languages, and what only sounds like it."""

from datetime import date

import pytest

from flows.common.promises import text
from flows.common.promises.days import due
from flows.common.promises.opening import ENOUGH, spoken_in
from flows.common.promises.resolving import later

SENT = date(2026, 3, 18)  # a Wednesday


@pytest.mark.row("P6")
@pytest.mark.parametrize(
    ("sentence", "day", "how"),
    [
        ("I'll send you the plan by Friday.", "2026-03-20", "stated"),
        ("We will pay the invoice on the 25th.", "2026-03-25", "stated"),
        ("You'll have the numbers tomorrow.", "2026-03-19", "stated"),
        ("The slides will be with you by noon on Monday.", "2026-03-23", "stated"),
        ("I'm sending it over tomorrow morning.", "2026-03-19", "stated"),
        ("I'll get back to you early next week.", "2026-03-24", "inferred"),
        ("I'll have it ready in two working days.", "2026-03-20", "stated"),
        ("I'll send the report by Tuesday 24 March.", "2026-03-24", "stated"),
        ("The invoice will be paid by Friday.", "2026-03-20", "stated"),
        ("I have the draft and will send it tomorrow.", "2026-03-19", "stated"),
        ("Ich schicke dir den Plan bis Freitag.", "2026-03-20", "stated"),
        ("Den Vertrag bekommen Sie bis zum 30. März.", "2026-03-30", "stated"),
        ("Morgen Abend rufe ich dich an.", "2026-03-19", "stated"),
        ("Wir werden die Rechnung innerhalb von drei Werktagen bezahlen.", "2026-03-23", "stated"),
        ("Ich melde mich im Laufe der Woche.", "2026-03-20", "inferred"),
        ("Je vous envoie les chiffres d'ici vendredi.", "2026-03-20", "stated"),
        ("Nous livrerons le 24 mars.", "2026-03-24", "stated"),
        ("Vous aurez le contrat avant la fin de la semaine.", "2026-03-20", "stated"),
        ("Je reviens vers vous dans les prochains jours.", "2026-03-25", "inferred"),
    ],
)
def test_a_promise_is_read_with_its_day(sentence: str, day: str, how: str) -> None:
    spoken = spoken_in(sentence, SENT)
    assert spoken is not None
    assert (spoken.due, spoken.due_is) == (date.fromisoformat(day), how)
    assert spoken.confidence >= ENOUGH


@pytest.mark.row("P6")
@pytest.mark.parametrize(
    "sentence",
    [
        "I'll keep you posted.", "I'll be in touch soon.", "Happy to send it by Friday.", "I look forward to Friday.",
        "We'll see what we can do by Friday.", "I'll see you on Friday.", "Let's have lunch next week.",
        "I will try to send it by Friday.", "I hope I'll have it by Friday.", "I might send it tomorrow.",
        "If you want, I'll send it by Friday.", "I'll send it by Friday if the tests pass.",
        "Unless I hear from you I'll pay on Friday.", "Shall I send it by Friday?", "Will I have it by Friday?",
        "Can you send it by Friday?", "Please send it by Friday.", "I won't send it before Friday.",
        "I will not be able to send it by Friday.", "I can't do it by Friday.",
        "Jonas is back and will send it tomorrow.", "The meeting will be on Friday.", "It will be sunny on Friday.",
        "Jonas said he will send it by Friday.", "She told me I'll have it by Friday.",
        "“I'll send it by Friday” is what he wrote.", "I have sent it on Monday.",
        "I've attached the plan for Friday.", "You should send it by Friday.", "Ich freue mich auf Freitag.",
        "Ich melde mich, wenn ich mehr weiß.", "Ich versuche, es bis Freitag zu schicken.",
        "Ich könnte es bis Freitag schicken.", "Falls du magst, schicke ich es bis Freitag.",
        "Schicke ich es bis Freitag?", "Ich schicke es nicht vor Freitag.",
        "Jonas hat gesagt, ich bekomme es bis Freitag.", "Schick mir bitte den Plan bis Freitag.",
        "Anbei schicke ich dir den Plan für Freitag.", "Ich fahre am Freitag nach Kiel.", "Wir sehen uns am Freitag.",
        "Je vous tiens au courant.", "Je l'enverrai si vous voulez d'ici vendredi.",
        "J'essaierai de l'envoyer d'ici vendredi.", "Je ne l'enverrai pas avant vendredi.",
        "Pourriez-vous l'envoyer d'ici vendredi ?", "Il a dit que j'aurai tout vendredi.",
        "Je vous envoie ci-joint le plan de vendredi.", "Nous serons à Lyon vendredi.",
    ],
)  # fmt: skip
def test_what_is_kind_or_in_doubt_or_anothers_word_is_none(sentence: str) -> None:
    spoken = spoken_in(sentence, SENT)
    assert spoken is None or spoken.confidence < ENOUGH


@pytest.mark.row("P6")
def test_without_a_day_only_a_firm_word_about_a_thing_counts() -> None:
    firm = spoken_in("I will send you the signed contract.", SENT)
    assert firm is not None
    assert firm.confidence >= ENOUGH
    for vague in ("I'll look at it.", "I'll check.", "Ich schaue mir das an.", "Ich mache das."):
        spoken = spoken_in(vague, SENT)
        assert spoken is None or spoken.confidence < ENOUGH


@pytest.mark.row("P6")
def test_working_days_leave_out_weekends_and_holidays() -> None:
    assert later(date(2026, 4, 2), 1) == date(2026, 4, 3)
    easter = {date(2026, 4, 3), date(2026, 4, 6)}
    assert later(date(2026, 4, 2), 1, easter) == date(2026, 4, 7)
    assert due("within two working days", date(2026, 4, 2), easter) == (date(2026, 4, 8), "stated")


@pytest.mark.parametrize(
    ("said", "sent", "day"),
    [
        ("by Friday", "2026-03-20", "2026-03-27"),  # said on a Friday, it is the next one
        ("next Friday", "2026-03-18", "2026-03-27"),
        ("by 3 January", "2026-12-20", "2027-01-03"),
        ("bis Ende Februar", "2026-02-03", "2026-02-28"),
        ("bis 31.12.", "2026-03-18", "2026-12-31"),
        ("by 2026-04-01", "2026-03-18", "2026-04-01"),
        ("the Monday meeting, by Thursday", "2026-03-18", "2026-03-19"),
        ("on Monday the 30th", "2026-03-18", "2026-03-30"),
        ("am Montag, den 30.", "2026-03-18", "2026-03-30"),
        ("lundi 30", "2026-03-18", "2026-03-30"),
        ("by the 12th", "2026-03-18", "2026-04-12"),
        ("last Friday", "2026-03-18", None),
        ("30 February", "2026-01-18", None),
        ("guten Morgen", "2026-03-18", None),
        ("in 99 weeks", "2026-03-18", None),
    ],
)
def test_days_at_the_edges(said: str, sent: str, day: str | None) -> None:
    assert due(said, date.fromisoformat(sent))[0] == (date.fromisoformat(day) if day else None)


MAIL = """Hi Bo,
the plan is nearly there: I will send it to you
by Friday. Costs about 1.5 k, e.g. for hosting.

- I'll book the room on 12. April
> I'll pay tomorrow
Kind regards
Ana, who says: we'll deliver your parcel tomorrow
P.S. I'll bring the keys on Monday.

On Tue, 17 Mar 2026, Bo wrote:
I'll do it tomorrow.
"""


def test_sentences_are_the_senders_own_and_stand_in_the_mail() -> None:
    found = text.sentences(MAIL)
    assert "the plan is nearly there: I will send it to you by Friday." in found
    assert "I'll book the room on 12. April" in found
    assert any(sentence.endswith("I'll bring the keys on Monday.") for sentence in found)
    assert not any("tomorrow" in sentence for sentence in found)
    assert all(text.verbatim(sentence, MAIL) for sentence in found)
