"""A model as a folder: written, and loaded again to be judged."""
