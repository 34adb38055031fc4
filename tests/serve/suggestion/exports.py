"""Six made-up exports: sampled patients told in the headers, words, codes and units of others."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache

from data_gen import sample

Row = dict[str, str]
ROWS, SEED = 300, 1717


@dataclass(frozen=True)
class Export:
    """A file of another system, the same patients in the vocabulary's words, and what to edit."""

    name: str
    content: bytes
    native: bytes
    options: tuple[str, ...] = ()
    dictionary: str = ""
    edits: tuple[tuple[str, str], ...] = ()
    """What a person would change in the suggested mapping: a text, and what takes its place."""


FINDINGS = [
    "age_years",
    "sex",
    "bmi",
    "smoking",
    "diabetes",
    "hypertension",
    "high_cholesterol",
    "cardiovascular_disease",
    "recent_leg_injury",
    "recent_immobility",
    "active_cancer",
    "previous_dvt",
    "back_disorder",
    "known_arthritis",
    "site_low_back",
    "site_buttock",
    "site_hip_groin",
    "site_thigh",
    "site_knee",
    "site_calf",
    "site_shin",
    "site_ankle",
    "site_heel",
    "site_foot",
    "side",
    "quality_cramping",
    "quality_aching",
    "quality_burning",
    "quality_sharp",
    "quality_shooting",
    "quality_heavy",
    "severity",
    "onset",
    "duration_days",
    "worsening",
    "rest_pain",
    "night_pain",
    "morning_stiffness",
    "first_step_pain",
    "worse_walking",
    "worse_stairs",
    "worse_standing",
    "worse_bending_forward",
    "worse_uphill",
    "relief_rest",
    "relief_sitting",
    "relief_standing",
    "relief_minutes",
    "walking_distance_m",
    "numbness",
    "tingling",
    "weakness",
    "saddle_numbness",
    "bladder_bowel_change",
    "pulses_reduced",
    "cool_limb",
    "nonhealing_sore",
    "swelling",
    "warmth",
    "redness",
    "calf_difference_cm",
    "unable_to_bear_weight",
    "fever",
    "temperature_c",
    "chest_pain",
    "breathlessness",
    "weight_loss",
    "abi",
    "varicose_veins",
    "joint_swelling",
    "tenderness",
]


@cache
def patients() -> tuple[Row, ...]:
    """The sampled patients as a native file has them: text by finding, nothing for unknown."""
    table = sample(ROWS, seed=SEED)[["case_id", *FINDINGS]]
    text = table.to_csv(index=False)
    return tuple(csv.DictReader(io.StringIO(text, newline="")))


