"""What labelled cases bring where the world differs from the knowledge, and where it does not.

    python -m benchmarks.labelled --out benchmarks/labelled.txt

Cases are drawn from the knowledge's own world, and from worlds whose numbers were redrawn within
their intervals, and within intervals twice as wide (in log-odds). They update the knowledge, and
the exact posterior of what comes out is held against that of the world of the cases, on fresh ones.
What the stated knowledge loses there is the learnable part: no model of its vignettes can do
without it, and one of the true world's would. The ceiling is the same update where components are
given, every cell is written down, and how it is written down is known.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from benchmarks.output import options
from benchmarks.redraw import other_world
from data_gen.inference import ExactPosterior
from data_gen.profiles import Knowledge, load_knowledge
from data_gen.world import World, build_world
from training.evaluation.metrics import kl_to_exact
from training.learn.learn import Learned, learn
from training.model.calibrate import TRAINING, Drawn, draw

Real = npt.NDArray[np.float64]
SIZES = (200, 1000, 10_000)
_SEEDS = {"labelled": 710_001, "test": 710_002}


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
        return cls(knowledge, world, test, _posterior(world, test))

    def lost(self, knowledge: Knowledge) -> Real:
        """What the exact posterior of a knowledge loses on each case, in nats: (n_cases,)."""
        return kl_to_exact(self.exact, _posterior(build_world(knowledge), self.test))


def _posterior(world: World, cases: Drawn) -> Real:
    return ExactPosterior(world)(cases.values, world.mix(TRAINING), 2).probability


def of_world(bench: Bench, name: str, sizes: tuple[int, ...], *, complete: bool) -> Iterator[str]:
    """The lines of one world; `complete` labelled cases have every cell written down."""
    mix, whole = bench.world.mix(TRAINING), bench.world.complete()
    cases = draw(whole if complete else bench.world, mix, max(sizes), _SEEDS["labelled"])
    ideal = draw(whole, mix, max(sizes), _SEEDS["labelled"])
    learnable = bench.lost(bench.knowledge)
    yield name
    yield _line("the knowledge as stated", learnable)
    for size in sizes:
        start, some = time.perf_counter(), cases.of(slice(size))
        found = learn(bench.knowledge, some.values, some.label)
        seconds = time.perf_counter() - start
        yield _told(bench, f"{size} cases", found, learnable) + f"   {seconds:5.0f} s"
        given = ideal.of(slice(size))
        best = learn(
            bench.knowledge, given.values, given.label,
            component=given.component, recording=whole.recording,
        )  # fmt: skip
        yield _told(bench, "  ceiling: hidden states given", best, learnable)
    yield ""


def _told(bench: Bench, what: str, found: Learned, learnable: Real) -> str:
    lost = bench.lost(found.knowledge)
    closed = 1 - lost.mean() / learnable.mean() if learnable.mean() > 0 else 0.0
    return f"{_line(what, lost)}   scale {found.scale:4.2f}   closed {100 * closed:5.1f} %"


def _line(what: str, lost: Real) -> str:
    return f"  {what:34} {lost.mean():8.4f} +- {lost.std() / np.sqrt(len(lost)):.4f}"


def main() -> None:
    """Measure, print, and write the text."""
    parser = options(__doc__)
    parser.add_argument("--test", type=int, default=10_000)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    given = parser.parse_args()
    knowledge = load_knowledge()
    lines = [
        f"Labelled cases: excess in nats over the exact posterior of the world of the cases, on "
        f"{given.test} fresh ones",
        "",
    ]
    own = build_world(knowledge)
    near, far = (other_world(knowledge, 1, scale)[0] for scale in (1.0, 2.0))
    for name, world, complete in (
        ("The knowledge's own world", own, False),
        ("The same, labelled cases with every cell written down", own, True),
        ("Numbers redrawn within their intervals", near, False),
        ("Numbers redrawn within twice their intervals", far, False),
        ("The same, labelled cases with every cell written down", far, True),
    ):
        bench = Bench.of(knowledge, world, given.test)
        for line in of_world(bench, name, tuple(given.sizes), complete=complete):
            print(line, flush=True)
            lines.append(line)
    if given.out:
        given.out.write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
