"""What must be complete: every finding, condition and weight once, and only names that exist."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from data_gen.profiles.knowledge import Knowledge
from data_gen.profiles.problem import Checked, KnowledgeProblem, problem_at, problem_in
from data_gen.vocabulary.yaml_lines import line_of

_SLACK = 1e-6
KINDS = ("background", "care", "finding", "outlook", "prevention", "red_flag", "risk", "test")
Place = tuple[str | int, ...]


def cover_checks(knowledge: Knowledge) -> list[Checked]:
    """The checks of what must be there and of names."""
    return [
        _background_covers(knowledge),
        _mix_covers(knowledge),
        _sums(knowledge),
        _profile_names(knowledge),
        _pairs(knowledge),
        _evidence(knowledge),
    ]


def _background_covers(knowledge: Knowledge) -> Checked:
    computed = {"age_years", "sex", *knowledge.vocabulary.relations.computed}
    wanted = set(knowledge.vocabulary.finding_ids) - computed
    found = set(knowledge.background.findings)
    missing = ("is missing", "give its rate")
    strange = (
        "is computed or unknown",
        "use an id of docs/findings.md that is not computed, or take it out",
    )
    problems = [
        problem_at(knowledge.folder, "background.yaml", ("findings", finding), *said)
        for said, ids in ((missing, wanted - found), (strange, found - wanted))
        for finding in sorted(ids)
    ]
    name = "the background covers every finding"
    return Checked(name, len(wanted), tuple(problems), whole_files=True)


def _mix_covers(knowledge: Knowledge) -> Checked:
    ids, mix = knowledge.vocabulary.condition_ids, knowledge.mix.mix
    missing = ("is missing", "list each condition once")
    strange = ("is no condition", f"use one of {', '.join(ids)}")
    problems = [
        problem_at(
            knowledge.folder,
            "mix.yaml",
            ("mix", condition),
            *(missing if condition in ids else strange),
        )
        for condition in sorted(set(mix) ^ set(ids))
    ]
    return Checked("the mixes cover every condition", len(mix), tuple(problems), whole_files=True)


def _sums(knowledge: Knowledge) -> Checked:
    sums: dict[tuple[str, Place, str], float] = {}
    for condition, profile in knowledge.profiles.items():
        held = profile.presentations.values()
        file = f"conditions/{condition}.yaml"
        sums[file, ("presentations",), "weight"] = sum(holder.weight for holder in held)
        sums[file, ("presentations",), "clinic"] = sum(holder.clinic_share for holder in held)
    for mix in ("clinic", "training"):
        shares = [getattr(entry, mix) for entry in knowledge.mix.mix.values()]
        sums["mix.yaml", ("mix",), mix] = sum(shares)
    weights = [setting.weight for setting in knowledge.settings.settings.values()]
    sums["settings.yaml", ("settings",), "weight"] = sum(weights)
    problems = [
        problem_at(knowledge.folder, file, path, f"{what} sums to {total:.6g}", "make the sum 1")
        for (file, path, what), total in sums.items()
        if abs(total - 1) > _SLACK
    ]
    return Checked("weights and shares sum to 1", len(sums), tuple(problems), whole_files=True)


def _profile_names(knowledge: Knowledge) -> Checked:
    ids = knowledge.vocabulary.condition_ids
    problems: list[KnowledgeProblem] = []
    items = 0
    for condition, profile in knowledge.profiles.items():
        file = f"conditions/{condition}.yaml"
        items += 1 + len(profile.confused_with)
        if profile.condition != condition:
            value = f"is {profile.condition!r} in the file of {condition}"
            problems.append(
                problem_at(knowledge.folder, file, ("condition",), value, "use the file's name")
            )
        for place, other in enumerate(profile.confused_with):
            if other not in ids or other == condition:
                value = f"{other!r} is no other condition"
                remedy = "use an id of docs/README.md"
                path = ("confused_with", place)
                problems.append(problem_at(knowledge.folder, file, path, value, remedy))
    for file_path in sorted((knowledge.folder / "conditions").glob("*.yaml")):
        if file_path.stem not in ids:
            value, remedy = "is no condition", "rename the file, or take it away"
            file = f"conditions/{file_path.name}"
            problems.append(problem_in(file, 1, file_path.stem, value, remedy))
    return Checked("profiles name conditions that exist", items, tuple(problems))


def _pairs(knowledge: Knowledge) -> Checked:
    problems = []
    for position, pair in enumerate(knowledge.pairs):
        sides = ((pair.first, pair.first_presentation), (pair.second, pair.second_presentation))
        for condition, presentation in sides:
            profile = knowledge.profiles.get(condition)
            if profile is None and condition in knowledge.vocabulary.condition_ids:
                continue  # its file could not be read, which is reported
            if profile is None or presentation not in profile.presentations:
                value = f"{condition} has no presentation {presentation!r}"
                known = ", ".join(profile.presentations) if profile else "none"
                path = ("pairs", position)
                remedy = f"name one it has: {known}"
                problems.append(problem_at(knowledge.folder, "pairs.yaml", path, value, remedy))
    return Checked("pairs name presentations that exist", len(knowledge.pairs), tuple(problems))


def _evidence(knowledge: Knowledge) -> Checked:
    """Statements and study rows speak of findings and conditions that exist, in known words."""
    problems: list[KnowledgeProblem] = []
    files = (
        ("documents.yaml", "statements", knowledge.statements),
        ("studies.yaml", "studies", knowledge.studies),
    )
    for file, key, rows in files:
        for position, (row, content) in enumerate(rows.items()):
            for field, value, remedy in _strange(knowledge, key, content):
                path = (key, position, field)
                line = line_of(knowledge.folder / file, path)
                problems.append(problem_in(file, line, f"{row}.{field}", value, remedy))
    items = len(knowledge.statements) + len(knowledge.studies)
    return Checked(
        "statements and study rows name what exists", items, tuple(problems), whole_files=True
    )


def _strange(
    knowledge: Knowledge, key: str, row: Mapping[str, Any]
) -> Iterator[tuple[str, str, str]]:
    conditions, findings = knowledge.vocabulary.condition_ids, knowledge.vocabulary.finding_ids
    about = row.get("condition")
    for condition in [about] if isinstance(about, str) else about or []:
        if condition not in conditions:
            yield "condition", f"{condition!r} is no condition", "use an id of docs/README.md"
    for finding in row.get("findings") or []:
        if finding not in findings:
            yield "findings", f"{finding!r} is no finding", "use an id of docs/findings.md"
    if key == "statements" and row.get("kind") not in KINDS:
        yield "kind", f"{row.get('kind')!r} is no kind", f"use one of {', '.join(KINDS)}"
    if row.get("direction") not in (None, "raises", "lowers"):
        yield "direction", f"{row['direction']!r} is no direction", "use raises or lowers"
    if key == "studies" and row.get("flag") not in ("seen", "seen-2nd"):
        remedy = "seen, or seen-2nd where it was read on another's page"
        yield "flag", f"{row.get('flag')!r} does not say who read it", remedy
