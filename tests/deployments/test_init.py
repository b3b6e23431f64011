"""`steward init`: by interview or from options, resumable, skippable, and never over what the owner wrote."""

import stat
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from context.home import Home
from context.questions import QUESTIONS
from context.store import FILES, load, tree
from context.writer import lay
from deployments.commands.init import command

OPTIONS = [
    *(
        "--name",
        "Dana Moreau",
        "--email",
        "Dana@example.org",
        "--email",
        "d@work.example",
        "--timezone",
        "Europe/Berlin",
    ),
    *("--language", "en, fr", "--role", "Engineering lead", "--org", "Exemplar", "--hours", "MON-FRI 09:00-17:30"),
    *("--limit", "MON,WED 16:15-18:00 fetch the children", "--focus", "TUE 09:30-12:00 deep work"),
    *("--goal", "Checkout p95 under 400 ms by 2026-12-31", "--goal", "Ship Kestrel", "--project", "Kestrel: cut over"),
    *("--person", "Ana Brandt <ana@client.example>, client", "--preference", "never offer Friday afternoons"),
    *("--word", "Kestrel = the billing rewrite", "--day-usd", "2", "--tools", "public"),
]


def run(*arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(command, list(arguments), input=typed)


def texts(home: Home) -> dict[str, str]:
    return {name: (home.context / name).read_text() for name in FILES}


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home that is not there yet."""
    monkeypatch.setenv("STEWARD_HOME", str(tmp_path / "new"))
    return Home(tmp_path / "new")


@pytest.mark.row("C1", "C3")
def test_options_alone_make_a_whole_profile(nowhere: Home) -> None:
    done = run(*OPTIONS)
    assert done.exit_code == 0, done.output
    assert done.output.rstrip().endswith("Next: steward connect")
    me = load(nowhere)
    assert me.identity.name == "Dana Moreau"
    assert me.identity.emails == ("dana@example.org", "d@work.example")
    assert me.identity.languages == ("en", "fr")
    assert (me.roles[0].title, me.roles[0].org) == ("Engineering lead", "Exemplar")
    assert me.working_hours == {"MON-FRI": "09:00-17:30"}
    assert (me.constraints[0].hard, str(me.constraints[0].when), me.constraints[0].tier) == (
        True,
        "MON,WED 16:15-18:00",
        "private",
    )
    assert [str(goal.by) for goal in me.goals] == ["2026-12-31", "None"]
    assert me.people[0].emails == ("ana@client.example",)
    assert (me.policies.budget("day"), me.policies.tier("mcp_default")) == (2, "public")
    assert all(goal.reviewed for goal in me.goals)


@pytest.mark.row("C3", "C10")
def test_doing_it_again_changes_nothing(nowhere: Home) -> None:
    run(*OPTIONS)
    before = texts(nowhere)
    done = run(*OPTIONS)
    assert done.exit_code == 0
    assert "known already, kept as it is" in done.output
    assert texts(nowhere) == before


@pytest.mark.row("C1", "C3")
def test_the_owners_edits_are_never_overwritten(nowhere: Home) -> None:
    run(*OPTIONS)
    path = nowhere.context / "profile.yaml"
    edited = path.read_text().replace("Dana Moreau", "Dana M. Moreau   # as I write it")
    path.write_text(edited)
    done = run("--name", "Somebody Else", "--tools", "private", "--goal", "A third goal")
    assert done.exit_code == 0
    assert "name is already set, and was kept" in done.output
    assert "tools is already set, and was kept" in done.output
    assert path.read_text() == edited
    assert len(load(nowhere).goals) == 3


@pytest.mark.row("C3")
def test_what_is_not_said_is_not_invented(nowhere: Home) -> None:
    done = run("--no-ask")
    assert done.exit_code == 0
    me = load(nowhere)
    assert me.identity.model_dump(exclude_defaults=True) == {}
    assert (me.goals, me.people, me.roles, me.constraints, me.preferences) == ((), (), (), (), ())
    assert "identity.emails: is empty" in done.output


@pytest.mark.row("C3")
def test_the_interview_has_at_most_fifteen_questions_and_each_can_be_skipped(nowhere: Home) -> None:
    assert len(QUESTIONS) <= 15
    done = run("--ask", typed="\n" * len(QUESTIONS))
    assert done.exit_code == 0, done.output
    assert done.output.count("skipped") == len(QUESTIONS)
    assert run("--ask").output.count("?") == 0  # nothing is asked twice
    again = run("--ask", "--again", typed="Dana\n" + "\n" * 20)
    assert load(nowhere).identity.name == "Dana", again.output


@pytest.mark.row("C3")
def test_answers_are_quoted_back_and_bad_ones_asked_again(nowhere: Home) -> None:
    typed = ["Dana Moreau", "not an address", "dana@example.org", "", "Berlin", "Europe/Berlin"] + [""] * 12
    done = run("--ask", typed="\n".join(typed) + "\n")
    assert done.exit_code == 0, done.output
    assert "✓ name: Dana Moreau" in done.output
    assert "'not' is no mail address; expected one like" in done.output
    assert "did you mean Europe/Berlin?" in done.output
    assert load(nowhere).identity.timezone == "Europe/Berlin"


@pytest.mark.row("C3")
@pytest.mark.parametrize("stop", range(12))
def test_an_interrupted_interview_goes_on(nowhere: Home, stop: int) -> None:
    """The typed lines end after `stop` of them, as if the terminal was closed; a second run gets the rest."""
    answers = ["Dana Moreau", "dana@example.org", "", "Europe/Berlin", "en", *[""] * 5, "Ship it", "Rest", *[""] * 12]
    within = stop in (2, 5, 11)  # the empty line that ends a list of answers is not needed after an interruption
    first = run("--ask", typed="".join(line + "\n" for line in answers[:stop]))
    assert first.exit_code == 130
    assert "goes on from here" in first.output
    second = run("--ask", typed="".join(line + "\n" for line in answers[stop + within :]) + "\n" * 9)
    assert second.exit_code == 0, second.output
    me = load(nowhere)
    assert me.identity.name == "Dana Moreau"
    assert me.identity.emails == ("dana@example.org",)
    assert me.identity.timezone == "Europe/Berlin"
    assert me.goals[0].statement == "Ship it"


@pytest.mark.row("C3")
def test_the_last_answer_can_be_taken_back(nowhere: Home) -> None:
    done = run("--ask", typed="Dnaa\nundo\nDana\n" + "\n" * 16)
    assert done.exit_code == 0, done.output
    assert "took back the answer to: What is your name?" in done.output
    assert load(nowhere).identity.name == "Dana"


@pytest.mark.row("C1")
def test_the_template_is_valid_and_private(nowhere: Home) -> None:
    nowhere.create()
    assert set(lay(nowhere)) == {*FILES, "voice/README.md"}
    assert tree(nowhere.context).errors == []
    for path in nowhere.context.rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path
    assert not [path for path in nowhere.context.rglob("*") if path.suffix in (".py", ".pyc")]


def test_the_examples_in_the_template_are_true(nowhere: Home) -> None:
    """Whoever takes the comment signs away gets a valid entry."""
    nowhere.create()
    lay(nowhere)
    for name in ("goals", "projects", "people", "preferences"):
        path = nowhere.context / f"{name}.yaml"
        lines = path.read_text().splitlines()
        start = next(number for number, line in enumerate(lines) if line.startswith("# - {"))
        path.write_text("\n".join(line[2:] for line in lines[start:]) + "\n")
    assert tree(nowhere.context).errors == []
    assert load(nowhere).projects[0].people == ("pe_ana",)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--timezone", "Mars"], "--timezone: expected an IANA time zone"),
        (["--goal", "x by 2026-02-31"], "--goal: 2026-02-31 is no date of the calendar"),
        (["--limit", "Mondays"], "--limit: expected days, times and what it is"),
        (["--org", "Exemplar"], "--org needs one --role"),
        (["--day-usd", "lots"], "--day-usd: expected an amount in US dollars"),
    ],
)
def test_a_bad_option_is_one_line(nowhere: Home, arguments: list[str], expected: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "deployments.cli", "init", *arguments],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 2
    assert done.stderr.startswith(f"steward: {expected}")
    assert done.stderr.count("\n") == 1


def test_an_invalid_profile_is_left_alone(home: Home) -> None:
    (home.context / "goals.yaml").write_text("- {id: g\n")
    done = subprocess.run(
        [sys.executable, "-m", "deployments.cli", "init", "--name", "D"],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 4
    assert "run `steward context check`" in done.stderr
    assert (home.context / "goals.yaml").read_text() == "- {id: g\n"
