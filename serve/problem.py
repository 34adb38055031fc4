"""What is wrong with an input: the project's one `Problem`, under the name that serving uses."""

from data_gen.vocabulary.problem import Problem, RefusedError

__all__ = ["Problem", "RefusedError"]
