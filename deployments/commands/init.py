"""`steward init`: make the home and tell Steward who you are, by interview or from options."""

import sys
from collections.abc import Callable
from typing import Any

import click

from context.errors import InputError, StewardError
from context.home import Home
from context.interview import Interview
from context.questions import QUESTIONS, Question
from context.review import Review
from context.store import tree

INTRODUCTION = """\
What you say is kept in {folder}, in plain files that you can read and edit.
{count} Enter skips one, `undo` takes the last answer back.
Ctrl-C stops; `steward init` then goes on from there.
"""


def _options(function: Callable[..., None]) -> Callable[..., None]:
    """Add one option for each question of the interview."""
    for question in reversed(QUESTIONS):
        about = f"{question.ask} E.g. “{question.example}”."
        option = click.option(question.option, question.key, multiple=question.many, help=about, metavar="TEXT")
        function = option(function)
    return function


@click.command()
@_options
@click.option("--org", metavar="TEXT", help="The organisation of --role, if that does not say “… at …”.")
@click.option(
    "--ask/--no-ask", default=None, help="Ask questions, or only take the options. [default: ask at a terminal]"
)
@click.option("--again", is_flag=True, help="Ask also the questions that you skipped earlier.")
def command(ask: bool | None, again: bool, org: str | None, **given: Any) -> None:
    """Make your home and tell Steward who you are.

    At a terminal it asks at most 15 questions; each can be skipped, and an interrupted interview goes on where it
    stopped. With options it takes these and asks nothing. Running it again adds, and never overwrites what you wrote.
    """
    home = Home.find()
    new = not home.exists()
    home.create()
    interview = Interview(home)
    click.echo(f"{'Made your home' if new else 'Your home is'} {home.root}")
    answers = _given(given, org)
    _take(interview, answers)
    if ask if ask is not None else not answers and sys.stdin.isatty():
        _ask(interview, again)
    _close(interview)


def _given(given: dict[str, Any], org: str | None) -> list[tuple[Question, str]]:
    answers = []
    for question in QUESTIONS:
        value = given[question.key]
        texts = list(value) if question.many else [value] if value is not None else []
        if question.key == "role" and org:
            if len(texts) != 1:
                raise InputError("--org needs one --role", "give --role and --org together")
            texts = [f"{texts[0]} at {org}"]
        answers += [(question, text) for text in texts]
    return answers


def _take(interview: Interview, answers: list[tuple[Question, str]]) -> None:
    for question, text in answers:
        try:
            said = interview.answer(question, text)
        except ValueError as error:
            raise InputError(f"{question.option}: {error}", f"try {question.option} '{question.example}'") from None
        except InputError as kept:  # the profile says otherwise there, and the profile wins
            said = str(kept)
        click.echo(f"  {said}" if said else f"  {question.key}: known already, kept as it is")


def _ask(interview: Interview, again: bool) -> None:
    waiting = interview.pending(again)
    if not waiting:
        return
    count = "One question." if len(waiting) == 1 else f"{len(waiting)} questions."
    click.echo("\n" + INTRODUCTION.format(folder=interview.home.context, count=count))
    number = 0
    try:
        while number < len(waiting):
            number = max(0, number + _one(interview, waiting[number], f"{number + 1}/{len(waiting)}"))
    except (click.Abort, KeyboardInterrupt, EOFError):
        click.echo(f"\n\nStopped at question {number + 1}; what you said is kept. `steward init` goes on from here.")
        raise click.exceptions.Exit(130) from None


def _one(interview: Interview, question: Question, place: str) -> int:
    """Ask one question until it is answered or skipped; return the step to the next one (−1 after an undo)."""
    click.echo(f"{click.style(place, dim=True)}  {click.style(question.ask, bold=True)}")
    more = " Several: one a line, an empty line goes on." if question.many else ""
    click.secho(f"      e.g. {question.example}.{more}", dim=True)
    answered = False
    while True:
        text = str(click.prompt("    ", default="", show_default=False, prompt_suffix="> ")).strip()
        if not text:
            if not answered:
                interview.skip(question)
                click.secho("      skipped", dim=True)
            return 1
        if text.casefold() == "undo":
            return _undo(interview, question)
        try:
            said = interview.answer(question, text)
        except (ValueError, StewardError) as error:
            click.secho(f"      {error}", fg="yellow")
            continue
        click.echo(f"      {click.style('✓', fg='green')} {said or 'known already, kept as it is'}")
        answered = True
        if not question.many:
            return 1


def _undo(interview: Interview, question: Question) -> int:
    undone = interview.undo()
    if undone is None:
        click.secho("      there is nothing to take back", fg="yellow")
        return 0
    click.secho(f"      took back the answer to: {undone.ask}", dim=True)
    return 0 if undone is question else -1


def _close(interview: Interview) -> None:
    me = interview.profile
    counts = {
        "goal": len(me.goals),
        "project": len(me.projects),
        "person": len(me.people),
        "limit": len(me.limits()),
        "preference": len(me.preferences),
    }
    told = ", ".join(f"{count} {_plural(word, count)}" for word, count in counts.items() if count)
    click.echo(f"\nYour profile: {me.identity.name or 'no name yet'}{f', {told}' if told else ''}.")
    for finding in Review(tree(interview.home.context), interview.today()).findings:
        if finding.kind != "stale":
            click.echo(f"  {finding}")
    click.echo(f"  See it with `steward context show`; the files are in {interview.home.context}")
    click.echo("\nNext: steward connect")


def _plural(word: str, count: int) -> str:
    return word if count == 1 else {"person": "people"}.get(word, word + "s")
