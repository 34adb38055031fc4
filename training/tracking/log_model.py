"""A bundle as an MLflow model: from code, with a signature of parameters and answers.

The signature names no input columns. MLflow drops what a signature does not name before the model
sees it, so that a `Chest Pain` beside a known `chest_pain` would be lost without a word; typed
columns refuse ordinary tables (a blank column, 0 and 1, whole numbers); and untyped ones refuse CSV
in `mlflow models serve`. Without them every column arrives as it is, and the one function that
reads cells reads it. The input example shows the columns.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

from data_gen.vocabulary import Vocabulary, load

_HERE = Path(__file__).parent
_NEEDED = (
    "click", "mlflow", "numpy", "onnxruntime", "pandas", "pyarrow", "pydantic", "pyyaml", "rich",
)  # fmt: skip
_EXAMPLE = {
    "age_years": 68.0,
    "sex": "male",
    "smoking": "current",
    "site_calf": "yes",
    "worse_walking": "yes",
    "relief_rest": "yes",
    "walking_distance_m": 150.0,
}


def log_model(mlflow: Any, bundle: Path) -> Any:
    """Log the bundle as a model of the active run; MLflow's model info."""
    with _parts(bundle) as parts:
        return mlflow.pyfunc.log_model(name="model", **parts)


def save_model(mlflow: Any, bundle: Path, folder: Path) -> None:
    """Write the bundle as an MLflow model into a folder that is not there yet."""
    with _parts(bundle) as parts:
        mlflow.pyfunc.save_model(path=str(folder), **parts)


@contextmanager
def _parts(bundle: Path) -> Iterator[dict[str, Any]]:
    """What makes the model: scoring's code, the bundle, the signature, and what it requires."""
    vocabulary = load()
    with tempfile.TemporaryDirectory() as scratch:
        yield {
            "python_model": str(_HERE / "model_code.py"),
            "artifacts": {"bundle": str(bundle)},
            "code_paths": _copy_code(Path(scratch)),
            "signature": signature(vocabulary),
            "input_example": example(vocabulary),
            "pip_requirements": [f"{name}=={version(name)}" for name in _NEEDED],
        }


def signature(vocabulary: Vocabulary) -> Any:
    """The parameters, and every column of an answer as string or double."""
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, ParamSchema, ParamSpec, Schema

    from serve.answer import output_schema

    outputs: list[Any] = [
        ColSpec(str(field.type), field.name, required=False)  # MLflow's types are named as Arrow's
        for field in output_schema(vocabulary, explain=True)
    ]
    params = [
        ParamSpec("mix", "string", "training"),
        ParamSpec("explain", "boolean", False),
        ParamSpec("columns", "string", ""),
    ]
    return ModelSignature(None, Schema(outputs), ParamSchema(params))


def example(vocabulary: Vocabulary) -> Any:
    """A data frame of one case with a value or a blank for every finding."""
    import pandas as pd

    return pd.DataFrame([{f.id: _EXAMPLE.get(f.id) for f in vocabulary.findings}])


def _copy_code(scratch: Path) -> list[str]:
    """Scoring's own code, without knowledge or training, as MLflow copies it."""
    root = _HERE.parent.parent
    no_caches = shutil.ignore_patterns("__pycache__")
    shutil.copytree(root / "serve", scratch / "serve", ignore=no_caches)
    shutil.copytree(
        root / "data_gen" / "vocabulary", scratch / "data_gen" / "vocabulary", ignore=no_caches
    )
    init = scratch / "data_gen" / "__init__.py"
    init.write_text('"""The vocabulary of a case: all that scoring needs of the generator."""\n')
    return [str(scratch / "serve"), str(scratch / "data_gen")]
