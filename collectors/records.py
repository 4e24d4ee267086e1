"""What a reader makes of one page: its kind, its records, and what it could not read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from model.canonical import Json, short_digest
from model.evidence import Capture, Document, Image, Issue

CONTENT = frozenset(
    {
        *("listing", "profile", "group", "feedback", "thread", "post", "comment", "message"),
        *("page", "results"),
    }
)
NOT_CONTENT = frozenset({"login", "captcha", "queue", "error", "empty"})


@dataclass(frozen=True, slots=True)
class PageRecord:
    """One record on a page: a listing, profile, group, thread, post, comment or message, feedback,
    or the page itself.

    ``fields`` holds text fields of the public record format by name. A price that an adapter
    reads is a number as text (``50.96``) with its ``currency``, the words are in
    ``extra["price_as_written"]``; the generic reader leaves prices as written. ``locator`` is
    the place on the page (``listing 3``), empty for the record that the page is about.

    Records of networks tell in ``extra``, where it is known: ``address`` (of the interface, at
    which this record alone is asked for again), ``reply_to`` and ``thread`` (native ids of the
    record answered and of the one the thread began with), ``group`` (native id of the channel,
    group, room or section), ``edited_at``, ``forwarded_from`` ({name, id, url}), ``reactions``
    ({name: number}), ``views``, ``mentions`` (handles), ``members`` of a group
    ([{handle, id, role}]), and of a profile ``also`` (handles elsewhere), ``created_at``,
    ``followers``.
    """

    kind: str
    native_id: str
    locator: str
    fields: Mapping[str, str]
    images: tuple[Image, ...] = ()
    links: tuple[str, ...] = ()
    extra: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PageReading:
    """One page as read.

    ``kind`` is a kind of record, ``results`` for a page of rows, or one of NOT_CONTENT, which
    has no records. ``asides`` are records about somebody on the side, such as the seller whose
    terms stand on a listing's page: documents too, but no rows of this page. ``adapter`` is the
    name of the source whose layout was used, or ``generic``. ``pages`` is how many result pages
    there are, where told. ``follow`` are absolute addresses the source says to go on to. ``hosts``
    are all hosts named on the page, its own menus and mirrors included, as written; they belong
    to the page, not to a record. ``extra`` holds what concerns the page as a whole. ``removed`` is
    the notice that the site shows in place of a listing that is gone. ``session`` tells whether the
    source's signs of a session that is valid hold; None where it names none.
    """

    kind: str
    adapter: str
    url: str
    platform: str
    records: tuple[PageRecord, ...] = ()
    asides: tuple[PageRecord, ...] = ()
    issues: tuple[Issue, ...] = ()
    pages: int | None = None
    follow: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    title: str = ""
    encoding: str = ""
    extra: Mapping[str, Json] = field(default_factory=dict)
    removed: str = ""
    session: bool | None = None

    @property
    def is_content(self) -> bool:
        return self.kind not in NOT_CONTENT


def native_id(kind: str, given: str, fields: Mapping[str, str]) -> str:
    """The platform's own id, else what stands for it: the handle, the address, a digest.

    Feedback and posts without an id have none; their place on the page tells them apart.
    """
    if given:
        return given
    if kind == "profile":
        return fields.get("seller", "")
    if url := fields.get("url"):
        return url
    return _stand_in(fields) if kind == "listing" and fields.get("title") else ""


def in_thread(post: PageRecord, thread: PageRecord) -> PageRecord:
    """The post with the id of its thread in ``extra["thread"]``, unless it names one itself."""
    if post.kind != "post" or not thread.native_id:
        return post
    return replace(post, extra={"thread": thread.native_id, **post.extra})


def _stand_in(fields: Mapping[str, str]) -> str:
    """What tells listings apart that show neither id nor address: who offers what."""
    return short_digest([fields.get("seller", ""), fields.get("title", "")])


def documents(reading: PageReading, capture: Capture) -> Iterator[Document]:
    """The reading as documents of ``capture``; none for a page that is no content."""
    for record in (*reading.records, *reading.asides):
        yield Document(
            capture_sha256=capture.sha256,
            source=capture.source,
            kind=record.kind,
            platform=reading.platform or capture.source,
            native_id=record.native_id,
            locator=record.locator,
            seen_at=capture.captured_at,
            fields=record.fields,
            images=record.images,
            links=record.links,
            extra=record.extra,
        )


def page_rows(reading: PageReading) -> Iterator[dict[str, Json]]:
    """The reading as `spoor read` prints it: one row a record, one for a page without any."""
    issues = [
        {"severity": issue.severity, "message": issue.message, "locator": issue.locator}
        for issue in reading.issues
    ]
    kind = "empty" if reading.kind == "results" else reading.kind
    records = reading.records or (PageRecord(kind, "", "", {}),)
    for number, record in enumerate(records):
        here = issues if number == 0 else _issues_at(issues, record.locator)
        yield _row(reading, record, here, first=number == 0)


def _issues_at(issues: list[dict[str, str]], locator: str) -> list[dict[str, str]]:
    return [issue for issue in issues if locator and issue["locator"] == locator]


def _row(
    reading: PageReading, record: PageRecord, issues: list[dict[str, str]], *, first: bool
) -> dict[str, Json]:
    """One row: what the contract names first, then the fields, then what else was read."""
    row: dict[str, Json] = {
        "kind": record.kind,
        "adapter": reading.adapter,
        "url": record.fields.get("url") or reading.url,
        "issues": issues,
    }
    if reading.platform:
        row["platform"] = reading.platform
    if record.kind == "profile" and record.fields.get("seller"):
        row["handle"] = record.fields["seller"]
    told = record.native_id not in ("", record.fields.get("url"), _stand_in(record.fields))
    if record.kind == "listing" and told:
        row["listing_id"] = record.native_id
    row |= {name: value for name, value in record.fields.items() if value and name != "url"}
    if record.images:
        row["images"] = [image.url for image in record.images]
    if record.links:
        row["links"] = list(record.links)
    if reading.pages is not None:
        row["pages"] = reading.pages
    if extra := {**record.extra, **(reading.extra if first else {})}:
        row["extra"] = extra
    if first and reading.removed:
        row["removed"] = reading.removed
    if first and reading.hosts:
        row["hosts"] = list(reading.hosts)
    return row
