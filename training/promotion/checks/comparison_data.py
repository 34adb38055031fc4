"""What two versions are compared on, and what each of them says there."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from data_gen.inference import ExactPosterior
from data_gen.vocabulary import Vocabulary
from data_gen.world import World
from serve.triage import EMERGENCY, URGENT
from training.bundles.loaded import LoadedBundle, Told
from training.data.features import asked_of, decoded
from training.data.labelled import LabelledCases
from training.data.real_cases import RealCases
from training.data.vignettes import Answered
from training.evaluation.evaluate import vignette_metrics
from training.evaluation.metrics import kl_to_exact
from training.evaluation.real_metrics import RealResult, score_real
from training.evaluation.triage import needed, triaged
from training.model.calibrate import TRAINING
from training.paths import in_experiment
from training.promotion.checks.published import Published

Real = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Change:
    """What can be said of a change of the declared knowledge, without any model."""

    published: Published
    """The published statistics, replayed on the candidate's knowledge."""
    before: Published | None
    """The same of the champion's knowledge; None where the champion does not say."""
    moved: Real | None
    """(n_conditions,) how far the exact answers move on the champion's hold-out, in nats."""


@dataclass(frozen=True)
class ComparisonData:
    """The cases that versions are compared on."""

    fresh: Answered
    """Vignettes of today's knowledge that nothing has seen: drawn for this comparison."""
    real: RealCases
    labelled: LabelledCases
    """Those that are held out of training."""
    holdout: Answered | None = None
    """Vignettes of the champion's knowledge, where that is another one and they can be read."""
    change: Change | None = None
    """None where candidate and champion know the same."""
    missing: str = ""
    """What cannot be judged and must be: the gate keeps the champion for it."""
    note: str = ""
    """What could not be compared besides, and why."""


@dataclass(frozen=True)
class Answers:
    """What a version says of these cases, each worked out once and only where it is asked for."""

    version: LoadedBundle
    data: ComparisonData
    vocabulary: Vocabulary

    @cached_property
    def told(self) -> Told:
        """What it says of the fresh vignettes."""
        return self.version.answer(self.data.fresh.cases, self.vocabulary)

    @property
    def fresh(self) -> Real:
        """(n_fresh, n_conditions) probabilities of the fresh vignettes."""
        return self.told.probabilities

    @cached_property
    def labelled(self) -> Real:
        """(n_labelled, n_conditions) probabilities of the labelled cases."""
        return self.version.probabilities(self.data.labelled.cases, self.vocabulary)

    @cached_property
    def real(self) -> RealResult:
        """Probabilities and triage of the real cases."""
        return score_real(self.version, self.data.real, self.vocabulary)

    @cached_property
    def figures(self) -> dict[str, float]:
        """The figures of the fresh vignettes."""
        return vignette_metrics(self.data.fresh, self.told, self.vocabulary)

    @cached_property
    def missed(self) -> npt.NDArray[np.bool_]:
        """(n_emergencies,) whether an emergency of the fresh vignettes is placed below urgent."""
        return missed_emergencies(self.data.fresh, self.told, self.vocabulary)

    @cached_property
    def missed_of_holdout(self) -> npt.NDArray[np.bool_]:
        """The same of the champion's hold-out: (n_emergencies,), none where it has no hold-out."""
        holdout = self.data.holdout
        if holdout is None:
            return np.zeros(0, dtype=np.bool_)
        told = self.version.answer(holdout.cases, self.vocabulary)
        return missed_emergencies(holdout, told, self.vocabulary)


def missed_emergencies(
    cases: Answered, told: Told, vocabulary: Vocabulary
) -> npt.NDArray[np.bool_]:
    """(n_emergencies,) whether each case of an emergency is placed below urgent.

    Only whole records count: a form that asks for little cannot show an emergency.
    """
    asked = asked_of(cases.cases)
    emergency = (needed(cases, vocabulary) == EMERGENCY) & (asked == asked.max(initial=0))
    values = decoded(cases.cases[emergency])
    return triaged(values, told.of(emergency), vocabulary).level > URGENT


def seed_of(candidate: str, champion: str | None) -> int:
    """The seed of a pair of versions: 64 bits of the hash of both.

    Fresh vignettes are drawn by it: nothing can be tuned on them, and judging again gives the
    same. An experiment has rows of its own. Of many that were tried one applies the best, and no
    history counts them: what looked best by chance is judged afresh.
    """
    tried = " experiment" if in_experiment() else ""
    digest = hashlib.sha256(f"{candidate} {champion or 'none'}{tried}".encode()).digest()
    return int.from_bytes(digest[:8], "little")


def moved_answers(world: World, holdout: Answered) -> Real:
    """(n_conditions,) mean divergence of the exact posterior from an older knowledge's, in nats.

    Over the cases of each condition in vignettes of the older one; 0 for a condition without any.
    """
    exact = ExactPosterior(world)(decoded(holdout.cases), world.mix(TRAINING), workers=2)
    lost = kl_to_exact(holdout.exact, exact.probability)
    n = holdout.exact.shape[1]
    count = np.bincount(holdout.label, minlength=n)
    return np.asarray(np.bincount(holdout.label, lost, n) / np.maximum(count, 1))


def knowledge_of(version: LoadedBundle) -> str:
    """The hash of the knowledge that a version learned."""
    return str(version.manifest["knowledge_hash"])
