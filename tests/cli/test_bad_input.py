"""Bad input of every kind: a clear line, the right exit code, no traceback; what can be judged is judged."""

from __future__ import annotations

import gzip
import os
import struct
import subprocess
import sys
from pathlib import Path

import pytest
from in_process import Done, run

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
LAB = EXAMPLES / "lab"
GOOD = (LAB / "core.pcap").read_bytes()


def cloison(*words: str, given: bytes = b"", timeout: float = 60.0, **extra: str) -> Done:
    """Return what another process does: it has its own standard input, its own memory and its own time."""
    made = subprocess.run(
        [sys.executable, "-m", "cloison.cli", *words],
        input=given,
        capture_output=True,
        check=False,
        timeout=timeout,
        env={**os.environ, "LC_ALL": "C.UTF-8", **extra},
    )
    done = Done(made.returncode, made.stdout.decode(), made.stderr.decode())
    assert "Traceback" not in done.stderr
    assert "cloison itself failed" not in done.stderr
    return done


def audit(file: str, *more: str) -> Done:
    return run(Path(), "audit", str(LAB / "map.yaml"), "--probe", f"ids-core={file}", *more)


def written(folder: Path, name: str, content: bytes) -> str:
    (folder / name).write_bytes(content)
    return str(folder / name)


MAPS = {
    "empty": b"",
    "not-yaml": b"cloison: 1\nname: [a, b\n",
    "only-a-list": b"- a\n- b\n",
    "latin-1": "cloison: 1\nname: réseau\n".encode("latin-1"),
    "nul": b"cloison: 1\nname: \x00\n",
    "bomb": b"cloison: 1\nname: x\na: &a [x,x,x,x,x,x,x,x,x]\n"
    + b"".join(b"%c: &%c [%s]\n" % (i, i, b",".join([b"*%c" % (i - 1)] * 9)) for i in range(98, 110)),
    "deep": b"cloison: 1\nname: " + b"[" * 100_000,
    "old": b"cloison: 0\nname: x\n",
    "future": b"cloison: 7\nname: x\n",
}


@pytest.mark.parametrize("name", MAPS)
def test_a_bad_map_is_refused(name: str, tmp_path: Path) -> None:
    done = cloison("check", written(tmp_path, f"{name}.yaml", MAPS[name]))
    assert done.returncode == 2, done.stdout
    assert f"{name}.yaml" in done.stderr
    assert done.stdout == ""


def test_a_map_that_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo.yaml")
    (tmp_path / "empty").mkdir()
    for name in ("missing.yaml", "fifo.yaml", "empty"):
        done = cloison("check", str(tmp_path / name))
        assert done.returncode == 2
        assert name in done.stderr


def test_a_map_of_fifty_megabytes_is_read_or_refused_in_time(tmp_path: Path) -> None:
    line = b"  a%07d: {kind: tenant, country: FR, name: %s}\n"
    body = b"".join(line % (number, b"x" * 200) for number in range(200_000))
    done = cloison("check", written(tmp_path, "big.yaml", b"cloison: 1\nname: big\nparties:\n" + body), timeout=120)
    assert done.returncode in (0, 1, 2, 3)
    assert done.returncode != 2 or "big.yaml" in done.stderr


def test_a_map_without_permission(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root reads everything")
    path = written(tmp_path, "secret.yaml", b"cloison: 1\nname: x\n")
    Path(path).chmod(0)
    done = cloison("check", path)
    assert done.returncode == 2
    assert "secret.yaml" in done.stderr


def record(data: bytes, *, captured: int | None = None, wire: int | None = None) -> bytes:
    return struct.pack("<IIII", 1_700_000_000, 0, len(data) if captured is None else captured, wire or len(data)) + data


def pcap(*records: bytes, link: int = 1, snap: int = 262_144) -> bytes:
    return struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, snap, link) + b"".join(records)


