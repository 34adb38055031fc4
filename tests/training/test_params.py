"""The knobs: read, checked, and every mistake told at once."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from serve.problem import RefusedError
from training.params import PARAMS, read_params


def test_the_projects_own_params_are_good() -> None:
    """`params.yaml` holds every knob with a value that is allowed."""
    assert read_params(PARAMS).sample.train_rows > 0


def test_every_mistake_is_told_at_once_with_its_line(tmp_path: Path) -> None:
    """A bad value and an unknown knob are both named, each with file, line and value."""
    text = PARAMS.read_text(encoding="utf-8")
    lines = re.sub(r"batch_size: \d+", "batch_size: many", text).splitlines()
    lines.insert(lines.index("gate:") if "gate:" in lines else len(lines), "surprise: 1")
    path = tmp_path / "params.yaml"
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(RefusedError) as refused:
        read_params(path)
    line = 1 + next(k for k, text in enumerate(lines) if "batch_size" in text)
    assert f"{path}:{line}: train.batch_size" in str(refused.value)
    assert "'many'" in str(refused.value)
    assert "surprise" in str(refused.value)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param("a: [", "not_yaml", id="not YAML"),
        pytest.param("a: 1\na: 2\n", "key_twice", id="a key twice"),
        pytest.param("- 1\n", "bad_param", id="no mapping"),
    ],
)
def test_a_file_of_another_kind_is_refused(tmp_path: Path, text: str, code: str) -> None:
    """A file that is no mapping of knobs is refused with a reason, not a traceback."""
    path = tmp_path / "params.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RefusedError) as refused:
        read_params(path)
    assert [problem.code for problem in refused.value.problems] == [code]


@pytest.mark.parametrize(
    ("one", "other"),
    [("train", "test"), ("train", "validation"), ("validation", "test")],
)
def test_two_parts_of_one_seed_are_refused(tmp_path: Path, one: str, other: str) -> None:
    """Parts of the same seed hold the same patients: refused, with both names."""
    seed = getattr(read_params(PARAMS).sample, f"{one}_seed")
    text = PARAMS.read_text(encoding="utf-8")
    path = tmp_path / "params.yaml"
    path.write_text(re.sub(rf"{other}_seed: \d+", f"{other}_seed: {seed}", text))
    with pytest.raises(RefusedError, match=f"{one}_seed and {other}_seed are both {seed}"):
        read_params(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    """A missing file is named, with what to do."""
    with pytest.raises(RefusedError, match="run from the project's folder"):
        read_params(tmp_path / "params.yaml")
