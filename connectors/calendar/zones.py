"""Time zones as calendars name them: IANA names, Windows names, vendors' paths, plain offsets.

A VTIMEZONE of a known name is not needed and often wrong (old rules, one transition, bad offsets), so the name decides
and the definition is read only where the name says nothing.
"""

import re
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

NOT_PLACES = frozenset(("localtime", "posixrules", "factory"))
OFFSET = re.compile(r"^(?:utc|gmt)\s*([+-])\s*(\d{1,2})(?::?00)?$", re.IGNORECASE)
UTC_NAMES = frozenset(
    ("z", "utc", "gmt", "etc/utc", "etc/gmt", "zulu", "ut", "coordinated universal time", "tzone://microsoft/utc")
)


@lru_cache(maxsize=1024)
def iana(tzid: str) -> str | None:
    """Return the IANA name that a TZID means, or None where the name alone does not tell."""
    name = tzid.strip().strip("\"'").strip().strip("/")
    if not name or name.lower() in NOT_PLACES:
        return None
    if name.lower() in UTC_NAMES:
        return "UTC"
    if (found := _known().get(name.lower().replace(" ", "_"))) is not None:
        return found
    if (found := _windows().get(name.lower())) is not None:
        return found
    if match := OFFSET.match(name):
        sign, hours = match[1], int(match[2])
        # POSIX signs: Etc/GMT-1 is one hour east of Greenwich.
        return "UTC" if hours == 0 else _known().get(f"etc/gmt{'-' if sign == '+' else '+'}{hours}")
    # "/mozilla.org/20070129_1/America/New_York": RFC 5545, 3.2.19, leaves the prefix to the vendor.
    parts = name.split("/")
    return next((found for n in (3, 2) if len(parts) > n and (found := iana("/".join(parts[-n:])))), None)


@lru_cache(maxsize=256)
def zone(name: str) -> ZoneInfo:
    """Return the zone of an IANA name; UTC where this machine has no such zone."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


@lru_cache(maxsize=1)
def _known() -> dict[str, str]:
    return {name.lower(): name for name in available_timezones() if not name.startswith(("right/", "posix/"))}


@lru_cache(maxsize=1)
def _windows() -> dict[str, str]:
    from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

    return {name.lower(): place for name, place in WINDOWS_TO_OLSON.items()}
