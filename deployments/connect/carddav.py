"""Connecting the address books of an account on a CardDAV server."""

import click

from deployments.connect.dav import connect


@click.command("carddav")
@click.argument("where", required=False)
@click.option("--user", help="User name; told by WHERE if that is a mail address.")
@click.option("--book", multiple=True, help="Read only the address book of this name (several allowed).")
@click.option("--authority", help="Certificate (PEM) that signs a server of your own.")
@click.option("--name", help="What to call it; by default made from the server's name.")
@click.option("--account", help="Label of the account that it belongs to, such as work or home.")
def command(
    where: str | None,
    user: str | None,
    book: tuple[str, ...],
    authority: str | None,
    name: str | None,
    account: str | None,
) -> None:
    """Connect the address books of a server (CardDAV): Nextcloud, iCloud, Fastmail and others.

    WHERE is the server's address, a domain such as icloud.com, or your mail address there. The password is asked for;
    where your provider has app passwords, make one for Steward.
    """
    connect("carddav", where, user, {"books": list(book)}, authority, name, account)
