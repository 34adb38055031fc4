"""The first page: what there is, and how to read it."""

from __future__ import annotations

from data_gen.look_alikes.deciding import Deciding
from data_gen.pages.condition_page import TRIAGE
from data_gen.pages.markdown import bullets, percent, table
from data_gen.profiles import Knowledge
from data_gen.vocabulary.condition import FRAMES_OF

_INTRO = """# What Claudico knows

Written from the knowledge by `python -m data_gen docs`; edit the knowledge, not these pages.

- [Findings](findings.md): what a case may say, the question to ask, and how common it is anyway.
- [What separates the look-alikes](separating.md): the pairs most often confused, and the ten
  findings that tell each apart.
- [What a few typical findings come to](sparse.md): the answer to the most typical three, five and
  eight findings of every presentation, alone.
- [Hazards](hazards.md): the safety overrides, from the signs that fire them to what they ask for.
- [A second clinical reading](review.md): what became of each of its points, and real cases told
  otherwise than their label (written by hand).
- One page for each condition, below.

## Conditions

**Found** is how much probability the exact answer gives, on average, to the condition a simulated
patient has, all of them being as frequent. **Clinic** is its assumed share of those who consult for
leg pain on walking, **training** its share of the cases a model learns from. **By itself** is its
level where nothing else makes it more urgent; each presentation, on the page of its condition, has
its own, with one of these time frames:
"""
_BASES = """## Where the numbers come from

Every number says what it rests on:

- **study**: a row of `studies.yaml` that its author read, with counts or an interval.
- **document**: a frequency word of one of the five documents, turned into a number within its
  band: "almost always" is 80 to 99 %, "usually" 30 to 79 %, "may" 5 to 29 %. The bands are those
  of a published scale and reach lower than a reader would think: of "usually", "often" and
  "commonly" most people mean more than half, so a number under 50 % says why it is that low.
- **guideline**: a statement of a body that writes guidelines.
- **judgement**: the authors' own estimate, with its reason where it separates two look-alikes.

A document that lists a symptom without saying how often supports the direction, not the number:
such a number is a judgement that cites the statement.

The documents are:
"""


def index_page(knowledge: Knowledge, deciding: Deciding, documents: dict[str, str]) -> str:
    """The page in Markdown; `documents` are the titles of the documents by number."""
    rows = []
    for condition in knowledge.vocabulary.conditions:
        mix = knowledge.mix.mix[condition.id]
        rows.append(
            (
                f"[{condition.name}](conditions/{condition.id}.md)",
                condition.icd10,
                TRIAGE[condition.triage],
                percent(deciding.confusion.between(condition.id, condition.id)),
                percent(mix.clinic),
                percent(mix.training),
            )
        )
    head = ("Condition", "ICD-10", "By itself", "Found", "Clinic", "Training")
    titles = [f"- {number}: {title}" for number, title in documents.items()]
    frames = [f"{level.replace('_', '-')}: {', '.join(fit)}" for level, fit in FRAMES_OF.items()]
    parts = [_INTRO, *bullets(frames), *table(head, rows), _BASES, *titles]
    return "\n".join(parts).rstrip() + "\n"
