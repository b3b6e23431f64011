"""`python -m connectors.demo FOLDER` writes the quarter; `--golden` writes its known answers beside this file."""

import json
import sys
import tempfile
from pathlib import Path

from connectors.demo.golden import answers, digest
from connectors.demo.promises import labels
from connectors.demo.quarter import write

HERE = Path(__file__).parent


def text(told: object) -> str:
    return json.dumps(told, indent=1, ensure_ascii=False) + "\n"


def golden() -> str:
    """Return the text of golden.json, with the digest of a quarter written just now."""
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder))
        return text({"digest": digest(Path(folder)), **answers()})


def main() -> None:
    if sys.argv[1:] == ["--golden"]:
        (HERE / "golden.json").write_text(golden(), "utf-8")
        (HERE / "labels.json").write_text(text(labels()), "utf-8")
    elif len(sys.argv) == 2 and not sys.argv[1].startswith("-"):
        layout = write(Path(sys.argv[1]))
        sys.stdout.write(f"{len(layout.files)} files and two repositories in {layout.root}\n")
    else:
        sys.exit("usage: python -m connectors.demo FOLDER | --golden")


if __name__ == "__main__":
    main()
