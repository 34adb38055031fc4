"""`literature`: published statistics beside ours, as a table and a verdict."""

from __future__ import annotations

from pathlib import Path

from data_gen.literature.load import load_literature
from data_gen.literature.replay import WANTED, Replayed, replay
from data_gen.literature.schema import Literature
from data_gen.profiles import KnowledgeError, load_knowledge
from data_gen.world import build_world

ALLOWED = 0.05
"""The share of unused statistics that may fall outside their intervals."""
_SHORT = {"likelihood_ratio_positive": "LR+", "likelihood_ratio_negative": "LR-"}
_HEAD = f"{'study row':48}{'measure':14}{'published':>10}{'interval':>17}{'ours':>8}{'±':>7}"


def literature_report(
    folder: Path | None = None, seed: int = 1, wanted: int = WANTED
) -> tuple[str, bool]:
    """The report as text, and whether enough unused statistics are inside."""
    try:
        knowledge = load_knowledge(folder)
        literature = load_literature(knowledge)
        done = list(replay(literature, knowledge.studies, build_world(knowledge), seed, wanted))
    except KnowledgeError as error:
        return str(error), False
    lines = [_HEAD, *(_row(one) for one in done), "", *_summary(done), "", *_left_out(literature)]
    return "\n".join(lines), good(done)


def good(done: list[Replayed]) -> bool:
    """Whether at most ALLOWED of the unused statistics fall outside."""
    unused = [one for one in done if not one.statistic.used]
    return sum(not one.inside for one in unused) <= ALLOWED * len(unused)


def _row(one: Replayed) -> str:
    statistic = one.statistic
    measure = _SHORT.get(statistic.measure, statistic.measure)
    low, high = (f"{bound:.3g}" for bound in one.interval)
    words = ["inside" if one.inside else "OUTSIDE", "used" if statistic.used else "unused"]
    words += ["joint"] if one.joint else []
    words += ["own interval"] if one.own_interval else []
    return (
        f"{statistic.study:48}{measure:14}{one.published:>10.3g}{f'{low} to {high}':>17}"
        f"{one.ours.value:>8.3g}{one.ours.error:>7.1g}  {', '.join(words)}"
    )


def _summary(done: list[Replayed]) -> list[str]:
    unused = [one for one in done if not one.statistic.used]
    joint = [one for one in done if one.joint]
    published = [one for one in unused if not one.own_interval]
    groups = (
        ("all", done),
        ("joint", joint),
        ("unused", unused),
        ("unused, by the study's interval or count", published),
    )
    return [
        f"{name}: {sum(one.inside for one in group)} of {len(group)} inside"
        for name, group in groups
    ]


def _left_out(literature: Literature) -> list[str]:
    lines = ["not replayed here:"]
    for left in literature.not_reproduced:
        lines.append(f"  {left.reason}")
        lines.append(f"    {', '.join(left.studies)}")
    return lines
