"""Scored rows written: CSV lines, Arrow tables, rejects, summary."""
