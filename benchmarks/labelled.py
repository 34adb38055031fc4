"""What labelled cases bring where the world differs from the knowledge, and where it does not.

    python -m benchmarks.labelled --out benchmarks/labelled.txt

Cases are drawn from the knowledge's own world, from three worlds whose numbers were redrawn within
their intervals, and three within intervals twice as wide (in log-odds), two draws of cases each,
since what a thousand cases close differs by several points from draw to draw; and from worlds whose
structure the knowledge lacks (`benchmarks.structure`). They update the knowledge, and the exact
posterior of what comes out is held against that of the world of the cases, on fresh ones. What the
stated knowledge loses there is the learnable part: no model of its vignettes can do without it, and
one of the true world's would. The ceiling is the same update where components are given, every cell
is written down, and how it is written down is known. Where structure differs, trees of the cases
are added to the exact posterior as training adds them to the model. At last the shared real cases,
learned from four fifths and tested on the last.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from benchmarks.case_files import ROOT
from benchmarks.output import options
from benchmarks.redraw import other_world
from benchmarks.structure import lacking
from data_gen.inference import ExactPosterior
from data_gen.profiles import Knowledge, load_knowledge
from data_gen.world import World, build_world
from serve.model.components import Components
from serve.triage import URGENT, Causes
from training.bundles.loaded import Told
from training.data.knowledge_facts import Facts
from training.data.labelled import LabelledCases
from training.data.real_cases import RealCases, read_real_cases
from training.evaluation.metrics import kl_to_exact, log_loss
from training.evaluation.triage import triaged
from training.learn.learn import Learned, learn
from training.learn.left_out import rows_for_trees
from training.model.calibrate import TRAINING, Drawn, draw
from training.model.labelled_trees import fit_labelled_trees
from training.model.mixture import softmax

Real = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
_SEEDS = {"labelled": 710_001, "test": 710_002}
_FOLDS = 5
_WORLDS = (1, 2, 3)
"""Seeds of the redrawn worlds."""
_DRAWS = 2
"""Of labelled cases, of each redrawn world."""


@dataclass(frozen=True)
class Bench:
    """The knowledge that is updated, and fresh cases of the world that the cases come from."""

    knowledge: Knowledge
    world: World
    test: Drawn
    exact: Real

    @classmethod
    def of(cls, knowledge: Knowledge, world: World, rows: int) -> Bench:
        """Fresh cases of a world with its exact posterior."""
        test = draw(world, world.mix(TRAINING), rows, _SEEDS["test"])
        return cls(knowledge, world, test, _posterior(world, test.values))

    def labelled(self, rows: int, *, complete: bool = False, again: int = 0) -> Drawn:
        """Cases to learn from, others `again`; `complete` ones have every cell written down."""
        world = self.world.complete() if complete else self.world
        return draw(world, world.mix(TRAINING), rows, _SEEDS["labelled"] + 10 * again)

    def lost(self, world: World) -> Real:
        """What the exact posterior of a world loses on each case, in nats: (n_cases,)."""
        return kl_to_exact(self.exact, _posterior(world, self.test.values))


def _posterior(world: World, values: Real) -> Real:
    return ExactPosterior(world)(values, world.mix(TRAINING), 1).probability


def of_own_world(bench: Bench, name: str, size: int, *, complete: bool) -> Iterator[str]:
    """The lines of the knowledge's own world: what cases that agree with it do harm."""
    start, some = time.process_time(), bench.labelled(size, complete=complete)
    found = learn(bench.knowledge, some.values, some.label)
    seconds = time.process_time() - start
    yield name
    yield (
        f"{_line(f'{size} cases', bench.lost(found.world))}   scale {found.scale:4.2f}"
        f"   {seconds:5.0f} s"
    )
    yield ""


@dataclass(frozen=True)
class Closed:
    """What one update leaves: of the learnable part, and how it came about."""

    lost: float
    share: float  # closed of what the stated knowledge loses
    scale: float
    seconds: float


