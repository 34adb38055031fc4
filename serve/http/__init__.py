"""A small HTTP service: the scoring of files, for programs that ask one case at a time."""
