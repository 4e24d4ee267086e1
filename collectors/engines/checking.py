"""Finds the mistakes in a source file that only a CSS parser can find."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pydantic import BaseModel

from collectors import html
from config.sources import Follow, Page, Rows, Sign, Source, Value
from config.yaml_files import Step
from model.errors import ConfigurationError

_SELECTORS: dict[type[BaseModel], tuple[str, ...]] = {
    Sign: ("select", "without", "within"),
    Value: ("select", "chosen"),
    Rows: ("select", "images", "apart"),
    Page: ("scope", "images", "apart"),
    Follow: ("select",),
}


def check_selectors(source: Source) -> None:
    """ConfigurationError with file, line and key of every selector that is none."""
    nothing = html.parse(b"<p></p>").root
    wrong = []
    for way, selector in _selectors(source, ()):
        try:
            html.find(nothing, selector)
        except ConfigurationError as error:
            wrong.append(f"{source.place(*way)}: {error.message}")
    if wrong:
        raise ConfigurationError("\n".join(wrong))


def _selectors(part: object, way: tuple[Step, ...]) -> Iterator[tuple[tuple[Step, ...], str]]:
    """Every selector below a part of the file, with the way to it."""
    if isinstance(part, BaseModel):
        keys = _SELECTORS.get(type(part), ())
        for name, field in type(part).model_fields.items():
            value = getattr(part, name)
            key = field.alias or name
            if name in keys:
                yield from (((*way, key), each) for each in _listed(value))
            else:
                yield from _selectors(value, (*way, key))
    elif isinstance(part, dict):
        for name, value in part.items():
            yield from _selectors(value, (*way, str(name)))
    elif isinstance(part, tuple):
        for number, value in enumerate(part):
            yield from _selectors(value, (*way, number))


def _listed(value: object) -> Iterable[str]:
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)  # type: ignore[arg-type]
