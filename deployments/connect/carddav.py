"""Connecting the address books of an account on a CardDAV server."""

from deployments.connect import dav

ABOUT = "Connect the address books of a server (CardDAV): Nextcloud, iCloud, Fastmail and others."
command = dav.command("carddav", ABOUT, "address book", "--book", "books")
