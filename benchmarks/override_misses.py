"""Counts of sampled patients whom the overrides call, do not call, and why not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tests.serve.overrides.document_flags import Records

Mask = npt.NDArray[np.bool_]
Counts = npt.NDArray[np.int64]

CARDINAL = {
    "acute_limb_ischemia": (
        "cool_limb", "pale_limb", "blue_limb", "pulses_reduced", "numbness", "sensation_loss",
        "weakness", "severe_pain", "colour_change_new",
    ),
    "septic joint": ("joint_swelling", "warmth", "redness", "fever", "unwell",
                     "unable_to_bear_weight"),
    "cauda equina": ("saddle_numbness", "bladder_bowel_change", "weakness", "foot_drop"),
    "deep_vein_thrombosis": ("swelling", "calf_difference_cm", "warmth", "redness",
                             "deep_calf_tenderness", "quality_throbbing", "d_dimer_raised"),
}  # fmt: skip
"""The signs that each danger is recognised by."""


def danger(who: str) -> str:
    """The danger a presentation belongs to, of those whose misses are explained; else empty."""
    condition, _, presentation = who.partition("/")
    if presentation == "septic_joint":
        return "septic joint"
    if presentation == "cauda_equina":
        return "cauda equina"
    return condition if condition in CARDINAL else ""


@dataclass(frozen=True)
class Misses:
    """Counts that add up over chunks of patients."""

    patients: int
    recorded: Counts  # (n_flags,) patients with the flag on record
    missed: Counts  # of those, below its level
    below_urgent: Counts  # of those, below urgent
    people: Counter[str]  # patients of each presentation
    emergency: Counter[str]
    urgent: Counter[str]  # urgent or above
    reasons: Counter[tuple[str, str]]  # (danger, why no rule of urgent or above fired)

    @classmethod
    def none(cls) -> Misses:
        """No patients yet."""
        zero = np.zeros(1, dtype=np.int64)
        empty: Counter[str] = Counter()
        return cls(0, zero, zero, zero, empty, empty, empty, Counter())

    @classmethod
    def of(
        cls,
        who: Sequence[str],
        reached: npt.NDArray[np.int8],
        warned: Mask,
        marks: Mask,
        limits: Counts,
        records: Records,
    ) -> Misses:
        """The counts of one chunk; `marks` is (n_cases, n_flags)."""
        late = reached[:, None] > limits
        called = Counter(name for name, rank in zip(who, reached, strict=True) if rank <= 1)
        now = Counter(name for name, rank in zip(who, reached, strict=True) if rank == 0)
        return cls(
            patients=len(who),
            recorded=marks.sum(axis=0),
            missed=(marks & late).sum(axis=0),
            below_urgent=(marks & (reached > 1)[:, None]).sum(axis=0),
            people=Counter(who),
            emergency=now,
            urgent=called,
            reasons=_reasons(who, warned, records),
        )

    def __add__(self, other: Misses) -> Misses:
        return Misses(
            self.patients + other.patients,
            self.recorded + other.recorded,
            self.missed + other.missed,
            self.below_urgent + other.below_urgent,
            self.people + other.people,
            self.emergency + other.emergency,
            self.urgent + other.urgent,
            self.reasons + other.reasons,
        )

    def flags_table(self, names: Sequence[str], flag_levels: Sequence[str]) -> Iterator[str]:
        """How often each flag of the documents is on record, and missed."""
        yield "| flag | level | on record | below its level | below urgent |"
        yield "|---|---|---|---|---|"
        for place, (name, level) in enumerate(zip(names, flag_levels, strict=True)):
            below = f"{self.below_urgent[place]:,}" if level in ("emergency", "urgent") else ""
            recorded, missed = self.recorded[place], self.missed[place]
            yield f"| {name} | {level} | {recorded:,} | {missed:,} | {below} |"
        yield ""

    def people_table(self) -> Iterator[str]:
        """How many of each presentation are called."""
        yield "| presentation | patients | emergency | urgent or above |"
        yield "|---|---|---|---|"
        for who, count in sorted(self.people.items()):
            now, called = self.emergency[who] / count, self.urgent[who] / count
            yield f"| {who} | {count:,} | {now:.1%} | {called:.1%} |"
        yield ""

    def reasons_table(self) -> Iterator[str]:
        """Why no rule of urgent or above fired in the patients it matters most for."""
        yield "No rule of urgent or above fired:\n"
        yield "| danger | patients | no rule fired | why |"
        yield "|---|---|---|---|"
        for name in CARDINAL:
            total = sum(n for who, n in self.people.items() if danger(who) == name)
            why = [(n, reason) for (which, reason), n in self.reasons.items() if which == name]
            missed = sum(n for n, _ in why)
            shares = "; ".join(f"{n / missed:.0%} {reason}" for n, reason in sorted(why)[::-1])
            yield f"| {name} | {total:,} | {missed / max(total, 1):.2%} | {shares} |"
        yield ""


def _reasons(who: Sequence[str], warned: Mask, records: Records) -> Counter[tuple[str, str]]:
    present = {name: _present(signs, records) for name, signs in CARDINAL.items()}
    found: Counter[tuple[str, str]] = Counter()
    for row in np.flatnonzero(~warned).tolist():
        name = danger(who[row])
        if name:
            found[name, _reason(int(present[name][row]))] += 1
    return found


def _present(signs: Sequence[str], records: Records) -> Counts:
    """How many of some signs are recorded as present in each case."""
    yes = [_shows(sign, records) for sign in signs]
    return np.asarray(np.sum(yes, axis=0, dtype=np.int64))


def _shows(sign: str, records: Records) -> Mask:
    if sign == "swelling":
        return records.word("swelling", "one")
    if sign == "calf_difference_cm":
        return records.number(sign) >= 3
    return records.yes(sign)


def _reason(present: int) -> str:
    if present == 0:
        return "no cardinal sign on record as present"
    if present == 1:
        return "one cardinal sign, without a second or an onset that makes it a flag"
    return "several signs, but no onset or severity on record, or a guard"
