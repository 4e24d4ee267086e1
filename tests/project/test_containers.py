"""The compose file obeys its specification and our own rules; so does the Dockerfile."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml


@pytest.fixture(scope="module")
def compose(root: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((root / "docker-compose.yml").read_text("utf-8"))
    return content


@pytest.fixture(scope="module")
def dockerfile(root: Path) -> str:
    return re.sub(r"\\\n\s*", " ", (root / "Dockerfile").read_text("utf-8"))


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    """The schema of the Compose specification, as check-jsonschema carries it."""
    file = files("check_jsonschema") / "builtin_schemas" / "vendor" / "compose-spec.json"
    content: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return content


def stages(dockerfile: str) -> dict[str, list[str]]:
    """Stage → its instructions."""
    found: dict[str, list[str]] = {}
    for line in dockerfile.splitlines():
        if match := re.match(r"FROM \S+ AS (\S+)", line):
            found[match[1]] = []
        elif line and not line.startswith("#") and found:
            found[list(found)[-1]].append(line)
    return found


def test_the_compose_file_obeys_the_specification(
    compose: dict[str, Any], schema: dict[str, Any]
) -> None:
    jsonschema.validate(compose, schema)


def test_the_specification_refuses_a_wrong_key(
    compose: dict[str, Any], schema: dict[str, Any]
) -> None:
    wrong = compose | {"services": {"neo4j": {"image": "neo4j", "port": ["1:1"]}}}
    with pytest.raises(jsonschema.ValidationError, match="port"):
        jsonschema.validate(wrong, schema)


def test_the_services_are_neo4j_tor_and_spoor(compose: dict[str, Any]) -> None:
    assert set(compose["services"]) == {"neo4j", "tor", "spoor"}
    assert re.fullmatch(r"neo4j:5\.26\.\d+-community", compose["services"]["neo4j"]["image"])


def test_every_service_is_confined_and_watched(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert service["cap_drop"] == ["ALL"], name
        assert "no-new-privileges:true" in service["security_opt"], name
        assert service["healthcheck"]["test"], name
        assert service["user"].split(":")[0] not in ("", "0", "root"), name
        assert not service.get("privileged"), name
        assert "network_mode" not in service, name


def test_what_we_build_has_a_read_only_root(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        if "build" in service:
            assert service["read_only"] is True
            assert service["tmpfs"]


def test_ports_are_published_on_loopback_only(compose: dict[str, Any]) -> None:
    published = [port for item in compose["services"].values() for port in item.get("ports", ())]
    assert published
    assert [port for port in published if not port.startswith("127.0.0.1:")] == []


def test_tor_is_reached_from_inside_only(compose: dict[str, Any]) -> None:
    assert compose["networks"]["anonymous"]["internal"] is True
    assert "ports" not in compose["services"]["tor"]
    assert "anonymous" in compose["services"]["spoor"]["networks"]
    assert "anonymous" not in compose["services"]["neo4j"]["networks"]


def test_the_password_comes_from_the_environment_and_must_be_set(root: Path) -> None:
    text = (root / "docker-compose.yml").read_text("utf-8")
    secrets = re.findall(r"^\s*\S*(?:PASSWORD|AUTH)\S*:\s*(.+)$", text, re.MULTILINE)
    assert len(secrets) == 2
    assert all("${SPOOR_NEO4J_PASSWORD:?" in value for value in secrets)


def test_the_graph_lives_in_a_named_volume(compose: dict[str, Any]) -> None:
    volume = compose["services"]["neo4j"]["volumes"][0].split(":")[0]
    assert volume in compose["volumes"]


def test_every_variable_is_explained_in_the_example(root: Path) -> None:
    text = (root / "docker-compose.yml").read_text("utf-8")
    example = (root / ".env.example").read_text("utf-8")
    used = set(re.findall(r"\$\{(\w+)", text))
    given = dict(re.findall(r"^(\w+)=(.*)$", example, re.MULTILINE))
    assert used == set(given)
    assert given["SPOOR_NEO4J_PASSWORD"] == ""


def test_docker_compose_itself_reads_the_file(root: Path) -> None:
    docker = shutil.which("docker")
    has_plugin = (
        docker
        and not subprocess.run(
            [docker, "compose", "version"], capture_output=True, check=False
        ).returncode
    )
    if not has_plugin:
        return  # the schema above stands in for it
    environment = {**os.environ, "SPOOR_NEO4J_PASSWORD": "x" * 12}
    answer = subprocess.run(
        ["docker", "compose", "config", "--quiet"],
        capture_output=True, text=True, check=False, cwd=root, env=environment,
    )  # fmt: skip
    assert answer.returncode == 0, answer.stderr


def test_images_are_pinned_to_a_release(dockerfile: str) -> None:
    images = re.findall(r"^FROM (\S+)", dockerfile, re.MULTILINE)
    assert images
    for image in images:
        assert re.search(r":\d", image), image


def test_final_images_run_as_an_ordinary_user_with_a_health_check(dockerfile: str) -> None:
    for name in ("tor", "spoor"):
        lines = stages(dockerfile)[name]
        users = [line.split()[1] for line in lines if line.startswith("USER")]
        assert users
        assert users[-1].split(":")[0] not in ("0", "root")
        assert any(line.startswith("HEALTHCHECK") for line in lines)
        assert any(line.startswith("CMD [") for line in lines)


def test_the_dockerfile_keeps_the_usual_rules(dockerfile: str) -> None:
    assert not re.search(r"^ADD ", dockerfile, re.MULTILINE)
    assert not re.search(r"^(?:ENV|ARG) .*(?:PASSWORD|SECRET|TOKEN)", dockerfile, re.MULTILINE)
    for run in re.findall(r"^RUN .+$", dockerfile, re.MULTILINE):
        if "apt-get install" in run:
            assert "--no-install-recommends" in run
            assert "rm -rf /var/lib/apt/lists/*" in run
        for command in re.findall(r"pip install [^&]+", run):
            assert "--require-hashes" in command or "--no-deps" in command


def test_the_image_gets_all_packages_and_nothing_else(root: Path, packages: list[str]) -> None:
    lines = (root / ".dockerignore").read_text("utf-8").splitlines()
    assert "*" in lines
    for name in packages:
        assert f"!{name}/" in lines
    text = (root / "Dockerfile").read_text("utf-8")
    copied = re.findall(r"^COPY (?!--from)(?:--chmod=\d+ )?(\S+) ", text, re.MULTILINE)
    assert copied
    assert [path for path in copied if not (root / path).exists()] == []


def test_tor_listens_for_containers_and_not_for_the_world(root: Path) -> None:
    lines = (root / "scripts" / "tor" / "torrc").read_text("utf-8").splitlines()
    policies = [line for line in lines if line.startswith("SocksPolicy")]
    assert policies[-1] == "SocksPolicy reject *"
    assert "ControlPort 127.0.0.1:9051" in lines
    assert "CookieAuthentication 1" in lines
    assert not [line for line in lines if line.startswith(("ORPort", "ExitRelay 1"))]
