"""Six made-up exports: sampled patients told in the headers, words, codes and units of others."""

from __future__ import annotations

import csv
import gzip
import io
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache

from data_gen import sample
from data_gen.vocabulary import load

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
    more: Callable[[Row, random.Random], Row] = lambda *_: {}

    def rows(self) -> list[Row]:
        """Every patient as a row of the system's file."""
        draw = random.Random(SEED)  # noqa: S311 no secret
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


def german() -> Export:
    """An Excel sheet saved in Germany: semicolons, decimal commas, Windows text, ja and nein."""
    headers = {
        "case_id": "Fallnummer", "sex": "Geschlecht", "smoking": "Raucherstatus",
        "diabetes": "Diabetes", "hypertension": "Bluthochdruck", "high_cholesterol": "Cholesterin",
        "cardiovascular_disease": "Herz-Kreislauf-Erkrankung", "recent_leg_injury": "Verletzung",
        "recent_immobility": "Immobilisation", "active_cancer": "aktive Krebserkrankung",
        "previous_dvt": "frühere Thrombose", "back_disorder": "Wirbelsäulenleiden",
        "known_arthritis": "bekannte Arthrose", "site_low_back": "Schmerz Rücken",
        "site_buttock": "Schmerz Gesäß", "site_hip_groin": "Schmerz Hüfte/Leiste",
        "site_thigh": "Schmerz Oberschenkel", "site_knee": "Schmerz Knie",
        "site_calf": "Schmerz Wade", "site_shin": "Schmerz Schienbein",
        "site_ankle": "Schmerz Knöchel", "site_heel": "Schmerz Ferse", "site_foot": "Schmerz Fuß",
        "side": "betroffenes Bein", "quality_cramping": "krampfartig", "quality_aching": "dumpf",
        "quality_burning": "brennend", "quality_sharp": "stechend",
        "quality_shooting": "einschießend", "quality_heavy": "schwere Beine",
        "severity": "Schmerzstärke (NRS)", "onset": "Beginn", "duration_days": "Dauer (Tage)",
        "worsening": "Verschlechterung", "rest_pain": "Ruheschmerz", "night_pain": "Nachtschmerz",
        "morning_stiffness": "Morgensteifigkeit", "first_step_pain": "Anlaufschmerz",
        "worse_walking": "schlimmer beim Gehen", "worse_stairs": "schlimmer beim Treppensteigen",
        "worse_standing": "schlimmer im Stehen", "worse_uphill": "schlimmer bergauf",
        "worse_bending_forward": "schlimmer beim Vorbeugen", "relief_rest": "besser in Ruhe",
        "relief_sitting": "besser im Sitzen", "relief_standing": "besser beim Stehenbleiben",
        "relief_minutes": "Erholungszeit (min)", "walking_distance_m": "Gehstrecke (m)",
        "numbness": "Taubheitsgefühl", "tingling": "Kribbeln", "weakness": "Schwäche",
        "saddle_numbness": "Reithosenanästhesie", "bladder_bowel_change": "Blasen-/Darmstörung",
        "pulses_reduced": "Fußpulse abgeschwächt", "cool_limb": "kaltes Bein",
        "nonhealing_sore": "Ulkus", "swelling": "Schwellung", "warmth": "Überwärmung",
        "redness": "Rötung", "calf_difference_cm": "Umfangsdifferenz Wade (cm)",
        "unable_to_bear_weight": "nicht belastbar", "fever": "Fieber",
        "temperature_c": "Temperatur", "chest_pain": "Brustschmerz", "breathlessness": "Atemnot",
        "weight_loss": "Gewichtsverlust", "abi": "Knöchel-Arm-Index",
        "varicose_veins": "Krampfadern", "joint_swelling": "Gelenkschwellung",
        "tenderness": "Druckschmerz",
    }  # fmt: skip

    def more(row: Row, draw: random.Random) -> Row:
        size, age = sized(row, draw), row["age_years"]
        return {
            "Alter": age.replace(".", ","),
            "Gewicht (kg)": f"{size[0]:.1f}".replace(".", ",") if size else "",
            "Größe (cm)": f"{size[1] * 100:.0f}" if size else "",
        }

    numbers = {name: _comma for name in headers if _is_number(name)}
    words = {
        "sex": {"female": "weiblich", "male": "männlich"},
        "smoking": {"never": "nie", "former": "ehemals", "current": "aktuell", "ever": "jemals"},
        "side": {"one": "einseitig", "both": "beidseits"},
        "onset": {"sudden": "plötzlich", "days": "über Tage", "gradual": "schleichend"},
        "morning_stiffness": {"none": "keine", "up_to_30_min": "bis 30 min",
                              "over_30_min": "über 30 min"},
        "swelling": {"none": "keine", "one": "einseitig", "both": "beidseitig"},
    }  # fmt: skip
    told = Told(headers, "ja", "nein", words, numbers, more)
    options = ("--delimiter", ";", "--decimal", ",", "--encoding", "cp1252")
    return Export("german", csv_bytes(told.rows(), ";", "cp1252"), natives(), options,
                  edits=(('#   "Umfangsdifferenz', '  "Umfangsdifferenz'),))  # fmt: skip


