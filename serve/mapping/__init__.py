"""Files of other people: declared in YAML, their columns read as the vocabulary's findings."""
