"""Vignettes and exact posteriors as data frames. Nothing heavy is loaded before it is needed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


def sample(
    rows: int,
    seed: int,
    mix: str = "training",
    *,
    truth: bool = False,
    complete: bool = False,
    narrative: bool = False,
    knowledge: Path | None = None,
    learned: Path | None = None,
) -> pd.DataFrame:
    """Synthetic cases, one a row; with `truth`, the hidden states and exact posterior beside them.

    The columns are those that `python -m data_gen sample` writes: `case_id`, the findings,
    `condition`, and those of its truth file. A number is a float; yes/no and choices are categories
    (`no`, `yes`); what is missing is unknown, never absent. `mix` is training, clinic,
    safety, or `id=share,id=share`; `complete` records every applicable cell without error;
    `narrative` adds a paragraph of English; `knowledge` is a folder of knowledge files, our own by
    default, and `learned` the file of what cases have updated of it. Raises ValueError for fewer
    rows than one, an unknown mix, or a knowledge with mistakes.
    """
    from data_gen.sampler import sample_tables
    from data_gen.world import load_world

    world = load_world(knowledge, learned, complete=complete)
    frames = [
        table.to_pandas() for table in sample_tables(world, rows, seed, mix, truth, narrative)
    ]
    cases: pd.DataFrame = frames[0]
    return cases.join([frame.drop(columns=["case_id", "condition"]) for frame in frames[1:]])


def posterior(
    cases: pd.DataFrame,
    mix: str = "training",
    *,
    complete: bool = False,
    components: bool = False,
    knowledge: Path | None = None,
    learned: Path | None = None,
) -> pd.DataFrame:
    """The exact posterior of each case: `log_evidence` and `p_<condition>`, in the rows of `cases`.

    With `components` also `component:<id>` for each presentation, part of another cause, and pair
    of conditions: those of a condition sum to it (`World.components` says what each is).

    Columns of `cases` that are findings are read as a case file's cells are: words, booleans or 0
    and 1 for yes and no, a missing value for blank; a finding without a column was not asked, and
    other columns are passed over. `complete` reads a blank as "does not apply". Raises ValueError,
    naming each cell, for one that is no value of its finding, and where no column is a finding;
    TypeError for what is no frame.
    """
    import pandas as pd
    import pyarrow as pa

    from data_gen.posterior_files import posterior_table, read_cells
    from data_gen.world import load_world

    if not isinstance(cases, pd.DataFrame):
        kind = type(cases).__name__
        raise TypeError(f"cases: {kind} is no data frame; make one with pandas.DataFrame(cases)")
    world = load_world(knowledge, learned, complete=complete)
    known = [name for name in cases.columns if name in world.vocabulary.finding_ids]
    table = pa.table({n: pa.array(cases[n], from_pandas=True).cast(pa.string()) for n in known})
    index = cases.index
    table = read_cells(table, world.vocabulary, "the frame", lambda row: f"row {index[row]!r}")
    found: pd.DataFrame = posterior_table(world, table, mix, components=components).to_pandas()
    return found.set_index(index)
