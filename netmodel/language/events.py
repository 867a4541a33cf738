"""YAML text -> values and marks, in one pass over the events of the C parser.

``safe_load`` would lose marks, duplicate keys and texts (``on``, ``010``, ``12:30:45``); ``compose`` makes an object
of every scalar. Here every scalar stays a text and every mark is two machine words.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

import yaml

try:
    from yaml.cyaml import CParser as CParser  # type: ignore[attr-defined]
except ImportError:  # a PyYAML built without libyaml
    from yaml.parser import Parser
    from yaml.reader import Reader
    from yaml.scanner import Scanner

    class CParser(Reader, Scanner, Parser):  # type: ignore[no-redef]
        """The pure parser in the C parser's place: the same events, fifty times slower."""

        def __init__(self, data: bytes) -> None:
            Reader.__init__(self, data)
            Scanner.__init__(self)
            Parser.__init__(self)


from cloison.netmodel.finding import Finding, Message, Ref, Span, Text, Value, input_error
from cloison.netmodel.language.document import Raw
from cloison.netmodel.language.folds import PLACEHOLDER, Fold, Folding
from cloison.netmodel.language.marks import BITS, Folded, YamlPart
from cloison.netmodel.language.syntax import explain

DEEPEST = 32  # levels; the language needs nine
MOST_VALUES = 10_000_000  # in one file: twice a map of 100,000 lines
MOST_UNFOLDED = 100_000  # values that aliases may stand for, in one file


MOST_PROBLEMS = 1_000  # said of one file; the rest is counted

_TOO_LARGE = Text(
    "More than {most} values in one file: split the map into several files",
    "Plus de {most} valeurs dans un seul fichier : répartissez la carte en plusieurs fichiers",
)
_TOO_DEEP = Text("Nested more than {most} levels deep", "Imbrication de plus de {most} niveaux")
_UNKNOWN_ALIAS = Text(
    "The alias *{name} names no anchor written before it, or the one that holds it",
    "L’alias *{name} ne désigne aucune ancre écrite avant lui, ou celle qui le contient",
)
_UNFOLDED = Text(
    "Aliases unfold to more than {most} values: write a `repeat` instead",
    "Les alias se déplient en plus de {most} valeurs : écrivez plutôt un `repeat`",
)
_SECOND_DOCUMENT = Text(
    "A second document begins here: a map is one document a file",
    "Un second document commence ici : une carte est un seul document par fichier",
)
_TAG = Text(
    "The tag {tag} means nothing in a map: remove it",
    "L’étiquette YAML {tag} ne veut rien dire dans une carte : retirez-la",
)
_MERGE_KEY = Text(
    "The merge key << is not read: write the fields out, or a `repeat`",
    "La clé de fusion << n’est pas lue : écrivez les champs, ou un `repeat`",
)
_COMPLEX_KEY = Text("A key must be a plain text", "Une clé doit être un simple texte")
_TWICE = Text(
    "“{key}” is given twice here: first on line {line}",
    "« {key} » est donné deux fois ici : d’abord à la ligne {line}",
)
_MORE = Text(
    "{count} more errors in this file are not shown", "{count} autres erreurs de ce fichier ne sont pas montrées"
)


class _Stop(Exception):  # noqa: N818 - it only ends the reading
    """The rest of the file cannot be read."""