def _comma(number: float) -> str:
    return f"{number:g}".replace(".", ",")


def _is_number(name: str) -> bool:
    return name in load().finding_ids and load().finding(name).kind == "number"


def dates() -> Export:
    """A file with tabs and dates of birth, of the beginning and of the visit; Y and N."""
    headers = {
        "case_id": "MRN", "sex": "Gender", "bmi": "BMI", "smoking": "Tobacco use",
        "diabetes": "DM", "hypertension": "HTN", "high_cholesterol": "Hyperlipidemia",
        "cardiovascular_disease": "CVD", "recent_leg_injury": "RecentTrauma",
        "recent_immobility": "RecentImmobilization", "active_cancer": "ActiveMalignancy",
        "previous_dvt": "PriorVTE", "back_disorder": "BackSurgeryOrDisc",
        "known_arthritis": "KnownOA", "site_low_back": "LowBackPain",
        "site_buttock": "ButtockPain", "site_hip_groin": "HipOrGroinPain",
        "site_thigh": "ThighPain", "site_knee": "KneePain", "site_calf": "CalfPain",
        "site_shin": "ShinPain", "site_ankle": "AnklePain", "site_heel": "HeelPain",
        "site_foot": "FootPain", "side": "Laterality", "quality_cramping": "Cramping",
        "quality_aching": "Aching", "quality_burning": "Burning", "quality_sharp": "Sharp",
        "quality_shooting": "Shooting", "quality_heavy": "Heaviness",
        "severity": "PainScore", "onset": "OnsetType", "worsening": "Progressive",
        "rest_pain": "RestPain", "night_pain": "NocturnalPain",
        "morning_stiffness": "MorningStiffness", "first_step_pain": "FirstStepPain",
        "worse_walking": "WorseWithWalking", "worse_stairs": "WorseWithStairs",
        "worse_standing": "WorseWhenStanding", "worse_uphill": "WorseUphill",
        "worse_bending_forward": "WorseBendingForward", "relief_rest": "RelievedByRest",
        "relief_sitting": "RelievedBySitting", "relief_standing": "RelievedByStanding",
        "relief_minutes": "RecoveryTime_min", "walking_distance_m": "WalkingDistance_m",
        "numbness": "Numbness", "tingling": "Paresthesia", "weakness": "LegWeakness",
        "saddle_numbness": "SaddleAnesthesia", "bladder_bowel_change": "BladderOrBowelDysfunction",
        "pulses_reduced": "PulsesWeakOrAbsent", "cool_limb": "ColdFoot",
        "nonhealing_sore": "NonHealingUlcer", "swelling": "Edema", "warmth": "LocalHeat",
        "redness": "Erythema", "calf_difference_cm": "CalfCircumferenceDiff_cm",
        "unable_to_bear_weight": "CannotBearWeight", "fever": "Febrile",
        "temperature_c": "Temp_C", "chest_pain": "ChestPain", "breathlessness": "SOB",
        "weight_loss": "WeightLoss", "abi": "ABPI", "varicose_veins": "Varicosities",
        "joint_swelling": "JointEffusion", "tenderness": "TenderToTouch",
    }  # fmt: skip

    def more(row: Row, draw: random.Random) -> Row:
        days = {"DOB": born(row, draw), "SymptomOnsetDate": begun(row), "VisitDate": VISIT}
        return {name: day.strftime("%d/%m/%Y") if day else "" for name, day in days.items()}

    words = {
        "sex": {"female": "F", "male": "M"},
        "smoking": {"never": "Never", "former": "Ex-smoker", "current": "Current smoker",
                    "ever": "Ever smoked"},
        "side": {"one": "Unilateral", "both": "Bilateral"},
        "onset": {"sudden": "Acute", "days": "Subacute", "gradual": "Insidious"},
        "morning_stiffness": {"none": "None", "up_to_30_min": "<=30 min", "over_30_min": ">30 min"},
        "swelling": {"none": "No", "one": "Unilateral", "both": "Bilateral"},
    }  # fmt: skip
    rows = Told(headers, "Y", "N", words, {}, more).rows()
    edits = (("#   KnownOA", "  KnownOA"), ("#   Varicosities", "  Varicosities"))
    options = ("--delimiter", "tab")
    native = natives(change=whole_days)
    return Export("dates", csv_bytes(rows, "\t"), native, options, edits=edits)