def csv_bytes(rows: list[Row], delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    """Rows as a file."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]), delimiter=delimiter, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode(encoding)


def natives(*lacking: str, change: Callable[[Row], Row] = dict) -> bytes:
    """The native file of the patients, without some findings, or changed as the export is."""
    rows = [change(dict(row)) for row in patients()]
    return csv_bytes([{k: v for k, v in row.items() if k not in lacking} for row in rows])


@dataclass
class Told:
    """How one system tells patients: a header for each finding, and how values are written."""

    headers: Mapping[str, str]
    yes: str = "Yes"
    no: str = "No"
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    numbers: Mapping[str, Callable[[float], str]] = field(default_factory=dict)
    more: Callable[[Row, random.Random], Row] = lambda row, draw: {}

    def rows(self) -> list[Row]:
        """Every patient as a row of the system's file."""
        draw = random.Random(SEED)
        return [
            {
                **{self.headers[name]: self._cell(name, row[name]) for name in self.headers},
                **self.more(row, draw),
            }
            for row in patients()
        ]

    def _cell(self, name: str, text: str) -> str:
        if text == "":
            return ""
        if name in self.numbers:
            return self.numbers[name](float(text))
        return self.words.get(name, {"yes": self.yes, "no": self.no}).get(text, text)


VISIT = date(2024, 3, 14)


def born(row: Row, draw: random.Random) -> date | None:
    """A day of birth of someone of that age on the day of the visit."""
    if not row["age_years"]:
        return None
    years = int(float(row["age_years"]))
    try:
        last = VISIT.replace(year=VISIT.year - years)
    except ValueError:
        last = date(VISIT.year - years, 3, 1)
    return last - timedelta(days=draw.randrange(360))


def begun(row: Row) -> date | None:
    """The day on which the trouble began."""
    if not row["duration_days"]:
        return None
    return VISIT - timedelta(days=round(float(row["duration_days"])))


def sized(row: Row, draw: random.Random) -> tuple[float, float] | None:
    """A weight in kilograms and a height in metres of someone of that body mass index."""
    if not row["bmi"]:
        return None
    height = draw.randrange(155, 195) / 100
    return float(row["bmi"]) * height**2, height


def whole_days(row: Row) -> Row:
    """A native row whose duration is in whole days, as dates can say it."""
    if row["duration_days"]:
        row["duration_days"] = str(round(float(row["duration_days"])))
    return row


def redcap() -> Export:
    """A REDCap export of raw codes beside its data dictionary: checkboxes, radios, dates."""
    sites = [name for name in FINDINGS if name.startswith("site_")]
    qualities = [name for name in FINDINGS if name.startswith("quality_")]
    labels = {
        "hx_dm": ("diabetes", "Diabetes mellitus"),
        "hx_htn": ("hypertension", "High blood pressure"),
        "hx_chol": ("high_cholesterol", "High cholesterol"),
        "hx_cvd": ("cardiovascular_disease", "Heart attack, stroke or other arterial disease"),
        "hx_injury": ("recent_leg_injury", "Recent injury of the leg"),
        "hx_immob": ("recent_immobility", "Immobility in the last 3 months"),
        "hx_cancer": ("active_cancer", "Active cancer"),
        "hx_dvt": ("previous_dvt", "Previous DVT or pulmonary embolism"),
        "hx_back": ("back_disorder", "Known disc or spine problem"),
        "hx_oa": ("known_arthritis", "Known arthritis"),
        "sx_worse": ("worsening", "Are symptoms getting worse?"),
        "sx_rest": ("rest_pain", "Pain at rest"),
        "sx_night": ("night_pain", "Pain at night"),
        "sx_first": ("first_step_pain", "Pain worst with the first steps"),
        "sx_numb": ("numbness", "Numbness of leg or foot"),
        "sx_tingle": ("tingling", "Tingling, pins and needles"),
        "sx_weak": ("weakness", "Weakness of the leg"),
        "sx_saddle": ("saddle_numbness", "Saddle numbness"),
        "sx_bladder": ("bladder_bowel_change", "New bladder or bowel change"),
        "sx_cp": ("chest_pain", "Chest pain"),
        "sx_sob": ("breathlessness", "Shortness of breath"),
        "sx_wtloss": ("weight_loss", "Unintended weight loss"),
        "sx_fever": ("fever", "Fever or chills"),
        "ex_pulse": ("pulses_reduced", "Weak or absent foot pulses"),
        "ex_cool": ("cool_limb", "Cool leg or foot"),
        "ex_ulcer": ("nonhealing_sore", "Sore or ulcer that does not heal"),
        "ex_warm": ("warmth", "Warm leg"),
        "ex_red": ("redness", "Redness of the skin"),
        "ex_vv": ("varicose_veins", "Varicose veins"),
        "ex_joint": ("joint_swelling", "Joint swelling"),
        "ex_tender": ("tenderness", "Tenderness to touch"),
        "ex_wb": ("unable_to_bear_weight", "Unable to bear weight"),
    }
    radios = {
        "gender": ("sex", "Sex", {"1": "Female", "2": "Male"}, ("female", "male")),
        "smk": ("smoking", "Smoking status",
                {"0": "Never smoker", "1": "Ex-smoker", "2": "Current smoker", "3": "Ever"},
                ("never", "former", "current", "ever")),
        "lat": ("side", "Which leg is affected?", {"1": "One leg", "2": "Both legs"},
                ("one", "both")),
        "onset_type": ("onset", "How did it begin?",
                       {"1": "Suddenly", "2": "Over days", "3": "Gradually"},
                       ("sudden", "days", "gradual")),
        "stiff_am": ("morning_stiffness", "Morning stiffness",
                     {"0": "None", "1": "Up to 30 minutes", "2": "More than 30 minutes"},
                     ("none", "up_to_30_min", "over_30_min")),
        "edema": ("swelling", "Leg swelling", {"0": "None", "1": "One leg", "2": "Both legs"},
                  ("none", "one", "both")),
    }  # fmt: skip
    boxes = {
        "pain_site": ("Where is the pain? (tick all)", sites,
                      "Lower back|Buttock|Hip or groin|Thigh|Knee|Calf|Shin|Ankle|Heel|Foot"),
        "pain_type": ("What is the pain like?", qualities,
                      "Cramping|Dull ache|Burning|Sharp or stabbing|Shooting|Heavy"),
        "agg": ("What makes the pain worse?",
                ["worse_walking", "worse_stairs", "worse_standing", "worse_bending_forward",
                 "worse_uphill"],
                "Walking|Stairs|Standing still|Bending forward|Walking uphill"),
        "rel": ("What eases the pain?", ["relief_rest", "relief_sitting", "relief_standing"],
                "Rest|Sitting down|Standing still"),
    }  # fmt: skip
    numbers = {
        "age": ("age_years", "Age (years)"),
        "bmi_calc": ("bmi", "Body mass index"),
        "nrs": ("severity", "Worst pain (0-10)"),
        "dur": ("duration_days", "Duration of symptoms (days)"),
        "dist": ("walking_distance_m", "Pain-free walking distance (m)"),
        "recov": ("relief_minutes", "Minutes of rest until the pain has gone"),
        "calf_d": ("calf_difference_cm", "Difference in calf circumference (cm)"),
        "temp": ("temperature_c", "Temperature (C)"),
        "abi_min": ("abi", "Lowest ankle-brachial index"),
    }
    dictionary = [_field("record_id", "text", "Record ID", "")]
    dictionary += [_field(n, "text", label, "") for n, (_, label) in numbers.items()]
    dictionary += [_field(n, "radio", label, " | ".join(f"{c}, {w}" for c, w in choices.items()))
                   for n, (_, label, choices, _) in radios.items()]  # fmt: skip
    dictionary += [_field(n, "checkbox", label,
                          " | ".join(f"{i}, {w}" for i, w in enumerate(words.split("|"), 1)))
                   for n, (label, _, words) in boxes.items()]  # fmt: skip
    yes_no = "1, Yes | 2, No | 9, Unknown"
    dictionary += [_field(n, "radio", label, yes_no) for n, (_, label) in labels.items()]
    rows = []
    for row in patients():
        told = {"record_id": row["case_id"]}
        told |= {name: row[finding] or "-99" for name, (finding, _) in numbers.items()}
        for name, (finding, _, choices, values) in radios.items():
            codes = dict(zip(values, choices, strict=False))
            told[name] = codes[row[finding]] if row[finding] else ""
        for name, (_, findings, _) in boxes.items():
            for place, finding in enumerate(findings, 1):
                told[f"{name}___{place}"] = {"yes": "1", "no": "0"}.get(row[finding], "")
        coded = {"yes": "1", "no": "2", "": "-99"}
        told |= {name: coded[row[finding]] for name, (finding, _) in labels.items()}
        rows.append(told)
    return Export("redcap", csv_bytes(rows), natives(), dictionary=csv_bytes(dictionary).decode())


def _field(name: str, kind: str, label: str, choices: str) -> Row:
    heads = [
        "Variable / Field Name",
        "Form Name",
        "Section Header",
        "Field Type",
        "Field Label",
        "Choices, Calculations, OR Slider Labels",
        "Field Note",
        "Text Validation Type OR Show Slider Number",
        "Text Validation Min",
        "Text Validation Max",
        "Identifier?",
        "Branching Logic (Show field only if...)",
        "Required Field?",
        "Custom Alignment",
        "Question Number (surveys only)",
        "Matrix Group Name",
        "Matrix Ranking?",
        "Field Annotation",
    ]
    known = {heads[0]: name, heads[1]: "visit", heads[3]: kind, heads[4]: label, heads[5]: choices}
    return {head: known.get(head, "") for head in heads}


EXPORTS = {"redcap": redcap}
