"""Reading the knowledge: its files, their shape, and what must hold between them."""

from data_gen.profiles.knowledge import KNOWLEDGE, Knowledge
from data_gen.profiles.load import load_knowledge
from data_gen.profiles.problem import KnowledgeError, KnowledgeProblem

__all__ = ["KNOWLEDGE", "Knowledge", "KnowledgeError", "KnowledgeProblem", "load_knowledge"]
