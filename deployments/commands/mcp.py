"""`steward mcp`: serve your context to any AI tool on this machine."""

import json
import sys
from pathlib import Path

import click

from context.home import Home

PORT = 4210


@click.command("mcp")
@click.option(
    "--http", "over_http", is_flag=True, help="Listen on 127.0.0.1 (streamable HTTP, with a token) instead of stdio."
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=PORT,
    show_default=True,
    help="Port for --http; 0 takes a free one.",
)
@click.option("--config", is_flag=True, help="Print what to put into a client's configuration, and end.")
def command(over_http: bool, port: int, config: bool) -> None:
    """Serve your context to any AI tool.

    Read-only: who you are (up to the tier `mcp_default` of your policies), your agenda, search and SQL. Every read is
    written down in the ledger.
    """
    home = Home.open()
    if config:
        click.echo(json.dumps(_config(home, over_http, port), indent=2))
        return
    from deployments import mcp

    if not over_http:
        if sys.stdin.isatty():
            click.echo(
                "This speaks MCP on its input and output; a client starts it. See `steward mcp --config`.", err=True
            )
        mcp.stdio(home)
        return

    def told(address: str) -> None:
        click.echo(f"Serving {address} — the token is in {home.secrets / 'mcp-token'}; Ctrl-C stops", err=True)

    mcp.http(home, port, told)


def _config(home: Home, over_http: bool, port: int) -> dict[str, object]:
    if over_http:
        header = f"Bearer <the text of {home.secrets / 'mcp-token'}>"
        server: dict[str, object] = {
            "type": "http",
            "url": f"http://127.0.0.1:{port}/mcp",
            "headers": {"Authorization": header},
        }
    else:
        program = str(Path(sys.argv[0]).absolute())
        server = {"command": program, "args": ["mcp"], "env": {"STEWARD_HOME": str(home.root)}}
    return {"mcpServers": {"steward": server}}
