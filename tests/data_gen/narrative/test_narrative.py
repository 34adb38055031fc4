"""A case as one paragraph of English."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_gen.narrative import narrate
from data_gen.narrative.opening import QUALITIES, sites
from data_gen.narrative.prose import split
from data_gen.narrative.sections import sections
from data_gen.vocabulary import load
from data_gen.vocabulary.finding import ASKED, Asked, Finding

VOCABULARY = load()
SITES = sites(VOCABULARY)
NOTHING = "Nothing is recorded about this patient."


def values_of(finding_id: str) -> list[Any]:
    """Values that a finding may have: all of them, or a spread over its range."""
    finding = VOCABULARY.finding(finding_id)
    if finding.kind == "yes_no":
        return [True, False]
    if finding.kind == "choice":
        return list(finding.values)
    assert finding.low is not None
    assert finding.high is not None
    between = [finding.low + (finding.high - finding.low) * part for part in (0.001, 0.07, 0.31)]
    return [finding.low, finding.high, *between]


CELLS = [(f.id, value) for f in VOCABULARY.findings for value in values_of(f.id)]
CASES = st.one_of(
    st.lists(st.sampled_from(CELLS), max_size=size).map(dict[str, Any]) for size in (4, 16, 120)
)


def faults(text: str) -> list[str]:
    """What is wrong with a paragraph: every pattern of broken English that it matches."""
    patterns = {
        "spacing": r"  |^ | $| [,.;)]|\( |,,|\.\.|,\.|\n",
        "leftover": r"None|\bnan\b|[{}_<>|]",
        "small letter after a stop": r"\. [a-z]|^[^A-Z]",
        "no full stop": r"[^.]$",
        "article": r"\b[Aa] (?:[aeioAEIO]|8|11-|18-)|\b[Aa]n [^aeio81]|\b[Aa]n 1[^18]",
        "word twice": r"\b(\w+) \1\b",
        "comma before a lone item": r"\b(?:has|have|is|are|shows?|eases?),",
    }
    found = [name for name, pattern in patterns.items() if re.search(pattern, text)]
    found += [f"agreement: {part}" for part in re.split(r"(?<=\.) ", text) if disagrees(part)]
    return found if text.count("(") == text.count(")") else [*found, "brackets"]


def disagrees(sentence: str) -> bool:
    """Whether a verb of the sentence is not in the number of its subject."""
    told = re.sub(
        r"that (?:does not heal|locks or gives way)|, which .*|used to smoke", "", sentence
    )
    plural = r"\b(?:are|have|do|come on|ease|go|show|stand|smoke|take|travel)\b"
    singular = r"\b(?:is|has|does|comes on|eases|shows|stands|smokes|takes|travels|goes after)\b"
    if re.match(r"They|Tests|The (?:leg )?symptoms", told):
        return bool(re.search(singular, told))
    # After "does not" the verb is bare in any number.
    return bool(re.search(plural, re.sub(r"does not (?:come on|ease|stand|take|travel)", "", told)))


@pytest.mark.parametrize(
    "text",
    [
        "She has  pain.",
        "She has pain",
        "She has pain..",
        "she has pain.",
        "She has pain. it is sharp.",
        "She has None.",
        "It comes on after {value}.",
        "She has a open wound.",
        "A 80-year-old woman has pain.",
        "She has an limp.",
        "She has no no fever.",
        "She has, a limp.",
        "She has a fever (38 °C.",
        "They has a fever.",
        "The symptoms is constant.",
        "She have a fever.",
        "The pain are constant.",
    ],
)
def test_broken_english_is_found(text: str) -> None:
    """The check that the tests below rest on finds each kind of fault."""
    assert faults(text)
    assert not faults("An 80-year-old woman has no pain (0 out of 10), and no fever.")


@pytest.mark.parametrize(("finding_id", "value"), CELLS, ids=[f"{f}={v}" for f, v in CELLS])
def test_every_value_of_every_finding_makes_a_good_sentence(finding_id: str, value: Any) -> None:
    """A case of one finding is told in grammatical English, whatever the finding and value."""
    text = narrate({finding_id: value}, VOCABULARY)
    assert text != NOTHING
    assert not faults(text), text


def test_every_value_of_every_finding_is_told_in_words_of_its_own() -> None:
    """No two findings, and no two values of one, share a narrative; numbers may round alike."""
    alone = [(f, v) for f, v in CELLS if not isinstance(v, float)]
    texts = [narrate({finding: value}, VOCABULARY) for finding, value in alone]
    assert len(set(texts)) == len(texts)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(CASES)
def test_any_case_is_told_in_good_sentences(case: dict[str, Any]) -> None:
    """Whatever is recorded, blank or contradictory, the paragraph is grammatical."""
    text = narrate(case, VOCABULARY)
    assert not faults(text), text
    assert (text == NOTHING) == (not case)


def said_by_another(finding_id: str, case: dict[str, Any]) -> bool:
    """Whether the other findings of a case say all that this one says."""
    others = {key: value for key, value in case.items() if key != finding_id}
    at_once = others.get("starts_immediately") and not case[finding_id]
    implied = {
        "cancer_history": others.get("active_cancer") and case[finding_id],
        "active_cancer": others.get("cancer_history") is False and not case[finding_id],
        "painless": case[finding_id] is False and "pain" in narrate(others, VOCABULARY),
        "severe_pain": case[finding_id] is False and others.get("severity", 10) < 8,
        "obesity": case[finding_id] is False and others.get("bmi", 80) < 30,
        "swelling_sudden": case[finding_id] is False and others.get("swelling") == "none",
        "relief_rest": case[finding_id] is True and "relief_minutes" in others,
        "site_leg": "side" in others and not any(others.get(site) for site in SITES),
        "walking_distance_m": at_once,
        "exercise_minutes": at_once,
    }
    return bool(implied.get(finding_id, False))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(CELLS), max_size=20).map(dict[str, Any]))
def test_every_recorded_finding_is_told(case: dict[str, Any]) -> None:
    """Leaving a finding out changes the narrative, unless another finding says the same."""
    text = narrate(case, VOCABULARY)
    for finding_id in case:
        without = {key: value for key, value in case.items() if key != finding_id}
        told = narrate(without, VOCABULARY) != text
        assert told or said_by_another(finding_id, case), f"{finding_id} is missing: {text}"


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(CELLS), max_size=20).map(dict[str, Any]))
def test_what_is_present_is_told_in_the_words_of_its_phrase(case: dict[str, Any]) -> None:
    """The object of every present finding's phrase appears, but for sites and told-once facts."""
    text = narrate(case, VOCABULARY)
    merged = {"fever", "obesity", "severe_pain", "swelling_sudden", "cancer_history", "relief_rest"}
    for finding_id, value in case.items():
        if value is True and finding_id not in {*merged, *SITES}:
            said = split(VOCABULARY.finding(finding_id).phrase("present"))[1]
            assert said.removeprefix("present ") in text, f"{finding_id}: {text}"


