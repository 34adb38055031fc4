"""The tiny bundle with how often each answer is met in its components, so that it can ask."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np

from data_gen.vocabulary import Finding, load
from serve.model.likelihoods import FILE
from tests.serve.tiny_bundle import tiny_files, write_bundle

EDGES = [0.0, 1.0, 8.0, 30.0]
"""The lower edges of the bins of every number."""


def asking_bundle(folder: Path) -> Path:
    """The folder of a bundle whose answers are worth something, each another amount."""
    files = tiny_files()
    manifest = json.loads(files["manifest.json"])
    rng = np.random.default_rng(5)
    told = [finding for finding in load().findings if finding.id != "age_years"]
    parts = []
    for finding in told:
        drawn = rng.gamma(0.5, size=(len(manifest["components"]), _size(finding))) + 1e-3
        parts.append(drawn / drawn.sum(axis=1, keepdims=True))
    manifest["likelihoods"] = [_entry(finding) for finding in told]
    table = io.BytesIO()
    np.save(table, np.concatenate(parts, axis=1).astype(np.float32))
    content = {"manifest.json": json.dumps(manifest).encode(), FILE: table.getvalue()}
    return write_bundle(folder, {**files, **content})


def _size(finding: Finding) -> int:
    return len(EDGES) + 1 if finding.kind == "number" else len(finding.words)


def _entry(finding: Finding) -> dict[str, Any]:
    edges = {"edges": EDGES} if finding.kind == "number" else {}
    return {"finding": finding.id, "values": _size(finding), **edges}
