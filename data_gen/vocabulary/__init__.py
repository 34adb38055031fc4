"""The contract for a case: findings, conditions, and how findings bear on each other."""

from data_gen.vocabulary.condition import TRIAGE_LEVELS, Condition
from data_gen.vocabulary.finding import NOT_ASKED, Finding
from data_gen.vocabulary.load import Vocabulary, load
from data_gen.vocabulary.relation import Relations

__all__ = [
    "NOT_ASKED",
    "TRIAGE_LEVELS",
    "Condition",
    "Finding",
    "Relations",
    "Vocabulary",
    "load",
]