def test_the_order_of_a_case_does_not_matter() -> None:
    """The same findings in another order give the same text."""
    case = {f.id: values_of(f.id)[0] for f in VOCABULARY.findings}
    turned = dict(reversed(case.items()))
    assert narrate(case, VOCABULARY) == narrate(turned, VOCABULARY)


def test_unknown_is_said_to_be_nothing() -> None:
    """None and NaN are unknown, and a case without findings says so."""
    assert narrate({}, VOCABULARY) == NOTHING
    assert narrate({"fever": None, "severity": math.nan}, VOCABULARY) == NOTHING


def test_an_unknown_finding_is_refused() -> None:
    """A finding that the vocabulary lacks raises, and the message names the nearest one."""
    with pytest.raises(KeyError, match="did you mean 'fever'"):
        narrate({"fevr": True}, VOCABULARY)


def test_every_finding_has_one_place() -> None:
    """Each finding is told in exactly one section, or by the opening sentence."""
    told = [finding_id for _, findings in sections(VOCABULARY) for finding_id in findings]
    opening = ["age_years", "sex", "side", "painless", "onset", "duration_days"]
    assert sorted([*told, *opening]) == sorted(VOCABULARY.finding_ids)


@pytest.mark.parametrize("asked", ASKED)
def test_a_finding_that_is_new_is_told(asked: Asked) -> None:
    """A finding that no section names is told last in the section of its kind, not left out."""
    phrases = (("present", "a new thing"), ("absent", "no new thing"))
    if asked == "site":
        phrases = (("present", "the toe"), ("absent", "does not affect the toe"))
    column = len(VOCABULARY.findings)
    new = Finding("new_thing", "yes_no", column, asked, "a", "b?", phrases=phrases)
    vocabulary = replace(VOCABULARY, findings=(*VOCABULARY.findings, new))
    for present, words in ((True, "thing|toe"), (False, "no new thing|not affect the toe")):
        text = narrate({"side": "both", "new_thing": present}, vocabulary)
        assert re.search(words, text), text
        assert faults(text) == []


PHRASES = [(f.id, words) for f in VOCABULARY.findings for _, words in f.phrases]


@pytest.mark.parametrize(("finding_id", "words"), PHRASES)
def test_phrases_leave_commas_to_the_lists_that_take_them(finding_id: str, words: str) -> None:
    """A phrase is a fragment: no comma, no stop, no capital but of a name."""
    assert re.fullmatch(r"[a-zA-Z0-9 {}-]+", words)
    assert re.fullmatch(r"(?:[^A-Z]|Achilles|BMI|D-dimer)*", words)
    assert ("{value}" in words) == (VOCABULARY.finding(finding_id).kind == "number")


