"""The knowledge as pages for a reader: conditions, findings, and what tells look-alikes apart."""
