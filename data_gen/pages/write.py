"""All pages, generated and written."""

from __future__ import annotations

from pathlib import Path

from data_gen.look_alikes.deciding import find_deciding
from data_gen.pages.condition_page import ConditionPage
from data_gen.pages.findings_page import findings_page
from data_gen.pages.index_page import index_page
from data_gen.pages.separating_page import separating_page
from data_gen.pages.sources import Sources
from data_gen.pages.sparse_page import sparse_page
from data_gen.profiles import Knowledge
from data_gen.vocabulary.files.atomic import atomic_write
from data_gen.vocabulary.yaml_lines import read_yaml
from data_gen.world import World


def build_pages(knowledge: Knowledge, world: World) -> dict[str, str]:
    """Every page by its path below the docs folder. Repeatable."""
    deciding = find_deciding(world)
    documents = read_yaml(knowledge.folder / "documents.yaml")["documents"]
    titles = {number: row["title"] for number, row in documents.items()}
    pages = {
        "README.md": index_page(knowledge, deciding, titles),
        "findings.md": findings_page(knowledge),
        "separating.md": separating_page(world, knowledge, deciding),
        "sparse.md": sparse_page(world),
    }
    for condition in knowledge.vocabulary.conditions:
        page = ConditionPage(world, knowledge, deciding, condition, Sources(knowledge))
        pages[f"conditions/{condition.id}.md"] = page.text()
    return pages


def write_pages(pages: dict[str, str], folder: Path) -> list[Path]:
    """Write the pages below a folder; returns those whose text has changed."""
    changed = []
    for name, text in pages.items():
        path = folder / name
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_write(path) as stream:
            stream.write(text.encode())
        changed.append(path)
    return changed
