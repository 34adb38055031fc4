"""No file is harmed that was not named as an output, and two writers never mix."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from data_gen.vocabulary.files import atomic
from data_gen.vocabulary.files.atomic import WholeFiles, atomic_write, whole_folder
from serve.cli.commands import main
from tests.serve.conftest import Score
from tests.serve.hostile import GOOD, HEADER


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    content = {"h.csv": HEADER + GOOD + b"x\n", "m.yaml": b"{}\n"}
    for name in ("h.csv", "o.csv.rejects.csv", "scored.rejects.csv", "m.yaml"):
        Path(name).write_bytes(content.get(name, HEADER + GOOD))
    os.link("h.csv", "hard.csv")
    Path("link.csv").symlink_to("h.csv")


def _contents() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in Path().iterdir() if path.is_file()}


@pytest.mark.parametrize(
    "arguments",
    [
        "score o.csv.rejects.csv --out o.csv",
        "score scored.rejects.csv --out -",
        "score h.csv --out hard.csv",
        "score h.csv --out link.csv",
        "score link.csv --out ./h.csv",
        "score hard.csv --out x.csv --rejects link.csv",
        "score h.csv --out x --columns m.yaml --rejects x",
        "score h.csv --out m.yaml --columns m.yaml",
        "score h.csv --out o.csv",
        "score h.csv --out - --rejects -",
        "score h.csv --out - --summary -",
        "template --out t.csv --dictionary t.csv",
        "template --out - --dictionary -",
        "spark h.csv h.csv",
    ],
)
def test_no_other_file_is_replaced(arguments: str) -> None:
    """An output that is an input, another output or a stranger's file is refused; all stands."""
    before = _contents()
    extra = ["--overrides-only"] if not arguments.startswith("template") else []
    result = CliRunner().invoke(main, [*arguments.split(), *extra], catch_exceptions=False)
    assert result.exit_code == 2
    assert _contents() == before


def test_a_file_of_the_bundle_is_not_replaced(score: Score, tiny_bundle: Path) -> None:
    """An output that is a file of the bundle is refused."""
    run = score(HEADER + GOOD, "--summary", str(tiny_bundle / "manifest.json"))
    assert run.code == 2
    assert "a part of the bundle" in run.talk


@pytest.mark.parametrize("option", ["--out", "--rejects", "--summary"])
def test_a_full_disk(option: str, score: Score) -> None:
    """Where a device is full the error names it, and no output appears."""
    if option == "--out":
        command = ["score", "h.csv", "--out", "/dev/full", "--overrides-only"]
        result = CliRunner().invoke(main, [*command, "--rejects", "r.csv"])
        assert (result.exit_code, Path("r.csv").exists()) == (1, False)
        assert "/dev/full: No space left on device" in result.stderr
        return
    run = score(HEADER + GOOD + b"x\n", option, "/dev/full")
    assert run.code == 1
    assert "/dev/full: No space left on device" in run.talk
    assert not run.out.exists()


def test_a_header_alone_makes_a_table_without_rows(score: Score) -> None:
    """A CSV file without rows is scored into a Parquet file without rows."""
    run = score(HEADER, out="o.parquet")
    assert run.code == 0
    table = pq.read_table(run.out)
    assert table.num_rows == 0
    assert "triage" in table.column_names


@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o077, 0o600)], ids=oct)
def test_permissions(umask: int, mode: int) -> None:
    """A new file or folder has the permissions of the umask, a replaced one those it had."""
    before = os.umask(umask)
    try:
        for name, kept in (("new", mode), ("old", 0o640)):
            if name == "old":
                Path(name).write_text("")
                Path(name).chmod(kept)
            with atomic_write(Path(name)) as stream:
                stream.write(b"x")
                (part,) = Path().glob(".*.part")
                assert stat.S_IMODE(part.stat().st_mode) == kept
            assert stat.S_IMODE(Path(name).stat().st_mode) == kept
        with whole_folder(Path("folder")):
            pass
        assert stat.S_IMODE(Path("folder").stat().st_mode) == mode | (mode >> 2 & 0o111)
    finally:
        os.umask(before)


def test_two_writers_with_one_process_id(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two writers of one file or folder leave one whole answer, the later one's."""
    monkeypatch.setattr(os, "getpid", lambda: 7)
    with atomic_write(Path("f")) as one:
        one.write(b"1" * 100_000)
        with atomic_write(Path("f")) as other:
            other.write(b"2" * 50_000)
        assert Path("f").read_bytes() == b"2" * 50_000
    assert Path("f").read_bytes() == b"1" * 100_000
    with whole_folder(Path("d")) as first:
        (first / "one").write_text("1")
        with whole_folder(Path("d")) as second:
            (second / "two").write_text("2")
    assert [path.name for path in Path("d").iterdir()] == ["one"]
    assert not list(Path().glob(".*"))


def test_a_hidden_name_follows_no_link(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where something stands at the hidden name already, nothing is written through it."""
    monkeypatch.setattr("secrets.token_hex", lambda _: "guessed")
    Path(atomic._scrap(Path("f").resolve(), "part").name).symlink_to("h.csv")
    before = Path("h.csv").read_bytes()
    with pytest.raises(FileExistsError, match="f"), atomic_write(Path("f")) as stream:
        stream.write(b"harm")
    assert Path("h.csv").read_bytes() == before


def test_names_as_long_as_can_be() -> None:
    """A name of 255 bytes, or one with signs of a pattern, is written like any other."""
    for name in ("n" * 255, "[a]*?.csv"):
        with atomic_write(Path(name)) as stream:
            stream.write(b"x")
        assert Path(name).read_bytes() == b"x"


def test_what_was_written_is_told() -> None:
    """Where one of several files cannot take its place, the error says which ones did."""

    def write() -> None:
        with WholeFiles() as files:
            files.open(Path("first")).write(b"1")
            files.open(Path("second")).write(b"2")
            Path("first").mkdir()

    with pytest.raises(OSError, match="first") as caught:
        write()
    assert caught.value.__notes__ == ["written before it: second"]

    def fail() -> None:
        with WholeFiles() as files:
            files.open(Path("third")).write(b"3")
            raise ValueError("x")

    with pytest.raises(ValueError, match="x") as early:
        fail()
    assert early.value.__notes__ == ["nothing was written"]
    assert not Path("third").exists()


def test_data_gen_harms_nothing() -> None:
    """The generator's commands refuse an output that is an input or another output."""
    from data_gen.cli import main as generator

    before = _contents()
    for arguments in (
        "sample --rows 1 --seed 1 --out s.csv --truth ./s.csv",
        "posterior h.csv --out link.csv",
        "posterior h.csv --out hard.csv",
    ):
        assert CliRunner().invoke(generator, arguments.split()).exit_code == 2
    assert _contents() == before
