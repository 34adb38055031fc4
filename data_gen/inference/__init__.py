"""The exact posterior of the generative model."""

from data_gen.inference.exact import ExactPosterior, Posterior

__all__ = ["ExactPosterior", "Posterior"]
