"""A Spark session for scoring, and what its errors mean."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from serve.problem import Problem, RefusedError, extra_needed

_REFUSED = "RefusedError: "


@contextmanager
def open_session(master: str | None) -> Iterator[Any]:
    """A session on a master, or on the one that the surroundings name; closed at the end.

    Raises RefusedError where Spark is not installed or does not start.
    """
    with extra_needed("spark"):
        from pyspark.errors import PySparkRuntimeError
        from pyspark.sql import SparkSession
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # workers run this Python, not another
    builder = SparkSession.builder.appName("claudico").config("spark.ui.showConsoleProgress", False)
    try:
        session = (builder.master(master) if master else builder).getOrCreate()
    except PySparkRuntimeError as error:
        remedy = "install Java 17 or newer and set JAVA_HOME"
        raise RefusedError(Problem("no_spark", "spark", _first_line(error), remedy)) from None
    session.sparkContext.setLogLevel("OFF")  # what goes wrong is told once, in our words
    try:
        yield session
    finally:
        session.stop()


@contextmanager
def spark_errors() -> Iterator[None]:
    """Turn what a task or the reader raises into words: RefusedError for cases, OSError else."""
    from pyspark.errors import PySparkException

    java_error = import_module("py4j.protocol").Py4JJavaError  # untyped, and absent without Spark
    try:
        yield
    except (PySparkException, java_error) as error:
        text = str(error)
        if _REFUSED in text:
            said = text.rpartition(_REFUSED)[2].splitlines()[0]
            raise RefusedError(Problem("refused", "spark", said)) from None
        raise OSError(f"spark: {_first_line(error)}") from None


def _first_line(error: Exception) -> str:
    return next((line for line in str(error).splitlines() if line.strip()), "it failed")
