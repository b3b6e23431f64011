"""`steward drafts`: replies to the mails that ask for one, as far as they can be written without you."""

from typing import Any

import click

from deployments import making


@click.command("drafts")
@click.argument("thread", required=False)
@making.options
def command(thread: str | None, **given: Any) -> None:
    """Draft replies to the newest mails that surely ask for one, or to THREAD alone.

    THREAD is a thread's id (`steward triage --json` lists them) or words of the mail's subject. Nothing is saved or
    sent; a draft with a gap ([confirm: …]) cannot be approved.
    """
    making.make("flows.drafts.compose", about=thread, **given)
