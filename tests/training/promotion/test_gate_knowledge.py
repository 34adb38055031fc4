"""What the gate says of a candidate that learned other knowledge, at the best of all trainings.

The versions answer with the exact posterior of their own knowledge: what they lack is the edit's.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pytest

from data_gen.profiles import KNOWLEDGE, Knowledge, load_knowledge
from data_gen.sampler import Plan, sample_to_files
from data_gen.world import World, build_world
from serve.problem import RefusedError
from tests.training.projects import few_people, params
from tests.training.promotion.judged import VOCABULARY, Exact, as_version
from training.data.holdout import HOLDOUT
from training.params import Params
from training.paths import pair
from training.promotion.checks.published import LITERATURE, published
from training.promotion.gate import Decision, Standing, decide
from training.promotion.judge import read_comparison_data

pytestmark = pytest.mark.slow
_ROWS = 2000
Edit = Callable[[str], str]


def _set(finding: str, old: str, new: str) -> Edit:
    """A probability that stands in the file as `old` becomes `new`."""
    entry = re.compile(rf"(\n +{finding}: {{p: ){re.escape(old)}\b")
    return lambda text: entry.sub(rf"\g<1>{new}", text)


def _inverted(findings: str) -> Edit:
    """Each probability p of these findings becomes 1 - p."""
    entry = re.compile(rf"(\n +(?:{findings}): {{p: )([\d.]+)")
    return lambda text: entry.sub(lambda found: f"{found[1]}{1 - float(found[2]):.4g}", text)


class Edited(NamedTuple):
    """An edit of the knowledge of some conditions."""

    conditions: str
    edit: Edit


class Champion(NamedTuple):
    """The champion of the knowledge as it is, with what lies beside it."""

    version: Exact
    world: World


@pytest.fixture(scope="module")
def champion(
    knowledge: Knowledge, world: World, tmp_path_factory: pytest.TempPathFactory
) -> Champion:
    """A champion with hold-out and metrics in its folder."""
    folder = tmp_path_factory.mktemp("champion")
    plan = Plan(_ROWS, 2, "training", *pair(folder, HOLDOUT))
    sample_to_files(world, plan, lambda _: None)
    with pytest.MonkeyPatch.context() as patch:
        few_people(patch)
        found = published(knowledge, world)
    (folder / "metrics.json").write_text(json.dumps({LITERATURE: found.as_metrics()}))
    return Champion(Exact(world, "old", folder), world)


@pytest.fixture(scope="module")
def knobs(tmp_path_factory: pytest.TempPathFactory) -> Params:
    """The project's own knobs of the gate, with fewer fresh rows and no labelled cases."""
    own = params(labelled_cases=tmp_path_factory.mktemp("labelled"))
    gate = params().gate.model_copy(update={"rows": _ROWS})
    return own.model_copy(update={"gate": gate})


def _decide(
    edited: Edited, champion: Champion, knobs: Params, folder: Path, patch: pytest.MonkeyPatch
) -> Decision:
    """The decision about a candidate that learned the edited knowledge perfectly."""
    knowledge = folder / "knowledge"
    shutil.copytree(KNOWLEDGE, knowledge)
    paths = sorted((knowledge / "conditions").glob(f"{edited.conditions}.yaml"))
    before = [path.read_text(encoding="utf-8") for path in paths]
    for path, text in zip(paths, before, strict=True):
        path.write_text(edited.edit(text), encoding="utf-8")
    assert before != [path.read_text(encoding="utf-8") for path in paths]
    patch.setattr(load_knowledge, "__defaults__", (knowledge, None))  # everywhere, as an edit is
    few_people(patch)
    new = as_version(Exact(build_world(load_knowledge()), "new"))
    old = as_version(champion.version)
    data = partial(read_comparison_data, knobs, new, old, VOCABULARY)
    return decide(new, Standing(old, None), data, VOCABULARY, knobs.gate)


@pytest.mark.parametrize(
    "edited",
    [
        pytest.param(
            Edited("osteoarthritis", _set("worse_stairs", "0.80", "0.95")), id="0.80 to 0.95"
        ),
        pytest.param(Edited("doms", lambda text: f"{text}# said better\n"), id="a comment"),
    ],
)
def test_a_correct_small_edit_reaches_the_champion(
    edited: Edited,
    champion: Champion,
    knobs: Params,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A candidate of other knowledge need not be better: it is enough that nothing is worse."""
    found = _decide(edited, champion, knobs, tmp_path, monkeypatch)
    assert found.promote, found.reason
    assert "other knowledge" in found.reason


@pytest.mark.parametrize(
    ("edited", "lacks"),
    [
        pytest.param(
            Edited("peripheral_artery_disease", _inverted("pulses_reduced")),
            "published statistics outside their interval",
            id="pulses of arterial disease",
        ),
        pytest.param(
            Edited("acute_limb_ischemia", _inverted("colour_change_new|pulses_reduced")),
            "how far the exact answers move, nats: acute_limb_ischemia",
            id="signs of an emergency",
        ),
        pytest.param(
            Edited("plantar_fasciitis", _inverted("first_step_pain")),
            "how far the exact answers move, nats: plantar_fasciitis",
            id="first steps of fasciitis",
        ),
        pytest.param(
            Edited("*", _inverted("worse_(?:sitting|movement|cough|stairs)")),
            "how far the exact answers move",
            id="what makes each pain worse",
        ),
    ],
)
def test_inverted_knowledge_does_not_pass(
    edited: Edited,
    lacks: str,
    champion: Champion,
    knobs: Params,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A perfect model of inverted numbers is refused, by what no model of it can tell."""
    found = _decide(edited, champion, knobs, tmp_path, monkeypatch)
    assert not found.promote
    assert lacks in found.reason


def test_without_the_champions_vignettes_other_knowledge_is_not_judged(
    champion: Champion, knobs: Params, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the champion's hold-out is gone a changed knowledge is left to a person."""
    bare = Champion(Exact(champion.world, "old", tmp_path / "nothing"), champion.world)
    comment = Edited("doms", lambda text: f"{text}# said better\n")
    found = _decide(comment, bare, knobs, tmp_path, monkeypatch)
    assert not found.promote
    assert "to be judged on the champion's own vignettes" in found.reason


def test_a_candidate_of_yesterdays_knowledge_is_refused(
    champion: Champion, knobs: Params, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A candidate is judged on the knowledge that it learned, or not at all."""
    shutil.copytree(KNOWLEDGE, tmp_path / "knowledge")
    path = tmp_path / "knowledge" / "conditions" / "doms.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "# new\n", encoding="utf-8")
    monkeypatch.setattr(load_knowledge, "__defaults__", (tmp_path / "knowledge", None))
    candidate = as_version(Exact(champion.world, "new"))
    with pytest.raises(RefusedError, match="sample and train again"):
        read_comparison_data(knobs, candidate, None, VOCABULARY)
