"""Forms: which findings a record asks for at all, drawn for each patient apart from the answers.

A record of a setting asks everything and leaves most of it blank; a form asks for some findings,
and what it does not ask says nothing. How other people's files choose their columns is not known,
so forms are drawn of every size and of several makes, for a model to have seen their like:

- a share of the patients is asked everything;
- the others are asked a share of the findings between 2 and 100 %, small forms as often as large;
- a form takes findings from the front of the list, at random, by how often they are written down
  in practice, or by whole kinds of question (habits, sites, pain, symptoms, signs, tests).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from data_gen.sampler.keyed import Draws
from data_gen.vocabulary.finding import ASKED
from data_gen.world.world import World

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
_WHOLE = 0.4  # of the patients are asked everything
_SMALLEST = 0.02  # of the findings: three of them
_MAKES = 4
_IDENTITY = 0.95  # of the forms ask age and sex whatever else they ask


def draw_forms(world: World, draws: Draws) -> Mask:
    """Which findings each patient is asked: (n_findings, n_cases)."""
    findings = world.vocabulary.findings
    make = (draws.uniform("form/make") * _MAKES).astype(np.int64)
    share = _SMALLEST ** (1 - draws.uniform("form/size"))
    often = _how_often(world)
    kinds = {kind: draws.uniform(f"form/{kind}") < np.sqrt(share) for kind in ASKED}
    out = np.empty((len(findings), draws.size), dtype=np.bool_)
    for finding in findings:
        u = draws.uniform(f"form/{finding.id}")
        by_make = np.stack(
            [
                (finding.column + 0.5 < share * len(findings)).astype(float),
                share,
                share ** (1 / (2 * often[finding.column])),
                kinds[finding.asked] * np.sqrt(share),
            ]
        )
        out[finding.column] = u < by_make[make, np.arange(draws.size)]
    known = draws.uniform("form/identity") < _IDENTITY
    for name in ("age_years", "sex"):
        out[world.vocabulary.column(name)] |= known
    return out | (draws.uniform("form/whole") < _WHOLE)


def _how_often(world: World) -> Array:
    """How often each finding is written down where its answer stands out: (n_findings,)."""
    recording = world.recording
    rates = [recording.weight @ recording.rate[f.id].max(axis=1) for f in world.vocabulary.findings]
    return np.asarray(np.clip(np.array(rates), 0.05, 1.0))