@pytest.mark.parametrize("finding", VOCABULARY.findings, ids=lambda finding: finding.id)
def test_every_finding_has_a_plain_question(finding: Any) -> None:
    """A question is one sentence that ends with a question mark and names no finding id."""
    assert re.fullmatch(r"[A-Z][^?_]*\?", finding.question)


GOLDEN = {
    "claudication": (
        {"age_years": 70, "sex": "male", "site_calf": True, "side": "both", "onset": "gradual"}
        | {"duration_days": 60, "worsening": True, "quality_cramping": True, "rest_pain": False}
        | {"walking_distance_m": 200, "predictable_distance": True, "worse_uphill": True}
        | {"relief_standing": True, "relief_rest": True, "relief_minutes": 5, "smoking": "former"}
        | {"hypertension": True, "high_cholesterol": True, "pulses_reduced": True, "abi": 0.68}
        | {"hair_loss_shiny_skin": True, "nonhealing_sore": False, "numbness": False},
        "A 70-year-old man has cramping pain in both calves, which began gradually two months ago "
        "and is getting worse. It comes on after 200 metres of walking, is predictable in distance "
        "or time, is worse uphill or when hurrying, eases on simply standing still and goes after "
        "five minutes of rest. The leg or foot has hairless or shiny skin. He used to smoke and "
        "has high blood pressure and high cholesterol. Examination shows weak or absent pulses. "
        "Tests show an ankle-brachial index of 0.68. The pain is not present at rest. He has no "
        "numbness. The leg or foot has no sore that does not heal.",
    ),
    "clot": (
        {"age_years": 67, "sex": "female", "site_calf": True, "side": "one", "onset": "days"}
        | {"duration_days": 3, "swelling": "one", "swelling_sudden": True, "warmth": True}
        | {"redness": True, "calf_difference_cm": 4, "active_cancer": True, "cancer_history": True}
        | {"deep_calf_tenderness": True, "fever": False, "temperature_c": 36.9}
        | {"chest_pain": False, "breathlessness": False, "previous_dvt": False},
        "A 67-year-old woman has symptoms in one calf, which began three days ago and built up "
        "over some days. She has sudden swelling of one leg or ankle. The leg or foot is warm and "
        "red. She has active cancer. Examination shows a difference of 4 cm between the calves and "
        "tenderness along the deep veins. She has no fever (36.9 °C), chest pain or shortness of "
        "breath, and has had no earlier deep vein or lung clot.",
    ),
    "cauda_equina": (
        {"sex": "male", "age_years": 45, "site_low_back": True, "site_buttock": True}
        | {"site_thigh": True, "side": "one", "radiates_from_back": True, "severity": 9}
        | {"severe_pain": True, "onset": "sudden", "duration_days": 0.5, "worse_cough": True}
        | {"worse_bending_forward": True, "saddle_numbness": True, "bladder_bowel_change": True}
        | {"slr_positive": True, "reflex_reduced": True, "fever": False, "weight_loss": False},
        "A 45-year-old man has pain in the lower back and the buttock and thigh on one side, which "
        "began suddenly 12 hours ago. It is severe (9 out of 10 at worst), travels down the leg "
        "from the back or buttock, and is worse on bending forward or lifting and with coughing or "
        "straining. He also has numbness around the anus or genitals, and a new bladder or bowel "
        "problem. Examination shows a reduced or absent leg reflex, and a positive straight leg "
        "raise. He has no fever or unintended weight loss.",
    ),
    "painless_ulcer_of_somebody": (
        {"site_foot": True, "side": "one", "painless": True, "nonhealing_sore": True}
        | {"diabetes": True, "bmi": 34, "obesity": True, "smoking": "never", "fever": True}
        | {"temperature_c": 38.4, "sensation_loss": True, "pulses_reduced": False, "unwell": False},
        "The patient has painless symptoms in one foot. They have a fever of 38.4 °C. The leg or "
        "foot has a sore that does not heal. The patient is obese (BMI 34) and has diabetes. "
        "Examination shows reduced sensation. The patient is not generally unwell and has never "
        "smoked. Examination shows normal pulses.",
    ),
    "only_negatives": (
        {"age_years": 8, "fever": False, "limp": False, "unable_to_bear_weight": False}
        | {"night_pain": False, "redness": False, "warmth": False, "recent_leg_injury": False},
        "The patient is eight years old. The leg symptoms are not present at night. The patient "
        "has no fever or limp, and can bear weight on the leg. The leg or foot is not warm or red. "
        "The patient has had no recent leg injury.",
    ),
}


