"""What a file of vignettes was drawn from, kept in the metadata of its Parquet schema."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

_KEY = b"claudico"


@dataclass(frozen=True)
class Origin:
    """All that decides the content of a file, without the order in which it was written."""

    knowledge_hash: str
    vocabulary_hash: str
    mix: str
    seed: int
    rows: int
    complete: bool = False
    """Whether every applicable cell is recorded, without error."""
    forms: bool = False
    """Whether what is asked was drawn too."""

    def as_metadata(self) -> dict[bytes, bytes]:
        """What goes into the metadata of a schema."""
        return {_KEY: json.dumps(asdict(self), sort_keys=True).encode()}


def origin_of(metadata: Mapping[bytes, bytes] | None) -> Origin | None:
    """The origin that the metadata of a schema names; None where they name none."""
    try:
        return Origin(**json.loads((metadata or {})[_KEY]))
    except (KeyError, ValueError, TypeError):
        return None
