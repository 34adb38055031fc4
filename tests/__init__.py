"""Tests of the project, by room."""
