"""A home whose owner has written their profile."""

import pytest

from context.home import Home
from tests.context.tree import lay


@pytest.fixture
def owned(home: Home) -> Home:
    """The test's home with the realistic profile in it."""
    lay(home.context)
    return home
