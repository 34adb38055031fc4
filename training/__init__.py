"""From vignettes to a tracked, gated, promoted model."""

import os
from pathlib import Path

import serve  # noqa: F401 - before any other: it turns the telemetry of libraries off

# LightGBM's threads wait in a loop for each other unless told to sleep: on a machine that does
# anything else, fitting takes four times as long. Read when the library is loaded.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
# The caches of what draws the plots stay in the project, and out of a user's home.
os.environ.setdefault(
    "MPLCONFIGDIR", str(Path(__file__).resolve().parent.parent / "build" / "matplotlib")
)
