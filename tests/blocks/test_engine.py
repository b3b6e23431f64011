"""The engine's settings and secrets, without an engine."""

import json
import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from cryptography.fernet import Fernet

from blocks import engine, process
from context.home import Home


@pytest.mark.row("T10")
def test_a_secret_is_made_once_and_is_private(home: Home) -> None:
    with ThreadPoolExecutor(8) as pool:
        values = set(pool.map(lambda _: engine.secret(home, "encryption-key"), range(32)))
    assert len(values) == 1
    Fernet(values.pop().encode())
    assert stat.S_IMODE((home.secrets / "encryption-key").stat().st_mode) == 0o600
    assert [path.name for path in home.secrets.iterdir()] == ["encryption-key"]


@pytest.mark.row("T10", "T13")
def test_the_settings_are_the_safe_ones(home: Home) -> None:
    settings = engine.environment(home, port=4321)
    assert settings["PREFECT_SERVER_API_HOST"] == "127.0.0.1"
    assert settings["PREFECT_SERVER_API_AUTH_STRING"] == settings["PREFECT_API_AUTH_STRING"] == engine.password(home)
    assert settings["PREFECT_SERVER_CORS_ALLOWED_ORIGINS"] == "http://127.0.0.1:4321"
    assert settings["PREFECT_SERVER_CSRF_PROTECTION_ENABLED"] == "true"
    assert settings["PREFECT_API_URL"] == "http://127.0.0.1:4321/api"
    assert settings["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"
    assert settings["RUNTIME__DLTHUB_TELEMETRY"] == "false"
    assert settings["DO_NOT_TRACK"] == "1"
    assert "PREFECT_API_URL" not in engine.environment(home)


def test_prefect_and_dlt_understand_every_setting(home: Home) -> None:
    """Both ignore names they do not know, so a typing error would switch a guard off without a word."""
    code = """
import json, os, sys
from blocks import engine
from context.home import Home
os.environ["PREFECT_API_KEY"] = "left-over"
engine.configure(Home.find())
assert "prefect" not in sys.modules and "dlt" not in sys.modules
import prefect.settings
from prefect.settings.models.root import _get_settings_accessors, Settings
known = _get_settings_accessors(Settings)
print(json.dumps([name for name in os.environ if name.startswith("PREFECT_") and name not in known]))
settings = prefect.settings.get_current_settings()
assert settings.server.analytics_enabled is False
assert settings.server.api.csrf_protection_enabled is True
assert settings.api.key is None
assert settings.results.default_serializer == "json"
assert settings.server.services.db_vacuum.retention_period.days == 30
assert settings.server.events.retention_period.days == 3
from prefect._internal.analytics.enabled import is_telemetry_enabled
assert not is_telemetry_enabled()
import dlt
from dlt.common.configuration.specs.pluggable_run_context import PluggableRunContext
from dlt.common.configuration.container import Container
context = Container()[PluggableRunContext].context
assert context.runtime_config.dlthub_telemetry is False
assert context.data_dir == str(Home.find().dlt), context.data_dir
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=dict(os.environ))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == ["PREFECT_SERVER_ENCRYPTION_KEY"]  # read from the environment by its own code


def test_a_server_is_known_by_its_process_and_its_start(home: Home) -> None:
    assert engine.server(home) is None
    record = home.run / "server.json"
    mark = process.started(os.getpid())
    record.write_text(json.dumps({"pid": os.getpid(), "port": 4201, "started": mark}))
    found = engine.server(home)
    assert found is not None
    assert found.api == "http://127.0.0.1:4201/api"
    assert engine.environment(home)["PREFECT_API_URL"] == found.api
    record.write_text(json.dumps({"pid": os.getpid(), "port": 4201, "started": "another life"}))
    assert engine.server(home) is None
    record.write_text("{")
    assert engine.server(home) is None


def test_a_dead_process_is_not_alive() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    mark = process.started(child.pid)
    assert mark
    assert process.alive(child.pid, mark)
    child.kill()
    while process.started(child.pid):  # a zombie is gone too, though nobody has waited for it
        pass
    assert not process.alive(child.pid, mark)
    child.wait()
    assert process.started(2**22 + 1) is None
