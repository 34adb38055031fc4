"""The classifier: a mixture fitted to exact posteriors, boosted trees, sets, novelty."""
