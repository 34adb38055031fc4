"""Folders appear whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from data_gen.vocabulary.files import atomic
from data_gen.vocabulary.files.atomic import whole_folder


def _fail_half_way(target: Path) -> None:
    with whole_folder(target) as fresh:
        (fresh / "half").write_text("2")
        raise OSError("disk full")


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.mark.parametrize("exchange", [True, False], ids=["one step", "two renames"])
def test_a_new_folder_takes_the_place_of_the_old(
    tmp_path: Path, exchange: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the block the target holds the new files only, and nothing is left beside it."""
    if not exchange:
        monkeypatch.setattr(atomic, "_exchange", lambda *_: False)
    target = tmp_path / "bundle"
    for name in ("one", "two"):
        with whole_folder(target) as fresh:
            (fresh / name).write_text(name)
    assert _names(target) == {"two"}
    assert _names(tmp_path) == {"bundle"}


def test_a_failed_write_leaves_the_old_folder(tmp_path: Path) -> None:
    """An error inside the block leaves the target as it was."""
    target = tmp_path / "bundle"
    with whole_folder(target) as fresh:
        (fresh / "one").write_text("1")
    with pytest.raises(OSError, match="disk full"):
        _fail_half_way(target)
    assert _names(target) == {"one"}
    assert _names(tmp_path) == {"bundle"}
