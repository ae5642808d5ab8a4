"""A throw-away Synapse on loopback: SQLite, no federation, no rate limits, accounts by a shared secret."""

import base64
import hashlib
import hmac
import json
import os
import secrets
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from groupops.operations.embedded.processes import spawn

START_SECONDS = 60
UNLIMITED = {"per_second": 10_000, "burst_count": 10_000}


@dataclass(frozen=True)
class Account:
    """A user of the homeserver, logged in."""

    user_id: str
    password: str
    access_token: str
    device_id: str


@dataclass
class Homeserver:
    """One Synapse. `stop` and `start` again to see how others bear its absence: its data stay."""

    python: Path
    folder: Path
    port: int
    server_name: str = "groupops.test"
    shared_secret: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def base_url(self) -> str:
        """Where clients find it."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it and wait until it answers. Raises RuntimeError with its log when it does not."""
        self._configure()
        with self.log.open("ab") as output:
            self._process = spawn(
                [str(self.python), "-m", "synapse.app.homeserver", "-c", "homeserver.yaml"],
                cwd=self.folder,
                stdout=output,
                stderr=output,
                env={**os.environ, "PYTHONPATH": ""},
                start_new_session=True,
            )
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"Synapse did not start:\n{self.log.read_text()[-3000:]}")
            time.sleep(0.1)

    def stop(self, *, kill: bool = False) -> None:
        """Stop it in order, or by SIGKILL."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGKILL if kill else signal.SIGTERM)
        try:
            self._process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def restart(self, *, kill: bool = False) -> None:
        """Stop and start, same port, same data."""
        self.stop(kill=kill)
        self.start()

    def register(self, file: str, text: str) -> None:
        """Lay an appservice's registration beside the configuration and name it there; it counts from the next start."""
        (self.folder / file).write_text(text)
        config = self.folder / "homeserver.yaml"
        settings = json.loads(config.read_text())
        settings.setdefault("app_service_config_files", []).append(file)
        config.write_text(json.dumps(settings))

    def answers(self) -> bool:
        """Whether clients are served."""
        try:
            return httpx.get(f"{self.base_url}/health", timeout=2, trust_env=False).status_code == 200
        except httpx.HTTPError:
            return False

    def create_user(self, name: str, *, admin: bool = False) -> Account:
        """A new account `@name:server`, made by the shared secret, with a random password."""
        url, password = f"{self.base_url}/_synapse/admin/v1/register", secrets.token_urlsafe(12)
        nonce = httpx.get(url, timeout=10, trust_env=False).json()["nonce"]
        signed = "\x00".join([nonce, name, password, "admin" if admin else "notadmin"])
        mac = hmac.new(self.shared_secret.encode(), signed.encode(), hashlib.sha1).hexdigest()  # the protocol's choice
        body = {"nonce": nonce, "username": name, "password": password, "admin": admin, "mac": mac}
        answer = httpx.post(url, json=body, timeout=30, trust_env=False)
        answer.raise_for_status()
        account = answer.json()
        return Account(account["user_id"], password, account["access_token"], account["device_id"])

    @property
    def log(self) -> Path:
        """What it writes."""
        return self.folder / "synapse.log"

    def _configure(self) -> None:
        """Write its configuration, once; JSON is YAML."""
        config = self.folder / "homeserver.yaml"
        if config.exists():
            return
        seed = base64.b64encode(secrets.token_bytes(32)).decode().rstrip("=")
        (self.folder / "signing.key").write_text(f"ed25519 a_test {seed}\n")
        (self.folder / "log.yaml").write_text(json.dumps(LOGGING))
        config.write_text(json.dumps(self._settings()))

    def _settings(self) -> dict[str, Any]:
        listener = {
            "port": self.port,
            "tls": False,
            "type": "http",
            "bind_addresses": ["127.0.0.1"],
            "resources": [{"names": ["client"], "compress": False}],
        }
        return {
            "server_name": self.server_name,
            "public_baseurl": f"{self.base_url}/",
            "listeners": [listener],
            "database": {"name": "sqlite3", "args": {"database": str(self.folder / "homeserver.db")}},
            "media_store_path": str(self.folder / "media"),
            "signing_key_path": str(self.folder / "signing.key"),
            "log_config": str(self.folder / "log.yaml"),
            "pid_file": str(self.folder / "homeserver.pid"),
            "registration_shared_secret": self.shared_secret,
            "macaroon_secret_key": secrets.token_urlsafe(16),
            "form_secret": secrets.token_urlsafe(16),
            "bcrypt_rounds": 4,  # nobody's secret
            "report_stats": False,
            "enable_registration": False,
            "trusted_key_servers": [],
            "suppress_key_server_warning": True,
            "federation_domain_whitelist": [],
            "rc_message": UNLIMITED,
            "rc_registration": UNLIMITED,
            "rc_login": {"address": UNLIMITED, "account": UNLIMITED, "failed_attempts": UNLIMITED},
            "rc_joins": {"local": UNLIMITED, "remote": UNLIMITED},
            "rc_joins_per_room": UNLIMITED,
            "rc_invites": {"per_room": UNLIMITED, "per_user": UNLIMITED, "per_issuer": UNLIMITED},
            "rc_admin_redaction": UNLIMITED,
            "rc_room_creation": UNLIMITED,
        }


LOGGING = {
    "version": 1,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"level": "WARNING", "handlers": ["console"]},
    "disable_existing_loggers": False,
}
