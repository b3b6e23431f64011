"""The known answers: right by hand for the day of the brief, consistent in themselves, and true of the profile."""

import json
import re
import unicodedata
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest

from connectors.demo import people, quarter, sums
from connectors.demo.install import install, is_demo, refuse_real
from connectors.demo.script import LABELS
from context import store
from context.errors import HomeError
from context.home import Home

HERE = Path(quarter.__file__).parent
GOLDEN: dict[str, Any] = json.loads((HERE / "golden.json").read_text("utf-8"))
MARKED: dict[str, Any] = json.loads((HERE / "labels.json").read_text("utf-8"))
TODAY = GOLDEN["days"]["2026-03-25"]


@pytest.fixture
def demo(tmp_path: Path) -> Home:
    home = Home(tmp_path / "demo")
    install(home)
    return home


def test_the_morning_is_an_ordinary_wednesday_between_two_clock_changes() -> None:
    now = quarter.NOW
    assert (now.isoformat(), now.strftime("%A")) == ("2026-03-25T07:00:00+01:00", "Wednesday")
    assert GOLDEN["clock_changes"]["handover"] == [
        "2026-03-04T14:00:00+00:00",  # 15:00 in Berlin: New York still on winter time
        "2026-03-18T13:00:00+00:00",  # 14:00
        "2026-03-25T13:00:00+00:00",  # 14:00
        "2026-04-01T13:00:00+00:00",  # 15:00 again
        "2026-04-08T13:00:00+00:00",
    ]
    assert GOLDEN["clock_changes"]["standup"] == ["2026-03-27T08:00:00+00:00", "2026-03-30T07:00:00+00:00"]
    # 02:30 does not exist on the 29th: RFC 5545, 3.3.5 reads it with the offset before the gap
    assert "2026-03-29T01:30:00+00:00" in GOLDEN["clock_changes"]["backup_window"]


def test_the_day_worked_out_by_hand() -> None:
    assert [(each["start"], each["end"]) for each in TODAY["meetings"]] == [
        ("09:00", "09:15"),
        ("09:30", "10:30"),
        ("10:30", "11:30"),
        ("11:00", "12:00"),
        ("12:00", "13:00"),
        ("13:00", "13:45"),
        ("14:00", "14:30"),
        ("16:00", "17:00"),
    ]
    assert (TODAY["minutes"], TODAY["minutes_with_overlap_twice"]) == (360, 390)
    assert (TODAY["first"], TODAY["last"]) == ("09:00", "17:00")
    assert TODAY["longest_free"] == {"from": "14:30", "until": "16:00", "minutes": 90}
    assert TODAY["runs_over_4h"] == [{"from": "09:30", "until": "13:45", "minutes": 255}]
    assert [each["events"] for each in TODAY["conflicts"]] == [
        ["Hiring debrief: Noor Haddad", "Grünspecht: renewal call"]
    ]
    assert [(each["id"], each["from"]) for each in TODAY["broken_constraints"]] == [("c_pickup", "16:15")]
    assert "Webinar: cloud spend" in TODAY["not_counted"]
    assert TODAY["own_blocks"] == []


def test_other_days_are_as_different_as_days_are() -> None:
    days = GOLDEN["days"]
    assert days["2026-03-21"]["meetings"] == []
    assert days["2026-03-29"]["broken_constraints"] == [
        {"id": "c_night", "summary": "Cut-over night", "from": "01:30", "until": "04:00"}
    ]
    assert ["Oma Lübeck: Klinik am Telefon", "Norrland: sign-off"] in [
        each["events"] for each in days["2026-03-26"]["conflicts"]
    ]
    quiet = [day for day, facts in days.items() if not facts["conflicts"] and not facts["broken_constraints"]]
    assert len(quiet) >= 4


def test_what_is_first_is_owed_and_promised() -> None:
    first = GOLDEN["first"]
    owed = [each for each in GOLDEN["replies"] if each["who"] == first["who"]]
    assert len(owed) == 1
    assert owed[0]["label"] == "reply"
    assert first["who"] in [who for _, who, _ in GOLDEN["commitments"]["mine_overdue"]]


def test_replies_owed_are_old_by_known_numbers() -> None:
    ages = {each["who"].partition("@")[0]: each["days"] for each in GOLDEN["replies"]}
    assert ages == {
        **{"nils": 8, "ruth.kellerman": 6, "henrike.osterloh": 5, "beate.lohmann": 4, "margit.brandvold": 3},
        **{"t.sorge": 2, "solveig.nyqvist": 2, "benoit.lachaume": 1, "carola.mense": 1, "tomasz.wierzba": 1},
    }
    hostile = set(GOLDEN["hostile"]["message_ids"])
    assert hostile.isdisjoint(each["message_id"] for each in GOLDEN["replies"])
    assert len(hostile) == 10


def test_labels_are_many_and_closed() -> None:
    mails = MARKED["mails"]
    assert len(mails) >= 400
    assert {each["label"] for each in mails} == set(LABELS)
    assert sorted(each["message_id"] for each in mails if each["open"]) == sorted(
        each["message_id"] for each in GOLDEN["replies"]
    )
    machines = {"notification", "receipt", "newsletter", "list", "junk", "marketing", "hostile", "auto-reply"}
    assert not [each for each in mails if each["kind"] in machines and each["label"] in ("reply", "decide")]


