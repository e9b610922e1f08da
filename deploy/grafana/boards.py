"""Dashboards from panels, as Grafana wants them. Needs the package grafana-foundation-sdk."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from grafana_foundation_sdk.builders import common, dashboard, prometheus, stat, timeseries
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.common import (
    GraphGradientMode,
    LegendDisplayMode,
    LegendPlacement,
    StackingMode,
    VizOrientation,
)
from grafana_foundation_sdk.models.dashboard import DashboardCursorSync, DataSourceRef

SOURCE = DataSourceRef(type_val="prometheus", uid="prometheus")
WHOLE_WIDTH = 24


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


def written(board: Board) -> str:
    """The dashboard as JSON."""
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
    number = 0
    for title, panels in board.rows.items():
        number += 1
        whole.with_row(dashboard.Row(title).id(number))
        for panel in panels:
            number += 1
            width = WHOLE_WIDTH // min(len(panels), 6 if panel.single else 2)
            whole.with_panel(_drawn(panel, width).id(number))
    return JSONEncoder(sort_keys=True, indent=2).encode(whole.build()) + "\n"


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
    meaning = f"{panel.meaning}\n\nRunbook: docs/runbooks/{panel.runbook}.md"
    box.title(panel.title).description(meaning).unit(panel.unit).span(width).min(0).datasource(SOURCE)
    for letter, (query, legend_text) in zip("ABCDEF", panel.queries, strict=False):
        asked = prometheus.Dataquery().ref_id(letter).expr(query).legend_format(legend_text).datasource(SOURCE)
        box.with_target(asked.exemplar("_bucket" in query and not panel.single))
    return box
