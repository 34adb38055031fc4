"""A model store of tiny bundles, and the decisions that lead to it."""

from __future__ import annotations

import json
from pathlib import Path

from serve.model.bundle import HASHES
from tests.serve.tiny_bundle import tiny_files, write_bundle
from training.promotion.store.history import state_of
from training.promotion.store.model_store import ModelStore, version_of


def bundle_files(scratch: Path, name: str, knowledge: str = "k1") -> dict[str, bytes]:
    """The files of a tiny bundle that differs from others by its name."""
    files = tiny_files()
    manifest = {
        **json.loads(files["manifest.json"]),
        "data_hash": name,
        "knowledge_hash": knowledge,
    }
    files["manifest.json"] = json.dumps(manifest).encode()
    folder = write_bundle(scratch / name, files)
    beside = {"metrics.json": b"{}", "MODEL_CARD.md": f"# {name}\n".encode()}
    return {**files, HASHES: (folder / HASHES).read_bytes(), **beside}


def decision(store: ModelStore, files: dict[str, bytes], verdict: str = "promote") -> bytes:
    """A decision of the gate about a candidate, as things stand in the store."""
    content = {
        "decision": verdict,
        "candidate": version_of(files),
        "champion": store.champion_version(),
        "history": state_of(store.history()),
        "reason": "better" if verdict == "promote" else "not better",
        "checks": [],
    }
    return json.dumps(content).encode()


def promote(store: ModelStore, files: dict[str, bytes]) -> str:
    """Promote a candidate by a decision made just now; its version."""
    return store.promote(files, decision(store, files))


def reject(store: ModelStore, files: dict[str, bytes]) -> str:
    """Write down that a candidate was refused; its version."""
    return store.reject(json.loads(files["manifest.json"]), decision(store, files, "keep"))
