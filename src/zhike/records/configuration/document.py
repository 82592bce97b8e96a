"""The file: YAML, read so that every place knows its line, written so that two of the same say the same."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml
from django.utils.translation import gettext as _
from django.utils.translation import override

from zhike.base.sentences import shortened
from zhike.records.configuration import shapes
from zhike.records.configuration.faults import Fault, Place, UnableToApply
from zhike.records.configuration.parts import Items, Part, Path

VERSION = 1
HEAD = "zhike_configuration"
LARGEST = 2_000_000
"""Bytes; the configuration of a large company takes a tenth of that."""
OPENING = """\
# Zhike 知客: how a company has shaped its workspace, in names, without records.
# ./zhike config apply shows what it would change in another workspace, and asks, before it changes anything.
# What stands here is made or changed there; what stands only there is left alone.
# 知客账套的配置，只含名称，不含业务数据。用 ./zhike config apply 应用到另一账套，先显示差异，确认后才写入；
# 文件中有的会新增或修改，只在对方账套中有的保持不动。
"""
SHOWN = 120
"""Characters of a value in a sentence."""
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
_FLOAT = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:e[-+]?[0-9]+)?")
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}


@dataclass
class Document:
    """What a file says, and where."""

    tree: dict[str, Any]
    lines: Mapping[Place, int] = field(default_factory=dict)

    def line_of(self, place: Place) -> int:
        """The line of a place, or of the nearest that stands in the file."""
        for length in range(len(place), -1, -1):
            if place[:length] in self.lines:
                return self.lines[place[:length]]
        return 0

    def placed(self, fault: Fault) -> Fault:
        return Fault(fault.place, fault.sentence, fault.line or self.line_of(fault.place))


# Reading


def read(content: bytes) -> Document:
    """Raises `UnableToApply` for what is no YAML, or YAML that says more than names, lists and values."""
    if len(content) > LARGEST:
        raise UnableToApply([Fault((), _("This file is too large for a configuration."))])
    try:
        root = yaml.compose(content.decode("utf-8-sig"), Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))
        reader = _Reader()
        tree = reader.value(root, ()) if root is not None else None
    except UnicodeDecodeError:
        raise UnableToApply([Fault((), _("This file is not written in UTF-8."))]) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        why = str(getattr(error, "problem", "") or getattr(error, "reason", "") or error)
        told = _("This cannot be read as YAML: %(why)s.") % {"why": why}
        raise UnableToApply([Fault((), told, mark.line + 1 if mark else 0)]) from None
    except RecursionError:
        raise UnableToApply([Fault((), _("This file is nested too deeply."))]) from None
    if reader.faults:
        raise UnableToApply(reader.faults)
    if not isinstance(tree, dict) or HEAD not in tree:
        raise UnableToApply(
            [Fault((), _("This is no configuration of Zhike: “%(head)s” is missing.") % {"head": HEAD})]
        )
    found = Document(tree, reader.lines)
    if tree[HEAD] != VERSION:
        told = _("This file is of version %(version)s; this product reads version %(known)s.")
        wrong = Fault((HEAD,), told % {"version": tree[HEAD], "known": VERSION})
        raise UnableToApply([found.placed(wrong)])
    return found


class _Reader:
    """Turns YAML into what JSON could hold; only `true`, `false`, `null` and figures are no texts."""

    def __init__(self) -> None:
        self.lines: dict[Place, int] = {}
        self.faults: list[Fault] = []
        self._seen: set[int] = set()

    def value(self, node: yaml.Node, place: Place) -> Any:
        line = node.start_mark.line + 1
        self.lines.setdefault(place, line)
        if id(node) in self._seen or not _is_plain(node.tag):
            self.faults.append(Fault(place, _("Anchors and tags are not read here."), self.lines[place]))
            return None
        self._seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, place)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(each, (*place, number)) for number, each in enumerate(node.value)]
        return self._scalar(node, place, line)

    def _mapping(self, node: yaml.MappingNode, place: Place) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                self.faults.append(Fault(place, _("A name is a text."), line))
                continue
            key = str(key_node.value)
            if key in found:
                self.faults.append(Fault((*place, key), _("“%(label)s” stands here twice.") % {"label": key}, line))
            self.lines[*place, key] = line
            found[key] = self.value(value_node, (*place, key))
        return found

    def _scalar(self, node: Any, place: Place, line: int) -> Any:
        text = str(node.value)
        if node.style:  # quoted, or a block
            return text
        if text in _WORDS:
            return _WORDS[text]
        if _INTEGER.fullmatch(text):
            return int(text)
        if _FLOAT.fullmatch(text) and "." in text:
            number = float(text)
            if not math.isfinite(number):
                self.faults.append(Fault(place, _("This number is too large."), line))
            return number
        return text


def _is_plain(tag: str | None) -> bool:
    return tag in (None, "", "tag:yaml.org,2002:str", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq")


def items_of(document: Document, parts: Iterable[Part]) -> dict[str, dict[Path, Any]]:
    """What the file says of each part it names, by names. Raises `UnableToApply` with everything that is unknown or of
    another shape."""
    known = {part.name: part for part in parts}
    faults: list[Fault] = []
    found: dict[str, dict[Path, Any]] = {}
    for name, tree in document.tree.items():
        if name in known:
            faults += shapes.check(shape_of(known[name]), tree, (name,))
            found[name] = _items(known[name], tree) if not faults else {}
            faults += [Fault((name, *each.place), each.sentence) for each in known[name].check(found[name])]
        elif name != HEAD:
            faults.append(Fault((name,), shapes.unknown(name, {**known, HEAD: None})))
    if faults:
        raise UnableToApply(document.placed(each) for each in faults)
    return found


def _items(part: Part, tree: Any) -> dict[Path, Any]:
    nothing: Any = {} if isinstance(part.shape, Mapping) else None
    return {path: part.heard(nothing if said is None else said) for path, said in _flat(tree, part.depth)}


def shape_of(part: Part) -> Any:
    shape = part.shape
    for _level in range(part.depth):
        shape = shapes.Each(shape)
    return shape


def _flat(tree: Any, depth: int, path: Path = ()) -> Iterable[tuple[Path, Any]]:
    if depth == 0:
        yield path, tree
        return
    for name, inner in (tree or {}).items():
        yield from _flat(inner, depth - 1, (*path, name))


# Writing


def write(parts: Iterable[tuple[Part, Items]]) -> str:
    """The text of a file; a part without items is left out."""
    blocks = [OPENING, f"{HEAD}: {VERSION}\n"]
    for part, items in parts:
        if items:
            blocks.append(f"# {_both_languages(part)}\n{_dumped({part.name: _nested(items)})}")
    return "\n".join(blocks)


def _both_languages(part: Part) -> str:
    """The same whoever exports."""
    found = []
    for language in ("zh-hans", "en"):
        with override(language):
            found.append(str(part.label))
    return " · ".join(dict.fromkeys(found))


def _nested(items: Items) -> Any:
    if () in items:
        return items[()]
    root: dict[str, Any] = {}
    for path, said in items.items():
        here = root
        for name in path[:-1]:
            here = here.setdefault(name, {})
        here[path[-1]] = said
    return root


class _Writer(yaml.SafeDumper):
    """Lists stand under their names, and nothing refers back to what was written before."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        return super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _dumped(tree: Any) -> str:
    text: str = yaml.dump(
        tree, Dumper=_Writer, allow_unicode=True, sort_keys=False, width=110, default_flow_style=False
    )
    return text


def stamp(parts: Iterable[tuple[Part, Items]]) -> str:
    """Two configurations that differ have different stamps."""
    return hashlib.sha256(write(parts).encode()).hexdigest()[:16]


def shown(value: Any) -> str:
    """A value in a line, for a sentence."""
    if value is None:
        return "–"
    if isinstance(value, str):
        return shortened(value, SHOWN)
    if isinstance(value, list) and value and all(isinstance(each, dict) for each in value):
        return shortened(_(", ").join(_called(each) for each in value), SHOWN)
    if isinstance(value, list) and value and all(isinstance(each, str) for each in value):
        return shortened(_(", ").join(value), SHOWN)
    return shortened(json.dumps(value, ensure_ascii=False), SHOWN)


def _called(each: dict[str, Any]) -> str:
    name = each.get("label") or each.get("name")
    return str(name) if name else json.dumps(each, ensure_ascii=False)
