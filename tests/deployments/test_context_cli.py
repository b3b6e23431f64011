"""`steward context`: what the owner sees, edits and hands to other tools."""

import json
import stat
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from context import export
from context.errors import InputError, RefusedError, StewardError
from context.home import Home
from context.pack import pack, strip
from context.store import load
from deployments.commands.context import command
from deployments.editor import edit
from tests.context.tree import GOALS, PROFILE, lay


@pytest.fixture
def owned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home whose present is 20 July 2026, with the realistic profile."""
    home = Home(tmp_path / "home")
    home.create(now=datetime(2026, 7, 20, 9, tzinfo=UTC))
    monkeypatch.setenv("STEWARD_HOME", str(home.root))
    lay(home.context)
    return home


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command, list(arguments))


def fault(done: Result) -> StewardError:
    assert isinstance(done.exception, StewardError), done.output
    return done.exception


def editor(home: Home, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Make EDITOR a program that runs `code` on the file's `text`."""
    script = home.root / "editor.py"
    script.write_text(
        "import sys, pathlib\npath = pathlib.Path(sys.argv[1])\ntext = path.read_text()\n"
        f"{code}\npath.write_text(text)\n"
    )
    monkeypatch.setenv("EDITOR", f"{sys.executable} {script}")
    monkeypatch.delenv("VISUAL", raising=False)


# --- show, check, reviewed, pack


@pytest.mark.row("C7")
def test_show_tells_all_to_the_owner_and_less_by_tier(owned: Home) -> None:
    everything = run("show").output
    assert "Leave by 16:15 Mon/Wed to fetch Noor [MON,WED 16:15-18:00]  private" in everything
    assert "Physiotherapy" in everything
    work = run("show", "--tier", "work").output
    assert "Noor" not in work
    assert "unavailable MON,WED 16:15-18:00" in work
    assert json.loads(run("show", "--json").output)["identity"]["name"] == "Dana Moreau"


@pytest.mark.row("C2")
def test_check_shows_each_error_with_its_line(owned: Home) -> None:
    (owned.context / "goals.yaml").write_text(GOALS.replace("measure:", "mesure:").replace("2026-12-31", "soon"))
    done = run("check")
    assert fault(done).exit_code == 4
    assert "error  goals.yaml:1: goals[0].mesure: unknown key; did you mean measure?" in done.output
    assert '    1 | - {id: g_latency, statement: "Checkout p95 under 400 ms", mesure: p95_ms' in done.output
    assert "goals[0].by: expected a date like 2026-07-01" in done.output


@pytest.mark.row("C5")
def test_check_shows_where_a_file_is_not_yaml(owned: Home) -> None:
    (owned.context / "profile.yaml").write_text("identity: [b\n: c\n")
    done = run("check")
    assert "profile.yaml:2: not YAML" in str(fault(done))


def test_check_reports_stale_entries_and_reviewed_renews_them(owned: Home) -> None:
    path = owned.context / "goals.yaml"
    path.write_text(GOALS.replace("2026-07-01", "2025-07-01"))
    done = run("check")
    assert done.exit_code == 0
    assert "stale  goals.yaml:2: goals[0].reviewed: last reviewed 384 days ago; is it still so?" in done.output
    assert "2 to be reviewed" in done.output
    assert run("reviewed", "g_marathon").output == "1 entry reviewed 2026-07-20.\n"
    assert "1 to be reviewed" in run("check").output
    assert run("reviewed", "--all").exit_code == 0
    assert run("check").output == "The profile is valid, and nothing in it needs a look.\n"
    assert path.read_text() == GOALS.replace("2026-07-01", "2026-07-20")
    assert "no entry is called g_nope" in str(fault(run("reviewed", "g_nope")))


def test_check_of_an_empty_home_names_init(home: Home) -> None:
    assert fault(run("check")).mend == "run `steward init`"


@pytest.mark.row("C6")
def test_pack_prints_the_text_alone_and_reports_beside_it(owned: Home) -> None:
    done = CliRunner().invoke(command, ["pack", "brief", "--budget", "230", "--tier", "work"])
    made = pack(load(owned), "brief", 230, "work", owned.now())
    assert done.stdout == made.text
    assert f"{made.id} · {made.tokens} of 230 tokens (estimated) · tier work · " in done.stderr
    assert "dropped to fit: " in done.stderr
    over = CliRunner().invoke(command, ["pack", "brief", "--budget", "10"])
    assert "identity and limits alone are more than the budget; they were kept" in over.stderr


