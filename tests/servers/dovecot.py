"""A real Dovecot on free loopback ports, plain and with TLS, with a mailbox for each name that logs in.

It runs as root or as anybody: as root its mail belongs to a user of its own, since it refuses to serve uid 0. A
`capability` line hides what a server can do; what it does is the same. Nothing outside the given folder is touched.
"""

import contextlib
import datetime
import imaplib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

PASSWORD = "planted-7f3a91"
BARE = (
    "IMAP4rev1 LITERAL+ SASL-IR LOGIN-REFERRALS ID UNSELECT CHILDREN NAMESPACE UIDPLUS LIST-EXTENDED SPECIAL-USE MOVE"
)
TIERS = {"qresync": "", "condstore": f"{BARE} ENABLE CONDSTORE", "bare": BARE}
SECONDS = 20.0


def missing() -> str | None:
    """Return what is needed and is not here."""
    return (
        None if shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin") else "dovecot (dovecot-imapd)"
    )


class Dovecot:
    """A running server. Every user has the password PASSWORD and a Maildir of its own."""

    def __init__(self, folder: Path, capability: str = "") -> None:
        self.folder, self.capability = folder, capability
        self.port, self.tls_port = _free_port(), _free_port()
        self.certificate = folder / "server.pem"

    def start(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o755)
        (self.folder / "mail").mkdir(exist_ok=True)
        if os.getuid() == 0:
            os.chown(self.folder / "mail", _mail_uid(), _mail_uid())
        _certificate(self.certificate)
        self.config = self.folder / "dovecot.conf"
        self.config.write_text(self._config())
        self.log = (self.folder / "out.log").open("wb")
        program = _program()
        assert program is not None
        self.process = subprocess.Popen(
            [program, "-F", "-c", str(self.config)], stdout=self.log, stderr=self.log, start_new_session=True
        )
        until = time.monotonic() + SECONDS
        while True:
            try:
                self.connect("probe").logout()
                return
            except (OSError, imaplib.IMAP4.error):
                if self.process.poll() is not None or time.monotonic() > until:
                    self.stop()
                    raise AssertionError(f"dovecot did not start: {self.said()}") from None
                time.sleep(0.05)

    def stop(self) -> None:
        """End it and its children; left to itself it waits five seconds for those that are idle."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(0.5)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.log.close()

    def said(self) -> str:
        files = [self.folder / "out.log", self.folder / "dovecot.log"]
        return "\n".join(file.read_text(errors="replace")[-2000:] for file in files if file.exists())

    def connect(self, user: str) -> imaplib.IMAP4:
        """Return a session of another mail program, logged in."""
        client = imaplib.IMAP4("127.0.0.1", self.port, timeout=SECONDS)
        client.login(user, PASSWORD)
        return client

    def _config(self) -> str:
        root = os.getuid() == 0
        uid = _mail_uid() if root else os.getuid()
        own = f"uid={uid} gid={uid} " if root else f"uid={uid} gid={os.getgid()} "
        name = pwd.getpwuid(os.getuid()).pw_name
        users = "dovecot", "dovenull"
        internal, login = users if root else (name, name)
        return f"""
base_dir = {self.folder}/run
state_dir = {self.folder}/state
log_path = {self.folder}/dovecot.log
info_log_path = {self.folder}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <{self.certificate}
ssl_key = <{self.certificate}
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0
default_internal_user = {internal}
default_internal_group = {"dovecot" if root else _group()}
default_login_user = {login}
first_valid_uid = {min(uid, 1000)}
mail_location = maildir:{self.folder}/mail/%u:LAYOUT=fs
mail_fsync = never
mail_max_userip_connections = 50
{"imap_capability = " + self.capability if self.capability else ""}
passdb {{
  driver = static
  args = password={PASSWORD}
}}
userdb {{
  driver = static
  args = {own}home={self.folder}/mail/%u
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Sent {{
    auto = create
    special_use = \\Sent
  }}
  mailbox Trash {{
    auto = create
    special_use = \\Trash
  }}
}}
service imap {{
  service_count = 1000
}}
service imap-login {{
  chroot =
  service_count = 0
  inet_listener imap {{
    port = {self.port}
  }}
  inet_listener imaps {{
    port = {self.tls_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
"""


def _program() -> str | None:
    return shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


def _mail_uid() -> int:
    return 5000


def _group() -> str:
    import grp

    return grp.getgrgid(os.getgid()).gr_name


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _certificate(path: Path) -> None:
    """Write a key and a certificate for localhost that signs itself."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + secret)


@contextlib.contextmanager
def running(capability: str = "") -> Iterator[Dovecot]:
    """Run a server while the block lasts. Its folder has a short name: paths of sockets are limited."""
    with tempfile.TemporaryDirectory(prefix="dc") as folder:
        server = Dovecot(Path(folder), capability)
        server.start()
        try:
            yield server
        finally:
            server.stop()
