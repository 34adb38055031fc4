"""The knowledge of a folder, as values."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data_gen.profiles.schema import Background, Mix, Pair, Profile, Settings
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

    def hash(self) -> str:
        """SHA-256 over the files that shape a sample."""
        digest = hashlib.sha256(self.vocabulary.hash.encode())
        for name in ("background.yaml", "mix.yaml", "settings.yaml", "pairs.yaml"):
            digest.update((self.folder / name).read_bytes())
        for condition in self.vocabulary.condition_ids:
            digest.update((self.folder / "conditions" / f"{condition}.yaml").read_bytes())
        return digest.hexdigest()
