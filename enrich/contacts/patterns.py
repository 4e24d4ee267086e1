"""RE2 patterns, the only kind run over whole texts: their time grows no faster than the text."""

from __future__ import annotations

import re
from collections.abc import Sequence

import re2

Pattern = re.Pattern[str]
"""What :func:`compiled` gives: RE2 behind the methods of the standard library's patterns."""

Match = re.Match[str]

_MEMORY = 64 << 20


def compiled(pattern: str) -> Pattern:
    """An RE2 pattern with memory enough to stay in its fast automaton; quiet on standard error."""
    options = re2.Options()
    options.max_mem = _MEMORY
    options.log_errors = False
    result: Pattern = re2.compile(pattern, options)
    return result


def span_of(match: Match, group: str) -> tuple[int, int]:
    """The span of a named group; RE2 itself takes only numbers here."""
    number: int = match.re.groupindex[group]
    return match.span(number)


def either(patterns: Sequence[str]) -> str:
    """RE2 of any of ``patterns``, whose ``\\w`` means letters of every script, not only Latin."""
    return "|".join(patterns).replace(r"\w", r"[\p{L}\p{M}\p{N}_]")


def any_word(patterns: Sequence[str]) -> Pattern:
    """Any of ``patterns`` as whole words where Latin or Cyrillic letters stand around."""
    joined = either(patterns)
    edge = r"[^\p{Latin}\p{Cyrillic}]"
    return compiled(rf"(?i)(?:^|{edge})(?:{joined})(?:$|{edge})")


def last_word(patterns: Sequence[str]) -> Pattern:
    """Any of ``patterns`` as the last words of a text, up to four small words before its end."""
    joined = either(patterns)
    small = "me|us|at|on|is|via|my|our|number|no|nr|or|und|oder|unter|au|al|le|el|en|the|now"
    gap = r"[^\p{L}\p{N}]*"
    start = r"(?:^|[^\p{Latin}\p{Cyrillic}])"
    return compiled(rf"(?i){start}(?:{joined}){gap}(?:(?:{small})\b{gap}){{0,4}}$")
