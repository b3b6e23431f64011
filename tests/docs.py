"""What the README says of the code, made from the code: run `python -m tests.docs` to write it anew.

A region stands between `<!-- begin NAME -->` and `<!-- end NAME -->`; test_docs.py fails where one is out of date.
"""

import inspect
import re
from collections.abc import Callable
from pathlib import Path

from connectors.kinds import KINDS
from context import errors
from deployments.cli import SECTIONS

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"


def commands() -> str:
    rows = [f"| `steward {word}` | {about} |" for section in SECTIONS.values() for word, about in section.items()]
    return "\n".join(["| command | what it does |", "|---|---|", *rows])


def exits() -> str:
    found = re.findall(r"^(\d+)\s{2,}(\S.*)$", inspect.getdoc(errors) or "", re.MULTILINE)
    return "\n".join(["| code | meaning |", "|---|---|", *(f"| {code} | {meaning} |" for code, meaning in found)])


def kinds() -> str:
    rows = [f"| `steward connect {kind.word} …` | {kind.about} | {kind.family} |" for kind in KINDS.values()]
    return "\n".join(["| command | what is read | family |", "|---|---|---|", *rows])


REGIONS: dict[str, Callable[[], str]] = {"commands": commands, "exits": exits, "kinds": kinds}


def written(text: str) -> str:
    """Return `text` with every region made anew. Raises KeyError for a region that nothing makes."""

    def region(found: re.Match[str]) -> str:
        return f"{found[1]}\n{REGIONS[found[2]]()}\n{found[3]}"

    return re.sub(r"(<!-- begin (\w+) -->)\n.*?\n?(<!-- end \2 -->)", region, text, flags=re.DOTALL)


if __name__ == "__main__":
    README.write_text(written(README.read_text("utf-8")), "utf-8")
