"""Asking one finding at a time, from age, sex and place on: what each order of asking leads to.

    python -m benchmarks.asking --model models/leg_pain --out benchmarks/asking.txt

Complete vignettes of the training mix answer what they are asked; what does not apply to them is
answered by "not known".
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from benchmarks.output import options, tell
from data_gen.profiles import load_knowledge
from data_gen.vocabulary import NOT_ASKED, Vocabulary
from data_gen.vocabulary.complete import complete
from data_gen.world import World, build_world
from serve.api import Scorer, open_scorer
from serve.asking.askable import askable, asked_by
from serve.asking.worth import Answers
from serve.cases.parse import ParsedCases
from serve.http.page.form import SIGNS
from serve.model.predict import predict
from serve.overrides.asking import NOT_ASKED as ON_DEVICES
from serve.overrides.matrix.results import flags_of
from serve.pipeline import ScoringPipeline, score_values
from serve.triage import EMERGENCY, URGENT, Causes
from training.model.calibrate import TRAINING, draw

Real = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Pick = Callable[["State"], Ints]
_SEED, _STEPS, _TOLD = 880_001, 16, (0, 3, 5, 10, 15, 16)
_AHEAD, _AHEAD_ROWS = 6, 250  # findings that are looked beyond, and cases of that sample
_SOME = 1000  # cases that are asked without knowing better
_FLAGGED, _MOST = 1000, 15  # cases whose flags are settled, and questions to each
_FLOOR = 1e-9


@dataclass(frozen=True)
class Patients:
    """Vignettes, and what the model says of their complete records."""

    values: Real  # (n_cases, n_findings) complete
    label: Ints
    rank: Ints  # of the level that each needs
    whole: Real  # (n_cases, n_conditions) the model's answer to the complete record
    recorded: Real
    """(n_cases, n_findings) of the same patients as the training setting records them."""

    def of(self, rows: slice) -> Patients:
        """Some of them."""
        return Patients(
            self.values[rows], self.label[rows], self.rank[rows], self.whole[rows],
            self.recorded[rows],
        )  # fmt: skip


@dataclass(frozen=True)
class State:
    """How far the asking has come, for n cases."""

    chain: ScoringPipeline
    values: Real
    declined: Mask
    level: Ints
    posterior: Real  # of components
    first: Ints
    """(n_cases,) what is asked next, as it is served; -1 for nothing."""
    own: Real
    """(n_cases, n_conditions)."""

    @property
    def vocabulary(self) -> Vocabulary:
        """Of the chain."""
        return self.chain.vocabulary

    @property
    def askable(self) -> Mask:
        """(n_cases, n_findings) what may be asked."""
        present = complete(self.values, self.vocabulary).present
        return askable(present, self.declined, self.vocabulary)

    def best(self, score: Real) -> Ints:
        """(n_cases,) the finding of the highest score of those that may be asked; -1 for none."""
        ranked = np.where(self.askable, score, -1.0)
        return np.where(ranked.max(axis=1) > 0, ranked.argmax(axis=1), -1)

    @property
    def worths(self) -> Answers:
        """What answers are worth."""
        assert self.chain.worths is not None  # noqa: S101 narrows the type
        return self.chain.worths


def look(chain: ScoringPipeline, values: Real, declined: Mask) -> State:
    """The state of cases by the same chain as everywhere."""
    rows, columns = np.nonzero(declined)
    said = [(int(c), rows[columns == c]) for c in np.unique(columns)]
    scores = score_values(chain.told(ask=1), ParsedCases(values, {}, not_known=said))
    assert scores.posterior is not None  # noqa: S101 narrows the type
    assert chain.bundle is not None  # noqa: S101 narrows the type
    assert chain.bundle.components is not None  # noqa: S101 narrows the type
    own = chain.bundle.components.by_condition(scores.posterior, len(chain.vocabulary.conditions))
    column = chain.vocabulary.column
    first = [column(names[0]) if names else -1 for names in scores.ask_next.values]
    level = np.asarray(scores.triage.codes, dtype=np.int64)
    posterior = scores.posterior
    asked = np.array(first, dtype=np.int64)[scores.ask_next.codes]
    return State(chain, values, declined, level, posterior, asked, own)


def asked_one_by_one(
    chain: ScoringPipeline,
    found: Patients,
    start: Sequence[str],
    pick: Pick,
    barred: Sequence[int] = (),
) -> Iterator[str]:
    """The figures after some numbers of questions, a line each."""
    vocabulary, n = chain.vocabulary, len(found.label)
    begun = [vocabulary.column(name) for name in start]
    values = np.full_like(found.values, NOT_ASKED)
    values[:, begun] = np.where(np.isnan(found.values[:, begun]), NOT_ASKED, found.values[:, begun])
    declined = np.zeros(values.shape, dtype=np.bool_)
    declined[:, list(barred)] = True
    loss = [0.0]
    for step in range(_STEPS + 1):
        state = look(chain, values, declined)
        loss.append(log_loss(state.own, found.label))
        if step in _TOLD:
            yield line(step, loss[1], loss[-1], state, found)
        asked = pick(state)
        rows = np.flatnonzero(asked >= 0)
        answer(values, declined, found.values, rows, asked[rows])
    assert n == len(values)  # noqa: S101 nothing was lost


def answer(values: Real, declined: Mask, truth: Real, rows: Ints, asked: Ints) -> None:
    """Put the answers to some questions into the cases, in place."""
    said = truth[rows, asked]
    values[rows, asked] = np.where(np.isnan(said), NOT_ASKED, said)
    declined[rows, asked] |= np.isnan(said)


def line(step: int, begun: float, loss: float, state: State, found: Patients) -> str:
    """The figures after a number of questions."""
    whole = log_loss(found.whole, found.label)
    closed = (begun - loss) / (begun - whole)
    emergency, benign = found.rank == EMERGENCY, found.rank > URGENT
    caught = np.mean(state.level[emergency] <= URGENT)
    raised = np.mean(state.level[benign] <= URGENT)
    same = np.mean(state.own.argmax(axis=1) == found.whole.argmax(axis=1))
    return f"{step:9} {closed:8.3f} {caught:11.3f} {raised:8.3f} {same:9.3f}"


def log_loss(own: Real, label: Ints) -> float:
    """Mean log-loss of the label, in nats."""
    return float(-np.log(np.maximum(own[np.arange(len(label)), label], _FLOOR)).mean())


def served(state: State) -> Ints:
    """As it is served: open flags, dangers, information."""
    return state.first


def informed(state: State) -> Ints:
    """By information alone."""
    return state.best(state.worths.worth(state.posterior).information)


def at_random(state: State) -> Ints:
    """Any finding."""
    return state.best(np.random.default_rng(_SEED).random(state.values.shape))


def by_frequency(state: State) -> Ints:
    """What is most often present among all patients, whoever is asked."""
    assert state.chain.bundle is not None  # noqa: S101 narrows the type
    bundle = state.chain.bundle
    assert bundle.components is not None  # noqa: S101 narrows the type
    assert bundle.likelihoods is not None  # noqa: S101 narrows the type
    mix = bundle.components.mixes["training"]
    often = np.zeros(state.values.shape[1])
    for finding in state.vocabulary.findings:
        table = bundle.likelihoods.of.get(finding.id)
        if table is not None and finding.kind == "yes_no":
            often[finding.column] = mix @ table[:, 1]
    return state.best(np.tile(often, (len(state.values), 1)))


def two_steps(state: State) -> Ints:
    """By the information of a question and of the best one after each of its answers."""
    worths = state.worths
    information = np.where(state.askable, worths.worth(state.posterior).information, 0.0)
    out = np.full(len(information), -1)
    for row, score in enumerate(information):
        total = {}
        worthwhile = min(_AHEAD, int((score > 0).sum()))
        for column in np.argsort(-score)[:worthwhile].tolist():
            met = state.posterior[row] * _table(worths, column).T  # (n_values, n_components)
            after = met / np.maximum(met.sum(axis=1, keepdims=True), _FLOOR)
            further = worths.worth(after).information * (score > 0)
            further[:, column] = 0
            total[column] = score[column] + met.sum(axis=1) @ further.max(axis=1)
        if total:
            out[row] = max(total, key=lambda column: total[column])
    return out


def _table(worths: Answers, column: int) -> Real:
    place = int(np.flatnonzero(worths.columns == column)[0])
    ends = [*worths.starts[1:].tolist(), worths.table.shape[1]]
    return worths.table[:, int(worths.starts[place]) : ends[place]].astype(np.float64)


def settled(chain: ScoringPipeline, found: Patients, order: str) -> str:
    """How many questions it takes until no flag of a recorded case is open, in one order."""
    vocabulary, values = chain.vocabulary, found.recorded.copy()
    declined = np.zeros(values.shape, dtype=np.bool_)
    count = np.zeros(len(values), dtype=np.int64)
    for _ in range(_MOST):
        completed = complete(values, vocabulary)
        flags, may = flags_of(completed.present, vocabulary), askable(
            completed.present, declined, vocabulary
        )  # fmt: skip
        state = look(chain, values, declined)
        fall = state.worths.worth(state.posterior).fall
        asked = np.full(len(values), -1)
        for row in range(len(values)):
            open_ = flags.open[row]
            every = dict.fromkeys(name for rule in open_.rules for name in rule.findings)
            names = every if order == "cost alone" else open_.questions
            kept = [vocabulary.column(name) for name in names if name not in ON_DEVICES]
            kept = [column for column in kept if may[row, column]]
            if order != "fewest":
                kept.sort(key=lambda column: -fall[row, column])
            asked[row] = kept[0] if kept else -1
        rows = np.flatnonzero(asked >= 0)
        count[rows] += 1
        answer(values, declined, found.values, rows, asked[rows])
    level = flags_of(complete(values, vocabulary).present, vocabulary).level
    return (
        f"{order:20} {count.mean():6.2f} {np.median(count):7.0f} {np.mean(count == _MOST):9.3f} "
        f"{np.mean(level <= EMERGENCY):10.3f} {np.mean(level <= URGENT):7.3f}"
    )


def patients(world: World, chain: ScoringPipeline, rows: int) -> Patients:
    """Fresh vignettes, complete and as they are recorded: draws go by patient and variable."""
    mix = world.mix(TRAINING)
    drawn = draw(world.complete(), mix, rows, _SEED)
    assert chain.bundle is not None  # noqa: S101 narrows the type
    rank = Causes.of(chain.bundle.components, world.vocabulary).rank[drawn.component]
    whole = predict(chain.bundle, complete(drawn.values, world.vocabulary).values).own
    recorded = draw(world, mix, rows, _SEED).values
    return Patients(drawn.values, drawn.label, rank, whole, recorded)


def times(scorer: Scorer, found: Patients) -> Iterator[str]:
    """What a question costs in processor time: for one case, and for each of many."""
    case = {"age_years": 67, "sex": "male", "site_calf": "yes", "worse_walking": "yes"}
    took = []
    for _ in range(60):
        begun = time.process_time()
        scorer.ask(case, 1)
        took.append(time.process_time() - begun)
    yield f"processor time of one case, with its score and reasons: {1000 * np.median(took):.2f} ms"
    chain, cases = scorer.chain, ParsedCases(found.recorded, {})
    each = []
    for ask in (0, 5):
        begun = time.process_time()
        score_values(chain.told(ask=ask), cases)
        each.append((time.process_time() - begun) / len(found.label))
    cost = 1000 * (each[1] - each[0])
    yield f"of each of {len(found.label):,}, five questions beside its score: {cost:.3f} ms"


def report(scorer: Scorer, world: World, rows: int) -> Iterator[str]:
    """The tables, line by line."""
    chain, vocabulary = scorer.chain, world.vocabulary
    found = patients(world, chain, rows)
    some, few = found.of(slice(_SOME)), found.of(slice(_AHEAD_ROWS))
    place = [f.id for f in vocabulary.findings if f.asked == "site" or f.id in ("age_years", "sex")]
    barred = [f.column for f in vocabulary.findings if asked_by(f) != "question"]
    emergencies = int((found.rank == EMERGENCY).sum())
    yield f"Bundle {chain.model_version}, {rows:,} complete vignettes, {emergencies} emergencies"
    orders: list[tuple[str, Patients, Sequence[str], Pick, Sequence[int]]] = [
        ("as served: open flags, dangers, information", found, place, served, ()),
        ("information alone", found, place, informed, ()),
        (f"overall frequency, the first {len(some.label):,}", some, place, by_frequency, ()),
        (f"at random, the first {len(some.label):,}", some, place, at_random, ()),
        ("the page: its signs first, and questions alone", found, [*place, *SIGNS], served, barred),
        (f"information alone, the first {_AHEAD_ROWS}", few, place, informed, ()),
        (f"information two steps ahead, the first {_AHEAD_ROWS}", few, place, two_steps, ()),
    ]
    for name, group, start, pick, left_out in orders:
        yield ""
        yield name
        yield f"{'questions':>9} {'closed':>8} {'emergencies':>11} {'raised':>8} {'same top':>9}"
        yield from asked_one_by_one(chain, group, start, pick, left_out)
    yield ""
    yield "closed: part of the gap in log-loss to the complete record; emergencies: those placed at"
    yield "urgent or above; raised: the same of what needs less; same top: as of the whole record"
    yield ""
    flags = flags_of(complete(found.recorded, vocabulary).present, vocabulary).open
    rows_with = [row for row in range(rows) if flags[row].rules][:_FLAGGED]
    flagged = Patients(*(part[rows_with] for part in vars(found).values()))
    yield f"Open flags of {len(rows_with)} recorded cases, asked about until they are settled"
    yield f"{'order':20} {'mean':>6} {'median':>7} {'not by 15':>9} {'emergency':>10} {'urgent':>7}"
    for order in ("fewest", "fewest by cost", "cost alone"):
        yield settled(chain, flagged, order)
    yield ""
    yield "fewest: the least set of findings that settles them, by search; fewest by cost: that"
    yield "set, what lowers expected cost most first, as served; cost alone: any finding of theirs"
    yield ""
    yield from times(scorer, found)


def main() -> None:
    """Measure, print, and write the tables."""
    parser = options(__doc__, model=True)
    parser.add_argument("--rows", type=int, default=5000)
    given = parser.parse_args()
    world = build_world(load_knowledge())
    tell("\n".join(report(open_scorer(given.model), world, given.rows)), given.out)


if __name__ == "__main__":
    main()
