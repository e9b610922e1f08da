"""What the chart starts beside the processes: the Job that creates the topics, and the CronJob for lists."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

from tests.charts import CHART, NATIVE, Document, Render, of_kind, only, renders, run, tool
from tidewaiter.cli import app
from tidewaiter.settings import PREFIX, Settings

BROKER: Document = {"settings": {"broker": "kafka:9092"}}
SYNCED: Document = {**BROKER, "lists": {"sync": True, "claim": "party-lists"}}
FOLDER = "/var/lib/tidewaiter-lists"


def task_pod(task: Document) -> Document:
    spec: Document = task["spec"].get("jobTemplate", task)["spec"]["template"]["spec"]
    return spec


def steps_of(pod: Document) -> list[Document]:
    return [*pod.get("initContainers", ()), *pod["containers"]]


def environment(container: Document) -> dict[str, str]:
    return {entry["name"]: entry["value"] for entry in container["env"] if "value" in entry}


def is_command_of_ours(arguments: list[str]) -> bool:
    step: Any = get_command(app)
    for word in arguments:
        if word not in getattr(step, "commands", {}):
            break
        step = step.commands[word]
    return step.callback is not None and not getattr(step, "commands", None)


@pytest.mark.parametrize("version", ["1.31", "1.34", "1.37"])
@pytest.mark.parametrize("values", [BROKER, SYNCED], ids=["one value", "lists"])
def test_what_is_rendered_keeps_the_schemas_of_kubernetes(
    render: Render, tmp_path: Path, values: Document, version: str
) -> None:
    validate = tool("kubernetes-validate", "make chart-tools")
    documents = render(values, base=None)
    assert {each["apiVersion"] for each in documents} <= NATIVE
    rendered = tmp_path / "rendered.yaml"
    rendered.write_text(yaml.safe_dump_all(documents), encoding="utf-8")
    validated = run(validate, "--strict", "-k", version, rendered)
    assert validated.returncode == 0, validated.stdout + validated.stderr


def test_one_value_is_enough_and_a_job_creates_the_topics_before_the_workers(render: Render) -> None:
    documents = render(BROKER, base=None)
    job = only(documents, "Job")
    assert set(job["metadata"]["annotations"]["helm.sh/hook"].split(",")) == {"pre-install", "pre-upgrade"}
    (step,) = steps_of(task_pod(job))
    assert step["args"] == ["topics", "create"]
    assert is_command_of_ours(step["args"])
    worker = only(documents, "StatefulSet")["spec"]["template"]["spec"]["containers"][0]
    told = environment(step)
    assert told.items() <= environment(worker).items()
    assert {name.removeprefix(PREFIX).lower() for name in told} <= Settings.model_fields.keys()
    assert "serviceAccountName" not in task_pod(job), "the account of the chart is not there before the chart"


def test_nothing_creates_the_topics_where_strimzi_does_or_it_is_switched_off(render: Render) -> None:
    assert of_kind(render({}, base="strimzi"), "Job") == {}
    assert of_kind(render({**BROKER, "topics": {"create": False}}, base=None), "Job") == {}


def test_the_topics_are_created_by_a_user_of_their_own_where_one_is_named(render: Render) -> None:
    topics = {"saslUsername": "creator", "saslPassword": {"name": "creator"}}
    pod = task_pod(only(render({"topics": topics}), "Job"))
    assert environment(steps_of(pod)[0])["TIDEWAITER_SASL_USERNAME"] == "creator"
    (secrets,) = [volume["projected"]["sources"] for volume in pod["volumes"] if volume["name"] == "secrets"]
    found = {item["path"]: each["secret"]["name"] for each in secrets for item in each["secret"]["items"]}
    assert found == {"tidewaiter_sasl_password": "creator", "ca.crt": "kafka-ca"}


def test_the_lists_are_synced_built_and_published_one_after_another(render: Render) -> None:
    cron = only(render({**SYNCED, "settings": {"broker": "k:1", "jurisdictions": "UN,EU"}}, base=None), "CronJob")
    assert cron["spec"]["concurrencyPolicy"] == "Forbid"
    sync, build, publish = steps_of(task_pod(cron))
    assert sync["command"][:2] == ["python", "-c"]
    compile(sync["command"][2], "sync", "exec")
    for step in (build, publish):
        assert is_command_of_ours(step["args"])
        assert environment(step)["TIDEWAITER_JURISDICTIONS"] == "UN,EU"
        assert environment(step)["TIDEWAITER_LISTS_DIR"] == FOLDER
    assert build["args"][-1] == publish["args"][-1]
    assert build["args"][-1].startswith("/tmp/")
    writers = {
        step["name"]
        for step in (sync, build, publish)
        for mount in step["volumeMounts"]
        if mount["mountPath"] == FOLDER and not mount.get("readOnly")
    }
    assert writers == {"sync"}
    alone = only(render({**SYNCED, "lists": SYNCED["lists"] | {"publish": False}}, base=None), "CronJob")
    assert [step["name"] for step in steps_of(task_pod(alone))] == ["sync"]


def test_the_first_lists_are_fetched_after_the_topics_are_there_and_before_the_workers(render: Render) -> None:
    documents = render(SYNCED, base=None)
    jobs = {name: job["metadata"]["annotations"] for name, job in of_kind(documents, "Job").items()}
    topics, lists = (jobs[f"tidewaiter-{name}"] for name in ("topics", "first-lists"))
    assert lists["helm.sh/hook"] == "pre-install"
    assert int(topics["helm.sh/hook-weight"]) < int(lists["helm.sh/hook-weight"])
    first = task_pod(of_kind(documents, "Job")["tidewaiter-first-lists"])
    assert first == task_pod(only(documents, "CronJob")), "the same as on each schedule"


def test_every_process_has_the_folder_of_lists_to_read(render: Render) -> None:
    values = {**SYNCED, "rescreener": {"enabled": True}, "serve": {"enabled": True, "tokens": {"name": "t"}}}
    documents = render(values, base=None)
    pods = [
        each["spec"]["template"]["spec"]
        for kind in ("StatefulSet", "Deployment")
        for each in of_kind(documents, kind).values()
    ]
    assert len(pods) == 3
    for pod in pods:
        (container,) = pod["containers"]
        (mount,) = [each for each in container["volumeMounts"] if each["mountPath"] == FOLDER]
        assert mount["readOnly"] is True
        assert environment(container)["TIDEWAITER_LISTS_DIR"] == FOLDER
        (volume,) = [each for each in pod["volumes"] if each["name"] == mount["name"]]
        assert volume["persistentVolumeClaim"]["claimName"] == "party-lists"


def test_the_tasks_reach_brokers_and_publishers_and_nobody_reaches_them(render: Render) -> None:
    documents = render(SYNCED, base=None)
    spec = of_kind(documents, "NetworkPolicy")["tidewaiter-tasks"]["spec"]
    assert spec["ingress"] == []
    assert [[port["port"] for port in rule["ports"]] for rule in spec["egress"]] == [[53, 53], [9092], [443]]
    labels = only(documents, "CronJob")["spec"]["jobTemplate"]["spec"]["template"]["metadata"]["labels"]
    chosen = [
        name
        for name, policy in of_kind(documents, "NetworkPolicy").items()
        if policy["spec"]["podSelector"]["matchLabels"].items() <= labels.items()
    ]
    assert chosen == ["tidewaiter-tasks"]


@pytest.mark.parametrize("values", [BROKER, SYNCED], ids=["topics", "lists"])
def test_the_pods_of_tasks_are_as_closed_as_a_workers(render: Render, values: Document) -> None:
    documents = render(values, base=None)
    worker = only(documents, "StatefulSet")["spec"]["template"]["spec"]
    for task in (*of_kind(documents, "Job").values(), *of_kind(documents, "CronJob").values()):
        pod = task_pod(task)
        for of in ("securityContext", "automountServiceAccountToken", "enableServiceLinks"):
            assert pod[of] == worker[of]
        for step in steps_of(pod):
            assert step["securityContext"] == worker["containers"][0]["securityContext"]
            assert step["image"] == worker["containers"][0]["image"]
            assert step["resources"]["limits"]["memory"]


def test_lists_without_a_place_for_them_are_refused(helm: str) -> None:
    told = ("--set", "settings.broker=k:1,lists.sync=true")
    refused = run(helm, "template", "x", CHART, "--kube-version", "1.34.0", *told)
    assert refused.returncode != 0
    assert "lists.claim must name" in refused.stderr


# --- the notes ------------------------------------------------------------------------------------------------


@pytest.fixture
def notes(helm: str, tmp_path: Path) -> Any:
    """What Helm prints after an install: `helm template` leaves it out, so a copy of the chart has it in a ConfigMap."""
    chart = tmp_path / "chart"
    shutil.copytree(CHART, chart)
    text = (chart / "templates" / "NOTES.txt").read_text(encoding="utf-8")
    (chart / "templates" / "NOTES.txt").unlink()
    (chart / "templates" / "_notes.tpl").write_text('{{- define "notes" -}}\n' + text + "{{- end }}\n")
    shown = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: notes}\ndata:\n"
    (chart / "templates" / "notes.yaml").write_text(shown + '  notes: {{ include "notes" . | quote }}\n')

    def of(**values: Any) -> str:
        documents = renders(helm, tmp_path, chart)({**BROKER, **values}, base=None)
        printed: str = of_kind(documents, "ConfigMap")["notes"]["data"]["notes"]
        return printed

    return of


SAMPLE = "packaged sample"


def test_the_notes_speak_of_the_sample_where_no_list_is_set_and_only_there(notes: Any) -> None:
    assert SAMPLE in notes()
    for given in ({"lists": "un=/l/un.xml"}, {"lists_dir": "/l"}, {"rule_book": "published"}, {"rule_book_file": "/b"}):
        assert SAMPLE not in notes(settings={**BROKER["settings"], **given}), given
    assert SAMPLE not in notes(lists={"claim": "party-lists"})


def test_the_notes_say_what_to_do_next(notes: Any) -> None:
    published = notes(settings={**BROKER["settings"], "rule_book": "published"})
    for command in re.findall(r"tidewaiter (rulebook \w+)", published):
        assert is_command_of_ours(command.split())
    synced = notes(**SYNCED)
    assert "create job --from=cronjob/tidewaiter-lists" in synced
    assert "topics create" in notes(topics={"create": False})
    assert "topics create" not in notes()
    assert "idle" in notes(workers=9)
