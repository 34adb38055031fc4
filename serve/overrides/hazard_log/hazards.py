"""The hazards that the rules control: what harm, how it comes about, what remains."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Hazard:
    """A harm to a person whose case is scored.

    `cause` says how scoring could bring it about; `remains` what the rules leave uncontrolled.
    `of` names the presentations and diagnoses that bring the harm, or are treated like those that
    do: a condition for all of its own.
    """

    id: str
    harm: str
    cause: str
    remains: str
    of: tuple[str, ...] = ()

    def brought_by(self, cause: str) -> bool:
        """Whether a cause that a model tells apart brings it, of a pair either part."""
        return any(
            part == own or part.startswith(f"{own}/")
            for part in cause.split("+")
            for own in self.of
        )


HAZARDS: tuple[Hazard, ...] = (
    Hazard(
        "embolism",
        "Death by pulmonary embolism.",
        "The leg is scored and the chest is not: a clot that has reached the lungs is called a "
        "strain, or sent home as a clot of the leg alone.",
        "An embolism without a chest symptom, a faint, or being unwell (about 1 in 20) is seen "
        "only through its leg. Old breathlessness without a clot's signs or risks is `routine` "
        "until it is said to be new. A normal leg on record lowers chest pain to `urgent`.",
        of=("deep_vein_thrombosis/embolism",),
    ),
    Hazard(
        "acute_ischaemia",
        "Loss of a leg whose artery has closed; death.",
        "Sudden ischaemia is taken for claudication, sciatica or a strain, or the hours that the "
        "muscle bears are lost in a queue.",
        "A case that gives neither the onset nor a second sign: a cool or pulseless leg alone "
        "is `routine`, for stable arterial disease looks the same. Gradual closure of a graft "
        "or stent is seen as critical, not acute. Good pulses in a warm leg, or four weeks without "
        "change on record, lower an emergency to `urgent`: pulses wrongly felt lower it too.",
        of=(
            "acute_limb_ischemia",
            "other_cause/blue_toes",
        ),
    ),
    Hazard(
        "cauda_equina",
        "Lasting incontinence and weakness after compression of the cauda equina or cord.",
        "Leg pain from the back is scored as sciatica or stenosis because nobody asked about "
        "bladder, bowel and saddle.",
        "Where bladder, bowel and saddle are blank, one-sided pain with slowly growing weakness "
        "is at most urgent. A slow stream alone, as of a prostate, fires nothing without pain from "
        "the back. Old bladder trouble recorded as new fires.",
        of=("other_cause/cauda_equina",),
    ),
    Hazard(
        "acute_compartment",
        "Dead muscle after an acute compartment syndrome.",
        "A tense, very painful leg after injury is taken for a bruise, a strain, or exertional "
        "compartment syndrome.",
        "Before the leg is tense or numb only severe pain and an injury are recorded, as in many "
        "strains: that is `routine` unless it grows, or the leg cannot carry weight. A tense leg "
        "that rest "
        "eases is taken for the exertional form unless it was injured and is very painful.",
        of=("other_cause/acute_compartment",),
    ),
    Hazard(
        "septic_joint",
        "A joint destroyed, or sepsis from it.",
        "A hot joint is taken for gout or a flare of known arthritis.",
        "A septic joint with neither fever, warmth, redness nor pain at rest recorded, above all "
        "in a replaced joint or under steroids, fires nothing above `routine`.",
        of=(
            "infection/septic_joint",
            "other_cause/gout",
            "other_cause/inflammatory_arthritis",
            "other_cause/child_hip",
        ),
    ),
    Hazard(
        "deep_infection",
        "Sepsis, necrotising infection, or bone lost to infection.",
        "Spreading infection is taken for vein disease, a bruise or a bite; fever is ignored "
        "because the pain looks mechanical.",
        "Early necrotising infection with pain alone. Infection of bone without fever, sore or "
        "raised inflammation. Infection in dark skin, where redness is not seen or recorded.",
        of=(
            "infection/cellulitis",
            "infection/bone",
            "infection/necrotising",
            "infection/septic_bursa",
            "infection/spine_psoas",
        ),
    ),
    Hazard(
        "thrombosis",
        "A deep vein thrombosis left to grow and embolise.",
        "A clot in the calf is taken for a strain, cramps or vein disease.",
        "Calf pain without swelling, tenderness or a risk factor (the signs are neither "
        "sensitive nor specific). A swollen leg after injury, with a bruise, or swollen for three "
        "months without change on record is held back by a guard; so is one with a normal D-dimer "
        "and neither cancer nor an earlier clot.",
        of=(
            "deep_vein_thrombosis/calf",
            "deep_vein_thrombosis/proximal",
            "deep_vein_thrombosis/subtle",
            "deep_vein_thrombosis/oestrogen",
            "other_cause/superficial_thrombophlebitis",
        ),
    ),
    Hazard(
        "critical_ischaemia",
        "Loss of a leg to chronic limb-threatening ischaemia.",
        "Pain at rest or a sore is put down to nerves, joints or veins.",
        "Rest pain where no sign of circulation is recorded, above all in diabetes, which hides "
        "pain and makes the ABI falsely high. Pain at night in a leg with a worn joint, cramps "
        "or a "
        "neuropathy is put down to these unless it eases when the leg hangs down. A sore in a leg "
        "with vein disease is held back by a guard unless poor circulation is recorded.",
        of=(
            "critical_limb_ischemia",
            "other_cause/popliteal_entrapment",
            "other_cause/thromboangiitis",
            "other_cause/vasculitis",
        ),
    ),
    Hazard(
        "diabetic_foot",
        "Amputation or sepsis from a diabetic or neuropathic foot.",
        "A painless sore or a hot, swollen foot looks harmless because it does not hurt.",
        "A Charcot foot that is swollen but not recorded as warm or red. An ulcer where diabetes "
        "is not known.",
        of=(
            "infection/diabetic_foot",
            "other_cause/charcot_foot",
            "other_cause/diabetic_foot_ulcer",
        ),
    ),
    Hazard(
        "fracture",
        "A fracture that displaces, or a joint that dies, for want of an X-ray and rest.",
        "A fracture is taken for a strain or for shin splints; weak bone breaks without a fall.",
        "Stress fractures of shin and foot are `routine` while the leg carries weight. A broken "
        "hip that still carries weight, without bone tenderness recorded, and any fracture of "
        "which only an injury and a limp are recorded.",
        of=(
            "stress_fracture",
            "other_cause/acute_fracture",
        ),
    ),
    Hazard(
        "tendon_rupture",
        "A ruptured tendon found too late to repair well.",
        "A rupture is taken for tendinitis or a calf strain.",
        "A rupture without a gap, a pop, a lost push-off or sudden onset recorded.",
        of=("other_cause/tendon_rupture",),
    ),
    Hazard(
        "cancer",
        "Cancer in bone, spine or soft tissue found late.",
        "Night or rest pain is put down to arthritis or sciatica; an old cancer is not asked "
        "about.",
        "A tumour whose only sign is a growing swelling or steady daytime pain: nothing tells it "
        "from joint disease, so it is `routine` by its duration. Pain at night after a cancer of "
        "the past, in a worn joint or a cramp, is `routine`.",
        of=(
            "other_cause/primary_tumour",
            "other_cause/metastasis",
        ),
    ),
    Hazard(
        "progressive_weakness",
        "Breathing failure or lasting palsy from a fast-growing loss of nerve function.",
        "Guillain-Barre syndrome, cord compression or a palsy is scored as neuropathy, sciatica "
        "or tired muscles.",
        "Slow weakness over months is `routine`. Early Guillain-Barre with back pain or tingling "
        "alone. Weakness in one leg without a time course, numbness or severe pain recorded. A "
        "guard takes new weakness after training or injury for tired or torn muscle.",
        of=(
            "lumbar_spinal_stenosis/advanced",
            "sciatica/with_deficit",
            "other_cause/femoral_neuropathy",
            "other_cause/guillain_barre",
            "other_cause/myelopathy",
            "other_cause/peroneal_neuropathy",
        ),
    ),
    Hazard(
        "stroke",
        "Brain lost to a stroke that is not called in time.",
        "A weak leg is scored as a nerve of the leg, and arm, face and speech are not asked about.",
        "A stroke that weakens the leg alone is `urgent` as sudden weakness. Slow strokes.",
        of=("other_cause/stroke",),
    ),
    Hazard(
        "bleeding",
        "Lasting weakness, or death, from a bleed into the hip flexor or the back.",
        "Groin or back pain under a blood thinner is taken for a strain or sciatica.",
        "A bleed before the leg is weak, and one where the blood thinner is not recorded.",
        of=("other_cause/retroperitoneal_bleed",),
    ),
    Hazard(
        "aneurysm",
        "Death from a widened artery that tears.",
        "Sudden back and groin pain past sixty is taken for the spine, the hip or a stone.",
        "A tear that begins slowly, without back pain, or before sixty.",
        of=("other_cause/aneurysm",),
    ),
    Hazard(
        "muscle_breakdown",
        "Kidney failure, or lasting weakness, from muscle that breaks down or is inflamed.",
        "Sore, weak muscles are taken for training, and a new medicine is not asked about.",
        "Breakdown before the urine darkens. Slow weakness of the thighs without blood tests.",
        of=(
            "other_cause/rhabdomyolysis",
            "other_cause/muscle_disease",
        ),
    ),
    Hazard(
        "salts",
        "Heart rhythm disturbed by abnormal salts behind cramps or weakness.",
        "Cramps are taken for harmless night cramps.",
        "Abnormal salts that were never measured. Mild ones with cramps alone are `routine`.",
    ),
    Hazard(
        "delay",
        "A treatable disease found late because nobody was told to see a doctor.",
        "A persistent or worsening complaint is called self-care by its most probable cause.",
        "Complaints shorter than two weeks that none of the documents' signs marks.",
    ),
)
"""Every hazard, the most dangerous first."""
