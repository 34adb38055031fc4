"""Stated numbers that a relation moves are told, all of them, by the relation at fault."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from data_gen.cli import main
from data_gen.look_alikes.marginals import of_atoms
from data_gen.moved import Moved, by_relation, moved_numbers
from data_gen.profiles import KNOWLEDGE, Knowledge, load_knowledge
from data_gen.vocabulary.relation import Implication, Statement
from data_gen.world import World, build_world
from data_gen.world.rates import Rates

CANCER, DISTANCE = "active_cancer implies cancer_history", "starts_immediately and walking_distance"


@pytest.fixture(scope="module")
def before(knowledge: Knowledge, world: World) -> list[Moved]:
    """What is moved in our own knowledge."""
    return list(moved_numbers(knowledge, world))


def _new(knowledge: Knowledge, before: list[Moved]) -> list[Moved]:
    """What is moved beyond that, wherever it stands in its file."""
    told = {re.sub(r":\d+:", "", one.text) for one in before}
    every = moved_numbers(knowledge, build_world(knowledge))
    return [one for one in every if re.sub(r":\d+:", "", one.text) not in told]


def _with(folder: Path, condition: str, entries: str) -> Knowledge:
    shutil.copytree(KNOWLEDGE, folder)
    path = folder / "conditions" / f"{condition}.yaml"
    text = path.read_text(encoding="utf-8")
    for finding in re.findall(r"(?m)^  (\w+):", entries):
        text = re.sub(rf"(?m)^  +{finding}: .*\n", "", text)
    path.write_text(text.replace("\nfindings:\n", f"\nfindings:\n{entries}", 1), encoding="utf-8")
    return load_knowledge(folder)


def test_a_rate_that_crosses_another_is_told(tmp_path: Path, before: list[Moved]) -> None:
    """Who has active cancer had cancer: a rate above that of a history is told, with its line."""
    stated = "  active_cancer: {p: 0.04}\n  cancer_history: {p: 0.04}\n"
    new = _new(_with(tmp_path / "k", "doms", stated), before)
    assert new
    assert {(one.relation, one.condition) for one in new} == {(CANCER, "doms")}
    assert all(re.match(r"conditions/doms.yaml:\d+: findings.active_cancer: 0.04 is 0.0", one.text)
               for one in new)  # fmt: skip


def test_a_number_that_is_cut_short_is_told(tmp_path: Path, before: list[Moved]) -> None:
    """Who must stop at once walks no distance: fewer have one, and fewer of them a long one."""
    distance = "  walking_distance_m: {low: 150, median: 1200, high: 6000, applies: 0.8}\n"
    stated = f"  starts_immediately: {{p: 0.5}}\n{distance}"
    new = _new(_with(tmp_path / "k", "doms", stated), before)
    (number,) = {one.text.rpartition(" in ")[0] for one in new}
    found = re.search(r"applies 0.8 is (0.\d+), share of 140 or more (0.\d+) is (0.\d+)$", number)
    assert found
    applies, share, left = map(float, found.groups())
    # Half walk any distance; of the others those with one below 140 m, or none.
    low = 0.8 * (1 - share)
    assert applies == pytest.approx(0.4 + 0.5 * low / (low + 0.2), abs=1e-3)
    assert left == pytest.approx(0.4 * share / applies, abs=1e-3)
    assert all(one.relation.startswith(DISTANCE) for one in new)


def test_a_made_up_relation_is_told(knowledge: Knowledge, before: list[Moved]) -> None:
    """A relation that is added is the one at fault, for every profile's number that it moves."""
    vocabulary = knowledge.vocabulary
    sharp = Implication(
        Statement("predictable_distance", "is"),
        Statement("walking_distance_m", "below", 1400.0),
        "predictable_distance and walking_distance_m exclude each other",
    )
    rules = (*vocabulary.relations.implications, sharp)
    relations = replace(vocabulary.relations, implications=rules)
    other = replace(knowledge, vocabulary=replace(vocabulary, relations=relations))
    found = list(moved_numbers(other, build_world(other)))
    # Every profile states the distance, and the first relation to move it is still the one told.
    assert len(found) == len(before)
    assert {one.text for one in found} != {one.text for one in before}
    alone = replace(vocabulary.relations, implications=(sharp,), at_most=())
    other = replace(knowledge, vocabulary=replace(vocabulary, relations=alone))
    found = list(moved_numbers(other, build_world(other)))
    assert {one.relation for one in found} == {sharp.text}
    assert all("share of 1400 or more" in one.text for one in found)
    assert len(found) == sum("walking_distance_m" in one.text for one in before)


def test_every_moved_number_is_told(
    knowledge: Knowledge, world: World, before: list[Moved]
) -> None:
    """No number of a profile differs from the world's unless it is told.

    Counted from the world alone: yes/no rates, shares of a choice, and how often a number has a
    value, where no other finding decides whether it may have one.
    """
    rates, off = Rates(knowledge, world.people), 0
    only_if = {one.finding for one in knowledge.vocabulary.relations.applies}
    for group in world.groups:
        for finding, table in of_atoms(world, group).items():
            if finding in only_if or finding not in knowledge.background.findings:
                continue
            for k, entry in rates._stated(finding):
                if finding in world.bins:
                    stated, now = rates.number(finding, None)[1][k], 1 - table[k, -1]
                elif entry.of is not None:
                    values = knowledge.vocabulary.finding(finding).values
                    stated, now = np.array([entry.of.get(v, 0.0) for v in values]), table[k]
                else:
                    stated, now = np.float64(entry.p or 0.0), table[k, 1]
                off += not np.allclose(stated, now, atol=1e-6)
    assert off == len(before) == len({one.text for one in before}) > 90


def test_check_tells_two_lines_a_relation(
    knowledge: Knowledge, world: World, before: list[Moved], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The count of each relation and its farthest number; with `--moved` every one of them."""
    monkeypatch.setattr("data_gen.check_report.load_knowledge", lambda _: knowledge)
    monkeypatch.setattr("data_gen.check_report.build_world", lambda _: world)
    for rest in ("unfinished", "check_knowledge", "_deciding"):
        monkeypatch.setattr(f"data_gen.check_report.{rest}", lambda *_, **__: [])
    calls = (["check"], ["check", "--moved"])
    short, full = (CliRunner().invoke(main, call).stdout.splitlines() for call in calls)
    head = f"stated numbers that a relation moves: {len(before)}"
    assert f"{head} (`check --moved` lists them)" in short
    relations = {one.relation for one in before}
    assert sum(any(r in line for r in relations) for line in short) == len(relations)
    assert sum(one.text in line for line in short for one in before) == len(relations)
    assert {f"    {one.text}" for one in before} <= set(full)


def test_a_relation_that_moves_nothing_is_not_told() -> None:
    """Where no number is moved there is no line of a relation."""
    assert list(by_relation([])) == []
