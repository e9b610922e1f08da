"""Dashboards from panels, as Grafana wants them. Needs the package grafana-foundation-sdk."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from grafana_foundation_sdk.builders import common, dashboard, prometheus, stat, timeseries
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.common import (
    GraphGradientMode,
    LegendDisplayMode,
    LegendPlacement,
    StackingMode,
    VizOrientation,
)
from grafana_foundation_sdk.models.dashboard import (
    DashboardCursorSync,
    DataSourceRef,
    VariableOption,
    VariableRefresh,
    VariableSort,
)

SOURCE = DataSourceRef(type_val="prometheus", uid="${datasource}")
WHOLE_WIDTH = 24

_SITE: Final = tomllib.loads((Path(__file__).parents[2] / "zensical.toml").read_text(encoding="utf-8"))["project"]
RUNBOOKS: Final = f"{_SITE['site_url']}runbooks/"
"""Where the runbooks are read: the address of the documentation site, which zensical.toml alone names."""

EVERY_PROCESS: Final = "tidewaiter_rulebook_info"
"""A series that each worker, rescreener and API has: the variables offer what it is labelled with."""

_METRIC: Final = re.compile(r"(?<![\w\":])((?:tidewaiter|process)_\w+)(?:\{([^}]*)\})?")
_CHOSEN: Final = 'job=~"$job",namespace=~"$namespace",instance=~"$instance"'


class Panel(NamedTuple):
    """One panel: what it shows, and what to do when it looks wrong."""

    title: str
    meaning: str
    unit: str
    queries: tuple[tuple[str, str], ...]
    runbook: str
    stacked: bool = False
    single: bool = False


class Board(NamedTuple):
    """One dashboard: panels in rows, a row a question."""

    name: str
    title: str
    meaning: str
    rows: Mapping[str, tuple[Panel, ...]]


def chosen(query: str) -> str:
    """Return the query with every metric restricted to the chosen jobs, namespaces and instances."""
    return _METRIC.sub(lambda found: f"{found[1]}{{{found[2] + ',' if found[2] else ''}{_CHOSEN}}}", query)


def written(board: Board) -> str:
    """Return the dashboard as JSON."""
    whole = (
        dashboard.Dashboard(f"Tidewaiter: {board.title}")
        .uid(f"tidewaiter-{board.name}")
        .tags(["tidewaiter"])
        .description(board.meaning)
        .timezone("utc")
        .time("now-1h", "now")
        .refresh("10s")
        .tooltip(DashboardCursorSync.CROSSHAIR)
        .link(dashboard.DashboardLink("Tidewaiter").type("dashboards").tags(["tidewaiter"]).keep_time(True))
    )
    for variable in _variables():
        whole.with_variable(variable)
    number = 0
    for title, panels in board.rows.items():
        number += 1
        whole.with_row(dashboard.Row(title).id(number))
        for panel in panels:
            number += 1
            width = WHOLE_WIDTH // min(len(panels), 6 if panel.single else 2)
            whole.with_panel(_drawn(panel, width).id(number))
    dashed: dict[str, Any] = json.loads(JSONEncoder().encode(whole.build()))
    dashed["annotations"] = {"list": _annotations()}
    return json.dumps(dashed, sort_keys=True, indent=2) + "\n"


def _variables() -> list[Any]:
    """Return the variables: the data source, and the jobs, namespaces and instances that each narrow the next."""
    found: list[Any] = [dashboard.DatasourceVariable("datasource").label("Data source").type("prometheus")]
    narrowed = ""
    for name, label in (("job", "Job"), ("namespace", "Namespace"), ("instance", "Instance")):
        narrower = dashboard.QueryVariable(name).label(label).datasource(SOURCE)
        # As Grafana's own editor writes it; 1 is the query for the values of a label.
        asked = {"query": f"label_values({EVERY_PROCESS}{{{narrowed}}}, {name})", "qryType": 1}
        narrower.query(asked | {"refId": "PrometheusVariableQueryEditor-VariableQuery"})
        narrower.refresh(VariableRefresh.ON_TIME_RANGE_CHANGED).sort(VariableSort.ALPHABETICAL_ASC)
        # Outside Kubernetes no series has a namespace: `.*` matches that too, the list of values would not.
        narrower.multi(True).include_all(True).all_value(".*")
        narrower.current(VariableOption(selected=True, text=["All"], value=["$__all"]))
        found.append(narrower)
        narrowed += f'{"," if narrowed else ""}{name}=~"${name}"'
    return found


def _annotations() -> list[dict[str, Any]]:
    """Return what is marked on every panel: alerts, rule books put in force, and rescreenings.

    The fields are those that Grafana's Prometheus data source reads, which the library has no types for.
    """
    in_use = chosen("(tidewaiter_rulebook_info == 1) * on (job, instance) group_left ()")
    since = chosen("tidewaiter_rulebook_loaded_timestamp_seconds")
    return [
        {
            **_annotation("Alerts", "red"),
            # Most alerts are on the whole, so that they have no namespace and no instance.
            "expr": 'ALERTS{alertname=~"Tidewaiter.+",alertstate="firing",namespace=~"$namespace|",'
            'instance=~"$instance|"}',
            "titleFormat": "{{alertname}}",
            "textFormat": "{{severity}} {{instance}}",
            "tagKeys": "severity",
        },
        {
            **_annotation("Rule books", "blue"),
            "expr": f"min by (version, sha256) ({in_use} {since}) * 1000",
            "titleFormat": "Rule book {{version}}",
            "textFormat": "The first worker took it up. {{sha256}}",
            "useValueForTime": "on",
        },
        {
            **_annotation("Rescreenings", "purple"),
            # A region is drawn while the value is 1.
            "expr": f"max({chosen('tidewaiter_rescreening_pending_seconds')}) > bool 0",
            "titleFormat": "Past transfers are rescreened",
            "textFormat": "A rule book was put in force, and past transfers are judged again.",
        },
    ]


def _annotation(name: str, colour: str) -> dict[str, Any]:
    source = {"type": SOURCE.type_val, "uid": SOURCE.uid}
    return {"name": name, "iconColor": colour, "enable": True, "hide": False, "step": "15s", "datasource": source}


def _drawn(panel: Panel, width: int) -> stat.Panel | timeseries.Panel:
    if panel.single:
        last = common.ReduceDataOptions().calcs(["lastNotNull"])
        box: stat.Panel | timeseries.Panel = (
            stat.Panel().height(4).orientation(VizOrientation.AUTO).reduce_options(last)
        )
    else:
        legend = common.VizLegendOptions().display_mode(LegendDisplayMode.LIST).placement(LegendPlacement.BOTTOM)
        box = timeseries.Panel().height(8).line_width(1).fill_opacity(10).gradient_mode(GraphGradientMode.NONE)
        box.legend(legend.show_legend(True))
        if panel.stacked:
            box.stacking(common.StackingConfig().mode(StackingMode.NORMAL))
    meaning = f"{panel.meaning}\n\nRunbook: [{panel.runbook}]({RUNBOOKS}{panel.runbook}/)"
    box.title(panel.title).description(meaning).unit(panel.unit).span(width).min(0).datasource(SOURCE)
    for letter, (query, legend_text) in zip("ABCDEF", panel.queries, strict=False):
        asked = prometheus.Dataquery().ref_id(letter).expr(chosen(query)).legend_format(legend_text).datasource(SOURCE)
        box.with_target(asked.exemplar("_bucket" in query and not panel.single))
    return box
