"""The skeleton of a new condition: what its author fills in, in the files where it belongs."""

from __future__ import annotations

import re
from pathlib import Path

from data_gen.profiles.checks.unfinished import CONTRACT, VOCABULARY
from data_gen.profiles.knowledge import KNOWLEDGE
from data_gen.vocabulary import load

_PROFILE = """\
# TODO: what it is, and what is peculiar to it.
# A number is a judgement unless it says `basis` and `cite`: see docs/README.md.

condition: CONDITION
# age: {low: 20, median: 50, high: 80}  # 5th, 50th, 95th percentile, if not the background's
# female: {p: 0.5}
# traits: {vascular: {p: 0.3}}
confused_with: []

findings: # where it departs from background.yaml, in every presentation
  # site_foot: {p: 0.9, why: "it is felt there"}

presentations: # one or more; their weights sum to 1
  only:
    name: TODO # plain, reads as a diagnosis
    icd10: TODO
    triage: {level: TODO, within: TODO, why: "TODO"} # as in docs/README.md
    weight: 1.0
    # clinic: {p: 1.0, why: ""}  # its share of those who consult, where that is another
    says: "TODO"
    findings: # where it departs from the above
"""
_ENTRY = """
  - id: CONDITION
    name: TODO
    icd10: TODO
    triage: routine
    indicates: TODO
    tests: []
    care: []
    caution: []
    safety_net: []
    cite: []
"""
_SHARE = '  CONDITION: {clinic: TODO, training: TODO, why: "TODO"}\n'


def new_condition(
    condition: str,
    source: str | None = None,
    folder: Path = KNOWLEDGE,
    vocabulary: Path = VOCABULARY,
) -> list[Path]:
    """Write the skeleton of a condition; returns the files it touched.

    With a source, CONDITION/PART, that part moves out of the condition: the new profile has its
    numbers, with those that its condition states for all parts. Raises ValueError, and writes
    nothing, for an id that is taken or no id, and for a part that does not exist.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]*", condition):
        raise ValueError(f"{condition!r} is no id; use small letters, digits and underscores")
    profile = folder / "conditions" / f"{condition}.yaml"
    if condition in load().condition_ids or profile.exists():
        raise ValueError(f"there is a condition {condition!r} already; choose another id")
    texts = {profile: _PROFILE.replace("CONDITION", condition)}
    if source is not None:
        texts |= _carved(condition, source, folder, profile)
    entries, shares = vocabulary / "conditions.yaml", folder / "mix.yaml"
    texts[entries] = _with(entries, _ENTRY, condition)
    texts[shares] = _with(shares, _SHARE, condition)
    contract = vocabulary / CONTRACT.name
    *lines, last = contract.read_text(encoding="utf-8").splitlines()
    texts[contract] = "\n".join([*lines, f"condition,{condition}", last, ""])
    for path, text in texts.items():
        path.write_text(text, encoding="utf-8")
    return list(texts)


def _with(path: Path, template: str, condition: str) -> str:
    held = path.read_text(encoding="utf-8").rstrip("\n")
    return held + "\n" + template.replace("CONDITION", condition)


def _carved(condition: str, source: str, folder: Path, profile: Path) -> dict[Path, str]:
    """The profile of a part, and the condition that it is taken out of."""
    parent, _, part = source.partition("/")
    path = folder / "conditions" / f"{parent}.yaml"
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    found = re.search(rf"(?m)^  {re.escape(part)}:\n(?:(?:    .*)?\n)*", text) if part else None
    head, mark, _ = text.partition("\npresentations:")
    if found is None or found.start() < len(head):
        raise ValueError(f"no part is called {source!r}; write condition/presentation")
    shared = head[head.index("\nfindings:") :] if "\nfindings:" in head else ""
    for finding in re.findall(r"(?m)^      (\w+):", found[0]):  # what the part states counts alone
        shared = re.sub(rf"(?m)^  {finding}: .*\n", "", shared)
    own = re.sub(r"(?m)^    weight: .*$", "    weight: 1.0", found[0].rstrip() + "\n")
    own = re.sub(r"(?m)^    clinic: .*\n", "", own)
    first = f"# TODO: what it is. Taken out of {source}, with what holds there for all parts.\n"
    carved = f"{first}\ncondition: {condition}\nconfused_with: [{parent}]\n{shared}{mark}\n{own}"
    return {profile: carved, path: text.replace(found[0], "", 1)}
