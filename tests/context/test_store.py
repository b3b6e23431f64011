"""Reading the profile: all of it typed, or every error at its line."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from context.home import Home
from context.store import ProfileError, load, tree
from tests.context.tree import FILES, PROFILE, lay


def said(folder: Path) -> list[str]:
    return [str(finding) for finding in tree(folder).errors]


@pytest.mark.row("C1", "C2")
def test_a_handwritten_tree_is_read_whole(owned: Home) -> None:
    profile = load(owned)
    assert profile.identity.name == "Dana Moreau"
    assert profile.identity.emails == ("dana@example.org", "dana.moreau@work.example")
    assert profile.roles[0].from_ == "2023-04"
    assert profile.goals[0].hours_per_week == 8
    assert profile.projects[0].match.title == ("kestrel",)
    assert profile.people[0].tier == 1
    assert profile.policies.tier("mcp_default") == "work"
    assert profile.policies.tier("something else") == "work"
    assert profile.policies.action("calendar.hold.create") == "ask"
    assert profile.policies.budget("brief") == 0.10
    assert [limit.id for limit in profile.limits()] == ["c_pickup", "c_therapy"]


@pytest.mark.row("C1")
def test_missing_files_are_empty_ones(home: Home) -> None:
    profile = load(home)
    assert profile.identity.timezone == "UTC"
    assert profile.goals == ()


@pytest.mark.row("C2")
@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        ("profile", "title: Engineering lead", "titel: Engineering lead", "unknown key; did you mean title?"),
        ("profile", "title: Engineering lead, ", "", "roles[0].title: is missing"),
        ("profile", 'hard: true, when: "MON', 'hard: sure, when: "MON', "expected true or false"),
        ("profile", "MON,WED 16:15", "MON,WENS 16:15", "'WENS' is no weekday; expected a schedule like"),
        ("profile", "16:15-18:00", "16:15-16:15", "'16:15-16:15' is empty; for a whole day write the days alone"),
        ("profile", "tier: private", "tier: privat", "expected public, work, private or secret; did you mean private?"),
        ("profile", "Europe/Berlin", "Europe/Berlln", "IANA time zone like Europe/Berlin; did you mean Europe/Berlin?"),
        (
            "profile",
            "goal: g_latency",
            "goal: g_latncy",
            "the id of a goal, and there is none called g_latncy; did you",
        ),
        ("profile", "project: pr_kestrel", "project: nope", "the id of a project, and there is none called nope"),
        ("profile", "id: r_board", "id: r_eng", "the id r_eng is already that of profile.yaml:14; give it another"),
        ("profile", "id: r_board", "id: pe_ana", "the id pe_ana is already that of profile.yaml:16; give it another"),
        ("profile", "id: r_board", "id: p_owner", "the id p_owner is already that of the owner; give it another"),
        ("profile", "id: r_board", "id: 9 lives", "expected an id: letters, digits, _ and -"),
        ("profile", "profile@1", "profile@2", "expected steward/profile@1"),
        ("profile", "dana@example.org", "dana at example", "emails[0]: expected a mail address like"),
        ("profile", "[en, fr]", "[en, french]", "languages[1]: expected a language tag like"),
        ("profile", "weight: 0.7", "weight: 7", "less than or equal to 1"),
        ("profile", "weight: 0.7", "weight: .nan", "finite number"),
        ("profile", "name: Dana Moreau ", "name: 42 ", "expected text; put it in quotes"),
        ("profile", "  pronouns: she/her", "  name: Dana", "this key stands twice in the same place; keep one"),
        ("profile", "identity:", "identity: {", "not YAML"),
        ("profile", "roles:", "roles: \x07", "not YAML: there is a control character in this line"),
        ("goals", "by: 2026-12-31", "by: Christmas", "expected a date like 2026-07-01"),
        ("goals", "by: 2026-12-31", "by: 2026-12-32", "expected a date like 2026-07-01"),
        ("projects", "[pe_ana, pe_noor]", "[pe_ana, pe_nor]", "people[1]: expected the id of a person"),
        ("projects", "[pe_ana, pe_noor]", "pe_ana", "expected a list like [a, b]"),
        ("projects", "title: [kestrel]", "titles: [kestrel]", "match.titles: unknown key; did you mean title?"),
        ("people", "tier: 1, cadence", "tier: 4, cadence", "less than or equal to 3"),
        ("preferences", "strength: never", "strength: nevr", "did you mean never?"),
        ("preferences", "value: pe_ana", "value: pe_bob", "preferences[1].scope.value: expected the id of a person"),
        ("policies", "brief: private", "brief: secret", "tiers.brief: expected public, work or private"),
        ("policies", "gmail.send: never", "gmail.send: maybe", "actions.gmail.send: expected auto, ask or never"),
        ("policies", "mcp_default", "mcp_defualt", "tiers: mcp_defualt is unknown; did you mean mcp_default?"),
        ("policies", "brief_usd", "breif_usd", "budgets: breif_usd is unknown; did you mean brief_usd?"),
        ("policies", "day_usd", "day_eur", "expected a cap in dollars named like brief_usd"),
    ],
)
def test_each_mistake_is_named_at_its_line(home: Home, file: str, old: str, new: str, expected: str) -> None:
    text = FILES[f"{file}.yaml"]
    assert old in text
    broken = text.replace(old, new, 1)
    lay(home.context, **{file: broken})
    matching = [finding for finding in tree(home.context).errors if expected in str(finding)]
    assert matching, said(home.context)
    if matching[0].file == f"{file}.yaml" and "not YAML" not in expected and "twice" not in expected:
        line = broken.splitlines()[matching[0].line - 1]
        place = text[: text.index(old)].count("\n")
        assert new.strip() in line or abs(matching[0].line - 1 - place) <= 1
    with pytest.raises(ProfileError, match="run `steward context check`") as raised:
        load(home)
    assert raised.value.exit_code == 4
    assert "\n" not in str(raised.value)


@pytest.mark.row("C2")
def test_all_errors_of_all_files_are_told_at_once(home: Home) -> None:
    lay(
        home.context,
        goals="- {id: g_latency, statment: x}\n",
        people="- {id: pe_ana}\n",
        policies="tiers: {brief: all}",
    )
    (home.context / "voice" / "odd.md").write_bytes(b"\xff\xfe")
    assert said(home.context) == [
        "goals.yaml:1: goals[0].statement: is missing",
        "goals.yaml:1: goals[0].statment: unknown key; did you mean statement?",
        "projects.yaml:1: projects[0].people[1]: expected the id of a person, and there is none called pe_noor; "
        "did you mean pe_ana?",
        "people.yaml:1: people[0].name: is missing",
        "policies.yaml:1: tiers.brief: expected public, work or private",
        "voice/odd.md:1: expected a readable UTF-8 text",
    ]


def test_a_file_that_cannot_be_read_is_one_error(home: Home) -> None:
    lay(home.context)
    (home.context / "people.yaml").unlink()
    (home.context / "people.yaml").mkdir()
    (home.context / "goals.yaml").write_bytes("- {id: g_latency, statement: é}\n".encode("latin-1"))
    assert said(home.context) == ["goals.yaml:1: expected UTF-8 text", "people.yaml:1: cannot be read: Is a directory"]


def test_a_huge_file_and_a_deep_one_are_refused(home: Home) -> None:
    lay(home.context)
    (home.context / "people.yaml").write_text("#" * 3_000_000)
    (home.context / "policies.yaml").write_text("[" * 1000)
    first, second = said(home.context)[0], said(home.context)[-1]
    assert "people.yaml:1: expected at most 2 MB" in (first, second)
    assert any("policies.yaml:1" in line and "not YAML" in line for line in said(home.context))


def test_a_key_without_a_value_is_unsaid(home: Home) -> None:
    lay(
        home.context,
        profile="identity:\n  name:\n  emails:\nroles:\nworking_hours:\n",
        goals="",
        projects="",
        preferences="",
    )
    assert load(home).identity.name is None


def test_an_error_tells_no_private_value(home: Home) -> None:
    lay(home.context, profile=PROFILE.replace("Engineering lead", "[1]").replace("she/her", "{x: SECRET-WORD}"))
    assert "SECRET" not in "\n".join(said(home.context))


@given(st.text(max_size=300) | st.binary(max_size=300).map(lambda raw: raw.decode("latin-1")))
def test_no_text_at_all_makes_reading_raise(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    folder = tmp_path_factory.mktemp("tree")
    for name in FILES:
        (folder / name).write_text(text, "utf-8", errors="surrogatepass")
    for finding in tree(folder).errors:
        assert finding.line >= 1
