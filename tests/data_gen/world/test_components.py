"""Components of the world: what they are called, how urgent they are, and their shares in mixes."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest

from data_gen.profiles import Knowledge
from data_gen.sampler.draw import Tables, draw_hidden
from data_gen.sampler.keyed import Draws
from data_gen.vocabulary import TRIAGE_LEVELS
from data_gen.vocabulary.condition import FRAMES_OF, TIME_FRAMES
from data_gen.world import Component, World

EMERGENCIES = {
    "acute_limb_ischemia/embolic",
    "acute_limb_ischemia/thrombosis_on_disease",
    "acute_limb_ischemia/viable_subacute",
    "deep_vein_thrombosis/embolism",
    "infection/septic_joint",
    "infection/necrotising",
    "infection/spine_psoas",
    "other_cause/cauda_equina",
    "other_cause/acute_compartment",
    "other_cause/guillain_barre",
    "other_cause/aneurysm",
    "other_cause/retroperitoneal_bleed",
    "other_cause/rhabdomyolysis",
    "other_cause/sickle_cell",
    "other_cause/stroke",
}


def component(world: World, component_id: str) -> Component:
    """The component of that id."""
    return next(one for one in world.components if one.id == component_id)


def test_every_component_is_one_atom_with_an_id_of_its_own(world: World) -> None:
    """Components stand in the order of the atoms, and no two share an id."""
    assert [c.id for c in world.components] == [atom.id for atom in world.people.atoms]
    assert len({c.id for c in world.components}) == len(world.components)
    ids = np.array(world.vocabulary.condition_ids)
    assert [c.condition for c in world.components] == ids[world.condition_of].tolist()


def test_a_component_says_what_its_presentation_says(world: World, knowledge: Knowledge) -> None:
    """Name, code, level, time frame and reason are those of the profile."""
    gout = knowledge.profiles["other_cause"].presentations["gout"]
    said = component(world, "other_cause/gout")
    assert (said.name, said.icd10) == ("gout", "M10.9")
    assert (said.triage, said.within, said.why) == ("urgent", "within 2 days", gout.triage.why)
    assert said.conditions == ("other_cause",)


PAIRS = {
    "second": ("osteoarthritis/flare+deep_vein_thrombosis/calf", "urgent, today", 1),
    "first": (
        "infection/cellulitis+chronic_venous_insufficiency/skin_change_ulcer", "urgent, today", 0,
    ),
    "first, in weeks": (
        "lumbar_spinal_stenosis/advanced+diabetic_neuropathy/numb_feet",
        "urgent, within 2 weeks", 0,
    ),
    "second, beside self-care": (
        "plantar_fasciitis/classic+tendinitis/achilles", "routine, when convenient", 1,
    ),
    "alike": (
        "shin_splints/lasting+compartment_syndrome_exertional/front_outer",
        "routine, within 6 weeks", 0,
    ),
    "sooner": (
        "osteoarthritis/hip+peripheral_artery_disease/buttock_thigh", "routine, within 2 weeks", 1,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("pair", "urgency", "of"), PAIRS.values(), ids=PAIRS)
def test_a_pair_is_as_urgent_as_the_more_urgent_of_the_two(
    world: World, pair: str, urgency: str, of: int
) -> None:
    """Level, time frame and reason are of one side, the name and the codes of both."""
    said, sides = component(world, pair), [component(world, side) for side in pair.split("+")]
    assert (f"{said.triage}, {said.within}", said.why) == (urgency, sides[of].why)
    assert said.name == " and ".join(side.name for side in sides)
    assert set(said.icd10.split(", ")) == {side.icd10 for side in sides}
    assert said.conditions == tuple(side.condition for side in sides)


def test_the_dangerous_are_emergencies_and_nothing_else_is(world: World) -> None:
    """By themselves these presentations are emergencies; a pair is one by its more urgent side."""
    alone = world.components[: world.people.n_alone]
    assert {c.id for c in alone if c.triage == "emergency"} == EMERGENCIES


def test_every_level_has_its_time_frames() -> None:
    """Each level and each time frame is used, soonest first within a level."""
    assert tuple(FRAMES_OF) == TRIAGE_LEVELS
    assert {frame for frames in FRAMES_OF.values() for frame in frames} == set(TIME_FRAMES)
    for frames in FRAMES_OF.values():
        assert list(frames) == sorted(frames, key=TIME_FRAMES.index)


@pytest.mark.parametrize("name", ["training", "clinic"])
def test_a_mix_of_components_adds_up_to_the_class_mix(
    world: World, knowledge: Knowledge, name: str
) -> None:
    """The components of each condition have, together, the share that mix.yaml gives it."""
    stated = [getattr(knowledge.mix.mix[c], name) for c in world.vocabulary.condition_ids]
    assert world.class_mix(world.mix(name)) == pytest.approx(stated, abs=1e-12)


def test_the_clinic_has_its_own_shares_of_presentations(world: World, knowledge: Knowledge) -> None:
    """A presentation that comes first in no pair has its clinic share of those who consult."""
    ids = [c.id for c in world.components]
    paired = {pair.partition("+")[0] for pair in ids[world.people.n_alone :]}
    presentations = knowledge.profiles["other_cause"].presentations
    shares = {
        f"other_cause/{name}": presentation.clinic_share
        for name, presentation in presentations.items()
        if f"other_cause/{name}" not in paired
    }
    clinic = np.array([world.mix("clinic")[ids.index(name)] for name in shares])
    stated = np.array(list(shares.values()))
    assert clinic / clinic.sum() == pytest.approx(stated / stated.sum())
    assert min(stated) < 0.001 < 0.1 < max(stated)


def test_a_pair_follows_its_first_presentation_to_the_clinic(world: World) -> None:
    """Between training and clinic a pair changes as its first presentation alone does."""
    ratio = world.mix("clinic") / world.mix("training")
    ids = [c.id for c in world.components]
    for pair in ids[world.people.n_alone :]:
        alone = ids.index(pair.partition("+")[0])
        assert ratio[ids.index(pair)] == pytest.approx(ratio[alone])


def test_the_safety_mix_lies_between(world: World, knowledge: Knowledge) -> None:
    """It is in proportion to training ** a * clinic ** (1 - a), and sums to 1."""
    a = knowledge.mix.safety.exponent
    log = [np.log(world.mix(name)) for name in ("safety", "training", "clinic")]
    rest = log[0] - a * log[1] - (1 - a) * log[2]
    assert np.ptp(rest) < 1e-9
    assert world.mix("safety").sum() == pytest.approx(1)
    assert 0 < a < 1


def test_a_written_mix_keeps_the_shares_of_training(world: World) -> None:
    """Within each condition that it names the components are as frequent as in training."""
    mix = world.mix("sciatica=3,infection=1")
    training = world.mix("training")
    for condition, share in (("sciatica", 0.75), ("infection", 0.25)):
        here = world.condition_of == world.vocabulary.condition_ids.index(condition)
        assert mix[here] == pytest.approx(share * training[here] / training[here].sum())
    assert mix.sum() == pytest.approx(1)


@pytest.mark.parametrize("mix", ["training", "clinic", "safety"])
def test_patients_are_drawn_by_the_mix(world: World, mix: str) -> None:
    """Of many patients each component has as many as its share says, and none by rounding."""
    shares, patients = world.mix(mix), 60_000
    hidden = draw_hidden(Tables.of(world, shares), Draws(11, 0, patients))
    counts = np.bincount(hidden.atom, minlength=len(shares))
    tests = [binomtest(int(n), patients, p).pvalue for n, p in zip(counts, shares, strict=True)]
    assert min(tests) > 1e-4 / len(shares)
    assert (world.condition_of[hidden.atom] == hidden.condition).all()
