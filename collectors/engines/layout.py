"""Reads a page by its source file: which kind it is, its own record, its rows, its issues."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Sequence, Set
from dataclasses import dataclass, field

from collectors import html
from collectors.engines import places, values
from collectors.engines.values import Money
from collectors.html import Node, Tree
from collectors.page_facts import page_facts
from collectors.records import PageReading, PageRecord, in_thread, native_id
from config.sources import NOT_CONTENT, Page, Rows, Source, Value
from model.canonical import Json
from model.evidence import Issue


@dataclass(slots=True)
class _Run:
    """One page being read: its source and address, where we are, and the issues so far.

    ``apart`` are the nodes that are not the record's own words, ``others`` all those an object is
    read from, of which one may stand inside another, such as a quote inside a quote.
    """

    source: Source
    url: str
    locator: str = ""
    apart: Set[int] = html.NOTHING
    others: Set[int] = html.NOTHING
    issues: list[Issue] = field(default_factory=list)

    def report(self, severity: str, key: str, message: str) -> None:
        self.issues.append(Issue(severity, f"{key}: {message}", self.locator, key))


def recognises(source: Source, tree: Tree, url: str) -> bool:
    """Whether the page is certainly one of this site."""
    return any(places.holds(sign, tree, url) for sign in source.recognise)


def in_session(source: Source, tree: Tree, url: str) -> bool | None:
    """Whether the source's signs of a valid session hold; None where it names none."""
    if not source.session:
        return None
    return any(places.holds(sign, tree, url) for sign in source.session)


def read(source: Source, tree: Tree, url: str) -> PageReading | None:
    """The page by the source's layouts; None where none of them fits."""
    for kind in NOT_CONTENT:
        if any(places.holds(sign, tree, url) for sign in source.signs.get(kind, ())):
            return _reading(source, tree, url, kind)
    for page in source.pages.values():
        if any(places.holds(sign, tree, url) for sign in page.when):
            return _read_page(source, page, tree, url)
    return None


def _reading(source: Source, tree: Tree, url: str, kind: str) -> PageReading:
    """A reading without records: what is known of the page before its content is read."""
    return PageReading(
        kind=kind,
        adapter=source.name,
        url=url,
        platform=source.filed_under,
        issues=tree.issues,
        hosts=html.hosts(tree.source),
        title=tree.title,
        encoding=tree.encoding,
        extra=page_facts(tree, url),
    )


def _read_page(source: Source, page: Page, tree: Tree, url: str) -> PageReading:
    run = _Run(source, url)
    scope = tree.body if page.scope is None else html.first(tree.root, page.scope)
    if scope is None:
        scope = tree.body
        run.report("warning", "scope", f"nothing matches {page.scope}; the layout has changed")
    own: tuple[PageRecord, ...] = ()
    if page.kind != "results":
        own = (_record(run, page, page.record or page.kind, tree.root, scope),)
    rows: list[PageRecord] = []
    asides: list[PageRecord] = []
    counted: Counter[str] = Counter()
    for each in page.rows:
        found = _rows(run, each, tree.root, own[0] if own else None, counted)
        (asides if each.aside else rows).extend(found)
    if page.kind == "thread":
        rows = [in_thread(row, own[0]) for row in rows]
    if page.record is not None and page.record != page.kind:
        own, asides = (), [*own, *asides]
    pages = None if page.pages is None else _value(run, tree.root, page.pages, "pages")
    return dataclasses.replace(
        _reading(source, tree, url, page.kind),
        records=(*own, *rows),
        asides=tuple(asides),
        issues=(*tree.issues, *run.issues),
        pages=pages if isinstance(pages, int) else None,
    )


def _rows(
    run: _Run, rows: Rows, root: Node, own: PageRecord | None, counted: Counter[str]
) -> list[PageRecord]:
    """One record a match, each with its own place; too few of them are reported.

    ``counted`` numbers rows of one kind through, also where several parts of the file find them.
    """
    found = places.select(root, rows.select)
    if len(found) < rows.at_least:
        message = f"{len(found)} found, at least {rows.at_least} expected; has the layout changed?"
        run.report("warning", f"rows of kind {rows.kind}", message)
    records = []
    for node in found:
        counted[rows.kind] += 1
        run.locator = f"{rows.kind} {counted[rows.kind]}"
        record = _record(run, rows, rows.kind, node, node)
        if own is not None and rows.inherit:
            record = _inheriting(record, own, rows.inherit)
        records.append(record)
    run.locator = ""
    return records


