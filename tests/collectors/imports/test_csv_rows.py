"""CSV from strangers: row numbers, broken quotes, wrong counts, and what is never lost silently."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.imports.csv_rows import MAX_FIELD, csv_rows, read_heading
from collectors.imports.rows import Row


def rows(text: str, encoding: str = "utf-8") -> list[Row]:
    payload = text.encode(encoding)
    return list(csv_rows(payload, encoding, read_heading(payload, encoding)))


def taken(text: str) -> dict[str, list[object]]:
    return {row.locator: list(row.values.values()) for row in rows(text) if row.values}


def said(text: str) -> list[str]:
    return [issue.message for row in rows(text) for issue in row.issues]


def test_rows_are_numbered_as_a_spreadsheet_shows_them() -> None:
    assert taken('a,b\n1,"two\nlines"\n\n3,4\n') == {
        "row 2": ["1", "two\nlines"],
        "row 4": ["3", "4"],
    }


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_and_line_endings(delimiter: str, newline: str) -> None:
    text = newline.join(delimiter.join(cells) for cells in (["a", "b", "c"], ["1", "x y", "3"]))
    assert taken(text + newline) == {"row 2": ["1", "x y", "3"]}


def test_a_byte_order_mark_is_no_part_of_the_first_heading() -> None:
    payload = b"\xef\xbb\xbfplatform,url\nx,y\n"
    assert read_heading(payload, "utf-8-sig").columns == ("platform", "url")


def test_wrong_numbers_of_fields_are_told_and_the_rest_goes_in() -> None:
    text = "a,b,c\n1,2,3\n1,2\n1,2,3,4\n1,2,3,,\n7,8,9\n"
    assert taken(text) == {
        "row 2": ["1", "2", "3"],
        "row 5": ["1", "2", "3"],
        "row 6": ["7", "8", "9"],
    }
    assert said(text) == [
        "row 3 left out: 2 fields under 3 headings (line 3)",
        "row 4 left out: 4 fields under 3 headings (line 4)",
    ]


def test_empty_rows_are_told_and_blank_lines_count() -> None:
    assert said("a,b\n,\n\n1,2\n") == ["row 2 left out: empty (line 2)"]
    assert list(taken("a,b\n,\n\n1,2\n")) == ["row 4"]


def test_an_unbalanced_quote_costs_its_row_and_no_other() -> None:
    text = 'a,b,c\n1,"open,3\n4,5,6\n7,"eight",9\n10,11,12\n'
    assert taken(text) == {
        "row 3": ["4", "5", "6"],
        "row 4": ["7", "eight", "9"],
        "row 5": ["10", "11", "12"],
    }
    assert [issue.severity for row in rows(text) for issue in row.issues] == ["error"]


def test_what_follows_a_broken_row_is_not_believed_until_it_is_whole() -> None:
    text = 'title,seller\n"He said "hi" to\nall", eve\n"fine",bob\n'
    assert taken(text) == {"row 4": ["fine", "bob"]}
    assert len(said(text)) == 2


def test_a_stray_quote_on_one_line_is_read_and_told() -> None:
    text = 'title,price\n"A "real" tusk",5\n'
    assert taken(text) == {"row 2": ['A real" tusk"', "5"]}
    assert "quotes do not balance" in said(text)[0]


def test_an_endless_field_is_told_and_the_next_row_read() -> None:
    text = 'a,b\n1,"' + "x" * (MAX_FIELD + 10) + '"\n3,4\n'
    assert taken(text) == {"row 3": ["3", "4"]}
    assert len(said(text)) == 1


def test_an_endless_line_is_told_and_the_next_row_read() -> None:
    text = "a,b\n1," + "x" * (9 << 20) + "\n3,4\n"
    assert taken(text) == {"row 3": ["3", "4"]}
    assert len(said(text)) == 1


def test_many_broken_quotes_cost_no_more_than_a_few_passes() -> None:
    text = "a,b\n" + '1,"x\n' * 100_000 + "3,4\n"
    read = rows(text)
    assert read[-1].values == {"a": "3", "b": "4"}
    assert len(read) == 100_001


def test_double_and_missing_headings_keep_their_columns_apart() -> None:
    heading = read_heading(b"a,a,,b\n1,2,3,4\n", "utf-8")
    assert heading.columns == ("a", "a (column 2)", "column 3", "b")
    assert "stands twice" in heading.issues[0].message


def test_nul_bytes_are_ordinary_characters_here() -> None:
    assert taken("a,b\n1,x\x00y\n") == {"row 2": ["1", "x\x00y"]}


@given(
    st.lists(
        st.lists(
            st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\x00")),
            min_size=3,
            max_size=3,
        ).filter(lambda cells: any(cell.strip() for cell in cells)),
        max_size=8,
    )
)
def test_what_a_csv_writer_wrote_is_read_back(table: list[list[str]]) -> None:
    target = io.StringIO()
    writer = csv.writer(target, quoting=csv.QUOTE_ALL)
    writer.writerow(["a", "b", "c"])
    writer.writerows(table)
    read = rows(target.getvalue())
    assert [list(row.values.values()) for row in read] == table
    assert not any(row.issues for row in read)
