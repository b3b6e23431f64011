"""`steward why RUN FACT`: the row behind a statement, then and now."""

import json
from typing import Any

import click

from context.errors import InputError, StewardError
from context.home import Home


@click.command("why")
@click.argument("run")
@click.argument("fact", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(run: str, fact: str | None, as_json: bool) -> None:
    """Print the row behind FACT of the output made by RUN (a unique beginning of its id is enough).

    Without FACT, list the facts of that output.
    """
    from blocks.ledger import Ledger
    from flows import archive

    home = Home.open()
    with Ledger.open(home) as ledger:
        made = ledger.outputs.get(run)
    output = archive.load(home.outputs / made.path).output
    if fact is None:
        for item in output.facts:
            click.echo(f"{item.id:<5} {item.view:<18} {_shown(item.text)}")
        return
    found = next((item for item in output.facts if item.id == fact), None)
    if found is None:
        known = ", ".join(item.id for item in output.facts) or "none"
        raise InputError(f"the output of run {made.run} has no fact {fact}", f"its facts are: {known}")
    rows = rows_behind(home, found.view, found.key)
    if as_json:
        click.echo(json.dumps({"fact": found.model_dump(mode="json"), "rows": rows}, default=str, ensure_ascii=False))
        return
    click.secho(f"{found.id}: {_shown(found.text)}", bold=True)
    click.echo(f"from {found.view}, key {_shown(found.key)} (said by {found.origin})")
    for name, value in found.values.items():
        click.echo(f"  {name:<20} {_shown(value)}")
    if isinstance(rows, str):
        click.echo(f"\nthe row today: {rows}")
    for row in rows if isinstance(rows, list) else []:
        click.secho("\nthe row today:", bold=True)
        for name, value in row.items():
            if value is not None:
                click.echo(f"  {name:<20} {_shown(value)}")


def rows_behind(home: Home, view: str, key: str) -> list[dict[str, Any]] | str:
    """Return the rows of `view` with that key as they are now, or why there are none.

    A fact about many rows stands in no view: its key is the statement that counts them, which is run in the sandbox.
    """
    from blocks.warehouse import Warehouse

    try:
        if view == "sql":
            table = Warehouse(home).query(key)
            return [dict(zip(table.columns, row, strict=True)) for row in table.rows] or "nothing is there any more"
        with Warehouse(home).read() as con:
            columns = [str(row[0]) for row in con.execute(f'DESCRIBE "{view}"').fetchall()]
            name = next((column for column in columns if column.endswith("_key") or column == "id"), columns[0])
            cursor = con.execute(f'FROM "{view}" WHERE "{name}" = ?', [key])
            rows = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
    except StewardError as error:
        return str(error)
    return rows or "it is no longer there"


def _shown(value: object) -> str:
    """Return a value as one printable line: foreign text may hold terminal control codes."""
    text = "".join(c if c.isprintable() else f"\\x{ord(c):02x}" if c not in "\n\r\t" else " " for c in str(value))
    return text if len(text) <= 500 else f"{text[:499]}…"
