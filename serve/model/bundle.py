"""A model bundle, verified before anything inside it is read.

A bundle is a folder: `bundle.sha256` lists the hash of every other file of it, and its own hash is
the model's version. This is integrity, not authenticity: it tells a damaged or mixed-up bundle from
a whole one, not who made it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from data_gen.vocabulary import Vocabulary
from serve.model.components import Components
from serve.model.likelihoods import FILE as LIKELIHOODS
from serve.model.likelihoods import Likelihoods
from serve.model.prediction_sets import Thresholds
from serve.model.recoding import Recoding
from serve.problem import Problem, RefusedError

HASHES = "bundle.sha256"
POINTER = "champion.json"
"""In a model store: which of its versions is in use."""
VERSIONS = "versions"
"""In a model store: the folder of its bundles, each named by its version."""
FORMAT = 1
_NEEDED = ("manifest.json", "model.onnx")
_VERSION = re.compile(r"[0-9a-f]{12}")
_LINE = re.compile(r"([0-9a-f]{64})  ([A-Za-z0-9_][A-Za-z0-9_.-]*)\n")
_AGAIN = "train it again (`dvc repro`) or copy the whole folder again"


class Session(Protocol):
    """The part of an inference session that scoring uses."""

    def run(
        self, output_names: list[str] | None, inputs: Mapping[str, npt.NDArray[np.float32]]
    ) -> list[npt.NDArray[np.float32]]:
        """The named outputs for a block of encoded cases."""


@dataclass(frozen=True)
class Contents:
    """What a bundle says beside its graph."""

    manifest: Mapping[str, Any]
    model_version: str
    thresholds: Thresholds | None = None
    """Of its prediction sets, where it has them."""
    recoding: Recoding | None = None
    """Into its own vocabulary, where that is another one."""
    components: Components | None = None
    """What it tells apart within the conditions, where it does."""
    likelihoods: Likelihoods | None = None
    """How often each finding is met in these."""


@dataclass(frozen=True, kw_only=True)
class Verified(Contents):
    """A bundle that is whole and made for this vocabulary; its graph is not opened yet."""

    model: bytes


@dataclass(frozen=True, kw_only=True)
class Bundle(Contents):
    """A verified bundle with a session of its graph."""

    session: Session
    outputs: tuple[str, ...]


def load_bundle(folder: Path, vocabulary: Vocabulary) -> Bundle:
    """The bundle of a folder, or of the version in use of a model store, whole and ready to answer.

    Raises RefusedError as `verify_bundle` does, and whatever the runtime raises for its graph.
    """
    return open_bundle(verify_bundle(folder, vocabulary))


def verify_bundle(folder: Path, vocabulary: Vocabulary) -> Verified:
    """The bundle of a folder, whole and able to answer in this vocabulary; no runtime is needed.

    A bundle of another vocabulary answers by its own findings, and gives conditions that it does
    not know no probability. Raises RefusedError for a flipped bit, a missing or unlisted file, a
    condition that the vocabulary lacks, or a manifest that is not one.
    """
    folder = bundle_folder(folder)
    files, version = verify(folder)
    with _reading(folder, "its manifest is"):
        manifest = _manifest(files["manifest.json"], folder)
        _check_conditions(manifest, vocabulary, folder)
        recoding = _recoding(manifest, vocabulary)
        _check_mix(manifest, folder)
    with _reading(folder, "its components are"):
        components = Components.of(manifest, vocabulary.condition_ids)
    with _reading(folder, "its prediction sets are"):
        thresholds = Thresholds.of(manifest, manifest["conditions"])
    if recoding is not None and thresholds is not None:
        thresholds = replace(thresholds, least=recoding.answers(thresholds.least, np.inf))
    with _reading(folder, "its likelihoods are"):
        known = components is not None and LIKELIHOODS in files
        likelihoods = Likelihoods.read(manifest, files[LIKELIHOODS]) if known else None
    contents = manifest, version, thresholds, recoding, components, likelihoods
    return Verified(*contents, model=files["model.onnx"])


def open_bundle(verified: Verified) -> Bundle:
    """The bundle with a session of its graph; raises whatever the runtime raises."""
    session = _session(verified.model)
    outputs = tuple(output.name for output in session.get_outputs())
    contents = {field.name: getattr(verified, field.name) for field in fields(Contents)}
    return Bundle(session=session, outputs=outputs, **contents)


def bundle_folder(folder: Path) -> Path:
    """The folder itself, or that of the version in use where it is a model store."""
    pointer = folder / POINTER
    if not pointer.is_file():
        return folder
    try:
        version = json.loads(_read(pointer))["version"]
    except (ValueError, KeyError, TypeError):
        version = None
    if not isinstance(version, str) or not _VERSION.fullmatch(version):
        raise _damaged(pointer, "it names no version")
    return folder / VERSIONS / version


def verify(folder: Path) -> tuple[dict[str, bytes], str]:
    """The bytes of every listed file, each matching its hash, and the model's version.

    What is returned is what was hashed: nothing is read from the folder again.
    """
    listing = _read(folder / HASHES)
    expected = _listed(listing, folder)
    files = {name: _read(folder / name) for name in expected}
    for name, content in files.items():
        if hashlib.sha256(content).hexdigest() != expected[name]:
            raise _damaged(folder / name, "its content does not match its hash")
    return files, hashlib.sha256(listing).hexdigest()[:12]


def _listed(listing: bytes, folder: Path) -> dict[str, str]:
    text = listing.decode("ascii", errors="replace")
    expected = {name: digest for digest, name in _LINE.findall(text)}
    canonical = "".join(f"{expected[name]}  {name}\n" for name in sorted(expected))
    if text != canonical:
        raise _damaged(folder / HASHES, "it is not a sorted list of hashes and names")
    for name in _NEEDED:
        if name not in expected:
            raise _damaged(folder / HASHES, f"{name} is not listed")
    return expected


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise _damaged(path, error.strerror or "it cannot be read") from None


def _damaged(path: Path, message: str) -> RefusedError:
    return RefusedError(Problem("bundle_damaged", str(path), message, _AGAIN))


def _manifest(content: bytes, folder: Path) -> Mapping[str, Any]:
    manifest: dict[str, Any] = json.loads(content)
    if manifest.get("format") != FORMAT:
        message = f"format {manifest.get('format')!r}, and this code reads format {FORMAT}"
        raise _unlike(folder, message)
    return manifest


def _unlike(folder: Path, message: str) -> RefusedError:
    remedy = "train the bundle with this version of the code"
    return RefusedError(Problem("bundle_format", str(folder), message, remedy))


@contextmanager
def _reading(folder: Path, what: str) -> Iterator[None]:
    """Refuse a bundle of which a part is not what this code reads."""
    try:
        yield
    except RefusedError:
        raise
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _unlike(folder, f"{what} not what this code reads") from None


def _check_conditions(manifest: Mapping[str, Any], vocabulary: Vocabulary, folder: Path) -> None:
    """RefusedError where the bundle could answer what this vocabulary has no word for."""
    if set(manifest["conditions"]) <= set(vocabulary.condition_ids):
        return
    message = f"made for another vocabulary: {differences(manifest, vocabulary)}"
    remedy = "train it again on this vocabulary (`dvc repro`)"
    raise RefusedError(Problem("bundle_vocabulary", str(folder), message, remedy))


def _check_mix(manifest: Mapping[str, Any], folder: Path) -> None:
    training = [float(manifest["mix"]["training"][key]) for key in manifest["conditions"]]
    if min(training) <= 0:
        raise _unlike(folder, "a condition has no share in the mix of its training")


def _recoding(manifest: Mapping[str, Any], vocabulary: Vocabulary) -> Recoding | None:
    if manifest["vocabulary_hash"] == vocabulary.hash:
        return None
    return Recoding.between(manifest, vocabulary)


def differences(manifest: Mapping[str, Any], vocabulary: Vocabulary) -> str:
    """What differs between a bundle's vocabulary and this one, in words."""
    theirs = {f["id"]: (f["kind"], tuple(f["values"])) for f in manifest["findings"]}
    ours = {f.id: (f.kind, f.values) for f in vocabulary.findings}
    changed = [key for key in ours if key in theirs and ours[key] != theirs[key]]
    their_conditions = list(manifest["conditions"])
    parts = [
        _naming("findings the bundle lacks", [key for key in ours if key not in theirs]),
        _naming("findings only the bundle has", [key for key in theirs if key not in ours]),
        _naming("findings of another kind or values", changed),
        _naming("conditions", sorted(set(their_conditions) ^ set(vocabulary.condition_ids))),
    ]
    found = [part for part in parts if part]
    if not found and [*theirs] != [*ours]:
        found = ["the same findings in another order"]
    if not found and their_conditions != list(vocabulary.condition_ids):
        found = ["the same conditions in another order"]
    return "; ".join(found) or "ranges of numbers or relations between findings"


def _naming(what: str, ids: list[str]) -> str:
    shown = ", ".join(ids[:5]) + (f" and {len(ids) - 5} more" if len(ids) > 5 else "")
    return f"{what}: {shown}" if ids else ""


def _session(model: bytes) -> Any:
    """A session of one thread: results would change in the last digits with the thread count."""
    import onnxruntime as ort  # not at the top: overrides alone need no runtime

    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3  # errors only: the runtime's hints are not for users
    return ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])
