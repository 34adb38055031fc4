"""The bundle and its graph: probabilities, prediction sets, novelty, explanations."""