def test_commitments_stand_in_their_mails() -> None:
    texts = {mail.message_id: (" ".join((mail.text or mail.html or "").split()), mail.sent) for mail in quarter.mails()}
    commitments, polite = MARKED["commitments"], MARKED["polite"]
    assert len(commitments) >= 120
    assert len(polite) >= 60
    for each in commitments + polite:
        assert each["quote"] in texts[each["message_id"]][0]
    assert {each["state"] for each in commitments} == {"open", "kept", "late", "dropped"}
    for each in commitments:
        made = texts[each["message_id"]][1]
        assert each["owes"] != each["to"]
        if each["due"]:
            assert each["due"] >= each["made"], each["quote"]
        if each["closed_by"]:
            closed = texts[each["closed_by"]][1]
            assert closed > made
            if each["due"]:
                in_time = closed.date() <= date.fromisoformat(each["due"])
                assert in_time == (each["state"] == "kept"), each["quote"]


def test_open_ones_that_are_overdue_are_among_the_open() -> None:
    answers = GOLDEN["commitments"]
    for side in ("mine", "theirs"):
        assert len(answers[f"{side}_overdue"]) >= 3
        assert all(each in answers[f"{side}_open"] for each in answers[f"{side}_overdue"])
    assert GOLDEN["people"]["overdue"] == [
        "camille.roussanne@maison-vernet.example",
        "yusuf.karmi@almina-terminals.example",
    ]
    assert len(GOLDEN["people"]["homonyms"]["Felix Harms"]) == 2


def test_hostile_mails_try_what_they_are_for() -> None:
    mails = [mail for mail in quarter.mails() if mail.kind == "hostile"]
    said = "\n".join(f"{mail.sender} {mail.subject} {mail.text} {mail.html} {mail.invitation}" for mail in mails)
    for trick in (
        "ignore all previous instructions",
        "display:none",
        "<img",
        "\u202e",
        "\u200b",
        "DROP TABLE",
        "![status]",
    ):
        assert trick in said, trick
    assert any(unicodedata.category(letter) == "Cf" and ord(letter) > 0xE0000 for letter in said)
    assert "invite board@evil.example" in re.sub(r"\r\n ", "", quarter.calendars()["work"])


def test_the_profile_is_valid_and_the_answers_follow_it(demo: Home) -> None:
    profile = store.load(demo)
    assert profile.identity.name == "Ilka Brandvold"
    assert len(profile.people) >= 25
    assert {limit.id for limit in profile.limits()} == {name for name, *_ in sums.LIMITS}
    for name, days, opens, closes in sums.LIMITS:
        (rule,) = (limit.when for limit in profile.limits() if limit.id == name)
        assert rule is not None
        edge = closes if closes != time.max else time(0)
        assert f"{opens:%H:%M}" in rule.text or f"{edge:%H:%M}" in rule.text
        assert all(span.falls(date(2026, 3, 2 + weekday)) for weekday in days for span in rule.spans)
    hours = profile.hours
    assert hours is not None
    for weekday, (opening, closing) in sums.HOURS.items():
        ((begins, ends),) = hours.on(date(2026, 3, 2 + weekday), profile.zone)
        assert ((ends - begins).seconds // 3600, begins.astimezone(profile.zone).hour) == (closing - opening, opening)
    stated = {address: each.cadence_days for each in profile.people for address in each.emails if each.cadence_days}
    assert stated == {people.people()[who].address: days for who, days in people.CADENCES.items()}


def test_a_real_home_and_somebodys_folder_are_refused(tmp_path: Path) -> None:
    real = Home(tmp_path / "real")
    real.create()
    with pytest.raises(HomeError, match="real home") as refused:
        install(real)
    assert "STEWARD_HOME" in str(refused.value)
    assert not (real.root / "demo").exists()
    other = Home(tmp_path / "photos")
    other.root.mkdir(mode=0o755)
    (other.root / "cat.jpg").write_bytes(b"cat")
    with pytest.raises(HomeError, match="not empty"):
        install(other)
    assert other.root.stat().st_mode & 0o777 == 0o755
    (tmp_path / "file").write_text("x")
    with pytest.raises(HomeError, match="not a folder"):
        refuse_real(Home(tmp_path / "file"))


def test_installing_again_keeps_what_the_visitor_wrote(demo: Home) -> None:
    assert is_demo(demo)
    goals = demo.context / "goals.yaml"
    goals.write_text(goals.read_text("utf-8") + "# mine\n", "utf-8")
    people_file = demo.context / "people.yaml"
    before = people_file.stat().st_mtime_ns
    layout = install(demo)
    assert goals.read_text("utf-8").endswith("# mine\n")
    assert people_file.stat().st_mtime_ns == before
    assert len({connection.name for connection in layout.connections}) == len(layout.connections) == 18
    assert all((layout.root / connection.path).exists() for connection in layout.connections)
    assert demo.now() == quarter.NOW
