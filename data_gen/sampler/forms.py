"""Forms: which findings a record asks for at all, drawn for each patient.

A record of a setting asks everything and leaves most of it blank; a form asks for some findings,
and what it does not ask says nothing. How other people's files choose their columns is not known,
so forms are drawn of every size and of several makes, for a model to have seen their like:

- a share of the patients is asked everything;
- of some only a handful of what is on record is told, and the rest counts as not asked, as where a
  caller names what is known;
- the others are asked a share of the findings between 2 and 100 %, of 10 % or less in three of ten;
- a form takes findings from the front of the list, by how often they are written down in practice,
  by whole kinds of question (habits, sites, pain, symptoms, signs, tests), or at random, which is
  learned worst and drawn twice as often, and may ask neither age nor sex.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from data_gen.sampler.keyed import Draws
from data_gen.vocabulary.finding import ASKED
from data_gen.world.world import World

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
_WHOLE = 0.32  # of the patients are asked everything
_HANDFUL = 0.14  # of the patients: a handful is told
_MOST = 9  # findings of the largest handfuls, as expected; most are smaller, some an age alone
_SMALLEST = 0.02  # of the findings: three of them
_MAKES = 5
_IDENTITY = 0.7  # of the forms ask age and sex whatever else they ask
_SAID = 0.6  # of the handfuls hold age where it is on record, as many sex


def draw_forms(world: World, draws: Draws, recorded: Mask) -> Mask:
    """Which findings each patient is asked: (n_findings, n_cases).

    `recorded` (n_findings, n_cases) is what a whole record of the patient holds.
    """
    findings = world.vocabulary.findings
    make = (draws.uniform("form/make") * _MAKES).astype(np.int64)
    share = _SMALLEST ** ((1 - draws.uniform("form/size")) ** 1.5)
    often = _how_often(world)
    kinds = {kind: draws.uniform(f"form/{kind}") < np.sqrt(share) for kind in ASKED}
    few = draws.uniform("form/few") ** 3 * _MOST / np.maximum(recorded.sum(axis=0), 1)
    out = np.empty((len(findings), draws.size), dtype=np.bool_)
    told = np.empty_like(out)
    for finding in findings:
        u = draws.uniform(f"form/{finding.id}")
        by_make = np.stack(
            [
                (finding.column + 0.5 < share * len(findings)).astype(float),
                share,
                share ** (1 / (2 * often[finding.column])),
                kinds[finding.asked] * np.sqrt(share),
                share,
            ]
        )
        out[finding.column] = u < by_make[make, np.arange(draws.size)]
        told[finding.column] = u < few
    identity = draws.uniform("form/identity")
    for name in ("age_years", "sex"):
        out[world.vocabulary.column(name)] |= identity < _IDENTITY
        told[world.vocabulary.column(name)] |= draws.uniform(f"form/said/{name}") < _SAID
    kind = draws.uniform("form/whole")
    return np.where(kind > 1 - _HANDFUL, told & recorded, out | (kind < _WHOLE))


def _how_often(world: World) -> Array:
    """How often each finding is written down where its answer stands out: (n_findings,)."""
    recording = world.recording
    rates = [recording.weight @ recording.rate[f.id].max(axis=1) for f in world.vocabulary.findings]
    return np.asarray(np.clip(np.array(rates), 0.05, 1.0))
