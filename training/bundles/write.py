"""Writes a bundle: the folder that scoring loads. `serve.model.bundle` reads and verifies it."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import numpy.typing as npt

from data_gen.vocabulary import Vocabulary
from data_gen.vocabulary.files.atomic import whole_folder
from serve.model.bundle import FORMAT, HASHES
from serve.model.likelihoods import FILE as LIKELIHOODS
from training.bundles.onnx.graph import export
from training.data.knowledge_facts import Facts
from training.model.estimators import Estimator
from training.model.fit import Fitted

_LIBRARIES = ("joblib", "lightgbm", "numpy", "onnx", "onnxruntime", "scikit-learn")


def manifest(
    vocabulary: Vocabulary,
    facts: Facts,
    data_hash: str,
    params: Mapping[str, Any],
    fitted: Fitted,
    labelled: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """What the bundle was made from: no time, path or run, so that it repeats.

    One of an estimator that knows no components holds none, and no likelihoods of them.
    `labelled` counts the labelled cases, and says where they and the knowledge disagree.
    """
    whole = fitted.model.components_ is not None
    outputs = {"components": whole, "novelty": fitted.model.novelty_ is not None}
    return {
        "format": FORMAT,
        "vocabulary_hash": vocabulary.hash,
        "knowledge_hash": facts.world.knowledge_hash,
        "data_hash": data_hash,
        "findings": [
            {"id": f.id, "kind": f.kind, "values": list(f.values)} for f in vocabulary.findings
        ],
        "conditions": list(vocabulary.condition_ids),
        "mix": {name: dict(shares) for name, shares in facts.mixes.items()},
        "components": facts.components if whole else [],
        "likelihoods": facts.likelihoods[0] if whole else [],
        "outputs": ["probabilities", *(name for name, told in outputs.items() if told)],
        "prediction_set": dict(fitted.prediction_set),
        "params": dict(params),
        **({"labelled": dict(labelled)} if labelled else {}),
        "libraries": {name: version(name) for name in _LIBRARIES},
    }


def write_bundle(
    target: Path,
    model: Estimator,
    description: Mapping[str, Any],
    likelihoods: npt.NDArray[np.float32],
) -> str:
    """Write the bundle of a fitted estimator in place of `target`; its `model_version`.

    `likelihoods` are laid out as the description says, where it says it.
    """
    estimator, table = io.BytesIO(), io.BytesIO()
    joblib.dump(model, estimator)
    np.save(table, likelihoods)
    files = {
        "estimator.joblib": estimator.getvalue(),
        **({LIKELIHOODS: table.getvalue()} if description["likelihoods"] else {}),
        "manifest.json": (json.dumps(description, indent=1, sort_keys=True) + "\n").encode(),
        "model.onnx": export(model).SerializeToString(deterministic=True),
    }
    listing = "".join(
        f"{hashlib.sha256(content).hexdigest()}  {name}\n"
        for name, content in sorted(files.items())
    ).encode()
    with whole_folder(target) as folder:
        for name, content in files.items():
            (folder / name).write_bytes(content)
        (folder / HASHES).write_bytes(listing)
    return hashlib.sha256(listing).hexdigest()[:12]
