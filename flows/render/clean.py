"""Foreign text made harmless by construction: never markup, never a link or mention, nothing invisible.

Every renderer passes every text through `plain` first. What reaches a renderer is data from mail, invitations and
documents, or a model's words; the only links are those of trusted rows, and renderers draw them from `Line.url`.
"""

import html
import re
import unicodedata
from collections.abc import Iterable

from flows.output import Output

# Control, soft hyphen, zero-width, bidi, invisible operators, variation selectors and tag characters (Unicode
# categories Cc and Cf): they hide text from the reader or turn it around.
INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff]"
)
# A scheme or "www." or "//" with what follows, or an IPv4 address with an optional port and path.
ADDRESS = re.compile(
    r"""(?ix) \b (?: [a-z][a-z0-9+.-]{1,15} : (?: //? | \\\\ )
                | (?: javascript | data | mailto | vbscript | tel | file | blob ) : | www\. )
              [^\s<>"'|)\]]+
          | (?<![\w:/]) // [\w-]+ \. [^\s<>"'|)\]]+
          | (?<![\w.]) \d{1,3} (?: \. \d{1,3} ){3} (?: :\d+ )? (?: / [^\s<>"'|)\]]* )? (?![\w.])"""
)
# A bare host name, with a path or without: kept readable, but broken ("evil[.]example").
HOST = re.compile(r"\b(?:[\w-]+\.)+(?:[a-z]{2,24}|[A-Z]{2,24}|xn--[\w-]+)\b(?:/[^\s<>\"'|)\]]*)?")
FILE = re.compile(
    r"(?i)^[\w-]+\.(?:pdf|docx?|xlsx?|pptx?|odt|csv|tsv|txt|md|png|jpe?g|gif|js|ts|py|rs|go|json|ya?ml|toml|sql|html?|ics|eml|epub|zip)$"
)
REMOVED = "[link removed]"


def plain(text: str, trusted: Iterable[str] = (), limit: int = 4000) -> str:
    """Return `text` as one harmless line of at most `limit` characters.

    It is unescaped (twice: encodings are nested to hide), normalised (NFKC), freed of invisible characters, and
    whatever looks like an address is taken out unless it stands in `trusted` to the letter.
    """
    keep = frozenset(trusted)
    seen = unicodedata.normalize("NFKC", html.unescape(html.unescape(text[: limit * 4])))
    seen = INVISIBLE.sub("", seen.replace("\t", " "))
    seen = " ".join(seen.split())
    seen = ADDRESS.sub(lambda found: found[0] if found[0] in keep else REMOVED, seen)
    seen = HOST.sub(lambda found: _host(found[0], keep), seen)
    return seen if len(seen) <= limit else seen[: limit - 1].rstrip() + "…"


def _host(name: str, keep: frozenset[str]) -> str:
    if name in keep or FILE.match(name):
        return name
    return REMOVED if "/" in name else name.replace(".", "[.]")


def trusted(output: Output) -> frozenset[str]:
    """Return the addresses that this output may show: those of rows that the owner or Steward itself made."""
    return frozenset(fact.url for fact in output.facts if fact.url and fact.origin != "external")


SAFE_URL = re.compile(r"https://[A-Za-z0-9.-]+(?::\d+)?/[A-Za-z0-9/._~%?=&#+-]*")


def link(output: Output, url: str | None) -> str | None:
    """Return `url` if a renderer may make a link of it: plain https, and held by a trusted row of this output."""
    return url if url and url in trusted(output) and SAFE_URL.fullmatch(url) else None