def imperial() -> Export:
    """A packed file with units of the United States beside numbers, pressures, and a code 999."""
    headers = {
        "case_id": "patient_id", "age_years": "patient_age", "sex": "sex_at_birth",
        "smoking": "smoking_status", "diabetes": "diabetes_mellitus",
        "hypertension": "high_blood_pressure", "high_cholesterol": "dyslipidemia",
        "cardiovascular_disease": "coronary_disease", "recent_leg_injury": "leg_trauma",
        "recent_immobility": "immobilization", "active_cancer": "current_cancer",
        "previous_dvt": "history_of_dvt", "back_disorder": "spine_disease",
        "known_arthritis": "arthritis", "site_low_back": "pain_low_back",
        "site_buttock": "pain_buttock", "site_hip_groin": "pain_hip_groin",
        "site_thigh": "pain_thigh", "site_knee": "pain_knee", "site_calf": "pain_calf",
        "site_shin": "pain_shin", "site_ankle": "pain_ankle", "site_heel": "pain_heel",
        "site_foot": "pain_foot", "side": "affected_side", "quality_cramping": "pain_cramping",
        "quality_aching": "pain_aching", "quality_burning": "pain_burning",
        "quality_sharp": "pain_sharp", "quality_shooting": "pain_shooting",
        "quality_heavy": "heavy_legs", "severity": "pain_level", "onset": "onset_type",
        "duration_days": "symptom_duration", "worsening": "getting_worse",
        "rest_pain": "pain_at_rest", "night_pain": "pain_at_night",
        "morning_stiffness": "am_stiffness", "first_step_pain": "pain_with_first_steps",
        "worse_walking": "worse_with_walking", "worse_stairs": "worse_with_stairs",
        "worse_standing": "worse_with_standing", "worse_uphill": "worse_going_uphill",
        "worse_bending_forward": "worse_with_flexion", "relief_rest": "better_with_rest",
        "relief_sitting": "better_sitting", "relief_standing": "better_standing_still",
        "relief_minutes": "time_to_relief", "walking_distance_m": "max_distance",
        "numbness": "numb", "tingling": "pins_and_needles", "weakness": "weak_leg",
        "saddle_numbness": "perineal_numbness", "bladder_bowel_change": "incontinence_or_retention",
        "pulses_reduced": "absent_pulses", "cool_limb": "cold_leg",
        "nonhealing_sore": "foot_ulcer", "swelling": "leg_swelling", "warmth": "warm_leg",
        "redness": "red_skin", "calf_difference_cm": "calf_girth_difference",
        "unable_to_bear_weight": "non_weight_bearing", "fever": "fever_chills",
        "temperature_c": "temp", "chest_pain": "chest_pain", "breathlessness": "short_of_breath",
        "weight_loss": "unintended_weight_loss", "varicose_veins": "varicose_veins",
        "joint_swelling": "swollen_joint", "tenderness": "tender",
    }  # fmt: skip

    def more(row: Row, draw: random.Random) -> Row:
        size, arm = sized(row, draw), draw.randrange(110, 160)
        inches = size[1] / 0.0254 if size else 0.0
        ankle = float(row["abi"]) * arm if row["abi"] else 0.0
        return {
            "weight": f"{size[0] / 0.45359237:.1f} lb" if size else "",
            "height": f"{int(inches // 12)}'{inches % 12:.2f}\"" if size else "",
            "ankle_pressure_left": f"{ankle:.2f}" if ankle else "",
            "ankle_pressure_right": f"{ankle + draw.randrange(30):.2f}" if ankle else "",
            "brachial_pressure": str(arm) if ankle else "",
        }

    numbers: dict[str, Callable[[float], str]] = {
        "temperature_c": lambda n: f"{n * 1.8 + 32:.2f} F",
        "walking_distance_m": lambda n: f"{n / 0.9144:.3f} yd",
        "calf_difference_cm": lambda n: f"{n / 2.54:.4f} in",
        "duration_days": lambda n: f"{n / 7:g} weeks" if n % 7 == 0 else f"{n:g} days",
        "relief_minutes": lambda n: f"{n / 60:g} h" if n % 60 == 0 and n else f"{n:g} min",
        "severity": lambda n: f"{n:g}/10",
    }
    words = {
        "sex": {"female": "female", "male": "male"},
        "smoking": {"never": "non-smoker", "former": "quit", "current": "smoker", "ever": "yes"},
        "side": {"one": "one leg", "both": "both legs"},
        "onset": {"sudden": "abrupt", "days": "over days", "gradual": "gradual"},
        "morning_stiffness": {"none": "no", "up_to_30_min": "under 30 min",
                              "over_30_min": "more than 30 min"},
        "swelling": {"none": "no", "one": "one side", "both": "both sides"},
    }  # fmt: skip
    rows = Told(headers, "TRUE", "FALSE", words, numbers, more).rows()
    for row in rows:
        row["patient_age"] = row["patient_age"] or "999"
    packed = gzip.compress(csv_bytes(rows), mtime=0)
    return Export("imperial", packed, natives(), ("--compression", "gzip"),
                  edits=(("#   am_stiffness", "  am_stiffness"),))  # fmt: skip


