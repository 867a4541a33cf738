"""A closed review on record: the entry under ``reviews``, and the manifest of all that it rests on and left."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from cloison import __version__
from cloison.netmodel.finding import MapError, Ref, Span, input_error, say
from cloison.netmodel.language.edit import Append, edited
from cloison.netmodel.language.files import file_error, read_bytes
from cloison.netmodel.network import Network
from cloison.netmodel.system import why as system_says

SCHEMA = "cloison.dossier/1"
SUMS = "SHA256SUMS"
MANIFEST = "manifest.json"


def recorded(network: Network, by: Sequence[str], decisions: str) -> tuple[Path, bytes, bytes]:
    """Return the file of the map that records the review, its bytes, and those with it: date, reviewers, digest,
    decisions.

    It is the file that has ``reviews`` already, else the one that names the map. Everything else of it keeps its bytes.
    Raises ``MapError`` where these decisions are on record already, and where the file cannot be edited without harm.
    """
    for place, known in enumerate(network.model.reviews):
        if decisions and known.decisions == decisions:
            raise MapError((input_error("closed", say(
                "this review was closed on {on}: its decisions, {file}, are on record",
                "cette revue a été close le {on} : ses décisions, {file}, sont consignées", on=known.on, file=decisions,
            ), Ref("decisions", decisions), network.document.span(("reviews", place))),))  # fmt: skip
    route = ("reviews",) if network.model.reviews else ("name",)
    file = network.document.span(route).file
    entry = {"on": network.at.isoformat(), "by": list(by), "digest": network.digest, "decisions": decisions}
    data = read_bytes(Path(file))
    return Path(file), data, edited(data, file, [Append(("reviews",), entry)])


def manifest(
    network: Network, by: Sequence[str], inputs: Iterable[Path], outputs: Mapping[str, bytes]
) -> dict[str, Any]:
    """Return what a dossier says of itself: who closed the review of which map and when, and the digest of every file.

    Inputs are read again, whole, and named as they were given; the map's are as they were reviewed, before the review
    was recorded in one of them. Raises ``MapError`` for an input that is there no more.
    """
    return {
        "schema": SCHEMA,
        "tool": {"name": "cloison", "version": __version__},
        "map": {"name": network.model.name, "digest": network.digest},
        "on": network.at.isoformat(),
        "by": list(by),
        "inputs": [{"file": str(path), **_sum_of_file(path)} for path in sorted(set(inputs))],
        "outputs": [{"file": name, **_sum(data)} for name, data in sorted(outputs.items())],
    }


def sums(outputs: Mapping[str, bytes]) -> bytes:
    """Return the digests of files as ``sha256sum --check`` reads them."""
    return "".join(f"{sha256(data).hexdigest()}  {name}\n" for name, data in sorted(outputs.items())).encode()


def _sum(data: bytes) -> dict[str, Any]:
    return {"sha256": sha256(data).hexdigest(), "bytes": len(data)}


def _sum_of_file(path: Path) -> dict[str, Any]:
    found, size = sha256(), 0
    try:
        if not path.is_file() and path.exists():  # a pipe would be waited for
            raise MapError((file_error("file", say(
                "{file} is no file that can be read again: its digest cannot be kept",
                "{file} n’est pas un fichier qui se relise : son empreinte ne peut être gardée", file=str(path),
            ), Span(str(path))),))  # fmt: skip
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                found.update(block)
                size += len(block)
    except OSError as problem:
        raise MapError((file_error("file", say(
            "{file} cannot be read: {why}", "{file} ne peut être lu : {why}", file=str(path), why=system_says(problem),
        ), Span(str(path))),)) from None  # fmt: skip
    return {"sha256": found.hexdigest(), "bytes": size}
