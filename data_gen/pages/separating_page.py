"""The page of the look-alikes: what separates each of the pairs most confused."""

from __future__ import annotations

from data_gen.look_alikes.deciding import Deciding, Pair, pair_grounds
from data_gen.look_alikes.separation import Separator
from data_gen.pages.amounts import label, met
from data_gen.pages.markdown import percent, table
from data_gen.profiles import Knowledge
from data_gen.profiles.provenance import DIRECTION, GROUNDS, MEASURED, STATED, STUDY, WORD, bases
from data_gen.world import World

_INTRO = """# What separates the look-alikes

The {count} pairs of conditions that are most often taken for each other, worst first: the exact
posterior of {patients:,} simulated patients, all conditions being as frequent, records with blanks
and errors as people keep them. For each pair, the {findings} findings that separate it most.

**Settles** is how much of the doubt "which of the two?" the answer settles on average, both being
as likely (mutual information): 0 % says nothing, 100 % decides it. Findings overlap, so these do
not add up. **Basis** is that of the numbers in either condition: judgement, a frequency word of a
document, a guideline or a study; "background" where the condition does not depart from it.
**Beside judgement** is what supports the number in one of the two: a study's number, a study that
measured just this and is cited for a judgement, a frequency word of a document, a document's
statement of the direction, which the number follows, or such a statement in a guideline, a set of
criteria or a paper.

[All pages](README.md)
"""
_RESTS = {
    STUDY: "study's number",
    MEASURED: "study measured it",
    WORD: "document's word",
    DIRECTION: "document's direction",
    STATED: "guideline's or paper's direction",
}


def separating_page(world: World, knowledge: Knowledge, deciding: Deciding) -> str:
    """The page in Markdown."""
    intro = _INTRO.format(
        count=len(deciding.pairs),
        patients=deciding.confusion.patients,
        findings=len(next(iter(deciding.pairs.values()))),
    )
    out = [intro]
    for place, (pair, found) in enumerate(deciding.pairs.items(), start=1):
        out += _section(world, knowledge, deciding, place, pair, found)
    return "\n".join(out).rstrip() + "\n"


def _section(
    world: World,
    knowledge: Knowledge,
    deciding: Deciding,
    place: int,
    pair: Pair,
    found: tuple[Separator, ...],
) -> list[str]:
    names = [world.vocabulary.condition(condition).name for condition in pair]
    links = [f"[{n}](conditions/{c}.md)" for n, c in zip(names, pair, strict=True)]
    to, back = deciding.confusion.between(*pair), deciding.confusion.between(*reversed(pair))
    rows = [_row(world, knowledge, deciding, pair, separator) for separator in found]
    return [
        f"## {place}. {names[0]} or {names[1]}?",
        "",
        f"{links[0]} loses {percent(to)} of its probability to {links[1]}, which loses "
        f"{percent(back)} to it.",
        "",
        *table(("Finding", *names, "Settles", "Basis", "Beside judgement"), rows),
    ]


def _row(
    world: World, knowledge: Knowledge, deciding: Deciding, pair: Pair, separator: Separator
) -> tuple[str, ...]:
    finding = world.vocabulary.finding(separator.finding)
    cells = [
        met(world, finding, deciding.marginals.of[finding.id][place])
        for place in (world.vocabulary.condition_ids.index(condition) for condition in pair)
    ]
    here = pair_grounds(knowledge, pair, finding.id)
    rests = ", ".join(_RESTS[ground] for ground in GROUNDS if ground in here)
    basis = [", ".join(bases(knowledge, c, finding.id)) or "background" for c in pair]
    shown = basis[0] if basis[0] == basis[1] else f"{basis[0]} / {basis[1]}"
    name = f"{label(finding)} `{finding.id}`"
    return name, *cells, percent(separator.bits), shown, rests
