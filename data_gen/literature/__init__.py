"""Published statistics, replayed on patients of this world."""

from data_gen.literature.report import literature_report

__all__ = ["literature_report"]