# --- edit


@pytest.mark.row("C2")
def test_a_valid_edit_replaces_the_file(owned: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    editor(owned, monkeypatch, "text = text.replace('Dana Moreau', 'Dana M.')")
    assert run("edit").output == "profile.yaml is saved.\n"
    assert (owned.context / "profile.yaml").read_text() == PROFILE.replace("Dana Moreau", "Dana M.")
    assert stat.S_IMODE((owned.context / "profile.yaml").stat().st_mode) == 0o600
    assert run("edit").output == "Nothing changed.\n"
    assert not list(owned.run.glob("edit-*"))


@pytest.mark.row("C2")
def test_an_invalid_edit_replaces_nothing_and_loses_nothing(owned: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    editor(owned, monkeypatch, "text = text.replace('g_latency', 'g_speed')")
    done = run("edit", "goals")
    error = fault(done)
    assert error.exit_code == 4
    assert (
        "projects.yaml:1: projects[0].goal: expected the id of a goal, and there is none called g_latency"
        in done.output
    )
    assert (owned.context / "goals.yaml").read_text() == GOALS
    kept = owned.run / "edit-goals.yaml"
    assert str(kept) in error.what
    assert "g_speed" in kept.read_text()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_a_tree_that_is_broken_twice_is_mended_file_by_file(owned: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    (owned.context / "goals.yaml").write_text(GOALS.replace("measure:", "mesure:"))
    (owned.context / "policies.yaml").write_text("tiers: {brief: nobody}\n")
    editor(owned, monkeypatch, "text = text.replace('mesure', 'measure').replace('nobody', 'work')")
    assert run("edit", "goals").output == "goals.yaml is saved.\n"
    assert run("edit", "policies").output == "policies.yaml is saved.\n"
    load(owned)


def test_a_file_saved_elsewhere_meanwhile_wins(owned: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    path = owned.context / "goals.yaml"
    editor(owned, monkeypatch, f"pathlib.Path({str(path)!r}).write_text('[]\\n'); text += '# x\\n'")
    (owned.context / "projects.yaml").write_text("")
    (owned.context / "profile.yaml").write_text("")
    assert "was changed while you edited it" in str(fault(run("edit", "goals")))
    assert path.read_text() == "[]\n"


def test_a_voice_is_edited_too(owned: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    editor(owned, monkeypatch, "text = 'Short. No exclamation marks.'")
    assert run("edit", "voice/client").output == "voice/client.md is saved.\n"
    assert load(owned).voices == {"client": "Short. No exclamation marks."}


@pytest.mark.parametrize("name", ["../home.json", "voice/../../x", "secrets", "voice/a/b"])
def test_nothing_but_the_profile_is_edited(owned: Home, name: str) -> None:
    assert fault(run("edit", name)).exit_code == 2


def test_an_editor_that_is_not_there_is_named(owned: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VISUAL", "no-such-editor --wait")
    with pytest.raises(InputError, match="no editor no-such-editor was found — set EDITOR"):
        edit(owned, "goals.yaml")


# --- export


@pytest.mark.row("X4")
def test_one_command_writes_for_every_tool(owned: Home, tmp_path: Path) -> None:
    assert run("export", "--to", str(tmp_path)).exit_code == 0
    for name in ("CLAUDE.md", "AGENTS.md", ".cursor/rules/steward.mdc", "steward-chatgpt.txt"):
        text = (tmp_path / name).read_text()
        assert "Dana Moreau" in text
        assert "unavailable MON,WED 16:15-18:00" in text
        assert "Noor" not in text
        assert "Dana" not in strip(text)  # and nothing is ever learned from it
    run("export", "json", "--to", str(tmp_path))
    data = json.loads((tmp_path / "steward.json").read_text())["steward"]["profile"]
    assert data["identity"]["name"] == "Dana Moreau"
    assert "policies" not in data
    assert "Noor" not in json.dumps(data)
    done = run("export", "--check", "--to", str(tmp_path))
    assert done.exit_code == 0
    assert done.output.count("current") == 4


@pytest.mark.row("X4")
def test_the_rest_of_a_file_its_mode_and_its_link_are_kept(owned: Home, tmp_path: Path) -> None:
    real = tmp_path / "CLAUDE.md"
    real.write_bytes("# Mine\r\n\r\nBe brief. é\r\n".encode())
    real.chmod(0o644)
    (tmp_path / "AGENTS.md").symlink_to("CLAUDE.md")
    run("export", "agents", "--to", str(tmp_path))
    first = real.read_bytes()
    assert (tmp_path / "AGENTS.md").is_symlink()
    assert first.startswith("# Mine\r\n\r\nBe brief. é\r\n".encode())
    assert first.count(b"\n") == first.count(b"\r\n")
    assert stat.S_IMODE(real.stat().st_mode) == 0o644
    real.write_bytes(first + b"After.\r\n")
    (owned.context / "profile.yaml").write_text(PROFILE.replace("Dana Moreau", "Dana M."))
    run("export", "agents", "--to", str(tmp_path))
    again = real.read_bytes()
    assert again.endswith(b"After.\r\n")
    assert b"Dana M." in again
    assert again.count(b"steward:begin") == 1


@pytest.mark.row("X4")
def test_drift_is_told_from_both_sides(owned: Home, tmp_path: Path) -> None:
    run("export", "--to", str(tmp_path))
    claude, agents = tmp_path / "CLAUDE.md", tmp_path / "AGENTS.md"
    (tmp_path / "steward-chatgpt.txt").unlink()
    claude.write_text(claude.read_text().replace("# Limits", "# Ideas"))
    agents.write_text("My own line.\n" + agents.read_text())  # outside of the marks: no drift
    (owned.context / "profile.yaml").write_text(PROFILE.replace("Dana Moreau", "Dana M."))
    done = run("export", "--check", "--to", str(tmp_path))
    assert fault(done).exit_code == 4
    assert [line.split()[0] for line in done.output.splitlines()] == ["edited", "outdated", "outdated", "missing"]
    refused = fault(run("export", "--to", str(tmp_path)))
    assert isinstance(refused, RefusedError)
    assert "# Ideas" in claude.read_text()
    assert run("export", "--force", "--to", str(tmp_path)).exit_code == 0
    assert "# Ideas" not in claude.read_text()
    assert run("export", "--check", "--to", str(tmp_path)).exit_code == 0


@pytest.mark.row("X4")
def test_damaged_marks_are_refused_and_left(owned: Home, tmp_path: Path) -> None:
    run("export", "claude", "--to", str(tmp_path))
    path = tmp_path / "CLAUDE.md"
    for damaged in (path.read_text().replace("<!-- steward:end -->", ""), path.read_text() * 2):
        path.write_text(damaged)
        assert "are damaged" in str(fault(run("export", "claude", "--force", "--to", str(tmp_path))))
        assert path.read_text() == damaged
    path.write_bytes(b"\xff")
    assert fault(run("export", "claude", "--to", str(tmp_path))).exit_code == 2


def test_a_repository_is_warned_of(owned: Home, tmp_path: Path) -> None:
    assert "git repository" not in run("export", "--to", str(tmp_path)).output
    (tmp_path / ".git").mkdir()
    assert "hold your profile up to the tier “work”" in run("export", "--to", str(tmp_path)).output
    assert run("export", "--stdout", "claude", "--to", str(tmp_path)).output.startswith("<!-- steward:begin ")


@pytest.mark.row("X4")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=50)
@given(
    st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\r"), max_size=200),
    st.sampled_from(export.USUAL),
)
def test_any_text_around_is_kept(owned: Home, tmp_path: Path, before: str, target: str) -> None:
    folder = tmp_path / "any"
    (folder / ".cursor" / "rules").mkdir(parents=True, exist_ok=True)
    path = folder / export.TARGETS[target].file
    path.write_bytes(before.encode())
    profile = load(owned)
    made = pack(profile, "export")
    export.write(target, folder, profile, made)
    text = path.read_bytes().decode()
    assert text.startswith(before.rstrip("\n") if before.strip() else export.TARGETS[target].head)
    assert export.check(target, folder, profile, made).state == "current"
    assert export.write(target, folder, profile, made).state == "current"
    assert path.read_bytes().decode() == text
