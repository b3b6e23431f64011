"""A server of one's own, with a certificate that no public authority signed; it asks for a password only behind TLS."""

from base64 import b64encode
from hashlib import sha1
from pathlib import Path
from types import SimpleNamespace

import pytest
from pydantic import SecretStr

from connectors.calendar import caldav
from connectors.people import carddav
from connectors.web import GrantError
from context.errors import SourceError
from tests.servers.dav import PASSWORD, xandikos

pytestmark = pytest.mark.row("N1", "N5")


def test_its_own_certificate_is_trusted_where_the_owner_says_so(tmp_path: Path) -> None:
    htpasswd = tmp_path / "users"
    htpasswd.write_text(f"ana:{{SHA}}{b64encode(sha1(PASSWORD.encode()).digest()).decode()}\n")
    with xandikos(tmp_path / "server", "--autocert", "--htpasswd", str(htpasswd)) as account:
        authority = next((tmp_path / "server" / "state").rglob("*.crt"))
        told = {"url": account.url, "user": "ana", "password": SecretStr(PASSWORD), "account": "test"}
        for module in (caldav, carddav):
            with pytest.raises(SourceError, match="no valid certificate"):
                module.preview(SimpleNamespace(**told))
            trusting = {**told, "authority": str(authority)}
            assert sum(module.preview(SimpleNamespace(**trusting)).counts.values()) == 1
            with pytest.raises(GrantError, match="refuses"):
                module.preview(SimpleNamespace(**{**trusting, "password": SecretStr("wrong")}))
            with pytest.raises(SourceError, match="authority is gone"):
                module.preview(SimpleNamespace(**{**trusting, "authority": str(tmp_path / "absent.pem")}))
