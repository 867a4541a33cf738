"""Why the operating system refused a file, in both languages: its own words follow a locale that may be missing."""

from __future__ import annotations

import errno

from cloison.netmodel.finding import Text

_WHY = {
    errno.ENOENT: Text("no such file or folder", "aucun fichier ni dossier de ce nom"),
    errno.EACCES: Text("permission denied", "permission refusée"),
    errno.EPERM: Text("operation not permitted", "opération non permise"),
    errno.EISDIR: Text("it is a folder", "c’est un dossier"),
    errno.ENOTDIR: Text("a part of the path is no folder", "une partie du chemin n’est pas un dossier"),
    errno.EROFS: Text("the file system is read-only", "le système de fichiers est en lecture seule"),
    errno.ENOSPC: Text("no space left", "plus d’espace libre"),
    errno.ENAMETOOLONG: Text("the name is too long", "le nom est trop long"),
    errno.ELOOP: Text("too many links lead to one another", "trop de liens mènent les uns aux autres"),
    errno.EIO: Text("input or output error", "erreur d’entrée-sortie"),
    errno.EMFILE: Text("too many open files", "trop de fichiers ouverts"),
}


def why(error: OSError | ValueError) -> Text:
    """Return the reason of an error of the system (or of a path that is none); its own words for a rare one."""
    known = _WHY.get(getattr(error, "errno", None) or 0)
    own = getattr(error, "strerror", None) or str(error)
    return known or Text(own, own)
