"""How many examples property tests try: few by default, more where STEWARD_EXAMPLES says so."""

import os

from hypothesis import HealthCheck, Phase, settings


def few(count: int) -> settings:
    """Return the settings of a property test that tries `count` examples; STEWARD_EXAMPLES overrides it."""
    return settings(
        max_examples=int(os.environ.get("STEWARD_EXAMPLES", count)),
        deadline=None,
        derandomize="STEWARD_EXAMPLES" not in os.environ,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.explicit, Phase.generate, Phase.shrink),
        print_blob=False,
    )
