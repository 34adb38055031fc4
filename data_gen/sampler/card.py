"""The card of a sample: what it is, how it was made, and what it is not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data_gen.vocabulary import Vocabulary
from data_gen.vocabulary.words import WORD_NOT_ASKED
from data_gen.world.world import World


class Summary:
    """Counts of a sample, added up table by table."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.rows = 0
        self.recorded = np.zeros(len(vocabulary.findings), dtype=np.int64)
        self.conditions = dict.fromkeys(vocabulary.condition_ids, 0)

    def add(self, cases: pa.Table) -> None:
        """Count a table of cases."""
        self.rows += cases.num_rows
        for finding in self.vocabulary.findings:
            column = cases.column(finding.id)
            silent = pc.sum(pc.equal(column, WORD_NOT_ASKED)).as_py() if _words(column) else 0
            self.recorded[finding.column] += len(column) - column.null_count - (silent or 0)
        for entry in cases.column("condition").value_counts().to_pylist():
            self.conditions[entry["values"]] += entry["counts"]


def _words(column: pa.ChunkedArray) -> bool:
    return bool(pa.types.is_dictionary(column.type))


_HOW = {
    "": "as the settings write cases down",
    "--complete": "every applicable cell, without error",
    "--forms": "as the settings write down what each form asks",
}


def card_path(out: Path) -> Path:
    """Where the card of a sample stands: beside it, as NAME.card.md."""
    return out.with_name(f"{out.name}.card.md")


def card_text(world: World, mix: str, seed: int, option: str, out: Path, tally: Summary) -> str:
    """The card of a sample. `option` says how cases are written down."""
    mean = tally.recorded.sum() / max(tally.rows, 1)
    lines = [
        f"# Data set card: {out.name}",
        "",
        f"{tally.rows:,} synthetic vignettes of people who consult for leg symptoms. Nobody in it "
        "is real. Sampled from the symptom profiles of Claudico, for training and testing "
        "classifiers; not for decisions about people.",
        "",
        f"- Repeat it: `python -m data_gen sample --rows {tally.rows} --seed {seed} --mix {mix}"
        f"{f' {option}' if option else ''} --out {out.name}`",
        f"- Knowledge: `{world.knowledge_hash}`",
        f"- Vocabulary: `{world.vocabulary.hash}`",
        f"- Class mix: {mix}; recorded: {_HOW[option]}",
        f"- Hidden states for an age band and sex: {world.n_states:,}",
        f"- Findings recorded a case, on average: {mean:.1f} of {len(tally.recorded)}",
        "",
        "| condition | cases | share |",
        "|---|---|---|",
        *(
            f"| {condition} | {count:,} | {count / max(tally.rows, 1):.3f} |"
            for condition, count in tally.conditions.items()
        ),
        "",
        "## Limits",
        "",
        "The numbers behind it are partly published and partly judged; each carries its basis in "
        "the knowledge. Findings are independent given the hidden states and the declared groups. "
        "Rare conditions are over-represented under the training mix. A blank cell is unknown, "
        "never absent.",
        "",
    ]
    return "\n".join(lines)
