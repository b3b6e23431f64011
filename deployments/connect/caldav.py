"""Connecting the calendars of an account on a CalDAV server."""

from deployments.connect import dav

ABOUT = "Connect the calendars of a server (CalDAV): Nextcloud, iCloud, Fastmail and others."
command = dav.command("caldav", ABOUT, "calendar", "--calendar", "calendars")
