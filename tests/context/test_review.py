"""What the owner is asked to look at: stale, contradictory and missing entries, each at its line."""

from datetime import date

import pytest

from context.home import Home
from context.review import Review
from context.store import load, tree
from tests.context.tree import FILES, GOALS, PEOPLE, PREFERENCES, PROFILE, PROJECTS, lay

DAY = date(2026, 7, 20)


def found(home: Home, kind: str, day: date = DAY) -> list[str]:
    return [str(finding) for finding in Review(tree(home.context), day).findings if finding.kind == kind]


@pytest.mark.row("C5", "C8")
def test_a_kept_profile_has_nothing_to_say(owned: Home) -> None:
    assert Review(tree(owned.context), DAY).findings == []


@pytest.mark.row("C5")
def test_stale_entries_are_told_by_kind_and_line(owned: Home) -> None:
    assert found(owned, "stale", date(2026, 9, 5)) == [
        "projects.yaml:3: projects[0].reviewed: last reviewed 66 days ago; is it still so?"
    ]
    assert len(found(owned, "stale", date(2027, 3, 1))) == 9
    assert len(found(owned, "stale", date(2029, 3, 1))) == 14


@pytest.mark.row("C5")
def test_an_entry_that_was_never_reviewed_is_told(home: Home) -> None:
    lay(
        home.context,
        people=PEOPLE.replace(", reviewed: 2026-07-01", "", 1).replace('Porto", reviewed: 2026-07-01', 'Porto"'),
    )
    assert any("has no date" in line and line.startswith("people.yaml:") for line in found(home, "stale"))


@pytest.mark.row("C8")
@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        (
            {"people": PEOPLE.replace("relation: child", "emails: [ANA@client.example], relation: child")},
            "people.yaml:3: people[1].emails: one of these is also claimed at people.yaml:1; both are kept",
        ),
        (
            {"people": PEOPLE.replace("ana@client.example", "dana@example.org")},
            "people.yaml:1: people[0].emails: one of these is one of your own; both are kept",
        ),
        (
            {"goals": GOALS.replace('marathon"', 'marathon", measure: p95_ms, target: 300')},
            "goals.yaml:3: goals[1].target: another target for the measure of g_latency (goals.yaml:1); both are kept",
        ),
        (
            {"goals": GOALS.replace("weight: 0.2", "weight: 0.7")},
            "goals.yaml:3: goals[1].weight: weights sum to 1.1, more than 1",
        ),
        (
            {"goals": GOALS.replace("weight: 0.2", "hours_per_week: 40")},
            "goals.yaml:3: goals[1].hours_per_week: active goals ask for 48 h a week, and the working hours are 40.5 h",
        ),
        (
            {"projects": PROJECTS + "- {id: pr_b, name: kestrel, reviewed: 2026-07-01}\n"},
            "projects.yaml:4: projects[1].name: one of these is also claimed at projects.yaml:1; both are kept",
        ),
        (
            {
                "preferences": PREFERENCES
                + '- {id: pf_fri, rule: "Offer Friday afternoons for calls", strength: prefer,\n'
                "   scope: {kind: scheduling}, reviewed: 2026-07-01}\n"
            },
            "preferences.yaml:5: preferences[2].rule: disagrees with pf_nofri (preferences.yaml:1); both are kept",
        ),
        (
            {"profile": PROFILE.replace("TUE,THU 09:30", "TUE,THU 08:30")},
            "profile.yaml:29: routines[0].when: falls into the hard constraint c_therapy (profile.yaml:22); "
            "both are kept",
        ),
        (
            {"profile": PROFILE + '  - {term: kestrel, means: "a small falcon", reviewed: 2026-07-01}\n'},
            "profile.yaml:33: glossary[1].term: one of these is also claimed at profile.yaml:32; both are kept",
        ),
    ],
)
def test_entries_that_disagree_are_flagged_and_both_kept(home: Home, changed: dict[str, str], expected: str) -> None:
    lay(home.context, **changed)
    assert found(home, "conflict") == [expected]
    assert all((home.context / name).read_text() == changed.get(name[:-5], text) for name, text in FILES.items())
    load(home)  # a conflict is no error


@pytest.mark.row("C5")
def test_what_is_missing_is_told(home: Home) -> None:
    lay(
        home.context,
        profile="identity: {}\n",
        goals="",
        projects="",
        preferences="",
        people="- {id: a, name: A, voice: client, reviewed: 2026-07-01}",
    )
    assert [line.split(": ")[1] for line in found(home, "gap")] == [
        "identity.name",
        "identity.emails",
        "identity.timezone",
        "working_hours",
        "people[0].voice",
    ]
