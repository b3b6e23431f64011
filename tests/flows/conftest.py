"""The fictional quarter, synced once for all tests of capabilities that a worker runs."""

import shutil
from pathlib import Path

import pytest

from connectors.demo.ready import ready
from context.home import Home


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with the quarter, loaded. Do not write to it: `own_demo` is yours."""
    with pytest.MonkeyPatch.context() as patch:
        home = tmp_path_factory.mktemp("demo") / "home"
        patch.setenv("STEWARD_HOME", str(home))
        return ready(Home(home))


@pytest.fixture
def own_demo(demo: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A copy of the quarter's home for this test alone, which STEWARD_HOME names. Its sources are read no more."""
    home = Home(tmp_path / "demo")
    shutil.copytree(demo.root, home.root, symlinks=True)
    monkeypatch.setenv("STEWARD_HOME", str(home.root))
    return home
