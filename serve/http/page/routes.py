"""The pages' routes: each takes the whole form, and gives the page that follows from it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse, Response

from data_gen.vocabulary import Finding, Vocabulary
from serve.http.page.case import next_question, shown, triage_so_far
from serve.http.page.form import SIGNS, Form, read_form, read_ticks
from serve.http.page.rendering import HEADERS, page, style
from serve.mapping.units import units_of
from serve.pipeline import ScoringPipeline

START, SIGNS_PAGE, QUESTION, ALL, ANSWER = "/", "/signs", "/question", "/answers", "/answer"
_EMERGENCY = "emergency"


class CasePages:
    """The pages of one case. `chain` gives the chain in use, which a model may join later."""

    def __init__(self, vocabulary: Vocabulary, chain: Callable[[], ScoringPipeline]) -> None:
        self._vocabulary = vocabulary
        self._chain = chain
        findings = vocabulary.findings
        ticked = (f for f in findings if f.asked == "site" and f.kind == "yes_no")
        self._sites = tuple(finding.id for finding in ticked)
        self._first = ("age_years", "sex", "side", *self._sites)

    def start(self, form: Form) -> Response:
        """Who it is, and where it hurts."""
        return page("start.html", **self._shown(form, self._first), sites=self._sites)

    def signs(self, body: bytes) -> Response:
        """The signs of emergencies, once the first page is filled in."""
        form = read_ticks(body, self._form(body), self._sites)
        if any(name in form.problems for name in self._first):
            return self.start(form)
        return self._signs(form)

    def question(self, body: bytes) -> Response:
        """The next question, or the one before; the answer where nothing is left to ask."""
        form = self._form(body)
        if form.go == "first":
            return self.start(form)
        if form.go == "signs":
            form = read_ticks(body, form, SIGNS)
        elif form.go == "back":
            return self._signs(form) if form.at == 0 else self._again(replace(form, at=form.at - 1))
        elif form.go == "skip" and form.current is not None:
            form = replace(form.without(form.current), at=form.at + 1)
        elif form.go == "next" and form.current is not None:
            if form.current not in form.answers:
                return self._again(form, missing=True)
            form = replace(form, at=form.at + 1)
        return self._further(form)

    def all_answers(self, body: bytes) -> Response:
        """Every answer on one page, to change."""
        form = self._form(body)
        names = [*form.answers, *form.problems, *form.skipped]
        listed = tuple(f.id for f in self._vocabulary.findings if f.id in names)
        return page("answers.html", **self._shown(form, listed), listed=listed)

    def answer(self, body: bytes) -> Response:
        """The answer to the case as far as it is known."""
        form = self._form(body)
        if form.problems:
            return self.all_answers(body)
        return self._answer(form)

    def download(self, body: bytes, form: str) -> Response:
        """The answer as a file of JSON or of CSV."""
        found = shown(self._chain(), self._form(body))
        kept = {**HEADERS, "content-disposition": f'attachment; filename="answer.{form}"'}
        kind = "application/json" if form == "json" else "text/csv"
        return Response(found.json if form == "json" else found.csv, 200, kept, kind)

    def _form(self, body: bytes) -> Form:
        return read_form(body, self._vocabulary)

    def _signs(self, form: Form) -> Response:
        return page("signs.html", **self._shown(form, SIGNS), signs=SIGNS)

    def _further(self, form: Form) -> Response:
        """What comes at a place of the trail: an emergency first, then a question asked before."""
        chain = self._chain()
        following = None
        if form.current is not None:
            triage = triage_so_far(chain, form)
        else:
            triage, following = next_question(chain, form)
        if triage == _EMERGENCY and not form.told:
            return self._answer(form)
        if form.current is not None:
            return self._ask(form, triage)
        if following is None:
            return self._answer(form)
        asked = replace(form, trail=(*form.trail, following.finding))
        return self._ask(asked, triage, why=following.why)

    def _again(self, form: Form, *, missing: bool = False) -> Response:
        return self._ask(form, triage_so_far(self._chain(), form), missing=missing)

    def _ask(self, form: Form, triage: str, *, why: str = "", missing: bool = False) -> Response:
        assert form.current is not None  # noqa: S101 narrows the type
        finding = self._vocabulary.finding(form.current)
        context = self._shown(form, (finding.id,))
        return page(
            "question.html", **context, finding=finding, why=why, missing=missing, triage=triage
        )

    def _answer(self, form: Form) -> Response:
        told = replace(form, told=True, go="")
        return page("answer.html", **self._shown(told, ()), found=shown(self._chain(), form))

    def _shown(self, form: Form, listed: Sequence[str]) -> dict[str, Any]:
        """What every template of a case gets."""
        return {
            "form": form,
            "hidden": list(form.hidden(*listed)),
            "named": {finding.id: finding for finding in self._vocabulary.findings},
            "choices": _choices,
            "units": units_of,
        }


def _choices(finding: Finding) -> list[tuple[str, str]]:
    """The words of a finding's cells and what a person reads for each."""
    if finding.kind == "yes_no":
        return [("yes", "Yes"), ("no", "No")]
    return [(word, word.replace("_", " ").capitalize()) for word in finding.values]


def add_pages(app: FastAPI, pages: CasePages) -> None:
    """Give an application the pages of one case."""

    @app.get("/style.css", include_in_schema=False)
    async def styled() -> Response:
        return style()

    @app.get(START, include_in_schema=False)
    async def started() -> Response:
        return pages.start(Form())

    _post(app, SIGNS_PAGE, pages.signs)
    _post(app, QUESTION, pages.question)
    _post(app, ALL, pages.all_answers)
    _post(app, ANSWER, pages.answer)
    _post(app, "/answer.json", lambda body: pages.download(body, "json"))
    _post(app, "/answer.csv", lambda body: pages.download(body, "csv"))


def _post(app: FastAPI, path: str, answered: Callable[[bytes], Response]) -> None:
    """A page that a form leads to; its address alone leads back to the first page."""

    @app.post(path, include_in_schema=False)
    async def posted(request: Request) -> Response:
        return answered(await request.body())

    @app.get(path, include_in_schema=False)
    async def opened() -> Response:
        return RedirectResponse(START, 303, HEADERS)