def checkboxes() -> Export:
    """REDCap's labelled export, and lists in a cell: a column for each leg."""
    groups = {
        "Where is the pain?": {
            "site_low_back": "Low back", "site_buttock": "Buttock", "site_hip_groin": "Hip/groin",
            "site_thigh": "Thigh", "site_knee": "Knee", "site_calf": "Calf", "site_shin": "Shin",
            "site_ankle": "Ankle", "site_heel": "Heel", "site_foot": "Foot",
        },
        "What makes it worse?": {
            "worse_walking": "Walking", "worse_stairs": "Stairs", "worse_standing": "Standing",
            "worse_uphill": "Uphill", "worse_bending_forward": "Bending forward",
        },
        "What brings relief?": {
            "relief_rest": "Rest", "relief_sitting": "Sitting", "relief_standing": "Standing still",
        },
        "Medical history": {
            "diabetes": "Diabetes", "hypertension": "Hypertension",
            "high_cholesterol": "High cholesterol", "cardiovascular_disease": "CVD",
            "recent_leg_injury": "Recent leg injury", "recent_immobility": "Recent immobility",
            "active_cancer": "Active cancer", "previous_dvt": "Previous DVT",
            "back_disorder": "Back disorder", "known_arthritis": "Arthritis",
        },
    }  # fmt: skip
    plain = {
        "case_id": "Record ID", "age_years": "Age", "sex": "Sex", "bmi": "BMI",
        "severity": "Pain NRS", "onset": "Onset", "duration_days": "Duration (days)",
        "worsening": "Worsening", "rest_pain": "Rest pain", "night_pain": "Night pain",
        "morning_stiffness": "Morning stiffness", "first_step_pain": "First step pain",
        "relief_minutes": "Minutes to relief", "walking_distance_m": "Walking distance (m)",
        "numbness": "Numbness", "tingling": "Tingling", "weakness": "Weakness",
        "saddle_numbness": "Saddle numbness", "bladder_bowel_change": "Bladder or bowel change",
        "pulses_reduced": "Reduced pulses", "cool_limb": "Cold leg", "nonhealing_sore": "Ulcer",
        "warmth": "Warmth", "redness": "Redness", "unable_to_bear_weight": "Cannot bear weight",
        "fever": "Fever", "temperature_c": "Temperature", "chest_pain": "Chest pain",
        "breathlessness": "Dyspnea", "weight_loss": "Weight loss", "abi": "ABI",
        "varicose_veins": "Varicose veins", "joint_swelling": "Joint swelling",
        "tenderness": "Tenderness",
    }  # fmt: skip
    qualities = {
        "quality_cramping": "cramping", "quality_aching": "aching", "quality_burning": "burning",
        "quality_sharp": "stabbing", "quality_shooting": "shooting", "quality_heavy": "heavy",
    }  # fmt: skip

    def more(row: Row, draw: random.Random) -> Row:
        told: Row = {}
        for question, choices in groups.items():
            for finding, choice in choices.items():
                ticked = {"yes": "Checked", "no": "Unchecked", "": ""}[row[finding]]
                told[f"{question} (choice={choice})"] = ticked
        told["Pain quality"] = "; ".join(w for f, w in qualities.items() if row[f] == "yes")
        legs = {"both": ("Yes", "Yes"), "none": ("No", "No"), "": ("", "")}
        one = ("Yes", "No") if draw.random() < 0.5 else ("No", "Yes")
        for what, finding in (("Pain", "side"), ("Swelling", "swelling")):
            pair = legs.get(row[finding], one)
            told |= {f"{what} left leg": pair[0], f"{what} right leg": pair[1]}
        told["Pack years"] = {"never": "0", "ever": "12"}.get(row["smoking"], "")
        calf = draw.randrange(30, 44)
        wider = f"{calf + float(row['calf_difference_cm']):g}" if row["calf_difference_cm"] else ""
        told |= {"Calf circumference L (cm)": wider, "Calf circumference R (cm)": str(calf)}
        return told

    def change(row: Row) -> Row:
        """What lists and pack-years say: no quality is absent, who smokes is not said."""
        listed = {name: "yes" if row[name] == "yes" else "" for name in qualities}
        smoking = row["smoking"] if row["smoking"] in ("never", "ever") else ""
        return row | listed | {"smoking": smoking}

    rows = Told(plain, more=more).rows()
    return Export("checkboxes", csv_bytes(rows, encoding="utf-16"), natives(change=change),
                  ("--encoding", "utf-16"))  # fmt: skip


