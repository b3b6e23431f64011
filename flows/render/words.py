"""The words around an output that all renderings share: the header's source ages and the footer."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from flows.output import Fact, Footer, Output, Source


def age(since: timedelta) -> str:
    """Return a duration as the header says it: "4 min", "9 h", "3 d"."""
    minutes = max(0, int(since.total_seconds() // 60))
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // 1440} d"


def source(item: Source, now: datetime) -> str:
    """Return one source of the header: "mail 11 min", "repos stale 9 h", "calendar never read"."""
    if item.read is None:
        said = f"{item.name} never read"
    else:
        stale = "stale " if item.stale else ""
        failed = " (last attempt failed)" if item.error and not item.grant else ""
        said = f"{item.name} {stale}{age(now - item.read)}{failed}"
    return f"{said} ({item.grant})" if item.grant else said


def header(output: Output) -> str:
    """Return the line of sources and their ages."""
    return " · ".join(source(item, output.made) for item in output.sources) or "no source connected"


def made(output: Output) -> str:
    """Return when the output was made, in the owner's zone: "Wed 25 Mar 2026, 07:00 CET"."""
    return output.made.astimezone(ZoneInfo(output.zone)).strftime("%a %d %b %Y, %H:%M %Z")


def cost(footer: Footer) -> str:
    """Return what the model cost; unknown is said to be unknown, not nothing."""
    if footer.model is None:
        return "no model configured: facts rendered directly"
    price = "cost unknown" if footer.cost_usd is None else f"${footer.cost_usd:.4f}"
    return f"{footer.model}, {footer.tokens_in}+{footer.tokens_out} tokens, {price}"


def key(fact: Fact) -> str:
    """Return the key of a fact's row, short enough for a table; the archive's .json and `steward why` have it whole."""
    return fact.key if len(fact.key) <= 64 else f"{fact.key[:63]}…"


def footer(output: Output) -> str:
    """Return the line that says what made this output."""
    parts = [cost(output.footer)]
    if output.footer.pack:
        parts.append(f"pack {output.footer.pack}")
    if output.footer.dropped:
        parts.append(f"{output.footer.dropped} dropped by the verifier")
    if output.footer.withheld:
        parts.append(f"{output.footer.withheld} withheld by tier")
    parts.extend(output.footer.notes)
    parts.append(f"run {output.footer.run}")
    return " · ".join(parts)
