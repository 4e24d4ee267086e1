"""One page read with a source, field by field, and held against what it must read as."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from collectors import feeds, html
from collectors.checks import taken
from collectors.checks.findings import Finding
from collectors.checks.leftovers import leftovers, strings
from collectors.reading import PageReading, PageRecord, read_page
from config.saved_pages import Expected, SavedPage
from config.sources import Source
from model.canonical import Json
from model.errors import ConfigurationError, Skip


@dataclass(slots=True)
class Checked:
    """A page as read, the layouts that fit it, and everything the check found."""

    reading: PageReading | None = None
    layouts: tuple[str, ...] = ()
    findings: list[Finding] = field(default_factory=list)

    @property
    def problems(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.state == "problem"]


def check_saved_page(source: Source, page: SavedPage) -> Checked:
    """A saved page of the source; ConfigurationError where it can not be opened."""
    try:
        payload = page.path.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{page.path}: {error.strerror}") from error
    return check_page(source, page.path.name, payload, expected=page.expected)


def check_page(
    source: Source,
    name: str,
    payload: bytes,
    *,
    url: str = "",
    content_type: str = "",
    expected: Expected | None = None,
) -> Checked:
    """Read one page; ``name`` is what findings call it, ``expected`` what it must read as."""
    checked = Checked()
    url = url or (expected.url if expected is not None else "")
    try:
        _check(checked, source, name, payload, url=url, content_type=content_type)
    except (Skip, ConfigurationError) as error:
        checked.findings.append(Finding("problem", name, "page", error.message))
        return checked
    if checked.reading is not None:
        right = 0 if expected is None else expected.issues
        checked.findings += _issues(name, checked.reading, right)
    if expected is not None:
        checked.findings += _differences(name, checked, expected)
    return checked


def _check(
    checked: Checked, source: Source, name: str, payload: bytes, *, url: str, content_type: str
) -> None:
    """Read the page and tell what was read; Skip or ConfigurationError where that is not to be."""
    tree = None if feeds.is_feed(payload) else html.parse(payload, content_type)
    reading = read_page(payload, source=source, url=url, content_type=content_type)
    checked.reading = reading
    if tree is not None:
        checked.layouts = taken.layouts(source, tree, url)
    checked.findings += _summary(source, name, checked)
    checked.findings += _fields(source, name, checked)
    if tree is not None and reading.is_content:
        checked.findings += _leftovers(source, name, checked, tree)


def _summary(source: Source, name: str, checked: Checked) -> Iterator[Finding]:
    reading = checked.reading
    if reading is None:
        return
    by = next(iter(checked.layouts), "") or reading.adapter
    says = f"{reading.kind}, {len(reading.records)} records"
    if reading.asides:
        says += f", {len(reading.asides)} on the side"
    if reading.pages is not None:
        says += f", {reading.pages} pages"
    says += f", leads to {len(reading.follow)} addresses"
    yield Finding("ok", name, "page", says, by)
    for other in checked.layouts[1:]:
        says = f"the signs of '{other}' hold too; '{checked.layouts[0]}' comes first"
        yield Finding("note", name, "when", says, source.place("pages", other, "when"))


def _fields(source: Source, name: str, checked: Checked) -> Iterator[Finding]:
    """Every value of every record with the selector it was read by."""
    reading = checked.reading
    if reading is None:
        return
    layout = source.pages.get(next(iter(checked.layouts), ""))
    for record in (*reading.records, *reading.asides):
        by = {} if layout is None else taken.selectors(layout, record.locator, record.kind)
        where = f"{name} {record.locator or record.kind}"
        for key, value in values(record).items():
            if value not in (None, "", []):
                yield Finding(
                    "read", where, key, value, by.get(key, "" if layout else reading.adapter)
                )
        if record.images:
            addresses: list[Json] = [image.url for image in record.images]
            yield Finding("read", where, "images", addresses)


def values(record: PageRecord) -> Mapping[str, Json]:
    """What a record holds by name: its id, its fields, then what is extra."""
    return {"id": record.native_id, **record.fields, **record.extra}


def _leftovers(source: Source, name: str, checked: Checked, tree: html.Tree) -> Iterator[Finding]:
    reading = checked.reading
    if reading is None:
        return
    read = [text for each in (*reading.records, *reading.asides) for text in _strings(each)]
    layout = source.pages.get(next(iter(checked.layouts), ""))
    if layout is not None:
        read += taken.texts(layout, tree)
    left = leftovers(tree, read)
    for pair in left.pairs:
        yield Finding("leftover", name, "labelled", pair)
    for text in left.texts:
        yield Finding("leftover", name, "text", text)
    told = len(left.pairs) + len(left.texts)
    if left.total > told:
        yield Finding("leftover", name, "more", f"{left.total - told} more, smaller")


def _strings(record: PageRecord) -> Iterator[str]:
    for value in values(record).values():
        yield from strings(value)


def _issues(name: str, reading: PageReading, right: int) -> Iterator[Finding]:
    """What could not be read as the file says; so many warnings as are right are only notes."""
    bad = [issue for issue in reading.issues if issue.severity in ("error", "warning")]
    for issue in reading.issues:
        where = " ".join(filter(None, (name, issue.locator)))
        wrong = issue in bad and len(bad) != right
        yield Finding("problem" if wrong else "note", where, issue.severity, issue.message)
    if right and not bad:
        yield Finding("problem", name, "issues", f"none, but {right} are expected")


def _differences(name: str, checked: Checked, expected: Expected) -> Iterator[Finding]:
    """Where the page does not read as it must."""
    reading = checked.reading
    if reading is None:
        return
    told: dict[str, tuple[Json, Json]] = {"kind": (reading.kind, expected.kind)}
    if expected.layout is not None:
        told["layout"] = (next(iter(checked.layouts), None), expected.layout)
    if expected.records is not None:
        told["records"] = (len(reading.records), expected.records)
    if expected.removed is not None:
        told["removed"] = (reading.removed, expected.removed)
    for place, wanted, number in (("first", expected.first, 0), ("last", expected.last, -1)):
        found = values(reading.records[number]) if reading.records else {}
        told |= {f"{place} {key}": (found.get(key), value) for key, value in wanted.items()}
    for what, (read, right) in told.items():
        if read != right:
            yield Finding("problem", name, what, f"read {_short(read)}, not {_short(right)}")
    for address in expected.follow:
        if address not in reading.follow:
            yield Finding("problem", name, "follow", f"does not lead to {address}")


def _short(value: Json) -> str:
    text = repr(value)
    return text if len(text) <= 120 else f"{text[:117]}…"
