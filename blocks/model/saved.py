"""Which model is configured: a small file beside the data, without the key, so that asking costs no Prefect import.

The block (with its key in a Secret field) is the truth; the file only says that there is one, and what `steward model
show` prints. Without it no model is used.
"""

import json
from typing import TYPE_CHECKING, Any

from context.errors import ConfigError
from context.home import Home, write_private

if TYPE_CHECKING:
    from blocks.model.endpoint import Endpoint

FILE = "model.json"


def configured(home: Home) -> dict[str, Any] | None:
    """Return what is known of the configured model, without its key; None where there is none."""
    try:
        found = json.loads((home.data / FILE).read_text("utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise ConfigError(f"{home.data / FILE} cannot be read", "run `steward model set`") from error
    return found if isinstance(found, dict) else None


def load(home: Home) -> "Endpoint | None":
    """Return the configured endpoint with its key; None where none is configured.

    Prefect's API must be reachable (`engine.session`, or inside a flow). Raises ConfigError where the block is gone.
    """
    if configured(home) is None:
        return None
    from blocks.model.block import NAME, Model

    try:
        return Model.get(NAME).endpoint()
    except ValueError as error:
        raise ConfigError("the saved model cannot be loaded", "run `steward model set`") from error


def save(home: Home, endpoint: "Endpoint") -> None:
    """Save the block, then the file. Prefect's API must be reachable."""
    from blocks.model.block import NAME, Model

    Model.of(endpoint).save(NAME, overwrite=True)
    said = endpoint.model_dump(mode="json", exclude={"api_key"}) | {"key": endpoint.api_key is not None}
    write_private(home.data / FILE, json.dumps(said, indent=2) + "\n")


def remove(home: Home) -> bool:
    """Forget the model; return whether there was one. Prefect's API must be reachable."""
    if configured(home) is None:
        return False
    from blocks.model.block import NAME, Model

    Model.delete(NAME)
    (home.data / FILE).unlink(missing_ok=True)
    return True
