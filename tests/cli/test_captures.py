"""The captures of a command: directories, rotated sets, inactivity limits, files that grow; and the progress."""

from __future__ import annotations

import gzip
import io
import json
import os
import pty
import struct
import subprocess
import sys
import time
from pathlib import Path

import pytest
from in_process import Done, run

LAB = Path(__file__).resolve().parents[2] / "examples" / "lab"
WHOLE = (LAB / "core.pcap").read_bytes()


def cloison(*words: str) -> Done:
    return run(Path(), *words)


def records() -> list[bytes]:
    found, at = [], 24
    order = "<" if WHOLE[0] in (0xD4, 0x4D) else ">"
    while at < len(WHOLE):
        size = 16 + struct.unpack_from(order + "I", WHOLE, at + 8)[0]
        found.append(WHOLE[at : at + size])
        at += size
    return found


def rotated(folder: Path, number: int = 5) -> Path:
    """Write the lab's capture as files of a directory, some compressed, the last name first in time."""
    folder.mkdir()
    every = records()
    cuts = [len(every) * part // number for part in range(number + 1)]
    for part in range(number):
        data = WHOLE[:24] + b"".join(every[cuts[part] : cuts[part + 1]])
        name = f"core_{number - part:05}.pcap"
        (folder / (name + ".gz" if part % 2 else name)).write_bytes(gzip.compress(data) if part % 2 else data)
    return folder


@pytest.mark.parametrize("probe", [True, False])
def test_a_directory_of_a_rotated_set_is_judged_as_the_whole(tmp_path: Path, probe: bool) -> None:
    folder = rotated(tmp_path / "set")
    (folder / ".partial").write_bytes(b"x")

    def audit(path: str) -> Done:
        words = ("--probe", f"ids-core={path}") if probe else (path,)
        return cloison("audit", str(LAB / "map.yaml"), *words, "--all", "--format", "json")

    whole, cut = audit(str(LAB / "core.pcap")), audit(str(folder))
    assert whole.returncode == cut.returncode
    one, other = json.loads(whole.stdout), json.loads(cut.stdout)
    assert [source["file"] for source in other["sources"]] == sorted(str(path) for path in folder.glob("core*"))
    assert sum(source["packets"] for source in other["sources"]) == one["sources"][0]["packets"]
    for audit_ in (one, other):
        for entry in audit_["conversations"]:
            entry.pop("locations")
    assert other["summary"] == one["summary"]
    assert other["conversations"] == one["conversations"]
    assert f"{folder}: 1 hidden file left out" in cut.stderr
    assert "5 captures are read as 1 stream" in cut.stderr


def test_one_location_is_exact(tmp_path: Path) -> None:
    """Where a conversation is shown, the packet of that number in that file is one of it."""
    folder = rotated(tmp_path / "set")
    out = json.loads(cloison("audit", str(LAB / "map.yaml"), str(folder), "--format", "json").stdout)
    shown = 0
    for entry in out["conversations"]:
        (place,) = entry["locations"]
        data = Path(place["file"]).read_bytes()
        data = gzip.decompress(data) if place["file"].endswith(".gz") else data
        at = 24
        for _ in range(place["packet"] - 1):
            at += 16 + struct.unpack_from("<I", data, at + 8)[0]
        frame = data[at + 16 : at + 16 + struct.unpack_from("<I", data, at + 8)[0]]
        if "." in entry["source"]:
            ends = {bytes(map(int, entry[side].split("."))) for side in ("source", "destination")}
            assert all(end in frame for end in ends), entry
            shown += 1
    assert shown > 5


def test_inactivity_limits_are_options_of_every_command_that_reads_captures(tmp_path: Path) -> None:
    for command in (("audit", str(LAB / "map.yaml")), ("learn",)):
        words = ("--tcp-timeout", "7", "--udp-timeout", "5", "--other-timeout", "3")
        assert cloison(*command, str(LAB / "core.pcap"), *words).returncode in (0, 1, 3)
        refused = cloison(*command, str(LAB / "core.pcap"), "--tcp-timeout", "0")
        assert refused.returncode == 2


def test_one_cut_short_among_others_is_undecided(tmp_path: Path) -> None:
    (tmp_path / "a.pcap").write_bytes(WHOLE[:24] + records()[0][:-3])
    done = cloison("audit", str(LAB / "map.yaml"), str(tmp_path / "a.pcap"))
    assert done.returncode == 3
    assert "it is cut inside packet 1, at byte 24" in done.stderr + done.stdout


GROWING = """
import sys
from cloison.captures import read, stream
path = sys.argv[1]
filled = stream.Stream._fill
def fill(self):  # somebody writes whenever we read
    with open(path, "ab") as file:
        file.write(bytes(1 << 16))
    filled(self)
stream.Stream._fill = fill
source, = read.read([path]).sources
print(source.packets, source.problem.say("en"), source.problem.say("fr"), sep="|")
"""


@pytest.mark.parametrize("compressed", [False, True])
def test_a_capture_still_being_written_ends_where_it_ended_when_it_was_opened(tmp_path: Path, compressed: bool) -> None:
    path = tmp_path / "a.pcap"
    data = WHOLE[:24] + b"".join(records()[:10])
    path.write_bytes(gzip.compress(data)[:-8] if compressed else data + records()[10][:-1])
    done = subprocess.run([sys.executable, "-c", GROWING, str(path)], capture_output=True, text=True, timeout=60)
    packets, english, french = done.stdout.strip().split("|")
    assert english == "it is still being written: what was whole at the beginning was judged"
    assert french == "il est en cours d’écriture : ce qui y était entier au début a été jugé"
    assert packets == "10"


# --- progress ---------------------------------------------------------------------------------------------------------


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown(monkeypatch: pytest.MonkeyPatch, told: list[tuple[float, tuple[int, ...]]], error: io.StringIO) -> str:
    """Return what is written when progress is told at some seconds."""
    from cloison.terminal import progress as shown_progress

    now = [1000.0]
    monkeypatch.setattr(shown_progress.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(sys, "stderr", error)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    progress = shown_progress.Progress()
    for seconds, told_now in told:
        now[0] = 1000.0 + seconds
        (progress.packets if len(told_now) == 3 else progress.tick)(*told_now)
    progress.clear()
    return error.getvalue()


GB = 10**9
READING = [(0.0, (0, 8 * GB, 0)), (2.0, (GB, 8 * GB, 3_000_000)), (4.0, (2 * GB, 8 * GB, 5_000_000))]


def test_rates_and_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    text = shown(monkeypatch, READING, Terminal())
    assert "1.5 M packets/s · 500 MB/s · 0:00:14 left" in text
    assert "1.25 M packets/s · 500 MB/s · 0:00:12 left" in text
    assert "25%" in text


def test_rates_in_french(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cloison.terminal.language.LANG", "fr")
    assert "1,25 M paquets/s · 500 Mo/s · reste 0:00:12" in shown(monkeypatch, READING, Terminal())


def test_standard_input_has_a_rate_and_no_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    text = shown(monkeypatch, [(when, (done, 0, packets)) for when, (done, _, packets) in READING], Terminal())
    assert "1.25 M packets/s · 500 MB/s" in text
    assert "left" not in text
    assert "%" not in text


def test_nothing_in_the_first_second_and_nothing_without_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(monkeypatch, [(0.0, (0, 9, 0)), (0.9, (5, 9, 1))], Terminal()) == ""
    assert shown(monkeypatch, READING, io.StringIO()) == ""


def test_each_work_has_its_own_time(monkeypatch: pytest.MonkeyPatch) -> None:
    text = shown(monkeypatch, [*READING, (5.0, (0, 4)), (5.9, (1, 4)), (9.0, (2, 4))], Terminal())
    assert "50%" in text
    assert "0:00:04 left" in text


def test_a_slow_pipe_at_a_terminal() -> None:
    """The whole program, with a terminal for its errors: rates come while packets do, and the line goes away."""
    main, side = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "cloison.cli", "audit", str(LAB / "map.yaml"), "-", "--format", "json"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=side,
        env={**os.environ, "LC_ALL": "C.UTF-8", "TERM": "xterm", "COLUMNS": "120"},
    )  # fmt: skip
    os.close(side)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(WHOLE[:24])
    filling = WHOLE[:24] and b"".join(records()) * (1 + (2 << 20) // len(WHOLE))
    for _ in range(6):
        process.stdin.write(filling)
        process.stdin.flush()
        time.sleep(0.5)
    process.stdin.close()
    process.stdout.read()
    process.stdout.close()
    said = b""
    while True:
        try:
            more = os.read(main, 65536)
        except OSError:  # Linux: the other side is closed
            break
        if not more:
            break
        said += more
    os.close(main)
    assert process.wait(timeout=60) in (0, 1, 3)
    assert b"packets/s" in said
    assert b"MB/s" in said or b"kB/s" in said
    assert b" left" not in said.split(b"packets/s")[1][:40]


def test_check_lets_captures_refute() -> None:
    """A capture refutes a rule with the packet that shows it, and proves none."""
    lab = ("check", str(LAB / "map.yaml"), "--at", "2026-11-02", "--format", "json")
    without = json.loads(cloison(*lab).stdout)
    core = f"ids-core={LAB / 'core.pcap'}"
    done = cloison(*lab, "--capture", str(LAB / "edge.pcap"), "--probe", core)
    assert done.returncode == 1, done.stderr
    data = json.loads(done.stdout)
    seen = [item for item in data["findings"] if item["graph"] == "observed"]
    assert not any(item["graph"] == "observed" for item in without["findings"])
    (found,) = [item for item in seen if item["rule"] == "public-to-sensitive"]
    assert found["locations"][0]["packet"] > 0
    assert found["locations"][0]["file"].endswith("edge.pcap")
    told = {item["clause"]: item for item in data["clauses"]}
    assert told["13.2.a"]["status"] == "non-conformant"
    assert "observed" in told["13.2.a"]["graphs"]


def test_check_refuses_a_capture_that_is_not_there() -> None:
    done = cloison("check", str(LAB / "map.yaml"), "--capture", "absent.pcap")
    assert done.returncode == 2
    assert "absent.pcap" in done.stderr
