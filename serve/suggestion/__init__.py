"""A mapping suggested for a file, from its headers, its values and a data dictionary."""
