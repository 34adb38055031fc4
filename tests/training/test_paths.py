"""Where files are left, and how."""

from __future__ import annotations

from pathlib import Path

from training.paths import atomic_write


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    """A second write leaves the new content and no scrap."""
    for content in (b"one", b"two"):
        atomic_write(tmp_path / "sub" / "a.json", content)
    assert (tmp_path / "sub" / "a.json").read_bytes() == b"two"
    assert [path.name for path in (tmp_path / "sub").iterdir()] == ["a.json"]
