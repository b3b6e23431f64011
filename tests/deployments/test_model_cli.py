"""`steward model`: the key goes into a Secret field and nowhere else; a model that does not answer is not saved."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from context.errors import InputError
from context.home import Home
from deployments.commands.model import chosen

ROOT = Path(__file__).resolve().parents[2]
KEY = "sk-planted-5d1f7a"


def steward(*words: str, code: int = 0, **variables: str) -> "subprocess.CompletedProcess[str]":
    done = subprocess.run(
        [sys.executable, "-m", "deployments.cli", "model", *words], capture_output=True, text=True, check=False,
        stdin=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": str(ROOT), **variables},
    )  # fmt: skip
    assert done.returncode == code, done.stderr + done.stdout
    assert "Traceback" not in done.stderr
    return done


def serve(server: HTTPServer, text: str = '{"colour": "cerulean"}') -> str:
    def answer(request: Request) -> Response:
        assert request.headers["Authorization"] == f"Bearer {KEY}"
        message = {"role": "assistant", "content": text}
        body: dict[str, Any] = {"id": "c", "object": "chat.completion", "created": 1, "model": "m-1"}
        body["choices"] = [{"index": 0, "finish_reason": "stop", "message": message}]
        body["usage"] = {"prompt_tokens": 20, "completion_tokens": 5, "total_tokens": 25}
        return Response(json.dumps(body), content_type="application/json")

    models = {"object": "list", "data": [{"id": "m-1", "object": "model", "created": 1, "owned_by": "us"}]}
    server.expect_request("/v1/models").respond_with_json(models)
    server.expect_request("/v1/chat/completions").respond_with_handler(answer)
    return server.url_for("/v1").rstrip("/")


@pytest.mark.engine
@pytest.mark.row("T5", "T10")
def test_a_model_is_set_tested_shown_and_removed(home: Home, httpserver: HTTPServer) -> None:
    url = serve(httpserver)
    made = steward("set", "custom", "--base-url", url, "--model", "m-1", "--price", "1", "2", STEWARD_MODEL_KEY=KEY)
    assert "Saved: m-1" in made.stdout
    shown = steward("show").stdout
    assert "kept in a Secret field" in shown
    assert "spent today      0.0000 USD of 1.00" in shown
    tested = steward("test").stdout
    assert tested.count("✓") == 5
    for path in (item for item in home.root.rglob("*") if item.is_file()):
        assert KEY.encode() not in path.read_bytes(), path
        assert path.stat().st_mode & 0o077 == 0, path
    assert steward("remove").stdout == "Forgotten.\n"
    assert "No model is configured" in steward("test").stdout


def test_a_model_that_does_not_answer_is_not_saved(home: Home) -> None:
    done = steward("set", "custom", "--base-url", "http://127.0.0.1:9/v1", "--model", "m", "--no-key", code=2)
    assert "nothing was saved" in done.stderr
    assert "✗ answer" in done.stdout
    assert not (home.data / "model.json").exists()


def test_without_a_model_every_word_says_so(home: Home) -> None:
    assert "No model is configured" in steward("show").stdout
    assert steward("remove").stdout == "No model was configured.\n"


@pytest.mark.parametrize(
    ("preset", "given", "says"),
    [
        ("gpt", {}, "no preset gpt"),
        ("azure", {"no_key": True, "model": "m"}, "needs an address"),
        ("vllm", {}, "needs the model's name"),
        ("openai", {}, "needs a key"),
        ("custom", {"base_url": "http://api.example.com/v1", "model": "m"}, "in clear"),
        ("custom", {"base_url": "https://u:p@host/v1", "model": "m"}, "carries a credential"),
        ("openai", {"key_env": "NO_SUCH_VARIABLE"}, "no NO_SUCH_VARIABLE"),
    ],
)
def test_what_is_missing_is_named(
    preset: str, given: dict[str, Any], says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("STEWARD_MODEL_KEY", raising=False)
    with pytest.raises(InputError, match=says):
        chosen(preset, **given)


@pytest.mark.row("T5")
def test_a_preset_knows_its_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEWARD_MODEL_KEY", KEY)
    made = chosen("openai", no_temperature=True)
    assert (made.limit, made.temperature, made.seed, made.provider) == ("max_completion_tokens", None, None, "openai")
    assert KEY not in repr(made)
    assert chosen("ollama", model="qwen3").provider == "local"
    assert chosen("openai", base_url="https://proxy.example/v1").provider is None  # another's price is not known