def of_redrawn(
    knowledge: Knowledge, name: str, scale: float, sizes: tuple[int, ...], rows: int
) -> Iterator[str]:
    """The lines of worlds of the same structure and other numbers: means of all draws."""
    worlds = [other_world(knowledge, seed, scale)[0] for seed in _WORLDS]
    benches = [Bench.of(knowledge, world, rows) for world in worlds]
    stated = build_world(knowledge)
    learnable = [float(bench.lost(stated).mean()) for bench in benches]
    yield f"{name}: {len(benches)} worlds, {_DRAWS} draws of cases each"
    yield f"  {'the knowledge as stated':34} {np.mean(learnable):8.4f}"
    pairs = [
        (b, part, k) for b, part in zip(benches, learnable, strict=True) for k in range(_DRAWS)
    ]
    for size in sizes:
        yield _mean(f"{size} cases", [_update(b, size, k, part) for b, part, k in pairs])
        yield _mean(
            "  ceiling: hidden states given",
            [_update(b, size, k, part, given=True) for b, part, k in pairs],
        )
    yield ""


def _update(
    bench: Bench, size: int, again: int, learnable: float, *, given: bool = False
) -> Closed:
    """One draw's update; `given` its components, every cell, and how cells are written down."""
    start, some = time.process_time(), bench.labelled(size, complete=given, again=again)
    found = learn(
        bench.knowledge, some.values, some.label,
        component=some.component if given else None,
        recording=bench.world.complete().recording if given else None,
    )  # fmt: skip
    seconds = time.process_time() - start
    lost = float(bench.lost(found.world).mean())
    return Closed(lost, 1 - lost / learnable, found.scale, seconds)


def _mean(what: str, found: list[Closed]) -> str:
    shares = np.array([one.share for one in found])
    error = shares.std(ddof=1) / len(shares) ** 0.5
    lost, scale, seconds = (
        np.mean([getattr(one, name) for one in found]) for name in ("lost", "scale", "seconds")
    )
    return (
        f"  {what:34} {lost:8.4f}   closed {100 * shares.mean():5.1f} +- {100 * error:3.1f} %   "
        f"({100 * shares.min():.1f} to {100 * shares.max():.1f})   scale {scale:4.2f}"
        f"   {seconds:5.0f} s"
    )


def of_structure(rows: int, size: int) -> Iterator[str]:
    """The lines of the worlds whose structure the knowledge lacks."""
    for one in lacking(load_knowledge()):
        bench = Bench.of(one.knowledge, one.world, rows)
        learnable = bench.lost(build_world(bench.knowledge))
        yield one.name
        yield _line("the knowledge as stated", learnable)
        some = bench.labelled(size)
        found = learn(bench.knowledge, some.values, some.label)
        yield _told(bench, f"{size} cases: the update alone", found, learnable)
        lost, rounds = with_trees(bench, some, found)
        yield _closed("update and trees", lost, learnable) + f"   {rounds} rounds"
        yield ""


def with_trees(bench: Bench, some: Drawn, found: Learned) -> tuple[Real, int]:
    """What is lost on each fresh case once trees are added, and how many rounds there are."""
    labelled = LabelledCases(some.values, some.cases, some.label, some.label < 0)
    mix = bench.world.class_mix(bench.world.mix(TRAINING))
    booster = fit_labelled_trees(rows_for_trees(bench.knowledge, found, labelled), mix, 1, 0)
    told = _posterior(found.world, bench.test.values)
    if booster is None:
        return kl_to_exact(bench.exact, told), 0
    raised = np.log(np.maximum(told, 1e-30)) + booster.predict(bench.test.cases, raw_score=True)
    return kl_to_exact(bench.exact, np.asarray(softmax(raised), float)), booster.current_iteration()


