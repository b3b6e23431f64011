"""Homes by the dozen: hypothesis runs a test many times, and each time needs its own."""

from collections.abc import Callable, Iterator

import pytest

from context.home import Home


@pytest.fixture
def home_of(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], Home]]:
    """Return a maker of created, empty homes; STEWARD_HOME names the last."""

    def made() -> Home:
        home = Home(tmp_path_factory.mktemp("home") / "steward")
        home.create()
        monkeypatch.setenv("STEWARD_HOME", str(home.root))
        return home

    return made
