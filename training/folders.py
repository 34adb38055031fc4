"""Folders and files of the pipeline that appear whole or not at all."""

from __future__ import annotations

from pathlib import Path

from data_gen.vocabulary.files import atomic
from data_gen.vocabulary.files.atomic import whole_folder

__all__ = ["atomic_write", "whole_folder"]


def atomic_write(target: Path, content: bytes) -> None:
    """Write a file that appears whole or not at all, in a folder that is made where it is not."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with atomic.atomic_write(target) as stream:
        stream.write(content)
