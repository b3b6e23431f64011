"""A home whose owner has written their profile."""

import pytest
from hypothesis import settings

from context.home import Home
from tests.context.tree import lay

settings.register_profile("steward", deadline=None)  # a busy machine is no fault
settings.load_profile("steward")


@pytest.fixture
def owned(home: Home) -> Home:
    """The test's home with the realistic profile in it."""
    lay(home.context)
    return home
