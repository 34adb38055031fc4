"""Cases scored on Spark."""