def of_real_cases() -> Iterator[str]:
    """The lines of the shared real cases: each by the knowledge that the other folds lead to."""
    knowledge = load_knowledge()
    real = read_real_cases(ROOT / "examples" / "real_cases.csv", knowledge.vocabulary)
    fold = np.random.default_rng(0).permutation(len(real.label)) % _FOLDS
    stated = build_world(knowledge)
    before = [_on_real(stated, real, fold == one) for one in range(_FOLDS)]
    after, scales = [], []
    for one in range(_FOLDS):
        rest = fold != one
        found = learn(knowledge, real.values[rest], real.label[rest])
        scales.append(found.scale)
        after.append(_on_real(found.world, real, fold == one))
    yield f"The {len(real.label)} shared real cases, each told without its fold of {_FOLDS}"
    for name, parts in (("the knowledge as stated", before), ("updated by the other folds", after)):
        loss, missed, raised = (np.concatenate(column) for column in zip(*parts, strict=True))
        yield (
            f"  {name:34} log-loss {loss.mean():.4f} +- {loss.std() / len(loss) ** 0.5:.4f}"
            f"   below the level needed {missed.sum()}   benign raised {raised.sum()}"
        )
    yield f"  scales {', '.join(f'{scale:.2f}' for scale in scales)}"
    yield ""


def _on_real(world: World, real: RealCases, rows: Mask) -> tuple[Real, Mask, Mask]:
    """Log-loss of each of some real cases, whether it is placed too low, and raised for nothing."""
    vocabulary, values = world.vocabulary, real.values[rows]
    found = ExactPosterior(world)(values, world.mix(TRAINING), 1)
    entries = {"components": Facts({}, {}, world).components}
    causes = Causes.of(Components.of(entries, vocabulary.condition_ids), vocabulary)
    level = triaged(values, Told(found.probability, found.atoms, causes), vocabulary).level
    needed = real.triage[rows]
    raised = (needed > URGENT) & (level <= URGENT)
    return log_loss(real.label[rows], found.probability), level > needed, raised


def _told(bench: Bench, what: str, found: Learned, learnable: Real) -> str:
    lost = bench.lost(found.world)
    return f"{_closed(what, lost, learnable)}   scale {found.scale:4.2f}"


def _closed(what: str, lost: Real, learnable: Real) -> str:
    closed = 1 - lost.mean() / learnable.mean() if learnable.mean() > 0 else 0.0
    return f"{_line(what, lost)}   closed {100 * closed:5.1f} %"


def _line(what: str, lost: Real) -> str:
    return f"  {what:34} {lost.mean():8.4f} +- {lost.std() / np.sqrt(len(lost)):.4f}"


def lines(rows: int, size: int, sizes: tuple[int, ...]) -> Iterator[str]:
    """All that is measured."""
    yield (
        f"Labelled cases: excess in nats over the exact posterior of the world of the cases, on "
        f"{rows} fresh ones; seconds are those of one processor"
    )
    yield ""
    yield from of_structure(rows, size)
    yield from of_real_cases()
    knowledge = load_knowledge()
    own = Bench.of(knowledge, build_world(knowledge), rows)
    for name, complete in (
        ("The knowledge's own world", False),
        ("The same, labelled cases with every cell written down", True),
    ):
        yield from of_own_world(own, name, sizes[0], complete=complete)
    for name, scale, which in (
        ("Numbers redrawn within their intervals", 1.0, sizes[:1]),
        ("Numbers redrawn within twice their intervals", 2.0, sizes),
    ):
        yield from of_redrawn(knowledge, name, scale, which, rows)


def main() -> None:
    """Measure, print, and write the text."""
    parser = options(__doc__)
    parser.add_argument("--test", type=int, default=4000)
    parser.add_argument("--structure", type=int, default=5000)
    parser.add_argument("--sizes", type=int, nargs="+", default=(1000, 10_000))
    given = parser.parse_args()
    found = []
    for line in lines(given.test, given.structure, tuple(given.sizes)):
        print(line, flush=True)
        found.append(line)
    if given.out:
        given.out.write_text("\n".join(found).rstrip("\n") + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
