"""The published statistics, replayed on a knowledge: how many it does not reproduce."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data_gen.literature.load import load_literature
from data_gen.literature.replay import replay
from data_gen.profiles import Knowledge
from data_gen.world import World
from training.paths import METRICS

LITERATURE = "literature"
_REPLAYED: dict[str, Published] = {}


@dataclass(frozen=True)
class Published:
    """How many published statistics a knowledge was held against, and which it misses."""

    statistics: int
    outside: tuple[str, ...]
    """The study rows whose interval does not hold the knowledge's figure."""

    @property
    def share(self) -> float:
        """The share of the statistics that are missed."""
        return len(self.outside) / max(self.statistics, 1)

    def as_metrics(self) -> dict[str, Any]:
        """What `metrics.json` keeps, so that a later candidate can be held against it."""
        return {"statistics": self.statistics, "outside": " ".join(self.outside)}


def published(knowledge: Knowledge, world: World) -> Published:
    """The statistics of a knowledge, each replayed once in the life of a process."""
    key = f"{world.knowledge_hash} {knowledge.folder}"
    if key not in _REPLAYED:
        done = list(replay(load_literature(knowledge), knowledge.studies, world))
        outside = tuple(one.statistic.study for one in done if not one.inside)
        _REPLAYED[key] = Published(len(done), outside)
    return _REPLAYED[key]


def published_of(folder: Path) -> Published | None:
    """What a promoted version's metrics say of its knowledge; None where they do not say."""
    try:
        metrics = json.loads((folder / METRICS).read_text(encoding="utf-8"))
        found: Mapping[str, Any] = metrics[LITERATURE]
        return Published(int(found["statistics"]), tuple(found["outside"].split()))
    except (OSError, ValueError, KeyError, TypeError):
        return None
