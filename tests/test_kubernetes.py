"""``deploy/kubernetes``: what the schemas say of it, and what they cannot know."""

import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from app.core.config import PROJECT_ROOT, Settings
from app.core.version import VERSION

FOLDER = PROJECT_ROOT / "deploy" / "kubernetes"
OVERLAYS = ("single-node", "cloud")
SCHEMAS = "1.37"
CUSTOM = {"ServiceMonitor", "Middleware"}
"""Kinds that come with an operator, of which there is no schema here."""

Manifest = dict[str, Any]


def manifests_in(text: str) -> list[Manifest]:
    return [found for found in yaml.safe_load_all(text) if found]


def files() -> list[Path]:
    found = [*FOLDER.rglob("*.yaml"), *(PROJECT_ROOT / "deploy" / "coturn").glob("*.yaml")]
    return sorted(path for path in found if path.name != "kustomization.yaml")


@cache
def built(overlay: str) -> list[Manifest]:
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        pytest.skip("kubectl is not installed")
    command = [kubectl, "kustomize", str(FOLDER / "overlays" / overlay)]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert result.returncode == 0, result.stderr
    return manifests_in(result.stdout)


def one(overlay: str, kind: str, name: str = "interview-tracker") -> Manifest:
    (found,) = [each for each in built(overlay) if each["kind"] == kind and each["metadata"]["name"] == name]
    return found


def pod(overlay: str, name: str = "interview-tracker") -> Manifest:
    spec: Manifest = one(overlay, "Deployment", name)["spec"]["template"]["spec"]
    return spec


def settings_of(overlay: str) -> dict[str, str]:
    """Return what the application's container has in its environment, but for secrets."""
    container = pod(overlay)["containers"][0]
    (source,) = [each["configMapRef"]["name"] for each in container["envFrom"] if "configMapRef" in each]
    found: dict[str, str] = one(overlay, "ConfigMap", source)["data"]
    return found | {each["name"]: each["value"] for each in container.get("env", [])}


@pytest.mark.parametrize("path", files(), ids=lambda path: str(path.relative_to(PROJECT_ROOT / "deploy")))
def test_each_file_keeps_to_its_schemas(path: Path) -> None:
    manifests = manifests_in(path.read_text())

    assert manifests
    for manifest in manifests:
        if manifest["kind"] not in CUSTOM:
            kubernetes_validate.validate(manifest, SCHEMAS, strict=True)


