"""The bytes of an input file, or the clear reason why there are none."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from cloison.netmodel.finding import Finding, MapError, Message, Ref, Span, Text, Value, input_error, say
from cloison.netmodel.system import why

LARGEST = 128 * 1024 * 1024  # bytes of one file of a map; 100,000 lines take 28 to 35 million

_BOMS = (
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)
_UTF8_BOM = b"\xef\xbb\xbf"
_DIRECTORY = Text("This is a directory, and a file is needed", "C’est un répertoire, et il faut un fichier")
_NOT_REGULAR = Text(
    "This is no regular file (a FIFO, a socket or a device)",
    "Ce n’est pas un fichier ordinaire (un tube nommé, une socket ou un périphérique)",
)
_MISSING = Text("There is no such file", "Ce fichier n’existe pas")
_NO_PERMISSION = Text("You have no permission to read this file", "Vous n’avez pas le droit de lire ce fichier")
_UNREADABLE = Text("This file cannot be read: {reason}", "Ce fichier ne peut pas être lu : {reason}")
_TOO_LARGE = Text(
    "The file is larger than {most} bytes: split the map into several files",
    "Le fichier dépasse {most} octets : répartissez la carte en plusieurs fichiers",
)


class Store(Protocol):
    """Where a map's files lie: on disk, or in a revision; a path of it is what is shown to the user."""

    def folder(self, path: Path) -> list[Path] | None:
        """Return what lies in a folder, sorted; nothing where the path is no folder. Raises :class:`MapError`."""

    def read(self, path: Path) -> bytes:
        """Return the content of a file; raises :class:`MapError` with the reason why there is none."""

    def beside(self, file: Path, name: str) -> Path:
        """Return the path of the file that another file names, relative to itself."""


def file_error(rule: str, message: Message, place: Span) -> Finding:
    """Return the finding of a file that cannot be read."""
    return input_error(rule, message, Ref("file", place.file), place)


def read_bytes(path: Path, largest: int = LARGEST) -> bytes:
    """Return the content of a regular file; raise :class:`MapError` for anything else.

    Never blocks: a FIFO, a socket or a device is refused before anything is read from it.
    """

    def refuse(rule: str, text: Text, **values: Value) -> MapError:
        return MapError((file_error(rule, Message(text, values), Span(str(path))),))

    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            mode = os.fstat(descriptor).st_mode
            if stat.S_ISDIR(mode):
                raise refuse("not-a-file", _DIRECTORY)
            if not stat.S_ISREG(mode):
                raise refuse("not-a-file", _NOT_REGULAR)
            with open(descriptor, "rb", closefd=False) as stream:
                data = stream.read(largest + 1)
        finally:
            os.close(descriptor)
    except FileNotFoundError:
        raise refuse("missing-file", _MISSING) from None
    except PermissionError:
        raise refuse("no-permission", _NO_PERMISSION) from None
    except (OSError, ValueError) as error:
        raise refuse("unreadable-file", _UNREADABLE, reason=why(error)) from None
    if len(data) > largest:
        raise refuse("too-large", _TOO_LARGE, most=largest)
    return data


def utf8(data: bytes, file: str) -> bytes:
    """Return a text's bytes without their byte order mark; raise :class:`MapError` when they are not UTF-8."""
    for bom, name in _BOMS:
        if data.startswith(bom):
            raise MapError(
                (
                    file_error(
                        "encoding",
                        say(
                            "The file is in {name}: save it in UTF-8",
                            "Le fichier est en {name} : enregistrez-le en UTF-8",
                            name=name,
                        ),
                        Span(file, 1, 1),
                    ),
                )
            )
    data = data.removeprefix(_UTF8_BOM)
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        begin = data.rfind(b"\n", 0, error.start) + 1
        column = len(data[begin : error.start].decode("utf-8", "replace")) + 1
        raise MapError(
            (
                file_error(
                    "encoding",
                    say(
                        "Byte 0x{byte} is not UTF-8 (it looks like “{letter}” in Latin-1): save the file in UTF-8",
                        "L’octet 0x{byte} n’est pas de l’UTF-8 (il ressemble à « {letter} » en Latin-1) : "
                        "enregistrez le fichier en UTF-8",
                        byte=f"{data[error.start]:02X}",
                        letter=data[error.start : error.start + 1].decode("cp1252", "replace"),
                    ),
                    Span(file, line, column),
                ),
            )
        ) from None
    return data


class Disk:
    """The files of the machine."""

    def folder(self, path: Path) -> list[Path] | None:
        """Return what lies in a directory, sorted; nothing where the path is none."""
        try:
            return sorted(path.iterdir()) if path.is_dir() else None
        except OSError:
            message = say(
                "You have no permission to list this directory", "Vous n’avez pas le droit de lister ce répertoire"
            )
            raise MapError((file_error("no-permission", message, Span(str(path))),)) from None

    def read(self, path: Path) -> bytes:
        """Return the content of a regular file."""
        return read_bytes(path)

    def beside(self, file: Path, name: str) -> Path:
        """Return the path of a file named by another."""
        return file.parent / name


DISK: Store = Disk()


@dataclass(frozen=True, slots=True)
class Edited:
    """The disk with other bytes in the place of some files, by the name that places show."""

    held: Mapping[str, bytes]

    def folder(self, path: Path) -> list[Path] | None:
        """Return what lies in a folder of the disk."""
        return DISK.folder(path)

    def read(self, path: Path) -> bytes:
        """Return the bytes that are held for a file, else those on disk."""
        held = self.held.get(str(path))
        return DISK.read(path) if held is None else held

    def beside(self, file: Path, name: str) -> Path:
        """Return the path of the file that another file names, relative to itself."""
        return DISK.beside(file, name)
