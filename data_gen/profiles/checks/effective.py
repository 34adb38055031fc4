"""What the knowledge says of a finding in one presentation, inherited numbers included."""

from __future__ import annotations

from dataclasses import dataclass

from data_gen.profiles.background_rates import band_rates, with_odds
from data_gen.profiles.knowledge import Knowledge
from data_gen.profiles.located import Located
from data_gen.profiles.schema import Entry
from data_gen.vocabulary.relation import Statement
from data_gen.vocabulary.yaml_lines import line_of


@dataclass(frozen=True)
class Effective:
    """The most specific entry on a finding: of a presentation, its condition, or the background.

    `tables` are the distributions it gives, by value: one, or several where the rate depends on
    age, sex or a trait.
    """

    located: Located
    tables: tuple[tuple[float, ...], ...]

    @property
    def rank(self) -> int:
        """2 for a presentation's own entry, 1 for its condition's, 0 for the background's."""
        if self.located.condition is None:
            return 0
        return 2 if self.located.path[0] == "presentations" else 1

    def share(self, statement: Statement) -> tuple[float, float]:
        """The least and the greatest probability that a statement `is` or `is_not` holds."""
        p = [table[int(statement.value)] for table in self.tables]
        p = p if statement.test == "is" else [1 - share for share in p]
        return min(p), max(p)

    def where(self, knowledge: Knowledge) -> str:
        """File and line of the entry."""
        line = line_of(knowledge.folder / self.located.file, self.located.path)
        return f"{self.located.file}:{line}"


def effective_in(
    knowledge: Knowledge, condition: str, presentation: str, finding: str
) -> Effective | None:
    """What holds of a finding in a presentation; None for a finding that nothing speaks of."""
    file, profile = f"conditions/{condition}.yaml", knowledge.profiles[condition]
    own = profile.presentations[presentation].findings.get(finding)
    if own is not None:
        path = ("presentations", presentation, "findings", finding)
        return _stated(knowledge, Located(file, path, own), finding)
    shared = profile.findings.get(finding)
    if shared is not None:
        return _stated(knowledge, Located(file, ("findings", finding), shared), finding)
    return effective_background(knowledge, finding)


def effective_background(knowledge: Knowledge, finding: str) -> Effective | None:
    """What the background says of a finding given in words, over all ages, sexes and traits."""
    entry = knowledge.background.findings.get(finding)
    if entry is None:
        return None
    located = Located("background.yaml", ("findings", finding), entry)
    if entry.of is not None:
        values = knowledge.vocabulary.finding(finding).values
        bands = [entry.in_band(band) for band in range(entry.bands)]
        tables = [t for band in bands for t in (band.of, band.with_) if t is not None]
        return Effective(located, tuple(tuple(t.get(v, 0.0) for v in values) for t in tables))
    rates = [rate for pair in band_rates(entry, len(knowledge.background.bands)) for rate in pair]
    rates += [with_odds(rate, entry.odds) for rate in rates] if entry.trait else []
    return Effective(located, tuple((1 - rate, rate) for rate in rates)) if rates else None


def _stated(knowledge: Knowledge, located: Located, finding: str) -> Effective | None:
    entry = located.based
    if not isinstance(entry, Entry) or finding not in knowledge.vocabulary.finding_ids:
        return None
    if entry.p is not None:
        return Effective(located, ((1 - entry.p, entry.p),))
    if entry.of is not None:
        values = knowledge.vocabulary.finding(finding).values
        return Effective(located, (tuple(entry.of.get(value, 0.0) for value in values),))
    return None