class _Problems:
    """The problems of one file, and the second keys whose first place is sought once the file is read."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.found: list[Finding] = []
        self.count = 0
        self.twins: dict[int, tuple[dict[str, Raw], dict[str, Span]]] = {}  # by the mark of the mapping

    def add(self, rule: str, text: Text, *places: Span, **values: Value) -> None:
        self.count += 1
        if len(self.found) < MOST_PROBLEMS:
            self.found.append(input_error(rule, Message(text, values), Ref("map", self.file), *places))

    def finish(self, part: YamlPart) -> list[Finding]:
        """Return every problem, with both places of each key that is given twice."""
        for node, (holder, twins) in self.twins.items():
            mark = node + 1
            for key in holder:
                if key in twins:
                    first = part.place(mark)
                    self.add("duplicate-key", _TWICE, twins[key], first, key=key, line=first.line)
                mark = part.after[mark + 1]
        if self.count > len(self.found):
            self.found.append(
                input_error(
                    "more-errors",
                    Message(_MORE, {"count": self.count - len(self.found)}),
                    Ref("map", self.file),
                    Span(self.file),
                )
            )
        return self.found


def read_yaml(data: bytes, file: str, words: dict[str, str]) -> tuple[YamlPart, list[Finding]]:
    """Return the values of a YAML text in UTF-8, and every reason why it is not a map's.

    ``words`` shares equal texts between files. Duplicate keys, tags, merge keys, keys that are no texts, several
    documents and anything too deep or too large are errors; what comes before a syntax error is still returned.
    """
    return _read_folded(data, file, words) or _read_plain(data, file, words)


def _read_folded(data: bytes, file: str, words: dict[str, str]) -> tuple[YamlPart, list[Finding]] | None:
    """Return what :func:`read_yaml` returns; nothing when the text has to be read without folds.

    That is where anything is wrong, whose finding then comes of the whole text, and where a fold was no entry: it
    stood in a quoted text, for instance.
    """
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n")  # one line end either way, and no column moves
    if PLACEHOLDER.encode() in data or b"\r" in data:
        return None
    part = YamlPart(file, folded=Folded(data, _entry))
    problems = _Problems(file)
    folding = Folding(data, CParser, words.setdefault)
    try:
        _read(folding, part, problems, words)
    except (yaml.YAMLError, _Stop):
        return None
    return None if problems.count or problems.twins or folding.folds else (part, [])


def _entry(data: bytes, file: str) -> YamlPart:
    return _read_plain(data, file, {})[0]


def _read_plain(data: bytes, file: str, words: dict[str, str]) -> tuple[YamlPart, list[Finding]]:
    part = YamlPart(file)
    problems = _Problems(file)
    try:
        _read(data, part, problems, words)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        message = explain(error)
        place = Span(file, mark.line + 1, mark.column + 1) if mark is not None else Span(file)
        problems.add("syntax", message.text, place, **message.values)
    except _Stop:
        pass
    return part, problems.finish(part)


_NOTHING = object()  # no key is waiting for its value


def _read(source: bytes | Folding, part: YamlPart, problems: _Problems, words: dict[str, str]) -> None:
    event_of: Callable[[], Any] = CParser(source).get_event
    folds = source.folds if isinstance(source, Folding) else None
    placeholder = PLACEHOLDER if folds is None else words.setdefault(PLACEHOLDER, PLACEHOLDER)
    hidden = 0  # marks of what was folded
    flow = False  # the container is written between brackets or braces
    starts, after = part.starts, part.after
    add_start, add_after, share = starts.append, after.append, words.setdefault
    scalar, alias = yaml.ScalarEvent, yaml.AliasEvent
    mapping, sequence = yaml.MappingStartEvent, yaml.SequenceStartEvent
    mapping_end, sequence_end = yaml.MappingEndEvent, yaml.SequenceEndEvent
    anchors: dict[str, tuple[Raw, int]] = {}
    unfolded = before = 0  # values that aliases stand for, and how many there were when the container began
    stack: list[tuple[Any, ...]] = []
    holder: Any = None  # the container being filled
    in_mapping = False
    key: Any = _NOTHING
    node = -1  # the container's mark
    anchor: str | None = None
    forget = -1  # the mark of a second key of the same name: it and its value are forgotten once read
    done = False

    def here(event: Any) -> Span:
        return Span(part.file, event.start_mark.line + 1, event.start_mark.column + 1)

    while True:
        event = event_of()
        kind = type(event)
        if kind is scalar:
            mark = event.start_mark
            value: Any = event.value
            value = share(value, value)
            add_start(mark.line << BITS | mark.column)
            add_after(len(starts))
            if event.tag is not None:
                problems.add("tag", _TAG, here(event), tag=event.tag)
            if event.anchor is not None:
                anchors[event.anchor] = (value, 1)
            if in_mapping:
                if key is _NOTHING:
                    if value in holder:
                        problems.twins.setdefault(node, (holder, {}))[1].setdefault(value, here(event))
                        forget = len(starts) - 1
                    elif value == "<<" and event.implicit[0]:
                        problems.add("merge-key", _MERGE_KEY, here(event))
                    key = value
                    if len(starts) > MOST_VALUES:
                        problems.add("too-large", _TOO_LARGE, here(event), most=MOST_VALUES)
                        raise _Stop
                    continue
                if forget < 0 and value:  # by far the most values: a text under a new key
                    if value is placeholder and folds is not None:
                        hidden += _unfold(folds, event, len(stack), flow, part, holder, key)
                        if hidden + len(starts) > MOST_VALUES:
                            raise _Stop
                        key = _NOTHING
                        continue
                    holder[key] = value
                    key = _NOTHING
                    continue
            if not value and event.implicit[0]:
                value = None
        elif kind is mapping or kind is sequence:
            at = len(starts)
            if event.tag is not None:
                problems.add("tag", _TAG, here(event), tag=event.tag)
            if len(stack) >= DEEPEST:
                problems.add("too-deep", _TOO_DEEP, here(event), most=DEEPEST)
                raise _Stop
            if in_mapping and key is _NOTHING:
                problems.add("syntax", _COMPLEX_KEY, here(event))
                raise _Stop
            mark = event.start_mark
            add_start(mark.line << BITS | mark.column)
            add_after(0)
            stack.append((holder, key, node, anchor, forget, before, flow))
            holder, key, node, anchor, forget = {} if kind is mapping else [], _NOTHING, at, event.anchor, -1
            in_mapping, before, flow = kind is mapping, unfolded, event.flow_style
            if len(stack) == 1:
                part.values = holder
            continue
        elif kind is mapping_end or kind is sequence_end:
            value, at, name = holder, node, anchor
            size = len(starts) - at
            after[at] = at + size
            if name is not None:
                anchors[name] = (value, size + unfolded - before)
            holder, key, node, anchor, forget, before, flow = stack.pop()
            in_mapping = type(holder) is dict
        elif kind is alias:
            if folds is not None:
                raise _Stop  # what it stands for is counted with every value that it holds
            if in_mapping and key is _NOTHING:
                problems.add("syntax", _COMPLEX_KEY, here(event))
                raise _Stop
            if event.anchor not in anchors:
                problems.add("alias", _UNKNOWN_ALIAS, here(event), name=event.anchor)
                if in_mapping:  # its key goes with it
                    _forget(part, problems, len(starts) - 1)
                    key, forget = _NOTHING, -1
                continue
            value, size = anchors[event.anchor]
            unfolded += size
            if unfolded > MOST_UNFOLDED:
                problems.add("alias", _UNFOLDED, here(event), most=MOST_UNFOLDED)
                raise _Stop
            at = len(starts)
            part.aliases.add(at)
            mark = event.start_mark
            add_start(mark.line << BITS | mark.column)
            add_after(at + 1)
        elif kind is yaml.StreamEndEvent:
            break
        else:
            if kind is yaml.DocumentStartEvent and done:
                problems.add("several-documents", _SECOND_DOCUMENT, here(event))
                raise _Stop
            continue
        # a value is complete
        if in_mapping:
            if forget >= 0:
                _forget(part, problems, forget)
                forget = -1
            else:
                holder[key] = value
            key = _NOTHING
        elif stack:
            holder.append(value)
            if len(starts) > MOST_VALUES:
                problems.add("too-large", _TOO_LARGE, here(event), most=MOST_VALUES)
                raise _Stop
        else:
            part.values = value
            done = True


def _unfold(
    folds: deque[list[Fold]], event: Any, depth: int, flow: bool, part: YamlPart, holder: dict[str, Raw], key: str
) -> int:
    """Put the entries that a placeholder stands for into their mapping, the first under ``key``, and add their marks.

    Returns how many marks their values would have beside their own.
    """
    starts, after, folded = part.starts, part.after, part.folded
    mark = len(starts) - 1
    if folded is None or not folds or event.style != '"' or folds[0][0].placeholder != starts[mark]:
        raise _Stop
    run = folds.popleft()
    if flow and (len(run) > 1 or not run[0].form.flow):
        raise _Stop
    first, hidden = run[0], 0
    starts[mark] = first.start
    folded.add(mark, first.begin, first.end)
    holder[key] = first.value
    for fold in run:
        form = fold.form
        if depth + form.depth > DEEPEST:
            raise _Stop
        hidden += form.size - 1
        if fold is first:
            continue
        if fold.key in holder:
            raise _Stop
        mark += 2
        starts.append(fold.at)
        after.append(mark)
        starts.append(fold.start)
        after.append(mark + 1)
        folded.add(mark, fold.begin, fold.end)
        holder[fold.key] = fold.value
    return hidden


def _forget(part: YamlPart, problems: _Problems, mark: int) -> None:
    del part.starts[mark:], part.after[mark:]
    if part.aliases:
        part.aliases = {alias for alias in part.aliases if alias < mark}
    if len(problems.twins) > 1:
        problems.twins = {node: twins for node, twins in problems.twins.items() if node < mark}
