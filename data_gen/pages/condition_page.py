"""The page of one condition."""

from __future__ import annotations

from dataclasses import dataclass

from data_gen.look_alikes.deciding import Deciding
from data_gen.look_alikes.separation import separators
from data_gen.pages.amounts import background, label, met, stated
from data_gen.pages.markdown import bullets, percent, sentence, table
from data_gen.pages.sources import Sources
from data_gen.profiles import Knowledge
from data_gen.profiles.located import Located, located_in
from data_gen.profiles.schema import Based
from data_gen.vocabulary import Condition, Finding
from data_gen.vocabulary.condition import Advice
from data_gen.world import Component, World

TRIAGE = {
    "emergency": "emergency: now",
    "urgent": "urgent: the same day",
    "routine": "routine: see a doctor",
    "self_care": "self-care",
}
_LOOK_ALIKES, _TELL_APART = 6, 4
_SECTIONS = {
    "identity": "Who",
    "habit": "History and habits",
    "site": "Where",
    "pain": "What it is like",
    "symptom": "What people notice",
    "sign": "What an examiner finds",
    "test": "Tests",
}


@dataclass(frozen=True)
class ConditionPage:
    """Writes the page of a condition; the sources are numbered as they are cited."""

    world: World
    knowledge: Knowledge
    deciding: Deciding
    condition: Condition
    sources: Sources

    def text(self) -> str:
        """The page in Markdown."""
        condition = self.condition
        head = [
            f"# {condition.name}",
            "",
            f"`{condition.id}` · ICD-10 {condition.icd10} · by itself "
            f"**{TRIAGE[condition.triage]}** · [all conditions](../README.md)",
            "",
            sentence(condition.indicates),
            "",
        ]
        body = [
            *self._presentations(),
            *self._components(),
            *self._look_alikes(),
            *self._care(),
            *self._numbers(),
        ]
        return "\n".join([*head, *body, "## Sources", "", *self.sources.lines()]).rstrip() + "\n"

    def _presentations(self) -> list[str]:
        profile = self.knowledge.profiles[self.condition.id]
        out = ["## How it presents", ""]
        for name, presentation in profile.presentations.items():
            share = percent(presentation.weight)
            refer = self.sources.refer(presentation.cite)
            why = f" *{sentence(presentation.why)}*" if presentation.why else ""
            told = f"**{_words(name)}, {share}.** {sentence(presentation.says)}{why} {refer}"
            out += [told.rstrip(), ""]
        return out

    def _components(self) -> list[str]:
        """Its components, alone and with a second condition: level, time frame, reason, shares."""
        world, here = self.world, self.condition.id
        place = world.vocabulary.condition_ids.index(here)
        share = {
            name: mix / world.class_mix(mix)[place] for name, mix in world.mixes.items()
        }  # of those with the condition
        rows = [
            (
                f"{component.name} `{component.id.removeprefix(f'{here}/')}`",
                component.icd10,
                f"{component.triage.replace('_', '-')}, {component.within}",
                f"{sentence(component.why)} {self._urgency_sources(component)}".strip(),
                percent(float(share["training"][k])),
                percent(float(share["clinic"][k])),
            )
            for k, component in enumerate(world.components)
            if component.condition == here
        ]
        intro = (
            "What the model tells apart within it, each as urgent as it is by itself; of two "
            "conditions together the more urgent counts. The shares are of those with the "
            "condition, in training and among those who consult."
        )
        head = ("Component", "ICD-10", "By itself", "Why", "Training", "Clinic")
        return ["## How urgent it is", "", intro, "", *table(head, rows)]

    def _urgency_sources(self, component: Component) -> str:
        """What the level of a component rests on; that of a pair stands with its own alone."""
        _, _, name = component.id.partition("/")
        presentation = self.knowledge.profiles[self.condition.id].presentations.get(name)
        return self.sources.refer(presentation.triage.cite) if presentation else ""

    def _look_alikes(self) -> list[str]:
        """Those that take the most of its patients' probability, and the ones the profile names."""
        vocabulary, here = self.world.vocabulary, self.condition.id
        like = self.deciding.confusion.like(here)
        shares = dict(like)
        named = self.knowledge.profiles[here].confused_with
        shown = [other for other, _ in like][:_LOOK_ALIKES]
        shown = [other for other, _ in like if other in shown or other in named]
        right = percent(self.deciding.confusion.between(here, here))
        rows = []
        for other in shown:
            best = separators(self.deciding.marginals, vocabulary, (here, other), _TELL_APART)
            tell = "; ".join(self._against(separator.finding, other) for separator in best)
            link = f"[{vocabulary.condition(other).name}]({other}.md)"
            rows.append((link, percent(shares[other]), tell))
        intro = (
            "In simulated patients with this condition, recorded as people record, the exact "
            f"answer gives it {right} on average, all conditions being as frequent. The rest goes "
            "to its look-alikes:"
        )
        head = ("Taken for", "Probability", "What tells them apart best")
        return ["## What it is confused with", "", intro, "", *table(head, rows)]

    def _against(self, finding_id: str, other: str) -> str:
        finding = self.world.vocabulary.finding(finding_id)
        here, there = (self._met(finding, name) for name in (self.condition.id, other))
        return f"{label(finding)} **{here}**, there {there}"

    def _met(self, finding: Finding, condition: str) -> str:
        place = self.world.vocabulary.condition_ids.index(condition)
        return met(self.world, finding, self.deciding.marginals.of[finding.id][place], short=True)

    def _care(self) -> list[str]:
        condition = self.condition
        refer = self.sources.refer(condition.cite)
        out = ["## Tests and care", ""]
        if condition.tests:
            out += ["Tests that the documents name:", "", *bullets(condition.tests)]
        if condition.care:
            out += ["Care that the documents name:", "", *bullets(condition.care)]
        out += [f"From the documents: {refer}", ""] if refer else []
        return [
            *out,
            *self._advice("## What to be careful with", condition.caution),
            *self._advice("## When to come back", condition.safety_net),
        ]

    def _advice(self, title: str, lines: tuple[Advice, ...]) -> list[str]:
        told = [f"{sentence(line.says)} {self.sources.refer(line.cite)}".strip() for line in lines]
        return [title, "", *bullets(told)] if told else []

    def _numbers(self) -> list[str]:
        numbers = list(located_in(self.knowledge, self.condition.id))
        file = f"data_gen/knowledge/conditions/{self.condition.id}.yaml"
        out = [
            "## Its numbers",
            "",
            f"P(finding | {self.condition.name.lower()}), whether or not anybody asks. What is not "
            f"listed is as in the [background](../findings.md). **Over all** is the figure for all "
            f"presentations together, where one of them says otherwise. Edit them in `{file}`.",
            "",
        ]
        shared = [n for n in numbers if n.path[0] != "presentations"]
        out += self._part(
            "### In every presentation that does not say otherwise", shared, shared=True
        )
        for name in self.knowledge.profiles[self.condition.id].presentations:
            own = [n for n in numbers if n.path[:2] == ("presentations", name)]
            own = [n for n in own if len(n.path) > 2 and n.path[2] not in ("triage", "clinic")]
            out += self._part(f"### {_words(name)}", own, shared=False)
        return out

    def _part(self, title: str, numbers: list[Located], *, shared: bool) -> list[str]:
        if not numbers:
            return []
        out = [title, ""]
        traits = [n for n in numbers if "traits" in n.path]
        for asked, name in _SECTIONS.items():
            here = [n for n in numbers if n not in traits and self._finding(n).asked == asked]
            rows = [self._row(n, shared) for n in here]
            rows += [self._trait(n, shared) for n in traits] if asked == "identity" else []
            if rows:
                often = ("Stated", "Over all") if shared else ("Stated",)
                head = (name, *often, "Background", "Basis", "Why, and sources")
                out += table(head, rows)
        return out

    def _finding(self, number: Located) -> Finding:
        return self.world.vocabulary.finding(number.finding)

    def _row(self, number: Located, shared: bool) -> tuple[str, ...]:
        finding = self._finding(number)
        return (
            f"{label(finding)} `{finding.id}`",
            stated(finding, number.based),
            *([self._over_all(finding)] if shared else []),
            background(finding, self.knowledge.background),
            _basis(number.based),
            self._why(number.based),
        )

    def _over_all(self, finding: Finding) -> str:
        """How often it is met over all presentations, where one of them says otherwise."""
        presentations = self.knowledge.profiles[self.condition.id].presentations.values()
        holder = {"age_years": "age", "sex": "female"}.get(finding.id)
        differs = any(
            getattr(p, holder) is not None if holder else finding.id in p.findings
            for p in presentations
        )
        return self._met(finding, self.condition.id) if differs else ""

    def _trait(self, number: Located, shared: bool) -> tuple[str, ...]:
        name = str(number.path[-1])
        trait = self.knowledge.background.traits[name]  # type: ignore[index]
        rate = f"{percent(trait.p[0])} in children to {percent(trait.p[-1])} from 80"
        share = percent(float(getattr(number.based, "p", 0)))
        return (
            f"{trait.says} (hidden trait)",
            share,
            *([""] if shared else []),
            rate,
            _basis(number.based),
            self._why(number.based),
        )

    def _why(self, based: Based) -> str:
        why = sentence(based.why) if based.why else ""
        return f"{why} {self.sources.refer(based.cite)}".strip()


def _basis(based: Based) -> str:
    return f'document: "{based.word}"' if based.basis == "document" else based.basis


def _words(name: str) -> str:
    text = name.replace("_", " ")
    return text[:1].upper() + text[1:]
