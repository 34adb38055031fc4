"""What made an answer, so that it can be traced to its model, its mix and its mapping."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from data_gen.vocabulary import Vocabulary
from serve.mapping.column_mapping import ColumnMapping
from serve.output.summary import versions

KEY = "claudico"
"""The key of the metadata of a Parquet file that holds this, as JSON."""


def made_by(
    model_version: str,
    mix: str,
    vocabulary: Vocabulary,
    mapping: ColumnMapping,
    columns: Mapping[str, Sequence[str]],
) -> dict[str, Any]:
    """Mix, hash of the mapping, versions, and which columns were read; no time and no path.

    `columns` has the names of the columns that were read and of those that were not.
    """
    return {
        "mix": mix,
        "mapping": mapping_hash(mapping),
        "versions": versions(model_version, vocabulary),
        **{name: list(names) for name, names in columns.items()},
    }


def mapping_hash(mapping: ColumnMapping) -> str | None:
    """The first twelve digits of the SHA-256 of the mapping's file; None where there is none."""
    return mapping.digest[:12] or None


def as_metadata(made: Mapping[str, Any]) -> dict[str, str]:
    """The same as the metadata of a Parquet file."""
    return {KEY: json.dumps(made)}
