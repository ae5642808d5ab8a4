"""docker-compose.yml, the Dockerfile and the systemd units, as far as they can be checked without an engine."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = ROOT / "docker-compose.yml"
UNITS = sorted((ROOT / "deploy" / "systemd").iterdir())
EXAMPLE = ROOT / "deploy" / "env.example"
NEEDED = {"GROUPOPS_URL", "SECRET_KEY", "CREDENTIAL_KEYS", "POSTGRES_PASSWORD"}
Service = dict[str, Any]


def services() -> dict[str, Service]:
    """The services as YAML gives them, merges resolved."""
    found: dict[str, Service] = yaml.safe_load(COMPOSE.read_text())["services"]
    return found


def test_the_six_services_and_the_migration() -> None:
    """Each with a health check and a restart policy; what keeps data has a volume."""
    found = services()
    assert set(found) == {"migrate", "web", "live", "worker", "beat", "postgres", "redis"}
    for name in set(found) - {"migrate"}:
        assert found[name]["restart"] == "unless-stopped", name
        assert found[name]["healthcheck"]["test"][0] == "CMD", name
    assert found["postgres"]["volumes"] == ["postgres:/var/lib/postgresql/data"]


def test_what_needs_the_database_waits_for_it() -> None:
    """Healthy servers, a migrated database, then the rest."""
    for name in ("web", "live", "worker", "beat"):
        conditions = {service: wait["condition"] for service, wait in services()[name]["depends_on"].items()}
        assert conditions == {
            "migrate": "service_completed_successfully",
            "postgres": "service_healthy",
            "redis": "service_healthy",
        }


def test_secrets_have_no_default_and_the_example_names_them() -> None:
    """Compose stops with the variable's name; a password in the file would be everybody's."""
    text = COMPOSE.read_text()
    refused = set(re.findall(r"\$\{(\w+):\?", text))
    defaulted = set(re.findall(r"\$\{(\w+):-", text))
    assert refused == NEEDED
    assert not refused & defaulted
    assert {line.partition("=")[0].lstrip("#") for line in EXAMPLE.read_text().splitlines() if "=" in line} >= NEEDED
    assert re.findall(r"^(?:SECRET_KEY|CREDENTIAL_KEYS|POSTGRES_PASSWORD)=(.+)$", EXAMPLE.read_text(), re.M) == []


@pytest.mark.parametrize("missing", [None, *sorted(NEEDED)])
def test_compose_itself_accepts_the_file(missing: str | None, tmp_path: Path) -> None:
    """With the real client where there is one; it needs no engine for that."""
    client = ["docker-compose"] if shutil.which("docker-compose") else ["docker", "compose"]
    if shutil.which(client[0]) is None or subprocess.run([*client, "version"], capture_output=True, check=False).returncode:
        pytest.skip("no compose client here")
    shutil.copy(COMPOSE, tmp_path)
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)} | {name: "value" for name in NEEDED if name != missing}
    done = subprocess.run([*client, "config"], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode == 0) == (missing is None), done.stderr
    assert missing is None or f"set {missing} in .env" in done.stderr


def test_the_image_runs_without_rights_and_without_build_tools() -> None:
    """Two stages; only the virtual environment and the built source cross over; hashes are required of every package."""
    build, runtime = re.split(r"(?m)^FROM ", (ROOT / "Dockerfile").read_text())[1:]
    assert "AS build" in build
    assert runtime.index("USER groupops") < runtime.index("CMD [")
    assert re.findall(r"(?m)^COPY .*$", runtime) == ["COPY --from=build /venv /venv", "COPY --from=build /app /app"]
    assert "RUN" not in runtime.replace("RUN useradd", "")
    assert all("--require-hashes" in line for line in build.splitlines() if "pip install" in line)


def test_the_image_gets_all_it_copies() -> None:
    """.dockerignore begins with everything: what the build needs is listed there."""
    listed = {line[1:].split("/")[0] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert {"groupops", "members", "content", "points", "moderation", "monetization", "templates", "locale", "assets"} <= listed
    assert {name for name in listed - {"static"} if not (ROOT / name).exists()} == set()


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_systemd_accepts_the_unit(unit: Path, tmp_path: Path) -> None:
    """systemd-analyze wants the program to exist: it is shown this clone in place of /opt/groupops."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd here")
    for each in UNITS:
        text = each.read_text().replace("/opt/groupops/.venv/bin/python", shutil.which("python3") or "/usr/bin/python3")
        (tmp_path / each.name).write_text(text)
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", tmp_path / unit.name], capture_output=True, text=True, check=False, timeout=60
    )
    assert [line for line in done.stderr.splitlines() if line.startswith("groupops")] == []


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_containers_units_and_the_demo_start_the_same_program(name: str) -> None:
    """One process model, written three times."""
    embedded = (ROOT / "groupops" / "operations" / "embedded" / "supervisor.conf").read_text()
    section = embedded[embedded.index(f"[program:{name}]") :]
    unit = (ROOT / "deploy" / "systemd" / f"groupops-{name}.service").read_text()
    container = services()[name].get("command") or re.findall(r'"([^"]+)"', (ROOT / "Dockerfile").read_text().rpartition("CMD [")[2])
    start = {"web": "-m gunicorn groupops.wsgi", "worker": "-m celery -A groupops worker", "beat": "-m celery -A groupops beat"}[name]
    assert start in section
    assert start in unit
    assert start in " ".join(container)