@pytest.mark.parametrize("overlay", OVERLAYS)
class TestOverlays:
    def test_it_is_built_and_keeps_to_the_schemas(self, overlay: str) -> None:
        for manifest in built(overlay):
            assert manifest["metadata"]["namespace"] == "interview-tracker"
            if manifest["kind"] not in CUSTOM:
                kubernetes_validate.validate(manifest, SCHEMAS, strict=True)

    def test_images_are_named_by_version(self, overlay: str) -> None:
        for name in ("interview-tracker", "interview-tracker-coturn"):
            spec = pod(overlay, name)
            for container in [*spec.get("initContainers", []), *spec["containers"]]:
                tag = container["image"].rpartition(":")[2]
                assert tag[0].isdigit(), container["image"]
                if container["name"] in {"api", "migrate"}:
                    assert tag == VERSION

    def test_it_holds_no_secret_and_names_none_on_a_command_line(self, overlay: str) -> None:
        secrets = {"DATABASE_URL", "JWT_SECRET_KEY", "TURN_SHARED_SECRET", "METRICS_TOKEN"}
        assert not secrets & settings_of(overlay).keys()
        assert not [each for each in built(overlay) if each["kind"] == "Secret"]
        for name in ("interview-tracker", "interview-tracker-coturn"):
            for container in pod(overlay, name)["containers"]:
                assert "SECRET" not in " ".join([*container.get("command", []), *container.get("args", [])]).upper()
        (reference,) = [each for each in pod(overlay)["containers"][0]["envFrom"] if "secretRef" in each]
        assert reference == {"secretRef": {"name": "interview-tracker"}}

    def test_its_settings_are_ones_and_make_sense(self, overlay: str, monkeypatch: pytest.MonkeyPatch) -> None:
        found = settings_of(overlay)
        for name in Settings.model_fields:
            monkeypatch.delenv(name.upper(), raising=False)
        for name, value in found.items():
            monkeypatch.setenv(name, value)

        secrets: dict[str, Any] = {
            "database_url": "postgresql://db/tracker",
            "jwt_secret_key": "k" * 32,
            "turn_shared_secret": "s",
        }
        settings = Settings(_env_file=None, **secrets)

        assert settings.is_production
        assert settings.turn_servers
        assert settings.trusted_proxies
        own = {name.upper() for name in Settings.model_fields} | {"ENV", "METRICS_HOST", "METRICS_PORT"}
        assert found.keys() <= own

    def test_a_pod_has_the_time_that_its_calls_are_given(self, overlay: str) -> None:
        spec = pod(overlay)
        (container,) = spec["containers"]
        before = container["lifecycle"]["preStop"]["sleep"]["seconds"]

        assert spec["terminationGracePeriodSeconds"] >= before + int(settings_of(overlay)["CALL_DRAIN_SECONDS"]) + 30

    def test_the_server_is_locked_in(self, overlay: str) -> None:
        for name in ("interview-tracker", "interview-tracker-coturn"):
            spec = pod(overlay, name)
            assert spec["securityContext"]["runAsNonRoot"]
            assert spec["automountServiceAccountToken"] is False
            for container in [*spec.get("initContainers", []), *spec["containers"]]:
                locks = container["securityContext"]
                assert locks["readOnlyRootFilesystem"]
                assert locks["allowPrivilegeEscalation"] is False
                assert locks["capabilities"]["drop"] == ["ALL"]
                assert locks["capabilities"].get("add") in (None, ["NET_BIND_SERVICE"])
                assert container["resources"]["limits"]["memory"]

    def test_probes_ask_what_they_are_for(self, overlay: str) -> None:
        (container,) = pod(overlay)["containers"]
        paths = {kind: container[f"{kind}Probe"]["httpGet"]["path"] for kind in ("startup", "liveness", "readiness")}

        assert paths == {
            "startup": "/health/liveness",
            "liveness": "/health/liveness",
            "readiness": "/health/readiness",
        }

    def test_no_way_leads_from_outside_to_the_figures(self, overlay: str) -> None:
        ingress = one(overlay, "Ingress")
        (rule,) = ingress["spec"]["rules"]
        (path,) = rule["http"]["paths"]

        assert path["backend"]["service"] == {"name": "interview-tracker", "port": {"name": "http"}}
        assert [port["name"] for port in one(overlay, "Service")["spec"]["ports"]] == ["http"]

    def test_the_turn_server_gets_the_secret_as_a_file(self, overlay: str) -> None:
        spec = pod(overlay, "interview-tracker-coturn")
        (volume,) = [each for each in spec["volumes"] if "secret" in each]

        assert spec["hostNetwork"]
        assert volume["secret"]["items"] == [{"key": "TURN_SHARED_SECRET", "path": "turn_shared_secret"}]


class TestSingleNode:
    def test_media_reach_the_application_on_the_host_and_two_pods_never_want_its_port(self) -> None:
        assert pod("single-node")["hostNetwork"]
        assert one("single-node", "Deployment")["spec"]["strategy"] == {"type": "Recreate"}


class TestCloud:
    def test_it_grows_by_calls_before_a_pod_is_full(self) -> None:
        autoscaler = one("cloud", "HorizontalPodAutoscaler")["spec"]
        (calls,) = [metric["pods"] for metric in autoscaler["metrics"] if metric["type"] == "Pods"]

        assert calls["metric"] == {"name": "interview_tracker_voice_calls"}
        assert int(calls["target"]["averageValue"]) < int(settings_of("cloud")["MAX_CONNECTIONS"])
        assert autoscaler["minReplicas"] >= 2
        assert "replicas" not in one("cloud", "Deployment")["spec"]

    def test_figures_are_asked_for_with_the_token_of_the_secret(self) -> None:
        monitor = one("cloud", "ServiceMonitor")["spec"]
        service = one("cloud", "Service", "interview-tracker-metrics")
        (endpoint,) = monitor["endpoints"]

        assert endpoint["authorization"] == {
            "type": "Bearer",
            "credentials": {"name": "interview-tracker", "key": "METRICS_TOKEN"},
        }
        assert monitor["selector"]["matchLabels"].items() <= service["metadata"]["labels"].items()
        assert endpoint["port"] in {port["name"] for port in service["spec"]["ports"]}

    def test_one_pod_at_a_time_may_be_taken_away(self) -> None:
        budget = one("cloud", "PodDisruptionBudget")["spec"]
        labels = one("cloud", "Deployment")["spec"]["template"]["metadata"]["labels"]

        assert budget["maxUnavailable"] == 1
        assert budget["selector"]["matchLabels"].items() <= labels.items()