UNREADABLE = {
    "text.pcap": b"this is no capture, it only says so\n" * 10,
    "nothing.pcap": b"",
    "gzip-of-text.pcap": gzip.compress(b"still no capture"),
    "broken-gzip.pcap": b"\x1f\x8b\x08\x00garbage",
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_an_unreadable_capture_is_refused(name: str, tmp_path: Path) -> None:
    done = audit(written(tmp_path, name, UNREADABLE[name]))
    assert done.returncode == 2, done.stderr
    assert name in done.stderr


UNDECIDED = {
    "half-header.pcap": GOOD[:10],
    "empty.pcap": pcap(),
    "unknown-link.pcap": pcap(record(b"x" * 60), link=9999),
    "lying-length.pcap": pcap(record(b"x" * 60, captured=0x7FFFFFFF)),
    "short-snap.pcap": pcap(record(b"\0" * 10, wire=60)),
}


@pytest.mark.parametrize("name", UNDECIDED)
def test_a_capture_that_says_nothing_decides_nothing(name: str, tmp_path: Path) -> None:
    done = audit(written(tmp_path, name, UNDECIDED[name]))
    assert done.returncode in (2, 3), (done.returncode, done.stderr)
    assert name in done.stderr + done.stdout


def test_what_can_be_judged_is_judged(tmp_path: Path) -> None:
    """A capture cut inside a record still gives its verdicts, and says that it was cut."""
    whole = audit(str(LAB / "core.pcap"), "--format", "json")
    cut = audit(written(tmp_path, "cut.pcap", GOOD[:-7]), "--format", "json")
    assert whole.returncode == 1
    assert cut.returncode == 1  # findings come before "undecided"
    assert "cut.pcap" in cut.stderr + cut.stdout
    only_good = pcap()  # nothing illegitimate, and cut short
    good_but_cut = audit(written(tmp_path, "cut2.pcap", only_good + b"\0\0\0"))
    assert good_but_cut.returncode in (2, 3)


def test_captures_that_are_no_files(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo.pcap")
    for name in ("missing.pcap", "fifo.pcap", "."):
        done = audit(str(tmp_path / name))
        assert done.returncode == 2, (name, done.stderr)
        assert str(tmp_path / name) in done.stderr or name in done.stderr


def test_one_unreadable_among_others_is_undecided_or_worse(tmp_path: Path) -> None:
    missing = str(tmp_path / "missing.pcap")
    done = cloison("audit", str(LAB / "map.yaml"), "--probe", f"ids-core={LAB / 'core.pcap'}",
                   "--probe", f"ids-core={missing}")  # fmt: skip
    assert done.returncode in (1, 2, 3)
    assert "missing.pcap" in done.stderr + done.stdout


def test_standard_input(tmp_path: Path) -> None:
    from_file = audit(str(LAB / "core.pcap"), "--format", "json")
    from_input = cloison("audit", str(LAB / "map.yaml"), "--probe", "ids-core=-", "--format", "json", given=GOOD)
    assert from_input.returncode == from_file.returncode == 1
    assert from_input.stdout.replace('"-"', '"X"').count("illegitimate") == from_file.stdout.count("illegitimate")


def test_a_read_only_home(tmp_path: Path) -> None:
    """Compiled kernels have nowhere to be kept: the audit answers all the same."""
    home = tmp_path / "home"
    home.mkdir(mode=0o500)
    done = cloison("audit", str(LAB / "map.yaml"), "--probe", f"ids-core={LAB / 'core.pcap'}", HOME=str(home),
                   XDG_CACHE_HOME=str(home / "none"), timeout=300)  # fmt: skip
    assert done.returncode == 1, done.stderr


def test_bad_arguments_are_all_reported_at_once() -> None:
    done = cloison("audit", str(LAB / "map.yaml"), "--probe", "ids-cor=x.pcap", "--probe", "nonsense")
    assert done.returncode == 2
    assert "ids-core" in done.stderr  # the nearest name
    assert "nonsense" in done.stderr


def test_an_output_that_cannot_be_written(tmp_path: Path) -> None:
    for lang, reason in (("en", "no such file"), ("fr", "aucun fichier ni dossier")):
        done = cloison("rules", "-o", str(tmp_path / "no" / "where.json"), "--lang", lang)
        assert done.returncode == 2
        assert "where.json" in done.stderr
        assert reason in done.stderr


def test_a_reader_that_leaves() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "cloison.cli", "schema"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    errors = process.stderr.read()
    process.stderr.close()
    process.wait(timeout=60)
    assert b"Traceback" not in errors, errors
