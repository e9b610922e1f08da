"""The first blocks of docs/rulebooks.md run as printed, with the official lists of the UN and OFAC."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.brokers import Broker
from tests.environment import clean_environment
from tests.official_lists import FOLDER, needs_official_lists
from tests.station import Station, ids, one_verdict_each, transfers
from tidewaiter.settings import Settings

GUIDE = Path(__file__).parents[2] / "docs" / "rulebooks.md"
FIRST, LATER, *_ = re.findall(r"^```bash\n(.*?)^```", GUIDE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
OFAC = {"SDN_2024-05-03.csv": "sdn.csv", "alt_2026-08-01.csv": "alt.csv", "add_2026-08-01.csv": "add.csv"}

pytestmark = [needs_official_lists, pytest.mark.long, pytest.mark.timeout(1_800)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder to work in, with the official files as a publisher's server would give them."""
    folder = tmp_path_factory.mktemp("guide")
    (folder / "drop" / "un").mkdir(parents=True)
    (folder / "drop" / "ofac").mkdir()
    shutil.copy(FOLDER / "un" / "consolidated_2026-08-01.xml", folder / "drop" / "un")
    for name, usual in OFAC.items():
        shutil.copy(FOLDER / "ofac" / name, folder / "drop" / "ofac" / usual)
    return folder


def test_the_guide_runs_as_printed_and_a_worker_decides_by_what_it_published(any_broker: Broker, folder: Path) -> None:
    station = Station(any_broker.address)
    environment = clean_environment(
        PATH=f"{Path(sys.executable).parent}:/usr/bin:/bin",
        TIDEWAITER_TOPIC_PREFIX=station.prefix,
        TIDEWAITER_PARTITIONS=str(station.partitions),
        TIDEWAITER_INDEX_DIR=str(folder / "indexes"),
    )

    def read(block: str) -> list[str]:
        """Run the lines one after another, as somebody does who copies the block, and return what each printed."""
        said = []
        for line in block.splitlines():
            if line.startswith("export "):
                name, _, value = line.removeprefix("export ").partition("=")
                assert value == Settings.model_fields["broker"].default[0]
                environment[name] = station.address
                continue
            offline = f" --from {folder / 'drop'}" if line.startswith("tidewaiter lists sync") else ""
            if (built := re.search(r"rulebook build -o (\S+)", line)) and (folder / built[1]).is_file():
                continue  # the same bytes, as other tests hold
            done = subprocess.run(
                ["bash", "-ec", line + offline],
                env=environment,
                cwd=folder,
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, f"{line}\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
            said.append(done.stdout)
        return said

    shown = json.loads(read(FIRST)[-1])
    monday = shown["manifest"]["sha256"]
    assert {"un", "ofac"} <= {each["id"] for each in shown["manifest"]["lists"]}
    rolled_back = json.loads(read(LATER)[-1])
    assert rolled_back["sha256"] == monday
    with station.worker(rule_book="published", index_dir=folder / "indexes") as worker:
        worker.ready()
        sent = transfers(0, 10)
        station.publish(sent)
        found = station.verdicts_on(ids(sent))
        one_verdict_each(found)
        assert {json.loads(each[-1].value or b"")["rulebook"]["sha256"] for each in found.values()} == {monday}