def _inheriting(record: PageRecord, own: PageRecord, names: Sequence[str]) -> PageRecord:
    """The record with fields of the page's own record that it does not have itself."""
    taken = {name: own.fields[name] for name in names if name in own.fields}
    return dataclasses.replace(record, fields={**taken, **record.fields})


def _record(run: _Run, layout: Page | Rows, kind: str, root: Node, scope: Node) -> PageRecord:
    """One record: fields as text, the rest typed, pictures and links of its own region."""
    fields: dict[str, str] = {}
    extra: dict[str, Json] = {}
    run.apart = html.apart(root, layout.apart) if layout.apart else html.NOTHING
    for name, value in layout.fields.items():
        _put(fields, extra, name, _value(run, root, value, name))
    for name, value in layout.extra.items():
        read_value = values.plain(_value(run, root, value, name))
        if read_value is not None:
            extra[name] = read_value
    given = None if layout.id is None else _value(run, root, layout.id, "id")
    if url := fields.get("url") or ("" if run.locator else run.url):
        fields["url"] = html.absolute(run.url, url)
    if seller_url := fields.get("seller_url"):
        fields["seller_url"] = html.absolute(run.url, seller_url)
    images = () if layout.images is None else places.select(root, layout.images)
    return PageRecord(
        kind=kind,
        native_id=native_id(kind, values.as_text(given), fields),
        locator=run.locator,
        fields=fields,
        images=html.images(tuple(html.outside(images, root, run.apart)), run.url),
        links=html.links(scope, run.url, run.apart),
        extra=extra,
    )


def _put(fields: dict[str, str], extra: dict[str, Json], name: str, value: Json | Money) -> None:
    """A value into the text fields; money also tells its currency and keeps its words."""
    text = values.as_text(value)
    if not text:
        return
    fields[name] = text
    if isinstance(value, Money):
        extra[f"{name}_as_written"] = value.written
        if value.currency:
            fields["currency"] = value.currency


def _value(run: _Run, node: Node, value: Value, key: str) -> Json | Money:
    """One value; None, with an issue unless it is optional, where it is not there exactly once."""
    if value.as_ == "count":
        return len(places.places(node, value))
    found = places.places(node, value)
    if run.others:
        found = tuple(html.outside(found, node, run.others, themselves=True))
    if value.many:
        return _many(run, found, value, key)
    if len(found) > 1 and len({html.line(each) for each in found}) > 1:
        run.report("warning", key, f"{len(found)} places, not one; left out")
        return None
    read_value = _one(run, found[0], value, key) if found else None
    if read_value is None:
        if value.default is not None:
            return value.default
        if not found and not value.optional:
            run.report("warning", key, "not on the page")
    return read_value


def _many(run: _Run, found: Sequence[Node], value: Value, key: str) -> Json:
    """The values of all places, as a list or, where the file says so, joined to one text."""
    above = run.others
    if value.fields is not None:
        run.others = {node.mem_id for node in found}
    items = [item for node in found if (item := _one(run, node, value, key)) is not None]
    run.others = above
    if not items and not found and not value.optional:
        run.report("warning", key, "not on the page")
    if value.join is None:
        return [values.plain(item) for item in items]
    return value.join.join(values.as_text(item) for item in items) or None


def _one(run: _Run, node: Node, value: Value, key: str) -> Json | Money:
    """The value of one place; None with an issue where the text is no such value."""
    if value.fields is not None:
        inner = {name: _value(run, node, part, name) for name, part in value.fields.items()}
        return {name: values.plain(part) for name, part in inner.items()}
    if value.value is not None:
        return value.value
    text = places.taken(places.text_of(node, value, run.apart), value.pattern)
    if text is None or text == "":
        if text is None and not value.optional and value.default is None:
            run.report("warning", key, "the text is not as the pattern expects")
        return None
    if not isinstance(text, str):
        return {name: _converted(run, part, value, key) for name, part in text.items()}
    return _converted(run, text, value, key)


def _converted(run: _Run, text: str | None, value: Value, key: str) -> Json | Money:
    if text is None:
        return None
    if value.values is not None:
        if text not in value.values:
            run.report("warning", key, f"unknown value {text[:60]!r}")
            return None
        return value.values[text]
    if value.as_ == "url":
        return html.absolute(run.url, text)
    try:
        return values.convert(text, value, run.source)
    except (ValueError, OverflowError) as error:
        run.report("warning", key, f"{text[:60]!r} is no {value.as_}: {error}")
        return None
