"""Templates: what is escaped, what is refused, how tables look."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pytest
from jinja2 import UndefinedError

from training.evaluation.render import render, version_shown, with_verdict
from training.paths import PAGE

_TABLES = (
    *("headline", "parts", "real_shares", "triage", "triage_by_level"),
    *("confusion", "reliability", "by_condition", "by_cell"),
)


def _page(**content: Any) -> str:
    empty = {name: [] for name in (*_TABLES, "cases", "pairs")}
    given = {"version": "v", "plots": defaultdict(str), "n_vignettes": 1, **empty, **content}
    return render(PAGE, **given).decode()


def test_text_of_a_page_is_escaped() -> None:
    """A word with the signs of HTML, in a head, a cell or the title, stays a word."""
    text = _page(version="<i>", headline=[{"<b>": "<script>"}])
    assert "<script>" not in text
    for escaped in ("Evaluation of &lt;i&gt;", ">&lt;b&gt;</th>", ">&lt;script&gt;</td>"):
        assert escaped in text


def test_a_column_of_numbers_is_marked() -> None:
    """A column is of numbers where every cell is one, a blank or a dash."""
    rows = [{"a": 0.5, "b": "12 %", "c": ""}, {"a": float("nan"), "b": "3 of 4", "c": 2}]
    text = _page(headline=rows)
    for kind, head in (("number", "a"), ("words", "b"), ("number", "c")):
        assert f'<th class="{kind}" scope="col">{head}</th>' in text
    assert '<td class="number">0.5000</td>' in text


def test_what_a_template_is_not_given_is_told() -> None:
    """A figure that nobody worked out is an error, not a blank."""
    with pytest.raises(UndefinedError, match="version"):
        render(PAGE)


def test_a_verdict_replaces_the_one_before() -> None:
    """A page holds one verdict, the last, with its signs escaped."""
    page = _page().encode()
    assert b"not yet judged" in page
    told = with_verdict(with_verdict(page, "kept: a"), "kept: 1 < 2 \\1")
    assert b"<!-- verdict of v -->kept: 1 &lt; 2 \\1<!-- /verdict -->" in told
    assert b"kept: a" not in told
    assert version_shown(told) == version_shown(page) == "v"
