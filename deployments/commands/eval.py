"""`steward eval`: how right the capabilities are, on labelled data that their rules were not made from."""

import json
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from context.errors import InputError
from context.home import Home, write_private

if TYPE_CHECKING:
    from flows.scores import Scores


@click.command("eval")
@click.argument("names", nargs=-1, metavar="[CAPABILITY]...")
@click.option("--model", "with_model", is_flag=True, help="Let your configured model decide what rules leave open.")
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False), help="Also write a page with plots there.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON; keep it to compare with later.")
@click.option(
    "--against",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="Compare with what --json printed before: exit code 1 where a figure fell.",
)
def command(names: tuple[str, ...], with_model: bool, html: Path | None, as_json: bool, against: Path | None) -> None:
    """Measure capabilities on the fictional quarter: precision, recall, what they confuse, tokens and cost.

    Your own data is not touched: the quarter is laid down in a folder that is removed afterwards.
    """
    from flows.evals import measure, page

    wanted, before = measure.chosen(names), _before(against) if against else {}
    with ExitStack() as stack:
        endpoint = _endpoint(stack) if with_model else None
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="steward-eval-"))
        click.echo("Loading the fictional quarter …", err=True)
        from connectors.demo.ready import ready

        quarter = ready(Home(Path(folder) / "home"))
        scores = list(measure.measure(quarter, wanted, endpoint))
    found = {each.capability: measure.figures(each) for each in scores}
    if as_json:
        click.echo(json.dumps(found, indent=1, ensure_ascii=False, sort_keys=True))
    else:
        for each in scores:
            _show(each)
    if html:
        write_private(html, page.render(scores))
        click.echo(f"The page with plots is {html}", err=True)
    fallen = measure.lower(before, found)
    for line in fallen:
        click.secho(line, fg="red", err=True)
    if fallen:
        raise SystemExit(1)


def _before(path: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(path.read_bytes())
        return found
    except (OSError, ValueError) as error:
        raise InputError(f"{path} does not hold figures", "write them by `steward eval --json`") from error


def _endpoint(stack: ExitStack) -> Any:
    """Return the configured model of the owner's home. Raises StewardError where there is none."""
    from blocks import engine
    from blocks.model import saved

    home = Home.open()
    if saved.configured(home) is None:
        raise InputError("no model is configured", "run `steward model set`, or leave --model out")
    stack.enter_context(engine.session(home))
    return saved.load(home)


def _show(scores: "Scores") -> None:
    """Print one capability's figures: a row for each label, the bars, and the commonest confusions."""
    from rich.console import Console
    from rich.table import Table

    console = Console(width=100, highlight=False)
    wrong = len(scores.mistakes())
    cost = "unknown" if scores.cost_usd is None else f"{scores.cost_usd:.4f} USD"
    console.print(
        f"[bold]{scores.capability}[/bold]: {len(scores.pairs)} judged, {wrong} wrong, {scores.tokens} tokens, {cost}"
    )
    labels = sorted({label for pair in scores.pairs for label in (pair.expected, pair.given) if label is not None})
    if len(labels) <= 24:
        table = Table(box=None, padding=(0, 2, 0, 2))
        for name in ("label", "labelled", "precision", "recall"):
            table.add_column(name, justify="left" if name == "label" else "right")
        for label in labels:
            many = sum(pair.expected == label for pair in scores.pairs)
            table.add_row(label, str(many), f"{scores.precision(label):.3f}", f"{scores.recall(label):.3f}")
        console.print(table)
    for bar in scores.bars:
        mark = "[green]✓[/green]" if bar.reached else "[red]✗[/red]"
        console.print(f"  {mark} {bar.name} {bar.figure:.3f} (at least {bar.least:.2f})")
    confused = sorted(((many, pair) for pair, many in scores.confusion().items() if pair[0] != pair[1]), key=str)
    for many, (true, said) in sorted(confused, key=lambda each: -each[0])[:5]:
        console.print(f"  {many} × {true or '(nothing)'} said to be {said or '(nothing)'}", style="dim")
    for note in scores.notes:
        console.print(f"  {note}", style="dim")
    console.print()
