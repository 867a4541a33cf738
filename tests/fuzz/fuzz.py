"""Fuzz the targets, each for some seconds: fuzz.py SECONDS [--keep] [TARGET...]

Where atheris is installed, inputs follow what they cover in the plain kernels; elsewhere, or for a target for which it
fails to start, they are changed blindly. A find is written to out/fuzz/TARGET/ and shown. ``--keep`` adds the smallest
inputs that covered more to the corpus.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
import traceback
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "captures")]
OUT = HERE.parent.parent / "out" / "fuzz"
FOLLOWED = ["cloison.captures", "cloison.flows.table", "cloison.flows.configuring", "cloison.flows.firewalls"]
ONE = "--one"  # how this script calls itself, for one target


def main(words: list[str]) -> int:
    """Fuzz each target in a process of its own; return how many failed."""
    from fuzz_targets import targets

    keep = "--keep" in words
    words = [item for item in words if item != "--keep"]
    seconds, chosen = words[0], words[1:] or list(targets())
    failed = []
    for target in chosen:
        spread(target)
        done = subprocess.run([sys.executable, __file__, ONE, seconds, target], check=False)
        if done.returncode:
            failed.append(target)
        elif keep:
            add(target)
    print(f"{len(chosen)} targets, {len(failed)} failed: {' '.join(failed)}")
    return len(failed)


def folder(target: str) -> Path:
    return OUT / target / "inputs"


def spread(target: str) -> None:
    """Write the inputs that are kept as files, for the fuzzer."""
    from fuzz_corpus import kept

    folder(target).mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(kept(target)):
        (folder(target) / f"kept-{number}").write_bytes(data)


def add(target: str) -> None:
    """Keep the smallest of the inputs that covered more than those before them, within bounds."""
    from fuzz_corpus import LONGEST, MOST_BYTES, keep, kept

    inputs, room = kept(target), MOST_BYTES
    for data in sorted((path.read_bytes() for path in folder(target).iterdir()), key=len):
        if data not in inputs and len(data) <= min(room, LONGEST):
            inputs.append(data)
            room -= len(data)
    keep(target, inputs)


def one(seconds: int, target: str, options: list[str]) -> None:
    """Fuzz one target; a find ends the process with a code that is not 0."""
    try:
        import atheris
    except ImportError:
        blindly(seconds, target)
        return
    from fuzz_firewalls import cases, reworded

    with atheris.instrument_imports(include=FOLLOWED):
        from fuzz_targets import targets

        run = targets()[target]  # the entries of registries are imported here

    def check(data: bytes) -> None:
        run(data, False)

    if not options:
        options = [
            f"-max_total_time={seconds}",
            f"-max_len={40_000 if cases(target) else 4096}", "-rss_limit_mb=1500", "-timeout=30",
            "-print_final_stats=0", "-verbosity=0", f"-artifact_prefix={OUT / target}/", str(folder(target)),
        ]  # fmt: skip
    others = cases(target)

    def mutate(data: bytes, most: int, seed: int) -> bytes:
        dice = random.Random(seed)
        if not others or dice.random() < 0.2:
            return bytes(atheris.Mutate(data, most))
        return reworded(dice, data, others)[:most]

    if others:
        atheris.Setup([sys.argv[0], *options], check, custom_mutator=mutate)
    else:
        atheris.Setup([sys.argv[0], *options], check)
    atheris.Fuzz()


def blindly(seconds: int, target: str) -> None:
    """Change the inputs that are kept at random."""
    from fuzz_corpus import kept
    from fuzz_firewalls import cases, reworded
    from fuzz_targets import targets

    others = cases(target)
    run, dice, until = targets()[target], random.Random(target), time.monotonic() + seconds
    originals = kept(target) or [bytes(40)]
    while time.monotonic() < until:
        data = dice.choice(originals)
        data = reworded(dice, data, others) if others and dice.random() < 0.8 else changed(dice, data)
        try:
            run(data, False)
        except Exception:
            path = OUT / target / "blind-find"
            path.write_bytes(data)
            print(f"{target}: {path}\n{traceback.format_exc()}", file=sys.stderr)
            os._exit(1)


def changed(dice: random.Random, original: bytes) -> bytes:
    """Return an input with bytes set, taken away, put in twice or filled."""
    data = bytearray(original)
    for _ in range(dice.choice((1, 1, 2, 5, 20))):
        at = dice.randrange(len(data) + 1)
        how = dice.randrange(5)
        if how < 2:
            data[at : at + 1] = bytes([dice.choice((0, 1, 0x7F, 0x80, 0xFF, dice.randrange(256)))])
        elif how == 2:
            data[at : at + 4] = dice.choice((b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x00\x00\x00\x80"))
        elif how == 3:
            del data[at : at + dice.randrange(1, 40)]
        else:
            data[at:at] = data[at : at + dice.randrange(1, 40)]
    return bytes(data)


if __name__ == "__main__":
    os.environ["NUMBA_DISABLE_JIT"] = "1"
    if sys.argv[1:2] == [ONE]:
        one(int(sys.argv[2]), sys.argv[3], sys.argv[4:])
    else:
        raise SystemExit(1 if main(sys.argv[1:]) else 0)
