"""The overrides over a matrix of cases; numpy lives here, so that the rules need none."""
