"""The knowledge of a folder, as values."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data_gen.profiles.schema import Background, Intervals, Mix, Pair, Profile, Settings
from data_gen.vocabulary import Vocabulary

KNOWLEDGE = Path(__file__).parent.parent / "knowledge"
"""The folder of our own knowledge."""


@dataclass(frozen=True)
class Knowledge:
    """Everything the generator knows, validated entry by entry."""

    folder: Path
    vocabulary: Vocabulary
    background: Background
    profiles: Mapping[str, Profile]
    settings: Settings
    mix: Mix
    pairs: tuple[Pair, ...]
    statements: Mapping[str, Mapping[str, Any]]
    studies: Mapping[str, Mapping[str, Any]]
    intervals: Intervals
    """How far numbers may be off. They shape no sample."""
    overlay: str = ""
    """The hash of what was learned from cases and laid over the files; empty: nothing."""

    def hash(self) -> str:
        """SHA-256 over the files that shape a sample, and over what is laid on them."""
        digest = hashlib.sha256(self.vocabulary.hash.encode())
        for name in ("background.yaml", "mix.yaml", "settings.yaml", "pairs.yaml"):
            digest.update(_text(self.folder / name))
        for condition in self.vocabulary.condition_ids:
            digest.update(_text(self.folder / "conditions" / f"{condition}.yaml"))
        digest.update(self.overlay.encode())
        return digest.hexdigest()


def _text(path: Path) -> bytes:
    """The bytes of a text file, the same for every way of ending lines."""
    return path.read_bytes().replace(b"\r\n", b"\n")
