"""The page of the findings: one table."""

from __future__ import annotations

from data_gen.pages.amounts import background
from data_gen.pages.markdown import table
from data_gen.profiles import Knowledge
from data_gen.vocabulary import Finding
from data_gen.vocabulary.quantity import plain, unit_name

_INTRO = """# Findings

The {count} findings of a case, in the order of the columns. **Background** is how often a finding
is met among people who consult for leg symptoms and whose condition has no bearing on it: every
condition's profile lists only where it departs from this. A range is the median with the 5th and
95th percentile. A trait is hidden: a property of the person that makes findings go together. The
rates, with all age bands, are in `data_gen/knowledge/background.yaml`.

A blank cell is unknown, never absent. Cells of yes/no findings are `yes` or `no`.

[All pages](README.md)
"""


def findings_page(knowledge: Knowledge) -> str:
    """The page in Markdown."""
    findings = knowledge.vocabulary.findings
    head = ("Id", "Question", "Kind", "Values", "Background")
    rows = [
        (f"`{f.id}`", f.question, f.kind.replace("_", "/"), _values(f), _background(knowledge, f))
        for f in findings
    ]
    return "\n".join([_INTRO.format(count=len(findings)), *table(head, rows)]).rstrip() + "\n"


def _values(finding: Finding) -> str:
    if finding.kind == "yes_no":
        return "yes, no"
    if finding.kind == "choice":
        return ", ".join(finding.values)
    unit = f" {unit_name(finding.unit)}" if finding.unit else ""
    return f"{plain(finding.low or 0)} to {plain(finding.high or 0)}{unit}"


def _background(knowledge: Knowledge, finding: Finding) -> str:
    for rule in knowledge.vocabulary.relations.derived:
        if rule.finding == finding.id:
            return f"computed: {rule.says.replace(rule.from_, f'`{rule.from_}`')}"
    for pair in knowledge.vocabulary.relations.alternatives:
        if pair.second == finding.id:
            return f"`{pair.first}` at {pair.factor:g} metres a minute"
    return background(finding, knowledge.background)
