"""What people with each hazard say, and what people with its benign look-alikes say.

Written from clinical descriptions, not from the rules: a name, the level at least (for a danger)
or at most (for a look-alike), and the findings as a note would give them. `yes` and `no` list
findings; the rest are choices and numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Story:
    """One short note."""

    name: str
    level: str
    yes: str = ""
    no: str = ""
    other: dict[str, str | float] = field(default_factory=dict)

    @property
    def case(self) -> dict[str, bool | str | float]:
        """The note as a case."""
        absent = dict.fromkeys(self.no.split(), False)
        return {**dict.fromkeys(self.yes.split(), True), **absent, **self.other}


DANGERS = (
    Story(
        "embolus after a flight", "emergency",
        "recent_immobility site_calf breathlessness", other={"side": "one", "swelling": "one"},
    ),
    Story("faints on standing with a sore calf", "emergency", "site_calf syncope_or_haemoptysis"),
    Story(
        "swollen leg, pulse racing, cancer", "emergency",
        "active_cancer cancer_history unwell site_leg", other={"swelling": "one"},
    ),
    Story(
        "leg went cold and dead an hour ago", "emergency",
        "cool_limb numbness weakness site_leg", other={"duration_days": 0.04, "side": "one"},
    ),
    Story(
        "sudden agony, foot white", "emergency",
        "severe_pain pale_limb site_foot", other={"onset": "sudden", "side": "one"},
    ),
    Story(
        "no pulse since this morning, fibrillation", "emergency",
        "atrial_fibrillation pulses_reduced site_calf", other={"onset": "sudden"},
    ),
    Story(
        "calf pain for three days, now cold with tingling gone numb", "emergency",
        "site_calf cool_limb numbness rest_pain cardiovascular_disease",
        other={"onset": "days", "duration_days": 3.0},
    ),
    Story(
        "threatened leg, start not written down", "emergency",
        "cool_limb pulses_reduced numbness weakness severe_pain",
    ),
    Story(
        "blue toes after a catheter", "emergency",
        "cardiovascular_disease blue_limb cool_limb site_foot hypertension",
        other={"age_years": 71.0},
    ),
    Story(
        "leg swollen and violet with agony", "emergency",
        "severe_pain blue_limb active_cancer cancer_history", other={"swelling": "one"},
    ),
    Story(
        "cannot pass water, numb between the legs", "emergency",
        "site_low_back radiates_from_back saddle_numbness bladder_bowel_change",
    ),
    Story(
        "both legs weak from the back since Tuesday", "emergency",
        "site_low_back radiates_from_back weakness",
        other={"side": "both", "onset": "days", "duration_days": 4.0},
    ),
    Story(
        "breast cancer, back pain at night, legs giving out", "emergency",
        "active_cancer cancer_history site_low_back night_pain weakness unsteady",
        other={"duration_days": 20.0},
    ),
    Story(
        "tingling feet, then legs, then hands within a week", "emergency",
        "weakness tingling upper_limb_symptoms reflex_reduced worsening",
        other={"side": "both", "duration_days": 7.0},
    ),
    Story(
        "legs unsteady and weak ten days after a cold", "emergency",
        "weakness unsteady stocking_pattern", other={"onset": "days"},
    ),
    Story(
        "shin tense as wood in the cast", "emergency",
        "tense_compartment severe_pain recent_immobility site_shin",
    ),
    Story(
        "calf kicked, unbearable, worse when the toes are pulled up, numb", "emergency",
        "recent_leg_injury severe_pain stretch_pain numbness site_calf",
    ),
    Story(
        "old lady fell and cannot stand", "emergency",
        "recent_leg_injury unable_to_bear_weight site_hip_groin", other={"age_years": 84.0},
    ),
    Story(
        "hot knee with shivers", "emergency",
        "joint_swelling warmth fever site_knee", other={"side": "one", "duration_days": 2.0},
    ),
    Story(
        "gouty man, knee red, cannot stand on it", "emergency",
        "known_arthritis joint_swelling redness unable_to_bear_weight site_knee", "fever",
    ),
    Story(
        "hip too sore to move, 39 degrees", "emergency",
        "site_hip_groin reduced_motion joint_motion_pain", other={"temperature_c": 39.0},
    ),
    Story(
        "red leg spreading, shaking chills, confused", "emergency",
        "redness warmth worsening fever unwell", other={"swelling": "one"},
    ),
    Story(
        "bite last week, fever now", "emergency",
        "skin_break fever redness", other={"onset": "days", "side": "one"},
    ),
    Story(
        "fever on chemotherapy with thigh pain", "emergency",
        "immunosuppression fever site_thigh",
    ),
    Story(
        "agony out of proportion, dusky swollen calf, fever", "emergency",
        "severe_pain blue_limb fever site_calf", other={"swelling": "one"},
    ),
    Story(
        "injects drugs, back pain and fever, legs weak", "emergency",
        "immunosuppression site_low_back fever weakness",
    ),
    Story(
        "black toe, diabetes, fever", "emergency", "diabetes gangrene fever site_foot",
    ),
    Story(
        "diabetic ulcer in a cold foot", "emergency",
        "diabetes nonhealing_sore cool_limb pulses_reduced site_foot",
    ),
    Story(
        "sore calf on the pill, leg fat since yesterday", "urgent",
        "pregnancy_or_oestrogen site_calf swelling_sudden", other={"swelling": "one"},
    ),
    Story("calf four centimetres thicker", "urgent", other={"calf_difference_cm": 4.0}),
    Story(
        "calf swollen and sore, nothing else said", "urgent",
        "site_calf", other={"swelling": "one"},
    ),
    Story(
        "calf tender after hip replacement", "urgent", "recent_immobility deep_calf_tenderness"
    ),
    Story(
        "throbbing swollen leg", "urgent", "quality_throbbing site_leg", other={"swelling": "one"}
    ),
    Story(
        "hangs the foot out of bed to sleep", "urgent",
        "night_pain relief_leg_down site_foot diabetes", other={"smoking": "ever"},
    ),
    Story(
        "toe ulcer for two months", "urgent",
        "nonhealing_sore site_foot", other={"duration_days": 60.0},
    ),
    Story("black toe", "urgent", "gangrene site_foot"),
    Story("ankle pressure a third of the arm's", "urgent", "worse_walking", other={"abi": 0.33}),
    Story(
        "could walk a mile last month, now a block, foot pale", "urgent",
        "distance_shrinking pale_limb", other={"duration_days": 25.0},
    ),
    Story(
        "claudication that now hurts in bed, smoker", "urgent",
        "worse_walking relief_standing night_pain", other={"smoking": "current"},
    ),
    Story(
        "footballer of 28 without foot pulse", "urgent",
        "regular_sport pulses_reduced", other={"age_years": 28.0},
    ),
    Story("foot slaps on the floor since last week", "urgent", "foot_drop", other={"side": "one"}),
    Story("sudden weak thigh", "urgent", "weakness", other={"onset": "sudden", "side": "one"}),
    Story(
        "leg weaker by the week, a month now", "urgent", "weakness worsening",
        other={"duration_days": 30.0},
    ),
    Story(
        "knee buckles and thigh is numb after surgery", "urgent",
        "recent_immobility weakness giving_way numbness",
    ),
    Story("knee hot and fat", "urgent", "joint_swelling warmth site_knee"),
    Story("chills and an aching leg", "urgent", "fever site_leg"),
    Story("red tender shin", "urgent", "redness tenderness site_shin"),
    Story("cannot step on it", "urgent", "unable_to_bear_weight site_ankle"),
    Story("twisted ankle, bone sore", "urgent", "recent_leg_injury bone_tenderness site_ankle"),
    Story(
        "marathon runner, groin pain, limps", "urgent",
        "regular_sport training_increase site_hip_groin worse_impact limp",
    ),
    Story(
        "prostate cancer, hip hurts in bed", "urgent",
        "cancer_history night_pain site_hip_groin",
    ),
    Story("losing weight, thigh aches all night", "urgent", "weight_loss night_pain site_thigh"),
    Story(
        "teenager, knee aches at night and is thicker", "urgent",
        "night_pain site_knee joint_swelling", other={"age_years": 16.0},
    ),
    Story("pop at the heel cord", "urgent", "pop_felt site_achilles"),
    Story("cramps, low potassium", "urgent", "quality_cramping electrolyte_abnormal"),
    Story("diabetic stepped on a nail", "urgent", "diabetes skin_break site_foot"),
    Story(
        "diabetic foot warm and swollen, hardly hurts", "urgent",
        "diabetes warmth site_foot", other={"swelling": "one"},
    ),
    Story("boy limps, knee hurts", "urgent", "limp site_knee", other={"age_years": 12.0}),
    Story(
        "sudden severe thigh pain from nowhere", "urgent",
        "severe_pain", other={"onset": "sudden"},
    ),
)  # fmt: skip

LOOK_ALIKES = (
    Story(
        "bruised calf after a kick", "routine",
        "recent_leg_injury bruising site_calf muscle_tenderness deep_calf_tenderness",
        other={"swelling": "one", "onset": "sudden", "duration_days": 2.0},
    ),
    Story(
        "calf tear at tennis", "routine",
        "pop_felt regular_sport site_calf muscle_tenderness bruising",
        other={"swelling": "one", "onset": "sudden", "severity": 6.0},
    ),
    Story(
        "both ankles swollen at evening", "routine",
        "prolonged_standing evening_worse relief_leg_raised varicose_veins skin_darkening",
        other={"swelling": "both", "side": "both", "duration_days": 900.0},
    ),
    Story(
        "brown, swollen, itchy leg for years", "routine",
        "varicose_veins skin_darkening redness evening_worse",
        other={"swelling": "one", "duration_days": 1500.0},
    ),
    Story(
        "venous sore in a leg with good pulses", "routine",
        "nonhealing_sore varicose_veins skin_darkening", "pulses_reduced cool_limb",
        other={"abi": 1.1, "duration_days": 200.0},
    ),
    Story(
        "old numbness in known neuropathy", "routine",
        "diabetes numbness tingling sensation_loss stocking_pattern quality_burning night_pain",
        other={"side": "both", "onset": "gradual", "duration_days": 1800.0},
    ),
    Story(
        "night cramps", "self_care",
        "night_pain quality_cramping muscle_spasm severe_pain site_calf",
        other={"onset": "sudden"},
    ),
    Story(
        "warm great toe in known gout, no swelling", "routine",
        "known_arthritis site_foot warmth", "fever",
    ),
    Story(
        "claudication for a year", "routine",
        "site_calf worse_walking relief_standing pulses_reduced predictable_distance hypertension",
        "rest_pain",
        other={"smoking": "current", "onset": "gradual", "duration_days": 400.0, "abi": 0.7},
    ),
    Story(
        "stable stenosis", "routine",
        "site_low_back weakness numbness worse_standing relief_bending_forward distance_shrinking",
        "bladder_bowel_change saddle_numbness",
        other={"side": "both", "onset": "gradual", "duration_days": 700.0, "age_years": 72.0},
    ),
    Story(
        "ordinary sciatica", "routine",
        "radiates_from_back quality_shooting numbness tingling slr_positive worse_cough",
        "weakness bladder_bowel_change saddle_numbness",
        other={"side": "one", "onset": "days", "duration_days": 10.0, "severity": 7.0},
    ),
    Story(
        "back went while lifting, pain shoots down", "routine",
        "radiates_from_back severe_pain worse_bending_forward", "numbness weakness",
        other={"side": "one", "onset": "sudden", "duration_days": 2.0},
    ),
    Story(
        "worn knee with a cool effusion", "routine",
        "site_knee joint_swelling crepitus joint_motion_pain severe_pain", "warmth redness fever",
        other={"age_years": 70.0, "side": "one", "duration_days": 900.0},
    ),
    Story(
        "hamstring pulled while sprinting", "routine",
        "recent_leg_injury regular_sport site_thigh severe_pain stretch_pain resisted_pain",
        other={"onset": "sudden", "duration_days": 1.0},
    ),
    Story(
        "twisted knee, swelled in an hour", "routine",
        "recent_leg_injury site_knee joint_swelling swelling_sudden giving_way",
        "unable_to_bear_weight",
        other={"swelling": "one", "onset": "sudden", "duration_days": 1.0},
    ),
    Story(
        "legs sore and weak two days after the gym", "routine",
        "training_increase starts_hours_after_exercise muscle_tenderness weakness site_thigh",
        other={"side": "both", "onset": "days", "duration_days": 2.0},
    ),
    Story(
        "shins sore in a recruit", "routine",
        "training_increase diffuse_shin_tenderness worse_impact site_shin",
        other={"side": "both", "duration_days": 20.0},
    ),
    Story(
        "tight calves after ten minutes of running", "routine",
        "regular_sport tense_compartment severe_pain quality_tight relief_rest site_calf",
        other={"exercise_minutes": 10.0, "relief_minutes": 20.0, "duration_days": 300.0},
    ),
    Story(
        "heel hurts at the first steps", "routine",
        "site_heel first_step_pain heel_tenderness severe_pain",
        other={"duration_days": 120.0, "side": "one"},
    ),
    Story(
        "sore Achilles in a runner", "routine",
        "site_achilles tendon_tenderness regular_sport warms_up stiff_after_rest",
        other={"onset": "gradual", "duration_days": 60.0},
    ),
    Story(
        "kneecap pain on stairs", "routine",
        "site_knee worse_stairs crepitus giving_way regular_sport",
        other={"age_years": 24.0, "duration_days": 90.0},
    ),
    Story(
        "numb patch on the outer thigh", "routine",
        "site_thigh numbness tingling quality_burning allodynia obesity", "weakness",
        other={"side": "one", "onset": "gradual"},
    ),
    Story(
        "hip worn, aches at night", "routine",
        "site_hip_groin night_pain reduced_motion joint_motion_pain limp",
        other={"age_years": 68.0, "duration_days": 600.0, "onset": "gradual", "severity": 6.0},
    ),
    Story(
        "foot stress fracture that still carries", "routine",
        "training_increase bone_tenderness localised worse_impact site_foot regular_sport",
        other={"duration_days": 18.0, "onset": "gradual"},
    ),
    Story(
        "sprained ankle, walks on it", "routine",
        "recent_leg_injury bruising site_ankle tenderness", "bone_tenderness unable_to_bear_weight",
        other={"swelling": "one", "onset": "sudden", "duration_days": 1.0},
    ),
    Story(
        "restless legs", "routine", "night_pain tingling site_calf",
        other={"side": "both", "onset": "gradual", "duration_days": 700.0},
    ),
    Story(
        "heart failure ankles", "routine",
        "organ_failure evening_worse", "breathlessness chest_pain",
        other={"swelling": "both", "side": "both"},
    ),
    Story(
        "tired legs after a long walk", "self_care",
        "quality_aching quality_heavy training_increase",
    ),
)  # fmt: skip
