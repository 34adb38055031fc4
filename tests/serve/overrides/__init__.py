"""The proof of the overrides."""
