"""What made an answer, so that it can be traced to its model, its mix and its mapping."""

from __future__ import annotations

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
    """Mix, mapping, versions, and which columns were read; no time and no path.

    The mapping is the first twelve digits of the SHA-256 of its file, None where there is none.
    `columns` has the names of the columns that were read and of those that were not.
    """
    return {
        "mix": mix,
        "mapping": mapping.digest[:12] or None,
        "versions": versions(model_version, vocabulary),
        **{name: list(names) for name, names in columns.items()},
    }