@pytest.mark.parametrize(("case", "text"), GOLDEN.values(), ids=GOLDEN)
def test_a_case_reads_as_it_should(case: dict[str, Any], text: str) -> None:
    """Five cases read as a clinician would write them."""
    assert narrate(case, VOCABULARY) == text


@pytest.mark.parametrize(
    ("case", "text"),
    [
        ({"site_knee": True}, "The patient has symptoms in the knee."),
        ({"site_knee": True, "side": "one"}, "The patient has symptoms in one knee."),
        ({"site_foot": True, "side": "both"}, "The patient has symptoms in both feet."),
        ({"side": "one"}, "The patient has symptoms in one leg."),
        (
            {"site_low_back": True, "side": "both"},
            "The patient has symptoms in the lower back, with both legs affected.",
        ),
        (
            {"site_low_back": True, "site_calf": True},
            "The patient has symptoms in the lower back and calf.",
        ),
        (
            {"site_thigh": True, "site_hip_groin": True, "side": "both"},
            "The patient has symptoms in the hips or groins, and thighs on both sides.",
        ),
        (
            {"site_knee": False, "site_foot": False},
            "The leg symptoms do not affect the knee or foot.",
        ),
    ],
)
def test_sites_are_told_with_their_side(case: dict[str, Any], text: str) -> None:
    """The place of the complaint says how many legs, once."""
    assert narrate(case, VOCABULARY) == text


@pytest.mark.parametrize(
    ("case", "text"),
    [
        ({"age_years": 81, "sex": "female"}, "The patient is an 81-year-old woman."),
        ({"age_years": 11, "sex": "male"}, "The patient is an 11-year-old boy."),
        ({"age_years": 0.4, "sex": "female"}, "The patient is a baby girl."),
        ({"age_years": 0.4, "side": "both"}, "A baby has symptoms in both legs."),
        ({"age_years": 1}, "The patient is one year old."),
        ({"sex": "male"}, "The patient is a man."),
        ({"age_years": 37, "painless": False}, "A 37-year-old patient has leg pain."),
    ],
)
def test_the_person_is_introduced_by_what_is_known(case: dict[str, Any], text: str) -> None:
    """Age and sex, one or both or neither, make a natural introduction."""
    assert narrate(case, VOCABULARY) == text


@pytest.mark.parametrize(
    ("case", "once", "never"),
    [
        ({"severity": 9, "severe_pain": True}, "severe (9 out of 10 at worst)", "rated"),
        ({"severity": 3, "severe_pain": False}, "rated 3 out of 10", "severe"),
        ({"bmi": 34, "obesity": True}, "obese (BMI 34)", "a BMI"),
        ({"bmi": 22, "obesity": False}, "a BMI of 22", "obese"),
        ({"fever": True, "temperature_c": 39}, "a fever of 39 °C", "temperature"),
        ({"fever": False, "temperature_c": 37}, "no fever (37 °C)", "temperature"),
        ({"active_cancer": True, "cancer_history": True}, "active cancer", "history"),
        ({"active_cancer": False, "cancer_history": False}, "no history of cancer", "active"),
        ({"swelling": "none", "swelling_sudden": False}, "no swelling", "sudden"),
        ({"relief_rest": True, "relief_minutes": 2}, "goes after two minutes of rest", "eases"),
    ],
)
def test_one_fact_is_told_once(case: dict[str, Any], once: str, never: str) -> None:
    """Two findings that report one fact, and agree, share one phrase."""
    text = narrate(case, VOCABULARY)
    assert text.count(once) == 1
    assert never not in text


@pytest.mark.parametrize(
    ("case", "both"),
    [
        ({"severity": 3, "severe_pain": True}, ("severe", "rated 3")),
        ({"bmi": 22, "obesity": True}, ("obese", "BMI of 22")),
        ({"fever": False, "temperature_c": 39}, ("no fever", "temperature of 39 °C")),
        ({"fever": True, "temperature_c": 37}, ("fever or chills", "temperature of 37 °C")),
        ({"painless": True, "severity": 5}, ("painless", "rated 5")),
    ],
)
def test_findings_that_disagree_are_both_told(case: dict[str, Any], both: tuple[str, str]) -> None:
    """A contradiction in the record stays visible to the reader."""
    text = narrate(case, VOCABULARY)
    assert all(part in text for part in both), text


@pytest.mark.parametrize("finding_id", [*QUALITIES, "night_pain", "relief_minutes", "severity"])
def test_the_complaint_is_pain_only_where_something_hurts(finding_id: str) -> None:
    """A finding that speaks of pain makes the complaint pain; a swollen leg alone does not."""
    assert " pain" in narrate({"side": "one", finding_id: 5.0}, VOCABULARY)
    assert " pain" not in narrate(
        {"side": "one", "swelling": "one", "duration_days": 3}, VOCABULARY
    )
