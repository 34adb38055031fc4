"""What a model is worth: metrics, plots, pages, its card."""
