"""Reading the knowledge: its files, their shape, and what must hold between them."""

from data_gen.profiles.load import Knowledge, load_knowledge
from data_gen.profiles.problem import KnowledgeError, Problem

__all__ = ["Knowledge", "KnowledgeError", "Problem", "load_knowledge"]
