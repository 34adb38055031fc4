"""From vignettes to a tracked, gated, promoted model."""
