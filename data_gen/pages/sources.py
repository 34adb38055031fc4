"""Citations, spelled out: who measured what in whom, or what a document says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from data_gen.pages.markdown import percent, sentence
from data_gen.profiles import Knowledge

_NO_SHARES = ("definition", "disposition", "other", "auc", "mean")
Row = Mapping[str, Any]


@dataclass
class Sources:
    """The numbered sources of one page, in the order in which they are first cited."""

    knowledge: Knowledge
    numbers: dict[str, int] = field(default_factory=dict)

    def refer(self, ids: Iterable[str]) -> str:
        """Links to the sources of these ids: `[3](#source-3) [7](#source-7)`."""
        known = [i for i in ids if i in self.knowledge.statements or i in self.knowledge.studies]
        for i in known:
            self.numbers.setdefault(i, len(self.numbers) + 1)
        return " ".join(f"[{self.numbers[i]}](#source-{self.numbers[i]})" for i in known)

    def lines(self) -> list[str]:
        """The list of sources."""
        out = []
        for i, number in self.numbers.items():
            text = statement(self.knowledge, i) if i in self.knowledge.statements else ""
            out.append(f'<a id="source-{number}"></a>{number}. {text or study(self.knowledge, i)}')
            out.append("")
        return out


def statement(knowledge: Knowledge, i: str) -> str:
    """A statement of a document, with where it stands."""
    row = knowledge.statements[i]
    word = f' (its word: "{row["word"]}")' if row.get("word") else ""
    says = sentence(str(row["says"]))
    return f"Document {row['document']}, *{row['section']}*: {says}{word} `{i}`"


def study(knowledge: Knowledge, i: str) -> str:
    """A row of a study: source, population, what was measured, and where it can be read."""
    row = knowledge.studies[i]
    facts = sentence(": ".join(filter(None, [str(row["quantity"]), _value(row), _words(row)])))
    seen = "" if row.get("flag") == "seen" else " Read on another's page, not in the original."
    whom = sentence(f"in {row['population']}")
    return f"{row['source']}. {facts} {whom}{seen} <{_address(str(row['address']))}> `{i}`"


def _address(address: str) -> str:
    return address if address.startswith("http") else f"https://{address}"


def _value(row: Row) -> str:
    kind = str(row["kind"])
    is_share = not ("ratio" in kind or "risk" in kind or kind in _NO_SHARES)
    show = percent if is_share else "{:g}".format
    parts = []
    if row.get("value") is not None:
        parts.append(show(float(row["value"])))
    elif row.get("low") is not None and row.get("high") is not None:
        parts.append(f"{show(float(row['low']))} to {show(float(row['high']))}")
    if row.get("interval"):
        low, high = (show(float(bound)) for bound in row["interval"])
        parts.append(f"(95 % interval {low} to {high})")
    if row.get("n") is not None and row.get("of") is not None:
        parts.append(f"({row['n']} of {row['of']})")
    return " ".join(parts)


def _words(row: Row) -> str:
    return "; ".join(str(row[name]) for name in ("says", "level") if row.get(name))
