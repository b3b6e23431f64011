"""A server that cannot be reached while it is connected: nothing is saved yet, so what helps is connecting again."""

from types import SimpleNamespace

import click
import pytest
from click.testing import CliRunner

from blocks.ledger import Ledger
from connectors import connections, reach, web
from connectors.web import GrantError, PassingError
from context.errors import SourceError
from context.home import Home
from deployments.connect import caldav, carddav, github, imap

NOWHERE = "http://127.0.0.1:1"
pytestmark = pytest.mark.row("N1", "T10")


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (imap.command, ["ana@x.example", "--host", "127.0.0.1", "--port", "1", "--security", "none"]),
        (caldav.command, [NOWHERE, "--user", "ana"]),
        (carddav.command, [NOWHERE, "--user", "ana"]),
        (github.command, ["--api", NOWHERE]),
    ],
)
def test_the_next_command_is_to_connect_again(
    home: Home, monkeypatch: pytest.MonkeyPatch, command: click.Command, words: list[str]
) -> None:
    monkeypatch.setattr(reach, "sys", SimpleNamespace(modules={}))
    monkeypatch.setattr(web.time, "sleep", lambda _seconds: None)
    done = CliRunner().invoke(command, words, input="planted-word\n")
    assert isinstance(done.exception, PassingError)
    again = f"check the address and the network, then run `steward connect {command.name} …` again"
    assert done.exception.mend == again
    with Ledger.open(home) as ledger:
        assert ledger.sources.all() == []


@pytest.mark.parametrize(
    ("error", "mend"),
    [
        (PassingError("it is busy", "a later sync tries again"), "run `steward connect caldav …` again later"),
        (SourceError("a page", "log in, then run `steward sync`"), "log in, then run `steward connect caldav …`"),
        (GrantError("no", "make a new password"), "make a new password"),
    ],
)
def test_no_sync_is_named_before_there_is_something_to_sync(error: SourceError, mend: str) -> None:
    with pytest.raises(SourceError) as raised, connections.trying("caldav"):
        raise error
    assert raised.value.mend == mend
