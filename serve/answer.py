"""The columns of a scored file, in order, and the words in them."""

from __future__ import annotations

from data_gen.vocabulary import TRIAGE_LEVELS, Vocabulary

CASE_ID = "case_id"
SOURCES = ("override", "model", "both")
JOIN = " | "
NO_MODEL = "none"
"""The `model_version` of a row that no model scored."""


def probability_columns(vocabulary: Vocabulary) -> tuple[str, ...]:
    """`p_<condition>` for every condition, in the order of the vocabulary."""
    return tuple(f"p_{condition}" for condition in vocabulary.condition_ids)


EXPLANATION = "explanation"


def output_columns(vocabulary: Vocabulary, *, explain: bool = False) -> tuple[str, ...]:
    """The columns that scoring adds behind those of the input; the explanation comes last."""
    return (
        "triage",
        "triage_source",
        "triage_reasons",
        "open_red_flags",
        "top_condition",
        *probability_columns(vocabulary),
        "prediction_set",
        "novelty",
        "issues",
        "model_version",
        *([EXPLANATION] if explain else []),
    )


def triage_rank(level: str | None) -> int:
    """0 for emergency to 3 for self-care; 4 for no level at all."""
    return len(TRIAGE_LEVELS) if level is None else list[str](TRIAGE_LEVELS).index(level)