def labels() -> Export:
    """Whole questions as headers, answered in words: not sure, 7 of 10, two weeks."""
    headers = {
        "case_id": "Participant ID", "age_years": "What is your age (years)?",
        "sex": "Sex recorded in chart", "bmi": "BMI (kg/m2)",
        "smoking": "Do you smoke or have you ever smoked tobacco?",
        "diabetes": "Do you have diabetes?",
        "hypertension": "Have you been told you have high blood pressure?",
        "high_cholesterol": "Have you been told that your cholesterol is high?",
        "cardiovascular_disease": "Have you had a heart attack, a stroke or surgery on an artery?",
        "recent_leg_injury": "Did you injure the leg just before the pain began?",
        "recent_immobility": "Any surgery, bed rest, cast or long journey in the last 3 months?",
        "active_cancer": "Are you being treated for cancer now?",
        "previous_dvt": "Ever had a blood clot in the leg or lungs?",
        "back_disorder": "Do you have a disc problem or worn spine?",
        "known_arthritis": "Has a doctor told you that you have arthritis?",
        "site_low_back": "Pain in the lower back?", "site_buttock": "Pain in the buttock?",
        "site_hip_groin": "Pain in the hip or groin?", "site_thigh": "Pain in the thigh?",
        "site_knee": "Pain in the knee?", "site_calf": "Pain in the calf?",
        "site_shin": "Pain in the shin?", "site_ankle": "Pain in the ankle?",
        "site_heel": "Pain in the heel?", "site_foot": "Pain in the foot?",
        "side": "Is one leg affected or are both?",
        "quality_cramping": "Is the pain like a cramp?", "quality_aching": "Is it a dull ache?",
        "quality_burning": "Does the pain burn?", "quality_sharp": "Is the pain sharp or stabbing?",
        "quality_shooting": "Does the pain shoot like an electric shock?",
        "quality_heavy": "Do your legs feel heavy?",
        "severity": "How bad is the pain at its worst (0-10)?",
        "onset": "Did it begin suddenly, over days or gradually?",
        "duration_days": "How long have you had this pain?",
        "worsening": "Is it getting worse?", "rest_pain": "Do you have pain at rest?",
        "night_pain": "Does the pain wake you at night?",
        "morning_stiffness": "How long are you stiff in the morning?",
        "first_step_pain": "Is the pain worst with the first steps?",
        "worse_walking": "Does walking make it worse?",
        "worse_stairs": "Is it worse on the stairs?",
        "worse_standing": "Does standing still make it worse?",
        "worse_bending_forward": "Is it worse when you bend forward?",
        "worse_uphill": "Is it worse when you walk uphill?",
        "relief_rest": "Does rest ease the pain?",
        "relief_sitting": "Does sitting down ease the pain?",
        "relief_standing": "Does it ease when you just stop and stand still?",
        "relief_minutes": "How many minutes of rest until the pain is gone?",
        "walking_distance_m": "How far can you walk before the pain starts (metres)?",
        "numbness": "Is part of the leg or foot numb?", "tingling": "Do you feel pins and needles?",
        "weakness": "Is the leg weak?",
        "saddle_numbness": "Numbness around the genitals or back passage?",
        "bladder_bowel_change": "Have you lost control of bladder or bowel?",
        "pulses_reduced": "Examiner: pulse of the foot weak or absent?",
        "cool_limb": "Examiner: leg or foot cool?",
        "nonhealing_sore": "Is there a sore on your foot that does not heal?",
        "swelling": "Is one leg swollen, both or neither?",
        "warmth": "Examiner: leg warm to touch?",
        "redness": "Is the skin of the leg red?",
        "calf_difference_cm": "Difference of the calves in circumference (cm)",
        "unable_to_bear_weight": "Are you unable to put weight on the leg?",
        "fever": "Have you had fever or chills?", "temperature_c": "Body temperature (Celsius)",
        "chest_pain": "Any chest pain?", "breathlessness": "Are you short of breath?",
        "weight_loss": "Have you lost weight without trying?",
        "abi": "Lowest ankle-brachial index", "varicose_veins": "Are there varicose veins?",
        "joint_swelling": "Is a joint swollen?", "tenderness": "Is the leg tender to touch?",
    }  # fmt: skip
    numbers: dict[str, Callable[[float], str]] = {
        "severity": lambda n: f"{n:g} of 10",
        "duration_days": _in_words,
    }
    words = {
        "sex": {"female": "Woman", "male": "Man"},
        "smoking": {"never": "I have never smoked", "former": "I used to smoke",
                    "current": "I smoke now", "ever": "Yes"},
        "side": {"one": "One leg", "both": "Both legs"},
        "onset": {"sudden": "Suddenly", "days": "Over days", "gradual": "Gradually"},
        "morning_stiffness": {"none": "Not at all", "up_to_30_min": "Up to 30 minutes",
                              "over_30_min": "More than 30 minutes"},
        "swelling": {"none": "Neither", "one": "One leg", "both": "Both legs"},
    }  # fmt: skip
    rows = [
        {name: text or "Not sure" for name, text in row.items()}
        for row in Told(headers, "Yes", "No", words, numbers).rows()
    ]
    edits = (
        ('"I used to smoke": FILL_IN', '"I used to smoke": former'),
        ('"I smoke now": FILL_IN', '"I smoke now": current'),
        ('#   "Did you injure', '  "Did you injure'),
        ('#   "Is it worse when you walk', '  "Is it worse when you walk'),
        ('#   "Does rest ease', '  "Does rest ease'),
        ('#   "How far can', '  "How far can'),
    )
    native = natives(change=lambda row: {name: text or "unknown" for name, text in row.items()})
    return Export("labels", csv_bytes(rows), native, edits=edits)


def _in_words(days: float) -> str:
    counts = {7: "a week", 14: "two weeks", 21: "3 weeks", 28: "four weeks"}
    return counts.get(int(days), f"{days:g} days") if days == int(days) else f"{days:g} days"


EXPORTS: Mapping[str, Callable[[], Export]] = {
    "redcap": redcap, "german": german, "dates": dates, "imperial": imperial,
    "checkboxes": checkboxes, "labels": labels,
}  # fmt: skip
