"""Scripts that measure, and their last results."""
