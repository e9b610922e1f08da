"""Rows to learn from that are nearly the same as a held-out one."""

from __future__ import annotations

from bench.goods_detection import read_labels, read_rows
from bench.goods_leaks import near_duplicates


def test_lines_that_differ_in_numbers_or_order_are_nearly_the_same() -> None:
    kept = ["COWS, DAIRY, LT 90 KG EA, LIVE, NESOI"]
    asked = [
        "NESOI live cows, dairy, lt 120 kg ea",
        "cows",
        "dairy cows, dead",
        "COWS, DAIRY, LT 200 KG EA, LIVE, NESOI",
    ]
    assert near_duplicates(asked, kept) == [0, 3]


def test_few_rows_are_nearly_the_same_as_a_held_out_one_so_that_leaving_them_out_is_enough() -> None:
    rows = [item for item in (*read_labels(), *read_rows()) if item.query.description]
    given = [item.query.description or "" for item in rows if not item.heldout]
    kept = [item.query.description or "" for item in rows if item.heldout]
    assert len(near_duplicates(given, kept)) <= 0.01 * len(given)
