"""The Helm chart is what Kubernetes takes and what the rest of the repository says.

What needs Helm is skipped where it is not installed; the Kubernetes schemas come from the package kubernetes-validate.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft7Validator  # type: ignore[import-untyped]

from tests.charts import (
    CHART,
    EXAMPLES,
    KUBERNETES,
    NATIVE,
    ROOT,
    RULES,
    SCHEMA,
    Document,
    Render,
    default_values,
    of_kind,
    only,
    run,
    tool,
)
from tests.unit import promql
from tidewaiter.settings import PREFIX, Settings, load
from tidewaiter.stream.topics import plans


def pod_of(documents: list[Document]) -> Document:
    spec: Document = only(documents, "StatefulSet")["spec"]["template"]["spec"]
    return spec


def environment(documents: list[Document]) -> dict[str, str | None]:
    return {entry["name"]: entry.get("value") for entry in pod_of(documents)["containers"][0]["env"]}


# --- without Helm ---------------------------------------------------------------------------------------------


def test_what_is_generated_of_the_chart_is_made_from_the_settings_of_today() -> None:
    for path, text in SCHEMA["files"]().items():
        assert path.read_text(encoding="utf-8") == text, "run make schemas (python deploy/kubernetes/schema.py)"
    assert {*SCHEMA["OF_THE_CHART"], *SCHEMA["AS_SECRETS"]} <= Settings.model_fields.keys()


def test_the_values_list_every_setting_that_can_be_set_with_its_default() -> None:
    text = re.sub(r"(?m)^  #(?=\w+: )", "  ", (CHART / "values.yaml").read_text(encoding="utf-8"))
    listed = yaml.safe_load(text)["settings"]
    assert listed.keys() == SCHEMA["settings"]()["properties"].keys()
    own = {name: value for name, (value, _) in SCHEMA["OF_OUR_OWN"].items()}
    assert {name: listed[name] for name in own} == own
    read = load({name: value for name, value in listed.items() if name not in own and value != ""})
    for name in listed.keys() - own.keys():
        default = Settings.model_fields[name].default
        assert (default or "") == "" if listed[name] == "" else getattr(read, name) == default, name
    live = default_values()["settings"].keys()
    assert live == own.keys() | SCHEMA["READ_BY_TEMPLATES"]


def test_a_setting_that_is_left_at_its_default_is_no_variable_of_the_pod(render: Render) -> None:
    told = environment(render({"settings": {"broker": "kafka:9092"}}, base=None))
    assert "TIDEWAITER_BATCH_MAX" not in told
    assert told["TIDEWAITER_MAX_RECORD_BYTES"] == str(Settings.model_fields["max_record_bytes"].default)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_values_and_examples_keep_the_schema(example: Path) -> None:
    values = default_values()
    for part, told in yaml.safe_load(example.read_text(encoding="utf-8")).items():
        values[part] = {**values[part], **told} if isinstance(told, dict) else told
    errors = Draft7Validator(SCHEMA["schema"]()).iter_errors(values)
    assert [f"{error.json_path}: {error.message}" for error in errors] == []


def test_every_value_that_can_be_set_has_a_default_to_read() -> None:
    described = SCHEMA["schema"]()["properties"].keys() - {"global"}
    assert default_values().keys() == described


def test_every_variable_in_the_chart_is_a_setting() -> None:
    texts = "".join(path.read_text(encoding="utf-8") for path in CHART.glob("templates/*"))
    named = set(re.findall(rf"\b{PREFIX}([A-Z_]+)\b", texts)) | set(re.findall(r"path: tidewaiter_([a-z_]+)", texts))
    assert {name.lower() for name in named} <= Settings.model_fields.keys()
    assert default_values()["settings"].keys() <= Settings.model_fields.keys()


def test_the_alert_rules_and_dashboards_of_the_chart_are_the_ones_of_the_repository_and_no_copies() -> None:
    assert (CHART / "files" / "alerts.yml").resolve() == RULES
    assert (CHART / "files" / "dashboards").resolve() == ROOT / "deploy" / "grafana" / "dashboards"


# --- what Helm and Kubernetes say ----------------------------------------------------------------------------


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_helm_finds_nothing_wrong_with_the_chart(helm: str, example: Path) -> None:
    linted = run(helm, "lint", "--strict", CHART, "-f", example)
    assert linted.returncode == 0, linted.stdout + linted.stderr


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
@pytest.mark.parametrize("version", ["1.31", "1.34", "1.37"])
def test_what_is_rendered_keeps_the_schemas_of_kubernetes(
    render: Render, tmp_path: Path, example: Path, version: str
) -> None:
    validate = tool("kubernetes-validate", "make chart-tools")
    documents = [each for each in render({}, base=example.stem) if each["apiVersion"] in NATIVE]
    rendered = tmp_path / "rendered.yaml"
    rendered.write_text(yaml.safe_dump_all(documents), encoding="utf-8")
    validated = run(validate, "--strict", "-k", version, rendered)
    assert validated.returncode == 0, validated.stdout + validated.stderr
    assert validated.stderr.count("passed") + validated.stdout.count("passed") == len(documents)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"settings": {"jurisdiction": "UN"}}, "jurisdiction"),
        ({"settings": {"partitions": 0}}, "partitions"),
        ({"settings": {"sasl_password": "hush"}}, "sasl_password"),
        ({"settings": {"web_port": 80}}, "web_port"),
        ({"settings": {"broker": ""}}, "settings.broker must name the Kafka brokers"),
        ({"secrets": {"saslPassword": {"name": ""}}}, "secrets.saslPassword.name"),
        ({"strimzi": {"enabled": True}}, "strimzi.cluster must name the Kafka resource"),
        ({"workerz": 3}, "workerz"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_values_that_cannot_work_are_refused_before_anything_is_installed(
    helm: str, tmp_path: Path, values: Document, words: str
) -> None:
    changes = tmp_path / "changes.yaml"
    changes.write_text(yaml.safe_dump(values), encoding="utf-8")
    plain = KUBERNETES / "examples" / "plain.yaml"
    refused = run(helm, "template", "x", CHART, "--kube-version", "1.34.0", "-f", plain, "-f", changes)
    assert refused.returncode != 0
    assert words in refused.stderr


# --- the worker -----------------------------------------------------------------------------------------------


def test_what_the_pod_is_told_is_what_the_service_reads(
    render: Render, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents = render({})
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    for name, value in environment(documents).items():
        monkeypatch.setenv(name, value if value is not None else "tidewaiter-0")
    sources = next(volume for volume in pod_of(documents)["volumes"] if volume["name"] == "secrets")["projected"]
    for source in sources["sources"]:
        for item in source["secret"]["items"]:
            (tmp_path / item["path"]).write_text("hush", encoding="utf-8")
    settings = load(secrets_dir=tmp_path)
    assert settings.instance_id == "tidewaiter-0"
    assert settings.broker == ("kafka-1.example:9093", "kafka-2.example:9093")
    assert settings.lists == (("un", Path("/lists/un/consolidated.xml")),)
    assert settings.max_record_bytes == Settings.model_fields["max_record_bytes"].default
    assert settings.sasl_password is not None
    assert settings.sasl_password.get_secret_value() == "hush"


def test_the_password_of_a_schema_registry_is_a_file(render: Render) -> None:
    registry = {"schema_registry_url": "https://registry:8081", "schema_registry_username": "tw"}
    documents = render({"settings": registry, "secrets": {"schemaRegistryPassword": {"name": "registry-login"}}})
    assert environment(documents)["TIDEWAITER_SCHEMA_REGISTRY_URL"] == "https://registry:8081"
    sources = next(volume for volume in pod_of(documents)["volumes"] if volume["name"] == "secrets")["projected"]
    item = {"key": "password", "path": "tidewaiter_schema_registry_password"}
    assert {"secret": {"name": "registry-login", "items": [item]}} in sources["sources"]


def test_every_worker_has_a_name_of_its_own_that_outlives_it(render: Render) -> None:
    (name,) = [entry for entry in pod_of(render({}))["containers"][0]["env"] if "valueFrom" in entry]
    assert name == {
        "name": "TIDEWAITER_INSTANCE_ID",
        "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}},
    }
    assert default_values()["settings"]["session_timeout_seconds"] >= 2 * default_values()["settings"]["stop_seconds"]


def test_the_probes_ask_pages_that_the_worker_has(render: Render) -> None:
    (container,) = pod_of(render({}))["containers"]
    served = set(
        re.findall(
            r'web\.get\("(/\w+)"', (ROOT / "service" / "tidewaiter" / "observability" / "probes.py").read_text("utf-8")
        )
    )
    probes = {name: container[name]["httpGet"]["path"] for name in ("startupProbe", "livenessProbe", "readinessProbe")}
    assert probes == {"startupProbe": "/livez", "livenessProbe": "/livez", "readinessProbe": "/readyz"}
    assert set(probes.values()) <= served
    assert {container[name]["httpGet"]["port"] for name in probes} == {"web"}
    (port,) = container["ports"]
    assert str(port["containerPort"]) == environment(render({}))["TIDEWAITER_WEB_PORT"]


@pytest.mark.parametrize("seconds", [15, 40, 2.5])
def test_a_pod_is_given_longer_to_stop_than_the_worker_takes(render: Render, seconds: float) -> None:
    grace = pod_of(render({"settings": {"stop_seconds": seconds}}))["terminationGracePeriodSeconds"]
    assert seconds + 5 <= grace <= seconds + 15


def test_the_pod_has_no_root_no_privileges_no_token_and_writes_nowhere_but_to_tmp(render: Render) -> None:
    pod = pod_of(render({}))
    (container,) = pod["containers"]
    user = re.findall(r"^USER (\d+)", (ROOT / "deploy/docker/Dockerfile").read_text("utf-8"), re.MULTILINE)[-1]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert str(pod["securityContext"]["runAsUser"]) == user
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert pod["automountServiceAccountToken"] is False
    assert {mount["mountPath"] for mount in container["volumeMounts"] if not mount.get("readOnly")} == {"/tmp"}
    assert container["resources"]["limits"]["memory"]
    assert "cpu" not in container["resources"]["limits"]


def test_no_secret_is_in_what_is_rendered_but_by_name(render: Render) -> None:
    documents = render({}, base="strimzi")
    assert of_kind(documents, "Secret") == {}
    names = environment(documents)
    assert not {name for name in names if "PASSWORD" in name}


def test_an_eviction_takes_one_worker_at_a_time(render: Render) -> None:
    documents = render({})
    budget = only(documents, "PodDisruptionBudget")["spec"]
    assert budget["maxUnavailable"] == 1
    labels = only(documents, "StatefulSet")["spec"]["template"]["metadata"]["labels"]
    selectors = [
        budget["selector"]["matchLabels"],
        only(documents, "NetworkPolicy")["spec"]["podSelector"]["matchLabels"],
        only(documents, "Service")["spec"]["selector"],
        only(documents, "StatefulSet")["spec"]["selector"]["matchLabels"],
    ]
    assert all(selector.items() <= labels.items() for selector in selectors)


def test_only_prometheus_gets_in_and_only_the_broker_and_names_are_reached(render: Render) -> None:
    spec = only(render({"settings": {"broker": "a:9093, b:9094,c:9093"}}), "NetworkPolicy")["spec"]
    assert set(spec["policyTypes"]) == {"Ingress", "Egress"}
    (ingress,) = spec["ingress"]
    assert ingress["from"]
    assert [port["port"] for port in ingress["ports"]] == [8080]
    assert [[port["port"] for port in rule["ports"]] for rule in spec["egress"]] == [[53, 53], [9093, 9094]]
    closed = only(render({"networkPolicy": {"scrapers": []}}), "NetworkPolicy")["spec"]
    assert closed["ingress"] == [], "an empty list of sources would let everybody in"


# --- the HTTP API -----------------------------------------------------------------------------------------------

SERVE: Document = {
    "enabled": True,
    "replicas": 2,
    "database": "postgresql://tidewaiter@postgres.example:5433/tidewaiter",
    "databasePassword": {"name": "database"},
    "databaseCa": {"name": "postgres-ca"},
    "tokens": {"name": "tokens"},
    "saslUsername": "tw-serve",
    "saslPassword": {"name": "tw-serve"},
    "callers": [{"podSelector": {"matchLabels": {"app": "proxy"}}}],
}


def serving(documents: list[Document]) -> Document:
    spec: Document = only(documents, "Deployment")["spec"]["template"]["spec"]
    return spec


def test_what_is_rendered_of_the_api_keeps_the_schemas_of_kubernetes(render: Render, tmp_path: Path) -> None:
    validate = tool("kubernetes-validate", "make chart-tools")
    for serve in (SERVE, {"enabled": True, "tokens": {"name": "tokens"}}):
        documents = [each for each in render({"serve": serve}) if each["apiVersion"] in NATIVE]
        rendered = tmp_path / "rendered.yaml"
        rendered.write_text(yaml.safe_dump_all(documents), encoding="utf-8")
        validated = run(validate, "--strict", "-k", "1.34", rendered)
        assert validated.returncode == 0, validated.stdout + validated.stderr


def test_what_the_api_is_told_is_what_it_reads(render: Render, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pod = serving(render({"serve": SERVE, "settings": {"serve_https": True}}))
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    for entry in pod["containers"][0]["env"]:
        monkeypatch.setenv(entry["name"], entry["value"])
    sources = next(volume for volume in pod["volumes"] if volume["name"] == "secrets")["projected"]["sources"]
    paths = {item["path"]: source["secret"]["name"] for source in sources for item in source["secret"]["items"]}
    for path in paths:
        (tmp_path / path).write_text("hush", encoding="utf-8")
    settings = load(secrets_dir=tmp_path)
    assert settings.serve_database == SERVE["database"]
    assert settings.serve_database_password is not None
    assert settings.serve_https
    assert settings.sasl_username == "tw-serve"
    assert paths["tidewaiter_sasl_password"] == "tw-serve"
    mounts = {mount["name"]: mount["mountPath"] for mount in pod["containers"][0]["volumeMounts"]}
    (tokens,) = [volume for volume in pod["volumes"] if volume["name"] == "tokens"]
    assert settings.serve_tokens_file == Path(mounts["tokens"], tokens["secret"]["items"][0]["path"])
    assert settings.serve_database_ca_file is not None
    assert settings.serve_database_ca_file.name in paths


def test_the_pod_of_the_api_is_as_closed_as_a_workers(render: Render) -> None:
    documents = render({"serve": {"enabled": True, "tokens": {"name": "tokens"}}})
    pod, worker = serving(documents), pod_of(documents)
    for of in ("securityContext", "automountServiceAccountToken", "enableServiceLinks"):
        assert pod[of] == worker[of]
    assert pod["containers"][0]["securityContext"] == worker["containers"][0]["securityContext"]
    written = {m["mountPath"] for m in pod["containers"][0]["volumeMounts"] if not m.get("readOnly")}
    assert written == {"/tmp", "/var/lib/tidewaiter"}
    labels = only(documents, "Deployment")["spec"]["template"]["metadata"]["labels"]
    of_workers = only(documents, "StatefulSet")["spec"]["selector"]["matchLabels"]
    assert not of_workers.items() <= labels.items(), "a worker's Service and policy would count it as a worker"


def test_only_callers_reach_the_api_and_it_reaches_only_broker_database_and_names(render: Render) -> None:
    documents = render({"serve": SERVE, "settings": {"broker": "a:9093"}})
    policies = of_kind(documents, "NetworkPolicy")
    spec = policies["tidewaiter-serve"]["spec"]
    reached = [([port["port"] for port in rule["ports"]], rule["from"]) for rule in spec["ingress"]]
    assert reached[0] == ([8090], SERVE["callers"])
    assert [ports for ports, _ in reached] == [[8090], [8080]]
    assert [[port["port"] for port in rule["ports"]] for rule in spec["egress"]] == [[53, 53], [9093], [5433]]
    closed = {"serve": SERVE | {"callers": []}, "networkPolicy": {"scrapers": []}}
    assert of_kind(render(closed), "NetworkPolicy")["tidewaiter-serve"]["spec"]["ingress"] == []


@pytest.mark.parametrize(
    ("serve", "words"),
    [
        ({"enabled": True}, "serve.tokens.name"),
        (SERVE | {"databasePassword": {"name": ""}}, "serve.databasePassword.name"),
        (SERVE | {"database": "postgresql://a:hush@b/c"}, "database"),
        ({"enabled": True, "tokens": {"name": "t"}, "replicas": 2}, "serve.replicas above 1"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_an_api_that_cannot_work_is_refused(helm: str, tmp_path: Path, serve: Document, words: str) -> None:
    changes = tmp_path / "changes.yaml"
    changes.write_text(yaml.safe_dump({"serve": serve}), encoding="utf-8")
    plain = KUBERNETES / "examples" / "plain.yaml"
    refused = run(helm, "template", "x", CHART, "--kube-version", "1.34.0", "-f", plain, "-f", changes)
    assert refused.returncode != 0
    assert words in refused.stderr


def test_the_user_of_the_api_has_the_rights_that_are_documented(render: Render) -> None:
    documents = render({"serve": SERVE}, base="strimzi")
    acls = of_kind(documents, "KafkaUser")["tw-serve"]["spec"]["authorization"]["acls"]
    granted = {
        (operation, acl["resource"]["type"], acl["resource"]["name"], acl["resource"]["patternType"])
        for acl in acls
        for operation in acl["operations"]
    }
    assert granted == documented()["serve"]
    assert {topic for operation, _, topic, _ in granted if operation == "Write"} == {"dispositions"}


# --- the scaler -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("partitions", "most", "fewest", "expected"),
    [(6, 0, 2, (2, 6)), (6, 50, 2, (2, 6)), (6, 4, 2, (2, 4)), (1, 0, 2, (1, 1)), (12, 0, 3, (3, 12))],
)
def test_the_scaler_asks_for_no_more_workers_than_there_are_partitions_and_never_none(
    render: Render, partitions: int, most: int, fewest: int, expected: tuple[int, int]
) -> None:
    keda = {"enabled": True, "maxWorkers": most, "minWorkers": fewest}
    documents = render({"keda": keda, "settings": {"partitions": partitions}})
    spec = only(documents, "ScaledObject")["spec"]
    assert (spec["minReplicaCount"], spec["maxReplicaCount"]) == expected
    assert spec["scaleTargetRef"]["kind"] == "StatefulSet"
    assert spec["scaleTargetRef"]["name"] in of_kind(documents, "StatefulSet")
    assert "replicas" not in only(documents, "StatefulSet")["spec"], "an upgrade must not undo the scaler"


def test_the_scaler_looks_at_the_lag_of_the_workers_group_on_the_transfers(render: Render) -> None:
    documents = render({"keda": {"enabled": True}, "settings": {"topic_prefix": "eu.", "group": "g"}})
    (trigger,) = only(documents, "ScaledObject")["spec"]["triggers"]
    assert trigger["metadata"]["topic"] == "eu.transfers"
    assert trigger["metadata"]["consumerGroup"] == "g"
    assert trigger["metadata"]["bootstrapServers"] == environment(documents)["TIDEWAITER_BROKER"]
    assert all(isinstance(value, str) for value in trigger["metadata"].values()), "KEDA takes text alone"
    authentication = only(documents, "TriggerAuthentication")
    assert trigger["authenticationRef"]["name"] == authentication["metadata"]["name"]
    told = of_kind(documents, "ConfigMap")["tidewaiter-scaler"]["data"]
    assert told == {"sasl": "scram_sha512", "tls": "enable", "username": "tidewaiter"}
    secrets = {each["parameter"]: (each["name"], each["key"]) for each in authentication["spec"]["secretTargetRef"]}
    assert secrets == {"password": ("tidewaiter-kafka", "password"), "ca": ("kafka-ca", "ca.crt")}


# --- alerts ---------------------------------------------------------------------------------------------------


def rendered_alerts(render: Render) -> Document:
    monitoring = {"prometheusRule": True, "serviceMonitor": True, "runbooks": ""}
    spec: Document = only(render({"monitoring": monitoring}), "PrometheusRule")["spec"]
    return spec


def test_the_alerts_are_those_of_prometheus_on_the_namespace_of_the_release(render: Render) -> None:
    rendered, shipped = rendered_alerts(render), yaml.safe_load(RULES.read_text(encoding="utf-8"))
    for group in rendered["groups"]:
        for rule in group["rules"]:
            assert rule["labels"].pop("namespace") == "kafka"
            for name, labels in promql.asked(rule["expr"]):
                assert "namespace" in labels, f"{rule.get('alert') or rule['record']}: {name}"
            rule["expr"] = re.sub(r"\{\}", "", re.sub(r'namespace="kafka",?', "", rule["expr"]))
            if not rule["labels"]:
                del rule["labels"]
    assert rendered == shipped


def test_another_installation_neither_raises_the_alerts_nor_hides_a_fault(render: Render, tmp_path: Path) -> None:
    promtool = tool("promtool", "Debian package `prometheus`")
    (tmp_path / "rules.yml").write_text(yaml.safe_dump(rendered_alerts(render)), encoding="utf-8")

    def book(namespace: str, sha256: str) -> Document:
        name = f'tidewaiter_rulebook_info{{namespace="{namespace}",job="tidewaiter",instance="{sha256}",sha256="{sha256}"}}'
        return {"series": name, "values": "1x40"}

    up = {"series": 'up{namespace="staging",job="tidewaiter",instance="a"}', "values": "1x40"}
    raised = {"DifferentRuleBooks": (book("kafka", "a"), book("kafka", "b")), "NoWorker": (up,)}
    silent = {"DifferentRuleBooks": (book("kafka", "a"), book("staging", "b"))}
    tests = []
    for cases, fires in ((raised, True), (silent, False)):
        for alert, series in cases.items():
            alerts = f'count(ALERTS{{alertname="Tidewaiter{alert}",alertstate="firing",namespace="kafka"}})'
            expected = [{"labels": "{}", "value": 1}] if fires else []
            asked = {"expr": alerts, "eval_time": "20m", "exp_samples": expected}
            tests.append({"interval": "30s", "input_series": list(series), "promql_expr_test": [asked]})
    case = {"rule_files": ["rules.yml"], "evaluation_interval": "30s", "tests": tests}
    (tmp_path / "case.yml").write_text(yaml.safe_dump(case), encoding="utf-8")
    tested = run(promtool, "test", "rules", tmp_path / "case.yml")
    assert tested.returncode == 0, tested.stdout + tested.stderr


def test_the_alerts_of_the_cluster_lead_to_the_runbooks_where_they_are_read(render: Render) -> None:
    rule = only(render({}, base="strimzi"), "PrometheusRule")["spec"]
    links = [each["annotations"]["runbook_url"] for each in rule["groups"][0]["rules"] if "alert" in each]
    assert links
    assert all(link.startswith("https://docs.example/tidewaiter/runbooks/") for link in links)


def test_prometheus_calls_the_workers_what_the_alerts_call_them(render: Render) -> None:
    documents = render({"monitoring": {"serviceMonitor": True}}, name="release-7")
    spec = only(documents, "ServiceMonitor")["spec"]
    service = only(documents, "Service")
    jobs = set(re.findall(r'job="([^"]+)"', RULES.read_text(encoding="utf-8")))
    assert service["metadata"]["labels"][spec["jobLabel"]] in jobs
    assert spec["selector"]["matchLabels"].items() <= service["metadata"]["labels"].items()
    assert spec["endpoints"][0]["port"] in {port["name"] for port in service["spec"]["ports"]}
    assert service["spec"]["publishNotReadyAddresses"] is True


def test_the_dashboards_are_those_of_the_repository(render: Render) -> None:
    shipped = of_kind(render({"monitoring": {"dashboards": True}}), "ConfigMap")["tidewaiter-dashboards"]["data"]
    written = {path.name: json.loads(path.read_text()) for path in ROOT.glob("deploy/grafana/dashboards/*.json")}
    assert {name: json.loads(text) for name, text in shipped.items()} == written


# --- topics and rights -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"partitions": 24, "topic_prefix": "Bank_A.", "replication": 1},
        {"retention_days": 90, "verdict_retention_days": 3653, "dead_letter_retention_days": 1},
        {"max_record_bytes": 268435456, "verdict_retention_days": 0},
    ],
    ids=str,
)
def test_the_topics_are_those_that_topics_create_makes(render: Render, settings: Document) -> None:
    told = {"partitions": 12, "replication": 3, **settings}
    topics = of_kind(render({"settings": told}, base="strimzi"), "KafkaTopic").values()
    durable = {"min.insync.replicas": "2"} if told["replication"] >= 3 else {}
    assert {
        topic["spec"]["topicName"]: (
            topic["spec"]["partitions"],
            {name: str(value) for name, value in topic["spec"]["config"].items()},
        )
        for topic in topics
    } == {plan.name: (plan.partitions, {**plan.config, **durable}) for plan in plans(load(told))}
    assert {topic["spec"]["replicas"] for topic in topics} == {told["replication"]}
    assert {topic["metadata"]["labels"]["strimzi.io/cluster"] for topic in topics} == {"main"}
    assert {topic["metadata"]["annotations"]["helm.sh/resource-policy"] for topic in topics} == {"keep"}
    names = [topic["metadata"]["name"] for topic in topics]
    assert len(set(names)) == len(topics)
    assert all(re.fullmatch(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?", name) for name in names)


Grant = tuple[str, str, str, str]


def documented() -> dict[str, set[Grant]]:
    """The table of the least rights in docs/delivery.md: right, kind, name and how the name is meant, by user."""
    text = (ROOT / "docs" / "delivery.md").read_text(encoding="utf-8")
    rows = re.search(r"\| who \| right \| on \|\n\|[-|]+\|\n((?:\|.+\n)+)", text)
    assert rows is not None
    rights: dict[str, set[Grant]] = {}
    listing: set[Grant] = set()
    for row in rows[1].splitlines():
        who, right, on = (cell.strip() for cell in row.strip("|").split("|"))
        of_row = set()
        operations = right.split(";")
        places = on.split(";")[: len(operations)] if operations[0].strip() != "the same" else on.split(";")
        if operations[0].strip() == "the same":
            of_row |= listing
            operations = operations[1:]
        assert len(operations) == len(places), row
        for operation, place in zip(operations, places, strict=True):
            for word, name in re.findall(r"(?:(topics?|groups?)(?: prefixed)? )?`([^`]+)`", place):
                kind = "group" if word.startswith("group") or name.startswith(("GROUP", PREFIX)) else "topic"
                named = name.replace("TIDEWAITER_GROUP", "tidewaiter").replace("GROUP", "tidewaiter")
                how = "prefix" if "prefixed" in place else "literal"
                of_row |= {(each.strip(), kind, named, how) for each in operation.split(",")}
        rights.setdefault(who.split(",")[0].strip("`"), set()).update(of_row)
        if who.startswith("`dead-letters list`"):
            listing = of_row
    return rights


def test_each_kafka_user_has_the_least_rights_that_are_documented_and_no_other(render: Render) -> None:
    others = ["publish", "tail", "audit-verify", "dead-letters-list", "dead-letters-replay", "rulebook-publish"]
    documents = render({"strimzi": {"others": others}, "keda": {"enabled": True}}, base="strimzi", name="tw")
    granted = {
        name: {
            (operation, acl["resource"]["type"], acl["resource"]["name"], acl["resource"]["patternType"])
            for acl in user["spec"]["authorization"]["acls"]
            for operation in acl["operations"]
        }
        for name, user in of_kind(documents, "KafkaUser").items()
    }
    table = documented()
    assert granted == {
        "tidewaiter": table["worker"],
        "tw-tidewaiter-scaler": table["KEDA"],
        "tw-tidewaiter-publish": table["publish"],
        "tw-tidewaiter-tail": table["tail"],
        "tw-tidewaiter-audit-verify": table["audit verify"],
        "tw-tidewaiter-rulebook-publish": table["rulebook publish"],
        "tw-tidewaiter-dead-letters-list": table["dead-letters list"],
        "tw-tidewaiter-dead-letters-replay": table["dead-letters replay"],
    }
    assert {("Read", "topic", "transfers", "literal"), ("Write", "topic", "quotas", "literal")} <= table["worker"]
    assert {user["spec"]["authorization"]["type"] for user in of_kind(documents, "KafkaUser").values()} == {"simple"}


def test_the_worker_logs_in_as_the_user_that_has_its_rights_and_with_the_secret_strimzi_makes_for_it(
    render: Render,
) -> None:
    documents = render({}, base="strimzi")
    user = environment(documents)["TIDEWAITER_SASL_USERNAME"]
    assert user in of_kind(documents, "KafkaUser")
    sources = next(volume for volume in pod_of(documents)["volumes"] if volume["name"] == "secrets")["projected"]
    assert {"secret": {"name": user, "items": [{"key": "password", "path": "tidewaiter_sasl_password"}]}} in sources[
        "sources"
    ]
    scaler = of_kind(documents, "ConfigMap")["tidewaiter-scaler"]["data"]["username"]
    assert scaler in of_kind(documents, "KafkaUser")


# --- the rescreener -------------------------------------------------------------------------------------------

ON: Document = {"rescreener": {"enabled": True}}


def test_a_rescreener_is_a_pod_like_the_workers_and_none_of_them(render: Render) -> None:
    sets = of_kind(render(ON), "StatefulSet")
    worker, rescreener = (sets[name]["spec"] for name in ("tidewaiter", "tidewaiter-rescreener"))
    assert rescreener["replicas"] == 1
    pods = [each["template"]["spec"] for each in (worker, rescreener)]
    (of_worker,), (of_rescreener,) = (pod.pop("containers") for pod in pods)
    assert of_rescreener.pop("args") == ["rescreener"]
    assert of_worker.pop("args") == ["run"]
    assert of_rescreener.pop("resources") != of_worker.pop("resources")
    assert of_rescreener == of_worker
    for pod in pods:
        pod.pop("topologySpreadConstraints")
    assert pods[0] == pods[1]
    labels = rescreener["template"]["metadata"]["labels"]
    for kind, selector in (
        ("Service", "selector"),
        ("NetworkPolicy", "podSelector"),
        ("PodDisruptionBudget", "selector"),
    ):
        chosen = [
            each["metadata"]["name"]
            for each in of_kind(render(ON), kind).values()
            if (each["spec"][selector].get("matchLabels") or each["spec"][selector]).items() <= labels.items()
        ]
        assert chosen == ([] if kind == "PodDisruptionBudget" else ["tidewaiter-rescreener"]), kind


def test_prometheus_calls_rescreeners_what_the_alerts_call_them(render: Render) -> None:
    documents = render({**ON, "monitoring": {"serviceMonitor": True}})
    monitor = of_kind(documents, "ServiceMonitor")["tidewaiter-rescreener"]["spec"]
    service = of_kind(documents, "Service")["tidewaiter-rescreener"]
    assert monitor["selector"]["matchLabels"].items() <= service["metadata"]["labels"].items()
    job = service["metadata"]["labels"][monitor["jobLabel"]]
    assert f'job="{job}"' in RULES.read_text(encoding="utf-8")
    assert job != "tidewaiter"


def test_the_workers_user_has_the_rights_of_a_rescreener_only_where_there_is_one(render: Render) -> None:
    def rights(documents: list[Document]) -> set[tuple[str, str]]:
        acls = of_kind(documents, "KafkaUser")["tidewaiter"]["spec"]["authorization"]["acls"]
        return {(each["operations"][0], each["resource"]["name"]) for each in acls}

    without, having = rights(render({}, base="strimzi")), rights(render(ON, base="strimzi"))
    assert having - without == {
        ("Read", "rescreenings"),
        ("Write", "rescreenings"),
        ("Read", "tidewaiter.rescreener"),
    }
