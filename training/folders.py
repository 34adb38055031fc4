"""Folders and files of the pipeline that appear whole or not at all."""

from __future__ import annotations

from pathlib import Path

from data_gen.vocabulary.files import atomic
from data_gen.vocabulary.files.atomic import whole_folder

__all__ = ["whole_file", "whole_folder"]


def whole_file(target: Path, content: bytes) -> None:
    """Write a file that appears whole or not at all, in a folder that is made where it is not."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with atomic.whole_file(target) as stream:
        stream.write(content)
