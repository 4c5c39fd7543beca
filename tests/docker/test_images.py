"""The images and the compose file, held to the project that they are made of. There may be no Docker here: they are read."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import yaml

from tests.docker.recipe import COMPOSE, DOCKERFILE, ROOT, VARIABLE, example, services, stages
from webapp.environment import Environment

SETTINGS = {name.upper() for name in Environment.model_fields}
NOT_OURS = {  # of Python, pip, torch and the driver
    "PATH",
    "PYTHONUNBUFFERED",
    "PYTHONDONTWRITEBYTECODE",
    "DJANGO_SETTINGS_MODULE",
    "OMP_NUM_THREADS",
    "PIP_NO_CACHE_DIR",
    "PIP_DISABLE_PIP_VERSION_CHECK",
    "NVIDIA_VISIBLE_DEVICES",
    "NVIDIA_DRIVER_CAPABILITIES",
}
IMAGES = ("web", "worker", "worker-cuda")
SECRETS = {"SECRET_KEY", "POSTGRES_PASSWORD", "REDIS_PASSWORD"}
FILLED = {**example(), **dict.fromkeys(SECRETS, "a-secret")}
OURS = {name: service for name, service in services(FILLED).items() if "build" in service}


@pytest.mark.parametrize("stage", stages().values(), ids=lambda stage: stage.name)
def test_every_base_is_pinned(stage: Any) -> None:
    assert re.fullmatch(r"[\w/]+:\d+\.\d+\.\d+-[\w-]+", stage.base), stage.base


def test_images_of_others_are_pinned() -> None:
    for name, service in services(FILLED).items():
        assert name in OURS or re.fullmatch(r"\w+:\d+\.\d+(\.\d+)?-\w+", service["image"]), name


def test_every_path_that_is_copied_is_there_and_is_sent() -> None:
    sent = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = [rest for stage in stages().values() for word, rest in stage.instructions if word == "COPY"]
    assert copied
    for rest in copied:
        *sources, _ = rest.split()
        if sources[0].startswith("--from="):
            assert sources[0].removeprefix("--from=") in stages()
            continue
        for source in sources:
            assert (ROOT / source).exists(), source
            assert source.partition("/")[0] in sent, source


def test_what_the_settings_name_below_the_project_is_copied() -> None:
    """Templates, static files and examples are found beside the packages."""
    found = {source for word, rest in stages()["web"].instructions if word == "COPY" for source in rest.split()[:-1]}
    assert {"nas_engine", "webapp", "templates", "static", "examples", "manage.py"} <= found
    assert "/pages/node_modules" in found


@pytest.mark.parametrize("name", IMAGES)
def test_an_image_runs_as_nobody_in_particular_with_a_health_check(name: str) -> None:
    stage = stages()[name]
    assert stage.last("USER") == "studio"
    assert stage.command
    assert stage.health


@pytest.mark.parametrize("name", IMAGES)
def test_an_image_sets_what_there_is_to_set(name: str) -> None:
    assert set(stages()[name].env) <= SETTINGS | NOT_OURS


@pytest.mark.parametrize("name", OURS)
def test_a_service_sets_what_there_is_to_set_and_keeps_to_itself(name: str) -> None:
    service = OURS[name]
    assert set(service["environment"]) <= SETTINGS
    given = {name.lower(): value for name, value in service["environment"].items() if value}
    given["allowed_hosts"] = json.loads(given["allowed_hosts"])
    Environment(**given)
    assert service["build"]["target"] in IMAGES
    assert (
        ROOT / "docker" / service["build"]["context"] / service["build"]["dockerfile"]
    ) == DOCKERFILE.parent / ".." / "docker/Dockerfile"
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]


def test_everything_that_runs_has_a_health_check_and_waits_for_what_it_needs() -> None:
    declared = yaml.safe_load(COMPOSE.read_text())["volumes"]
    for name, service in services(FILLED).items():
        test = service.get("healthcheck", {}).get("test") or (
            name in OURS and stages()[OURS[name]["build"]["target"]].health
        )
        assert test or name == "migrate", name
        assert set(service.get("depends_on", {})) <= set(services(FILLED))
        assert {volume.partition(":")[0] for volume in service.get("volumes", [])} <= set(declared)


def test_redis_throws_nothing_away() -> None:
    command = services(FILLED)["redis"]["command"][-1]
    assert "--maxmemory-policy noeviction" in command
    assert "--requirepass" in command


def test_the_client_of_the_web_image_is_of_the_servers_version() -> None:
    """pg_dump refuses a newer server."""
    major = re.match(r"postgres:(\d+)\.", services(FILLED)["database"]["image"])
    assert major is not None
    assert any(f"postgresql-client-{major[1]} " in rest for _, rest in stages()["web"].instructions)


def test_the_example_names_every_variable_and_no_other() -> None:
    assert set(example()) == {match[1] for match in VARIABLE.finditer(COMPOSE.read_text())}


@pytest.mark.parametrize("secret", sorted(SECRETS))
def test_nothing_starts_without_its_secrets(secret: str) -> None:
    assert example()[secret] == ""
    with pytest.raises(ValueError, match=f"{secret}: set it in docker/studio.env"):
        services({**FILLED, secret: ""})


def test_secrets_stay_out_of_version_control_and_of_the_images() -> None:
    assert "/docker/studio.env" in (ROOT / ".gitignore").read_text().splitlines()
    assert (ROOT / ".dockerignore").read_text().splitlines()[1] == "*"


def test_prometheus_scrapes_what_there_is() -> None:
    (job,) = yaml.safe_load((ROOT / "docker" / "prometheus.yml").read_text())["scrape_configs"]
    assert job["metrics_path"] == "/metrics/"
    assert job["static_configs"] == [{"targets": ["web:8000"]}]
    assert ("EXPOSE", "8000") in stages()["web"].instructions
