"""MCP over HTTP: on loopback, with a token, by its own name only."""

import json
import re
import stat
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import anyio
import httpx2
import pytest
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client

from context.errors import ServerError
from context.home import Home
from deployments import mcp

STEWARD = (sys.executable, "-m", "deployments.cli")


@pytest.fixture
def address(served: Home) -> Iterator[str]:
    """A server of its own over HTTP; the address at which it listens."""
    process = subprocess.Popen([*STEWARD, "mcp", "--http", "--port", "0"], stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    line = process.stderr.readline()
    found = re.search(r"http://127\.0\.0\.1:\d+/mcp", line)
    assert found, line
    yield found[0]
    process.terminate()
    process.wait(20)


@pytest.mark.row("X1", "T10")
def test_http_wants_the_token_and_its_own_name(served: Home, address: str) -> None:
    path = served.secrets / "mcp-token"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    token = {"Authorization": f"Bearer {path.read_text().strip()}"}
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
    kinds = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}

    def status(**headers: str) -> int:
        return httpx2.post(address, json=body, headers=kinds | headers).status_code

    for wrong in ({}, {"Authorization": "Bearer x"}, {"Authorization": token["Authorization"][7:]}):
        assert status(**wrong) == 401
    assert status(**token, Host="rebound.example") == 421
    assert status(**token, Origin="https://evil.example") == 403
    assert status(**token) not in (401, 403, 421)
    assert status(Authorization=token["Authorization"].replace("Bearer", "bearer")) not in (401, 403, 421)
    with pytest.raises(ServerError, match="is taken"):
        mcp.http(served, int(address.split(":")[2].split("/")[0]), print)


@pytest.mark.row("X1")
def test_the_sdks_client_reads_over_http(served: Home, address: str) -> None:
    token = (served.secrets / "mcp-token").read_text().strip()

    async def read() -> Any:
        async with (
            httpx2.AsyncClient(headers={"Authorization": f"Bearer {token}"}) as http,
            Client(streamable_http_client(address, http_client=http)) as client,
        ):
            return await client.call_tool("sql", {"query": "SELECT subject FROM messages"})

    assert json.loads(anyio.run(read).content[0].text)["rows"] == [["Invoice 2231"]]


def test_the_configuration_for_a_client_is_printed(served: Home) -> None:
    for arguments in ([], ["--http"]):
        done = subprocess.run([*STEWARD, "mcp", "--config", *arguments], capture_output=True, text=True, check=True)
        held = json.loads(done.stdout)["mcpServers"]["steward"]
        assert held.get("args") == ["mcp"] or held["url"] == "http://127.0.0.1:4210/mcp"
    if (served.secrets / "mcp-token").exists():
        assert (served.secrets / "mcp-token").read_text().strip() not in done.stdout
