"""What a candidate is compared by: figures, limits, rows drawn for it."""
