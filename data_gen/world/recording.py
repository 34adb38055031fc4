"""What is written down: the chance of each cell of a record, given its true value."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from data_gen.profiles import Knowledge
from data_gen.profiles.schema import Setting
from data_gen.vocabulary import Finding, Vocabulary

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Recording:
    """How the settings write cases down.

    `rate[finding id]` is (n_settings, n_values): P(recorded | setting, true value), with one value
    for a number. `coarse[finding id]` is how often a value is written as the one that covers it.
    """

    settings: tuple[str, ...]
    weight: Array  # (n_settings,)
    error: Array  # (n_settings,) a recorded yes/no cell says the opposite of the truth
    rate: dict[str, Array]
    coarse: dict[str, float]
    quiet: dict[str, int] = field(default_factory=dict)
    """The value of a finding that does not stand out, where it has one: the rate of its own."""

    def complete(self) -> Recording:
        """The one setting in which every cell is written down, without error."""
        return replace(
            self,
            settings=("complete",),
            weight=np.ones(1),
            error=np.zeros(1),
            rate={key: np.ones((1, rate.shape[1])) for key, rate in self.rate.items()},
            coarse=dict.fromkeys(self.coarse, 0.0),
        )


def build_recording(knowledge: Knowledge) -> Recording:
    """The recording of the knowledge's settings, in the order of the file."""
    settings = knowledge.settings.settings
    vocabulary = knowledge.vocabulary
    quiet = {f.id: _quiet(f, knowledge.settings.unremarkable) for f in vocabulary.findings}
    return Recording(
        settings=tuple(settings),
        weight=np.array([s.weight for s in settings.values()]),
        error=np.array([s.error for s in settings.values()]),
        rate={
            f.id: np.stack([_rate(s, f, quiet[f.id]) for s in settings.values()])
            for f in vocabulary.findings
        },
        coarse={finding: share.p for finding, share in knowledge.settings.coarse.items()},
        quiet={finding: value for finding, value in quiet.items() if value is not None},
    )


def _quiet(finding: Finding, unremarkable: dict[str, str]) -> int | None:
    word = "no" if finding.kind == "yes_no" else unremarkable.get(finding.id)
    return None if word is None or finding.kind == "number" else finding.words.index(word)


def _rate(setting: Setting, finding: Finding, quiet: int | None) -> Array:
    rate = setting.findings.get(finding.id) or setting.recorded[finding.asked]
    if finding.kind == "number":
        return np.array([rate.positive])
    values = range(len(finding.words))
    return np.array([rate.negative if value == quiet else rate.positive for value in values])


def emission(
    recording: Recording,
    vocabulary: Vocabulary,
    finding: Finding,
    n_bins: int,
    errs: bool,
    asked: tuple[str, ...] = (),
) -> Array:
    """P(cell | setting, true value): (n_settings, n_values, 1 + n_values), column 0 a blank cell.

    For a number the values are its bins, and the blank of a number with two units means that
    neither was written down; `asked` names the ones that were asked, if not both. With `errs`, a
    recorded yes/no cell may say the opposite.
    """
    rate = recording.rate[finding.id]
    if finding.kind == "number":
        pairs = vocabulary.relations.alternatives
        asked = asked or (finding.id, *(p.second for p in pairs if p.first == finding.id))
        missing = np.prod([1 - recording.rate[name] for name in asked], axis=0)
        rate = np.repeat(1 - missing, n_bins, axis=1)
    n_settings, n_values = rate.shape
    out = np.zeros((n_settings, n_values, 1 + n_values))
    out[:, :, 0] = 1 - rate
    out[:, range(n_values), range(1, 1 + n_values)] = rate
    if errs:
        wrong = rate * recording.error[:, None]
        out[:, range(n_values), range(1, 1 + n_values)] -= wrong
        out[:, range(n_values), [2, 1]] += wrong
    for coarse in vocabulary.relations.recorded_as:
        if coarse.finding == finding.id:
            _blur(out, coarse.value, coarse.means, recording.coarse[finding.id])
    return out


def _blur(out: Array, value: float, means: tuple[float, ...], share: float) -> None:
    for meant in means:
        row = int(meant)
        out[:, row, 1 + int(value)] += out[:, row, 1 + row] * share
        out[:, row, 1 + row] *= 1 - share
