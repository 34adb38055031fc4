"""A bundle that is to be measured: the candidate, or a champion that may know other findings."""

from __future__ import annotations

import hashlib
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
from serve.model.components import Components
from serve.model.likelihoods import FILE as LIKELIHOODS
from serve.model.predict import UNASKED
from serve.triage import Causes
from training.data.features import Cases
from training.model.estimators import Estimator

Matrix = npt.NDArray[np.float64]
_BLOCK = 1024


@dataclass(frozen=True)
class Told:
    """What a version says of n cases, under the mix of its training."""

    probabilities: Matrix  # (n_cases, n_conditions)
    by_cause: Matrix  # (n_cases, n_causes)
    causes: Causes

    def of(self, rows: npt.NDArray[np.bool_]) -> Told:
        """The same of some of the cases."""
        return Told(self.probabilities[rows], self.by_cause[rows], self.causes)


@dataclass(frozen=True)
class LoadedBundle:
    """A verified bundle, asked on today's columns: what it does not know, it is not shown."""

    folder: Path
    version: str
    manifest: Mapping[str, Any]
    files: Mapping[str, bytes]
    session: Any

    @property
    def model(self) -> str:
        """A hash of what it answers by, whatever knobs and libraries stand beside it."""
        parts = self.files["model.onnx"], self.files.get(LIKELIHOODS, b"")
        sets = json.dumps(self.manifest.get("prediction_set"), sort_keys=True).encode()
        hashes = (hashlib.sha256(part).digest() for part in (*parts, sets))
        return hashlib.sha256(b"".join(hashes)).hexdigest()[:12]

    def probabilities(self, cases: Cases, vocabulary: Vocabulary) -> Matrix:
        """Probabilities (n_cases, n_conditions) of encoded cases, in the vocabulary's order.

        A condition that the bundle does not know has probability 0.
        """
        return self.answer(cases, vocabulary).probabilities

    def answer(self, cases: Cases, vocabulary: Vocabulary) -> Told:
        """The same, with the causes that triage rests on."""
        names = [output.name for output in self.session.get_outputs()]
        known = self._recoded(cases, vocabulary)
        blocks = [known[start : start + _BLOCK] for start in range(0, len(known), _BLOCK)]
        parts = [self.session.run(names, {"cases": block}) for block in blocks]
        told = {n: np.concatenate(p) for n, p in zip(names, zip(*parts, strict=True), strict=True)}
        own = told["probabilities"]
        probabilities = self._of_conditions(own, vocabulary)
        components = Components.of(self.manifest, vocabulary.condition_ids)
        causes = Causes.of(components, vocabulary)
        by_cause = probabilities if components is None else told["components"].astype(np.float64)
        return Told(probabilities, by_cause, causes)

    def _of_conditions(self, own: Matrix, vocabulary: Vocabulary) -> Matrix:
        out = np.zeros((len(own), len(vocabulary.conditions)))
        for place, condition in enumerate(self.manifest["conditions"]):
            if condition in vocabulary.condition_ids:
                out[:, vocabulary.condition_ids.index(condition)] = own[:, place]
        total = out.sum(axis=1, keepdims=True)
        return np.asarray(out / np.where(total > 0, total, 1.0))

    def estimator(self) -> Estimator:
        """The scikit-learn estimator of the bundle. Runs code from the file: own bundles only."""
        model: Estimator = joblib.load(io.BytesIO(self.files["estimator.joblib"]))
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


def read_bundle(folder: Path) -> LoadedBundle:
    """The bundle of a folder, verified; RefusedError for a damaged one."""
    files, version = verify(folder)
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = ort.InferenceSession(files["model.onnx"], options)
    return LoadedBundle(folder, version, json.loads(files["manifest.json"]), files, session)
