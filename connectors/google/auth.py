"""Who we are at Google: access tokens from the owner's grant (RFC 6749, 6), or from a service account's key (RFC 7523).

google-auth makes the requests and reads the answers; they travel through `connectors.web`, which knows patience. The
credentials are built here: the library's own constructor from a file ignores the file's `token_uri`.
https://developers.google.com/identity/protocols/oauth2/native-app#offline
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from connectors.web import GrantError, PassingError, Web
from context.errors import SourceError

REFUSALS = (400, 401, 403)  # of the token endpoint: its JSON says what is wrong (RFC 6749, 5.2)
# What Google's answer says → what is wrong, in our words: its own text may name the account.
GONE = {
    "invalid_grant": "Google no longer honours this grant (it expired, or was revoked)",
    "invalid_client": "Google does not know the OAuth client, or its secret is another",
    "deleted_client": "the OAuth client was deleted",
    "unauthorized_client": "Google does not let this client have the grant",
    "access_denied": "Google denied the access",
    "invalid_scope": "Google does not let this client read what was asked for",
    "admin_policy_enforced": "the organisation's administrator does not allow this client",
    "org_internal": "the OAuth client is for members of its organisation only",
    "disabled_client": "the OAuth client is disabled",
}


def mend(handle: Any) -> str:
    """Return the command that gets a new grant: for the block that the source is read through."""
    name = getattr(handle, "through", "")
    words = ["steward connect google", *([f"--name {name}"] if name else [])]
    if handle.service_account.get_secret_value():
        words.append("--service-account FILE --subject ADDRESS")
    return f"run `{' '.join(words)}`"


@dataclass
class Auth:
    """An access token, got when the first request needs it and again when the server refuses it.

    Raises GrantError where the grant is gone, PassingError or WaitError where Google cannot answer now.
    """

    handle: Any = field(repr=False)
    now: datetime
    _made: Any = field(default=None, init=False, repr=False)

    def headers(self) -> Mapping[str, str]:
        if self._made is None:
            self._made = _credentials(self.handle)
        if not self._made.valid:
            self._refresh()
        return {"Authorization": f"Bearer {self._made.token}"}

    def renewed(self) -> bool:
        if self._made is not None:
            self._refresh()
        return True

    def _refresh(self) -> None:
        from google.auth.exceptions import GoogleAuthError, RefreshError

        try:
            with Web(renew=mend(self.handle), now=self.now, redirects=0) as web:
                self._made.refresh(_Transport(web))
        except RefreshError as error:
            raise _gone(error, mend(self.handle)) from None
        except GoogleAuthError as error:
            raise SourceError(f"Google gave no access ({type(error).__name__})", mend(self.handle)) from None
        if not isinstance(self._made.token, str):
            raise PassingError("Google's answer holds no access token", "a later sync tries again")


def _credentials(handle: Any) -> Any:
    """Return google-auth's credentials, without a token yet."""
    from google.oauth2 import credentials, service_account

    user: Any = credentials.Credentials  # the library is typed in part
    robot: Any = service_account.Credentials
    if key := handle.service_account.get_secret_value():
        info = {"token_uri": handle.token_uri, **json.loads(key)}
        try:
            made = robot.from_service_account_info(info, scopes=list(handle.scopes))
        except ValueError:
            raise GrantError("the service account's key cannot be read", mend(handle)) from None
        return made.with_subject(handle.subject) if handle.subject else made
    return user(
        None,
        refresh_token=handle.refresh_token.get_secret_value(),
        token_uri=handle.token_uri,
        client_id=handle.client_id,
        client_secret=handle.client_secret.get_secret_value(),
    )


def _gone(error: Any, how: str) -> SourceError:
    """Return what a refused refresh means. Where Google's word is unknown, time may mend it, or not."""
    said = error.args[1] if len(error.args) > 1 and isinstance(error.args[1], dict) else {}
    code = said.get("error") if isinstance(said.get("error"), str) else ""
    if code in GONE:
        return GrantError(GONE[code], how)
    if error.retryable:
        return PassingError("Google could not renew the access now", "a later sync tries again")
    return GrantError("Google refuses to renew the access", how)


@dataclass(frozen=True)
class _Answer:
    """An answer as google-auth wants it (`google.auth.transport.Response`)."""

    status: int
    headers: Mapping[str, str]
    data: bytes


@dataclass(frozen=True)
class _Transport:
    """How google-auth sends a request (`google.auth.transport.Request`)."""

    web: Web

    def __call__(
        self,
        url: str,
        method: str = "GET",
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
        **_: Any,
    ) -> _Answer:
        """Send it. Raises PassingError, WaitError or SourceError instead of what the library would try again."""
        reply = self.web.send(method, url, fields=headers, body=body, want=(200, *REFUSALS))
        if not isinstance(reply.json(), dict):
            raise SourceError(f"{reply.host} answers as no token endpoint does", "check the client's token_uri")
        if reply.status == 200 and "access_token" not in reply.json():
            raise PassingError(f"{reply.host} gave no access token", "a later sync tries again")
        return _Answer(reply.status, reply.headers, reply.body)
