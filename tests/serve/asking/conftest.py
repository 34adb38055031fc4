"""A bundle that can ask, opened once."""

from __future__ import annotations

from pathlib import Path

import pytest

from data_gen.vocabulary import load
from serve.model.bundle import Bundle, load_bundle


@pytest.fixture(scope="session")
def asking(asking_folder: Path) -> Bundle:
    """The bundle of `tests.serve.asking_bundle`."""
    return load_bundle(asking_folder, load())
