"""Tiers: reasons and names are hidden, limits never are, and every door goes through the same sight."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from context import sql
from context.columns import TABLES
from context.home import Home
from context.pack import pack
from context.profile import Constraint, Profile
from context.sight import seen
from context.store import load
from context.tier import TIERS, Tier

# What the realistic profile must not say at a tier, in any form.
HIDDEN = {
    "work": ["Noor", "pe_noor", "fetch", "c_pickup", "Physio", "c_therapy", "School", "marathon", "Porto"],
    "private": ["Physio", "c_therapy"],
    "public": ["Noor", "Physio", "School", "Kestrel", "Ana", "g_latency", "Checkout", "dana@", "Deep work", "09:30-18"],
}
LIMITS = ["MON,WED 16:15-18:00", "TUE 08:00-09:00", "TUE,THU 09:30-12:00"]


def everywhere(profile: Profile, tier: Tier) -> dict[str, str]:
    """All that is served of a profile at a tier, door by door."""
    return {
        "sql": json.dumps({name: table.rows for name, table in sql.of(profile, tier).items()}, default=str),
        "pack": pack(profile, "brief", 6000, tier).text,
        "json": seen(profile, tier).profile.model_dump_json(by_alias=True),
    }


@pytest.mark.row("C7")
@pytest.mark.parametrize("tier", ["public", "work", "private", "secret"])
def test_no_door_shows_what_a_tier_hides_nor_loses_a_limit(owned: Home, tier: Tier) -> None:
    for door, text in everywhere(load(owned), tier).items():
        for word in HIDDEN["private" if tier == "secret" else tier]:
            assert word not in text, (door, word)
        for limit in LIMITS:
            assert limit in text, (door, limit)


@pytest.mark.row("C7", "C11")
def test_a_withheld_limit_is_an_opaque_row(owned: Home) -> None:
    rows = sql.tables(owned, "work")["context_constraints"].rows
    opaque = [row for row in rows if row["constraint_id"].startswith("withheld_")]
    assert [(row["rule"], row["hard"]) for row in opaque] == [
        ("unavailable MON,WED 16:15-18:00", True),
        ("unavailable TUE 08:00-09:00", True),
    ]
    windows = sql.tables(owned, "work")["context_windows"].rows
    assert {(row["weekday"], row["starts"], row["ends"]) for row in windows if row["entry_id"] == "withheld_1"} == {
        (1, "16:15", "18:00"),
        (3, "16:15", "18:00"),
    }


@pytest.mark.row("C7")
def test_a_limit_without_a_time_still_says_that_it_is_there() -> None:
    profile = Profile(constraints=(Constraint(id="c", rule="Never with Bob", hard=True, tier="private"),))
    text = pack(profile, "ask", tier="work").text
    assert "Bob" not in text
    assert "a limit without a stated time; ask before committing" in text


def test_what_is_about_a_hidden_person_is_hidden_with_them(owned: Home) -> None:
    path = owned.context / "people.yaml"
    path.write_text(path.read_text().replace("- {id: pe_ana,", "- {id: pe_ana, sensitivity: private,"))
    visible = seen(load(owned), "work").profile
    assert [item.id for item in visible.preferences] == ["pf_nofri"]
    assert visible.projects[0].people == ()


def test_what_is_withheld_is_counted(owned: Home) -> None:
    profile = load(owned)
    assert seen(profile, "private").withheld == 1  # the therapy
    assert seen(profile, "work").withheld == 5  # and the pick-up, a role, a goal and a person


HARD = st.builds(
    Constraint,
    id=st.from_regex(r"[a-z]{3,8}", fullmatch=True),
    rule=st.just("the reason"),
    hard=st.booleans(),
    when=st.sampled_from([None, "MON 10:00-11:00", "FRI", "2026-12-24..2026-12-31"]),
    tier=st.sampled_from(TIERS),
)


@pytest.mark.row("C6", "C7")
@given(st.lists(HARD, max_size=6, unique_by=lambda item: item.id), st.sampled_from(TIERS), st.integers(0, 300))
def test_no_budget_and_no_tier_loses_a_limit(constraints: list[Constraint], tier: Tier, budget: int) -> None:
    profile = Profile(constraints=tuple(constraints))
    text = pack(profile, "brief", budget, tier).text
    for item in constraints:
        if item.hard and item.when:
            assert str(item.when) in text
    assert text.count("\n- ") >= sum(item.hard for item in constraints)


@pytest.mark.row("C11")
def test_every_table_is_documented_and_its_rows_have_its_columns(owned: Home) -> None:
    assert set(sql.ROWS) == set(TABLES)
    for name, table in sql.tables(owned).items():
        assert table.comment, name
        assert table.rows, name
        assert all(comment and kind for kind, comment in table.columns.values())
        for row in table.rows:
            assert list(row) == list(table.columns), name
            assert row["tier"] != "secret"


@pytest.mark.row("C11")
def test_the_profile_joins_as_sql(owned: Home) -> None:
    import duckdb

    con = duckdb.connect()
    for name, table in sql.tables(owned).items():
        con.execute(
            f"CREATE TABLE {name} ({', '.join(f'{column} {kind}' for column, (kind, _) in table.columns.items())})"
        )
        con.executemany(
            f"INSERT INTO {name} VALUES ({', '.join('?' * len(table.columns))})", [list(r.values()) for r in table.rows]
        )
    assert con.execute(
        """SELECT p.name, g.statement, pe.name, a.address FROM context_projects p
        JOIN context_goals g USING (goal_id) JOIN context_people pe ON pe.person_id IN p.people
        LEFT JOIN context_people_addresses a USING (person_id) ORDER BY pe.name"""
    ).fetchall() == [
        ("Kestrel", "Checkout p95 under 400 ms", "Ana Brandt", "ana@client.example"),
        ("Kestrel", "Checkout p95 under 400 ms", "Noor Moreau", None),
    ]
    assert con.execute("SELECT sum(minutes) / 60 FROM context_working_hours").fetchone() == (40.5,)
