"""What a case records, asked by finding id; a blank is never read as absent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from data_gen.vocabulary.load import Vocabulary
from data_gen.vocabulary.quantity import quantity

Value = float | str | bool
_DENIALS = ("none", "never")


@dataclass(frozen=True)
class Recorded:
    """The recorded findings of one case, and the words for each."""

    case: Mapping[str, Value]
    vocabulary: Vocabulary

    @classmethod
    def of(cls, case: Mapping[str, Value | None], vocabulary: Vocabulary) -> Recorded:
        """The record of a case; None and NaN are unknown. KeyError for an unknown finding."""
        for finding_id in case:
            vocabulary.finding(finding_id)
        known = {key: value for key, value in case.items() if value is not None and value == value}
        return cls(known, vocabulary)

    def __contains__(self, finding_id: str) -> bool:
        return finding_id in self.case

    def yes(self, finding_id: str) -> bool:
        """Whether a yes/no finding is recorded as present."""
        return bool(self.case.get(finding_id, False))

    def no(self, finding_id: str) -> bool:
        """Whether a yes/no finding is recorded as absent."""
        return finding_id in self.case and not self.case[finding_id]

    def choice(self, finding_id: str) -> str | None:
        """The recorded value of a choice, if any."""
        value = self.case.get(finding_id)
        return None if value is None else str(value)

    def number(self, finding_id: str) -> float | None:
        """The recorded number, if any."""
        value = self.case.get(finding_id)
        return None if value is None else float(value)

    def denied(self, finding_id: str) -> bool:
        """Whether what is recorded is that there is none of it."""
        value = self.case.get(finding_id)
        if self.vocabulary.finding(finding_id).kind == "yes_no":
            return value is not None and not value
        return value in _DENIALS

    def words(self, finding_id: str) -> str:
        """The vocabulary's phrase for the recorded value. KeyError where it is unknown."""
        value, finding = self.case[finding_id], self.vocabulary.finding(finding_id)
        if finding.kind == "number":
            said = quantity(float(value), finding.unit)
            return finding.phrase("number").replace("{value}", said)
        if finding.kind == "choice":
            return finding.phrase(str(value))
        return finding.phrase("present" if value else "absent")

    def agreed(self, derived: str) -> float | None:
        """The number that a derived finding follows from, where both are recorded and agree."""
        (rule,) = (d for d in self.vocabulary.relations.derived if d.finding == derived)
        number = self.number(rule.from_)
        if number is None or derived not in self:
            return None
        return number if self.yes(derived) == rule.holds(number) else None

    def present(self, finding_ids: Iterable[str]) -> list[str]:
        """Those of the yes/no findings that are recorded as present, in the order given."""
        return [finding_id for finding_id in finding_ids if self.yes(finding_id)]
