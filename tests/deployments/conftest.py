"""Homes that have been read and published, for the doors that serve them."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from context.home import Home

if TYPE_CHECKING:
    from deployments.serving import Serving


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Home:
    from tests.deployments.served import NOW, serve

    home = Home(tmp_path_factory.mktemp("served") / "home")
    home.create(now=NOW)
    serve(home)
    return home


@pytest.fixture
def served(filled: Home, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A filled home that tests share; they only read it."""
    monkeypatch.setenv("STEWARD_HOME", str(filled.root))
    return filled


@pytest.fixture
def copied(filled: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A filled home of the test's own, to be changed."""
    shutil.copytree(filled.root, tmp_path / "copied", symlinks=True)
    monkeypatch.setenv("STEWARD_HOME", str(tmp_path / "copied"))
    return Home(tmp_path / "copied")


@pytest.fixture
def serving(served: Home) -> "Iterator[Serving]":
    from deployments.serving import Serving

    serving = Serving(served)
    yield serving
    serving.close()
