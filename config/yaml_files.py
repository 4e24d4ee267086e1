"""YAML as data files need it: safe, with line numbers, no duplicate keys, no surprises.

Only ``true`` and ``false`` are truth values (``NO`` is Norway), and nothing turns into a date.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from model.canonical import Json
from model.errors import ConfigurationError

MAX_FILE_BYTES = 1_000_000
MAX_NODES = 100_000
MAX_DEPTH = 40

Step = str | int
"""One step of the way to a value: a key or the number of a list item."""


@dataclass(frozen=True, slots=True)
class YamlFile:
    """The content of one file and the line (from 1) on which each key or item stands."""

    path: Path
    content: Json
    lines: Mapping[tuple[Step, ...], int]

    def line(self, way: tuple[Step, ...]) -> int:
        """The line of ``way``, or of its nearest ancestor that stands in the file."""
        while way and way not in self.lines:
            way = way[:-1]
        return self.lines.get(way, 1)

    def place(self, way: tuple[Step, ...]) -> str:
        """``file:line: key`` for an error message."""
        key = ".".join(str(step) for step in way)
        return f"{self.path}:{self.line(way)}: {key or '(top level)'}"


class _Loader(yaml.SafeLoader):
    """Safe loading with the truth values and numbers of YAML 1.2 and no timestamps."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in pairs if tag.endswith((":null", ":merge"))]
    for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
for _tag, _pattern, _first in (
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("int", r"^[-+]?(?:0|[1-9][0-9]*)$", "-+0123456789"),
    ("float", r"^[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?$", "-+.0123456789"),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), list(_first))


def read_yaml(path: Path) -> YamlFile:
    """Read one file; ConfigurationError names file and line of what is wrong."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{path}: {error.strerror or error}") from error
    if len(raw) > MAX_FILE_BYTES:
        raise ConfigurationError(f"{path}: larger than {MAX_FILE_BYTES:,} bytes")
    try:
        loader = _Loader(raw.decode("utf-8-sig"))
        root = loader.get_single_node()
        lines = {} if root is None else _lines(path, root)
        content = None if root is None else loader.construct_document(root)
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{path}: not UTF-8 at byte {error.start}") from error
    except yaml.MarkedYAMLError as error:
        line = f":{error.problem_mark.line + 1}" if error.problem_mark else ""
        raise ConfigurationError(f"{path}{line}: {error.problem or error.context}") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ConfigurationError(f"{path}: not readable as YAML: {error}") from error
    return YamlFile(path, content, lines)


def _lines(path: Path, root: yaml.Node) -> dict[tuple[Step, ...], int]:
    """Lines by way; refuses duplicate keys, and aliases that would blow the file up."""
    lines: dict[tuple[Step, ...], int] = {}
    waiting: list[tuple[tuple[Step, ...], yaml.Node]] = [((), root)]
    while waiting:
        way, node = waiting.pop()
        if len(lines) > MAX_NODES or len(way) > MAX_DEPTH:
            raise ConfigurationError(
                f"{path}: more than {MAX_NODES:,} values, or nested deeper than {MAX_DEPTH}"
            )
        lines.setdefault(way, node.start_mark.line + 1)
        if isinstance(node, yaml.SequenceNode):
            waiting += [((*way, number), item) for number, item in enumerate(node.value)]
        elif isinstance(node, yaml.MappingNode):
            seen: set[str] = set()
            for key, item in node.value:
                if not isinstance(key, yaml.ScalarNode):
                    continue
                if key.value in seen:
                    line = key.start_mark.line + 1
                    raise ConfigurationError(f"{path}:{line}: {key.value}: given twice")
                seen.add(key.value)
                lines[*way, key.value] = key.start_mark.line + 1
                waiting.append(((*way, key.value), item))
    return lines
