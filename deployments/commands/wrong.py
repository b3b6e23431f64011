"""`steward wrong RUN …`: say what is wrong with an output; it stays said."""

import sys
from typing import TYPE_CHECKING

import click

from context.errors import InputError, StorageError
from context.home import Home

if TYPE_CHECKING:
    from flows.corrections import Whose
    from flows.output import Fact, Output


@click.command("wrong")
@click.argument("run")
@click.argument("said", nargs=-1, required=True)
@click.option("--fact", metavar="FACT", help="The fact that is wrong, such as m1 (or the first word of the text).")
@click.option("--line", type=click.IntRange(1), help="The line that is wrong, by its number in the list.")
@click.option("--as", "word", metavar="WORD", help="The verdict, in the capability's own words.")
@click.option(
    "--scope",
    type=click.Choice(["item", "thread", "sender", "domain"]),
    default="item",
    show_default=True,
    help="Of what it holds from now on.",
)
def command(run: str, said: tuple[str, ...], fact: str | None, line: int | None, word: str | None, scope: str) -> None:
    """Say what is wrong with the output of RUN, and what is right.

    \b
    steward wrong 3fa m1 "this is noise"
    steward wrong 3fa m2 "not important" --scope sender
    steward wrong 3fa "t1 is kept"

    The verdict holds until `steward verdicts remove N`. It is read by rules, never by a model.
    """
    from typing import cast

    from blocks.ledger import Ledger
    from blocks.ledger.verdicts import Scope
    from flows import archive, corrections

    home = Home.open()
    with Ledger.open(home) as ledger:
        made = ledger.outputs.get(run)
        output = archive.load(home.outputs / made.path).output
        found, text = _meant(output, " ".join(said).strip(), fact, line)
        verdict = _verdict(output.capability, text, word)
        wide = cast(Scope, scope)
        about = corrections.about(_whose(home, found), wide)
        now = home.now()
        number = ledger.verdicts.give(output.capability, wide, about, verdict, text, now, made.run, found.id)
        click.echo(
            f"Verdict {number}: {verdict}, for {_of(wide, about, found)}. `steward verdicts remove {number}` undoes it."
        )
        _ask(home, output.capability, number)


def _meant(output: "Output", text: str, fact: str | None, line: int | None) -> tuple["Fact", str]:
    """Return the fact that is meant, and the text without its id. Asks back where neither says so."""
    from flows import corrections

    if fact is not None:
        return corrections.named(output, fact), text
    known = corrections.lines(output)
    first, _, rest = text.partition(" ")
    facts = {item.id for item in output.facts}
    if line is None and first.rstrip(":").casefold() in facts and rest.strip():
        return corrections.named(output, first.rstrip(":")), rest.strip()
    if not known:
        raise InputError("this output has no line that rests on a fact", "run `steward why RUN` to see its facts")
    if line is None:
        for number, (shown, item) in enumerate(known, 1):
            click.echo(f"{number:>3}  {item.id:<4} {shown}", err=True)
        if not sys.stdin.isatty():
            raise InputError("which line is meant?", f'name its fact: `steward wrong RUN {known[0][1].id} "…"`')
        line = int(click.prompt("Which line", type=click.IntRange(1, len(known)), err=True))
    if line > len(known):
        raise InputError(f"there is no line {line}", f"there are {len(known)}")
    return known[line - 1][1], text


def _verdict(capability: str, text: str, word: str | None) -> str:
    """Return the verdict. Asks back where the text names none of the capability's words, or several."""
    from flows import corrections

    choices = corrections.words(capability)
    if word is not None:
        if word not in choices:
            raise InputError(f"{word} is no verdict on {capability}", f"choose one of {', '.join(choices)}")
        return word
    found = corrections.understood(capability, text)
    if found is None and sys.stdin.isatty():
        return str(click.prompt("What is right", type=click.Choice(choices), err=True))
    if found is None:
        raise InputError("it is not clear what is right", f"say one of {', '.join(choices)}, or give it with `--as`")
    return found


def _whose(home: Home, fact: "Fact") -> "Whose":
    from blocks.warehouse import Warehouse
    from flows import corrections

    try:
        with Warehouse(home).read() as con:
            return corrections.whose(con, fact)
    except StorageError:  # nothing is published any more: the item itself is still known
        return corrections.Whose(fact.key)


def _of(scope: str, about: str, fact: "Fact") -> str:
    """Return what a verdict holds for, as its owner reads it: an item by what was said of it."""
    from flows.render.clean import plain

    if scope in ("item", "thread"):
        return f"{'this' if scope == 'item' else 'the thread of'} “{plain(fact.text, limit=80)}”"
    return f"everything from {plain(about, limit=80)}"


def _ask(home: Home, capability: str, number: int) -> None:
    """Ask whether to make a rule, where the verdict just given is the one that suggests it."""
    from deployments.commands.verdicts import rules

    for rule in rules(home, capability):
        if rule.newest.id == number:
            click.echo(rule.question)
