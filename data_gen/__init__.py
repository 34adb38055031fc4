"""The knowledge of Claudico and everything computed from it."""
