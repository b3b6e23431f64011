"""The documentation does not rot: what it says of the code is compared with the code."""

import ast
import importlib
import re
from pathlib import Path

import click
import pytest

from deployments.cli import COMMANDS
from tests.docs import README, REGIONS, ROOT, written

FEATURES = ROOT / "docs" / "features.md"


def marked() -> dict[str, set[str]]:
    """Return the rows that tests are marked with (by decorator or `pytestmark`), each with its files."""
    found: dict[str, set[str]] = {}
    for path in (ROOT / "tests").rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not (isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.row"):
                continue
            for argument in node.args:
                found.setdefault(str(ast.literal_eval(argument)), set()).add(path.name)
    return found


def test_regions_of_the_readme_are_up_to_date() -> None:
    text = README.read_text("utf-8")
    for name in REGIONS:
        assert f"<!-- begin {name} -->" in text, f"the README has no region {name}"
    assert written(text) == text, "run `.venv/bin/python -m tests.docs`"


@pytest.mark.parametrize("word", sorted(COMMANDS))
def test_every_command_explains_itself(word: str) -> None:
    command = importlib.import_module(f"deployments.commands.{word}").command
    assert isinstance(command, click.Command)
    assert command.help
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"steward {word} {parameter.opts[0]} has no help"


def test_every_link_of_the_documents_leads_somewhere() -> None:
    documents = [README, ROOT / "CONTRIBUTING.md", FEATURES]
    for document in documents:
        for target in re.findall(r"\]\((?!https?:|#)([^)#\s]+)", document.read_text("utf-8")):
            assert (document.parent / target).exists(), f"{document.name} links to {target}"


def test_every_promise_is_shown_by_a_test() -> None:
    promised = set(re.findall(r"^\| ([A-Z]\d+) \|", FEATURES.read_text("utf-8"), re.MULTILINE))
    assert len(promised) > 30
    unshown = promised - set(marked())
    assert not unshown, f"promised and shown by no test: {sorted(unshown)}"


def test_every_file_named_in_prose_exists() -> None:
    for document in (README, ROOT / "CONTRIBUTING.md"):
        for name in re.findall(
            r"`((?:context|blocks|connectors|flows|deployments|tests|docs)/[\w./-]+)`", document.read_text()
        ):
            assert Path(ROOT, name).exists(), f"{document.name} names {name}"
