"""A bundle that is to be measured: the candidate, or a champion that may know other findings."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import numpy.typing as npt
import onnxruntime as ort

from data_gen.vocabulary import Vocabulary
from data_gen.vocabulary.table import words_of
from serve.model.bundle import verify
from training.data.features import UNASKED, Cases
from training.model.classifier import LegPainClassifier

_BLOCK = 1024


@dataclass(frozen=True)
class LoadedBundle:
    """A verified bundle, asked on today's columns: what it does not know, it is not shown."""

    folder: Path
    version: str
    manifest: Mapping[str, Any]
    files: Mapping[str, bytes]
    session: Any

    def probabilities(self, cases: Cases, vocabulary: Vocabulary) -> npt.NDArray[np.float64]:
        """Probabilities (n_cases, n_conditions) of encoded cases, in the vocabulary's order.

        A condition that the bundle does not know has probability 0.
        """
        known = self._recoded(cases, vocabulary)
        blocks = [known[start : start + _BLOCK] for start in range(0, len(known), _BLOCK)]
        own = np.concatenate(
            [self.session.run(["probabilities"], {"cases": block})[0] for block in blocks]
        )
        out = np.zeros((len(cases), len(vocabulary.conditions)))
        for place, condition in enumerate(self.manifest["conditions"]):
            if condition in vocabulary.condition_ids:
                out[:, vocabulary.condition_ids.index(condition)] = own[:, place]
        total = out.sum(axis=1, keepdims=True)
        return np.asarray(out / np.where(total > 0, total, 1.0))

    def estimator(self) -> LegPainClassifier:
        """The scikit-learn estimator of the bundle. Runs code from the file: own bundles only."""
        model: LegPainClassifier = joblib.load(io.BytesIO(self.files["estimator.joblib"]))
        return model

    def _recoded(self, cases: Cases, vocabulary: Vocabulary) -> Cases:
        """The cases in the bundle's columns and codes; not asked where the two are not alike."""
        out = np.full((len(cases), len(self.manifest["findings"])), UNASKED, dtype=np.float32)
        ours = {finding.id: finding for finding in vocabulary.findings}
        for place, theirs in enumerate(self.manifest["findings"]):
            finding = ours.get(theirs["id"])
            if finding is None or finding.kind != theirs["kind"]:
                continue
            cell = cases[:, finding.column]
            if finding.kind == "number":
                out[:, place] = cell
                continue
            out[cell < 0, place] = cell[cell < 0]
            words = theirs["values"] if finding.kind == "choice" else ["no", "yes"]
            for code, word in enumerate(words_of(finding)):
                if word in words:
                    out[cell == code, place] = words.index(word)
        return out


def open_contender(folder: Path) -> LoadedBundle:
    """The bundle of a folder, verified; RefusedError for a damaged one."""
    files, version = verify(folder)
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = ort.InferenceSession(files["model.onnx"], options)
    return LoadedBundle(folder, version, json.loads(files["manifest.json"]), files, session)
