"""The model in use; none where it cannot be loaded, and looked for again until it can."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

from data_gen.vocabulary import Vocabulary
from serve.answer import NO_MODEL
from serve.batch.block import make_pipeline
from serve.http.options import Options
from serve.model.mixes import check_mix
from serve.pipeline import ScoringPipeline
from serve.problem import RefusedError

LOG = logging.getLogger("claudico.http")
RETRY_SECONDS = 5.0
"""Seconds between two looks for a model that is missing or damaged."""


class Model:
    """The chain that answers. Without a bundle overrides alone answer, and say so."""

    def __init__(self, options: Options, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.chain = ScoringPipeline(vocabulary)
        self._folder = options.bundle
        self._mix = options.mix
        self._told = ""
        self.silent = False
        """Whether the model, though loaded, gave no answer to any case of the last request."""
        check_mix(self._mix, vocabulary)

    @property
    def loaded(self) -> bool:
        """Whether a model is loaded."""
        return self.chain.bundle is not None

    @property
    def version(self) -> str:
        """The version of the model that answers, or a word for none."""
        return NO_MODEL if self.silent else self.chain.model_version

    def open(self) -> None:
        """Load the bundle if there is one to load; RefusedError for a mix that means nothing."""
        if self._folder is None or self.loaded:
            return
        try:
            self.chain = make_pipeline(self.vocabulary, self._folder, self._mix)
        except RefusedError as error:
            if any(problem.code == "bad_mix" for problem in error.problems):
                raise
            self._tell(self._folder, str(error))
            return
        if not self.loaded:
            self._tell(self._folder, self.chain.failure)
            return
        LOG.info("model loaded version=%s", self.chain.model_version)

    def _tell(self, folder: Path, why: str) -> None:
        if why != self._told:  # once, not every few seconds
            LOG.warning("no model from %s: overrides alone answer (%s)", folder, why)
        self._told = why

    async def keep_looking(self, seconds: float = RETRY_SECONDS) -> None:
        """Look for the model again and again until it is loaded."""
        while self._folder is not None and not self.loaded:
            await asyncio.sleep(seconds)
            try:
                await asyncio.to_thread(self.open)
            except RefusedError as error:
                LOG.error("no model: %s", error)
                return
            except Exception as error:
                self._tell(self._folder, type(error).__name__)
