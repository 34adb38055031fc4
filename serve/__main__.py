"""`python -m serve`."""

from __future__ import annotations

from serve.cli.commands import main

if __name__ == "__main__":
    main(prog_name="python -m serve")
