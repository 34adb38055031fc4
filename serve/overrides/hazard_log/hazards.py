"""The hazards that the rules control: what harm, how it comes about, what remains."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Hazard:
    """A harm to a person whose case is scored.

    `cause` says how scoring could bring it about; `remains` what the rules leave uncontrolled.
    """

    id: str
    harm: str
    cause: str
    remains: str


HAZARDS: tuple[Hazard, ...] = (
    Hazard(
        "embolism",
        "Death by pulmonary embolism.",
        "The leg is scored and the chest is not: a clot that has reached the lungs is called a "
        "strain, or sent home as a clot of the leg alone.",
        "An embolism without a chest symptom, a faint, or being unwell (about 1 in 20) is seen "
        "only through its leg. Long-standing breathlessness of heart failure fires too.",
    ),
    Hazard(
        "acute_ischaemia",
        "Loss of a leg whose artery has closed; death.",
        "Sudden ischaemia is taken for claudication, sciatica or a strain, or the hours that the "
        "muscle bears are lost in a queue.",
        "A case that gives neither the onset nor a second sign: a cool or pulseless leg alone "
        "is `routine`, for stable arterial disease looks the same. Gradual closure of a graft "
        "or stent is seen as critical, not acute.",
    ),
    Hazard(
        "cauda_equina",
        "Lasting incontinence and weakness after compression of the cauda equina or cord.",
        "Leg pain from the back is scored as sciatica or stenosis because nobody asked about "
        "bladder, bowel and saddle.",
        "Where bladder, bowel and saddle are blank, one-sided pain with slowly growing weakness "
        "is at most urgent. Old bladder trouble recorded as new fires.",
    ),
    Hazard(
        "acute_compartment",
        "Dead muscle after an acute compartment syndrome.",
        "A tense, very painful leg after injury is taken for a bruise, a strain, or exertional "
        "compartment syndrome.",
        "Before the leg is tense or numb only severe pain and an injury are recorded, as in many "
        "strains: that is `routine` unless the leg cannot carry weight. A tense leg that rest "
        "eases is taken for the exertional form unless it was injured and is very painful.",
    ),
    Hazard(
        "septic_joint",
        "A joint destroyed, or sepsis from it.",
        "A hot joint is taken for gout or a flare of known arthritis.",
        "A septic joint with neither fever, warmth, redness nor pain at rest recorded, above all "
        "in a replaced joint or under steroids, fires nothing above `routine`.",
    ),
    Hazard(
        "deep_infection",
        "Sepsis, necrotising infection, or bone lost to infection.",
        "Spreading infection is taken for vein disease, a bruise or a bite; fever is ignored "
        "because the pain looks mechanical.",
        "Early necrotising infection with pain alone. Infection of bone without fever, sore or "
        "raised inflammation. Infection in dark skin, where redness is not seen or recorded.",
    ),
    Hazard(
        "thrombosis",
        "A deep vein thrombosis left to grow and embolise.",
        "A clot in the calf is taken for a strain, cramps or vein disease.",
        "Calf pain without swelling, tenderness or a risk factor (the signs are neither "
        "sensitive nor specific). Clots in both legs. A swollen leg after injury, or with a "
        "bruise, is held back by a guard.",
    ),
    Hazard(
        "critical_ischaemia",
        "Loss of a leg to chronic limb-threatening ischaemia.",
        "Pain at rest or a sore is put down to nerves, joints or veins.",
        "Rest pain where no sign of circulation is recorded, above all in diabetes, which hides "
        "pain and makes the ABI falsely high. A sore in a leg with vein disease is held back by "
        "a guard unless poor circulation is recorded.",
    ),
    Hazard(
        "diabetic_foot",
        "Amputation or sepsis from a diabetic or neuropathic foot.",
        "A painless sore or a hot, swollen foot looks harmless because it does not hurt.",
        "A Charcot foot that is swollen but not recorded as warm or red. An ulcer where diabetes "
        "is not known.",
    ),
    Hazard(
        "fracture",
        "A fracture that displaces, or a joint that dies, for want of an X-ray and rest.",
        "A fracture is taken for a strain or for shin splints; weak bone breaks without a fall.",
        "Stress fractures of shin and foot are `routine` while the leg carries weight. A broken "
        "hip that still carries weight, without bone tenderness recorded, and any fracture of "
        "which only an injury and a limp are recorded.",
    ),
    Hazard(
        "tendon_rupture",
        "A ruptured tendon found too late to repair well.",
        "A rupture is taken for tendinitis or a calf strain.",
        "A rupture without a pop or sudden onset recorded.",
    ),
    Hazard(
        "cancer",
        "Cancer in bone, spine or soft tissue found late.",
        "Night or rest pain is put down to arthritis or sciatica; an old cancer is not asked "
        "about.",
        "A tumour whose only sign is a growing swelling or steady daytime pain: nothing tells it "
        "from joint disease, so it is `routine` by its duration.",
    ),
    Hazard(
        "progressive_weakness",
        "Breathing failure or lasting palsy from a fast-growing loss of nerve function.",
        "Guillain-Barre syndrome, cord compression or a palsy is scored as neuropathy, sciatica "
        "or tired muscles.",
        "Slow weakness over months is `routine`. Early Guillain-Barre with back pain or tingling "
        "alone. Weakness in one leg without a time course, numbness or severe pain recorded. A "
        "guard takes new weakness after training or injury for tired or torn muscle.",
    ),
    Hazard(
        "salts",
        "Heart rhythm disturbed by abnormal salts behind cramps or weakness.",
        "Cramps are taken for harmless night cramps.",
        "Abnormal salts that were never measured.",
    ),
    Hazard(
        "delay",
        "A treatable disease found late because nobody was told to see a doctor.",
        "A persistent or worsening complaint is called self-care by its most probable cause.",
        "Complaints shorter than two weeks that none of the documents' signs marks.",
    ),
)
"""Every hazard, the most dangerous first."""
