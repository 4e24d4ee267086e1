"""The program as a person runs it: commands, output, exit codes, on a workspace on disk."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

SPOOR = Path(sys.executable).with_name("spoor")
LISTINGS = [
    {
        "platform": "bazaar",
        "listing_id": "1",
        "seller": "Old Tusker",
        "title": "Elephant ivory tusk, 2 kg",
        "text": "Raw elephant tusk. Contact me on wickr: greyriver77 or tusks@example.org",
        "price": "1.000,- EUR",
        "ships_from": "Germany",
        "posted_at": "2026-01-02T00:00:00Z",
    },
    {
        "platform": "forum",
        "listing_id": "9",
        "seller": "tusker_old",
        "title": "Ivory tusks",
        "text": "Elephant tusk. Contact: tusks@example.org or write me on wickr: greyriver77",
        "price": "900 EUR",
    },
    {
        "platform": "bazaar",
        "listing_id": "2",
        "seller": "Bookworm",
        "title": "Used books",
        "text": "Three novels, contact bookworm@example.net",
        "price": "5 EUR",
    },
]


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str

    def rows(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.out.splitlines()]


class Program:
    """Runs ``spoor`` in a workspace, as a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, *words: str, stdin: str = "", code: int = 0) -> Ran:
        environment = {**os.environ, "SPOOR_WORKSPACE": str(self.folder)}
        done = subprocess.run(
            [SPOOR, *words],
            input=stdin,
            capture_output=True,
            text=True,
            env=environment,
            check=False,
        )
        assert "Traceback" not in done.stderr, done.stderr
        assert done.returncode == code, done.stdout + done.stderr
        return Ran(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """A workspace with three adverts of three accounts, everything brought up to date."""
    folder = tmp_path_factory.mktemp("cli")
    program = Program(folder / "workspace")
    program("init", str(program.folder))
    table = folder / "adverts.jsonl"
    table.write_text("".join(json.dumps(row) + "\n" for row in LISTINGS), encoding="utf-8")
    program("import", str(table), "--source", "handed-in")
    program("run", "--no-collect")
    return program


def test_the_same_import_again_adds_nothing(filled: Program, tmp_path: Path) -> None:
    again = tmp_path / "other-name.jsonl"
    again.write_bytes((filled.folder.parent / "adverts.jsonl").read_bytes())
    row = filled("import", str(again), "--source", "handed-in", "--json").rows()[0]
    assert (row["captures"], row["known"], row["documents"]) == (0, 1, 0)


def test_nothing_new_is_nothing_done(filled: Program) -> None:
    steps = filled("run", "--no-collect", "--json").rows()
    assert [step["step"] for step in steps] == ["enrich", "resolve", "networks", "load"]
    assert not any(step["changed"] for step in steps)


def test_bad_rows_are_named_and_the_rest_goes_in(tmp_path: Path) -> None:
    program = Program(tmp_path / "workspace")
    program("init", str(program.folder))
    table = tmp_path / "table.jsonl"
    table.write_text(json.dumps(LISTINGS[0]) + '\n{"platform": "x"}\nnonsense\n', encoding="utf-8")
    ran = program("import", str(table), "--source", "s", "--json", code=1)
    assert ran.rows()[0]["documents"] == 1
    assert "row 2" in ran.err
    assert "row 3" in ran.err
    said = program("sources", "issues", "s", "--json").rows()
    assert [one["where"] for one in said] == ["row 2", "row 3"]


def test_export_accounts_as_the_contract_has_it(filled: Program, tmp_path: Path) -> None:
    out = tmp_path / "accounts.jsonl"
    filled("export", "accounts", "--format", "jsonl", "--out", str(out))
    rows = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert set(rows[0]) == {
        *("platform", "handle", "account", "actor", "network", "role"),
        *("first_seen", "last_seen", "listings"),
    }
    actors = {row["handle"]: row["actor"] for row in rows}
    assert actors["Old Tusker"] == actors["tusker_old"] != actors["Bookworm"]
    assert (tmp_path / "accounts.jsonl.meta.json").is_file()


def test_a_judgement_outranks_the_program_and_survives(tmp_path: Path) -> None:
    program = Program(tmp_path / "workspace")
    program("init", str(program.folder))
    table = tmp_path / "adverts.jsonl"
    table.write_text("".join(json.dumps(row) + "\n" for row in LISTINGS), encoding="utf-8")
    program("import", str(table), "--source", "handed-in")
    assert program("run", "--no-collect", "--json").rows()[1]["actors"] == 2
    words = ("judge", "bazaar:old tusker", "forum:tusker_old", "different", "--why", "two people")
    program(*words)
    for _ in range(2):
        step = program("run", "--no-collect", "--json").rows()[1]
        assert step["actors"] == 3
    program("judge", "bazaar:nobody", "forum:tusker_old", "same", "--why", "x", code=2)


def test_questions_are_answered_with_evidence(filled: Program) -> None:
    rows = filled("ask", "who-uses", "tusks@example.org", "--json").rows()
    assert {row["handle"] for row in rows} == {"Old Tusker", "tusker_old"}
    assert all(row["statements"] for row in rows)
    listed = filled("ask", "--json").rows()
    assert len(listed) >= 10
    filled("ask", "who-uses", code=2)
    filled("ask", "no-such-question", code=2)


def test_search_finds_listings(filled: Program) -> None:
    rows = filled("search", "tusk", "--json").rows()
    assert {row["name"] for row in rows if row["found"] == "listing"} == {
        "Elephant ivory tusk, 2 kg",
        "Ivory tusks",
    }


def test_cypher_reads_and_refuses_to_write(filled: Program) -> None:
    ran = filled("cypher", "MATCH (a:Account) RETURN count(a) AS n", "--json")
    assert ran.rows() == [{"n": 3}]
    filled("cypher", "MATCH (a) DETACH DELETE a", code=2)


@pytest.mark.parametrize("suffix", ["svg", "png", "pdf"])
def test_chart_of_a_seller(filled: Program, tmp_path: Path, suffix: str) -> None:
    out = tmp_path / f"chart.{suffix}"
    filled("chart", "bazaar:old tusker", "--out", str(out))
    assert out.stat().st_size > 1000


def test_chart_of_nothing_says_so(filled: Program, tmp_path: Path) -> None:
    ran = filled("chart", "network-nope", "--out", str(tmp_path / "x.svg"), code=2)
    assert "network-nope" in ran.err


def test_verify_is_silent_on_sound_and_loud_on_altered_evidence(tmp_path: Path) -> None:
    program = Program(tmp_path / "workspace")
    program("init", str(program.folder))
    table = tmp_path / "adverts.jsonl"
    table.write_text(json.dumps(LISTINGS[0]) + "\n", encoding="utf-8")
    program("import", str(table), "--source", "s")
    program("vault", "verify")
    warc = next(program.folder.glob("vault/**/*.warc.gz"))
    content = bytearray(warc.read_bytes())
    content[-20] ^= 0xFF
    warc.write_bytes(bytes(content))
    found = program("vault", "verify", "--json", code=3).rows()
    assert warc.name in str(found[0]["place"])


def test_a_capture_is_shown_and_handed_out(filled: Program, tmp_path: Path) -> None:
    log = filled("vault", "custody", "--json").rows()
    assert any(entry["action"] == "imported" for entry in log)
    rows = filled("ask", "captures-of", "bazaar:old tusker", "--json").rows()
    sha256 = str(rows[0]["capture"])
    raw = filled("vault", "show", sha256, "--raw").out
    assert raw == (filled.folder.parent / "adverts.jsonl").read_text("utf-8")
    filled("vault", "export", sha256, "--out", str(tmp_path / "one.warc.gz"))
    assert (tmp_path / "one.warc.gz").stat().st_size > 100
    filled("vault", "show", "0" * 64, code=2)
    by_number = filled("vault", "show", "1", "--json").rows()
    assert by_number[0]["seq"] == 1
    filled("vault", "show", "99", code=2)


def test_made_up_material_is_refused_among_real(filled: Program, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("<html><!-- spoor-rehearsal-world --><p>x</p></html>", encoding="utf-8")
    ran = filled("import", str(page), "--source", "s", code=3)
    assert "made-up" in ran.err


def test_mandates_are_added_listed_and_ended(tmp_path: Path) -> None:
    program = Program(tmp_path / "workspace")
    program("init", str(program.folder))
    words = ("--authority", "Judge", "--purpose", "survey", "--source", "*")
    mandate = program("mandate", "add", *words, "--until", "2099-01-01").out.strip()
    assert program("mandate", "list", "--json").rows()[0]["id"] == mandate
    program("mandate", "end", mandate, "--why", "done")
    assert program("mandate", "list", "--json").rows()[0]["ended_at"]
    program("mandate", "add", *words, "--until", "2001-01-01", code=2)


def test_collecting_without_a_mandate_is_refused(tmp_path: Path) -> None:
    program = Program(tmp_path / "workspace")
    program("init", str(program.folder))
    (program.folder / "sources" / "shop.yml").write_text(
        "name: shop\nroute: clear\nstart: [http://127.0.0.1:9/]\nallow_private: true\n",
        encoding="utf-8",
    )
    program("collect", "shop", code=3)
    assert program("collect", "shop", "--dry-run", code=3).out
    actions = [entry["action"] for entry in program("vault", "custody", "--json").rows()]
    assert "refused" in actions


def test_doctor_names_what_is_wrong(tmp_path: Path) -> None:
    program = Program(tmp_path / "workspace")
    program("init", str(program.folder))
    assert not [r for r in program("doctor", "--json").rows() if r["state"] == "problem"]
    (program.folder / "sources" / "bad.yml").write_text("name: bad\nstrat: []\n", encoding="utf-8")
    ran = program("doctor", "--json", code=1)
    problem = next(row for row in ran.rows() if row["state"] == "problem")
    assert "bad.yml:2" in str(problem["says"])
    assert "start" in str(problem["says"])


def test_doctor_and_sources_say_why_the_last_visit_failed(tmp_path: Path) -> None:
    program = Program(tmp_path / "workspace")
    program("init", str(program.folder))
    (program.folder / "sources" / "shop.yml").write_text(
        "name: shop\nroute: clear\nstart: [http://127.0.0.1:9/]\nallow_private: true\n"
        "pace: {delay_seconds: 0}\n",
        encoding="utf-8",
    )
    words = ("--authority", "Judge", "--purpose", "survey", "--source", "shop")
    program("mandate", "add", *words, "--until", "2099-01-01")
    assert program("collect", "shop", "--json", code=1).rows()[0]["reason"] == "port-closed"
    told = [r for r in program("doctor", "--json").rows() if r["name"] == "collecting"]
    listed = [r for r in program("sources", "list", "--json").rows() if r["source"] == "shop"]
    for sentence, remedy in (
        (told[0]["says"], told[0]["remedy"]),
        (listed[0]["why"], listed[0]["remedy"]),
    ):
        assert "nothing listens at this port" in str(sentence)
        assert remedy


def test_sources_are_listed_shown_and_checked(filled: Program, shared_data: Path) -> None:
    names = [row["source"] for row in filled("sources", "list", "--json").rows()]
    assert {"dream", "empire", "handed-in"} <= set(names)
    assert filled("sources", "show", "dream", "--json").rows()
    filled("sources", "check")
    page = shared_data / "darknet/html/dream/listings/listing_0.html"
    rows = filled("sources", "check", "dream", "--page", str(page), "--json").rows()
    assert {"what": "seller", "says": "PHARMORA"}.items() <= {
        k: v for row in rows if row["what"] == "seller" for k, v in row.items()
    }.items()


def test_no_workspace_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    ran = Program(tmp_path / "nowhere")("doctor", code=2)
    assert "spoor init" in ran.err


def test_read_and_extract_need_no_workspace(shared_data: Path, tmp_path: Path) -> None:
    program = Program(tmp_path / "nowhere")
    page = shared_data / "darknet/html/dream/listings/listing_0.html"
    read = program("read", str(page), "--source", "dream")
    assert read.rows()[0]["seller"] == "PHARMORA"
    extracted = program("extract", stdin=read.out).rows()
    assert any(one["kind"] == "price" for one in extracted[0]["observations"])  # type: ignore[attr-defined]
    ran = program("extract", stdin='{"id": "a", "text": "ivory tusk"}\nnonsense\n', code=1)
    assert len(ran.rows()) == 2


def test_a_log_of_a_browser_is_not_printed_as_a_page(tmp_path: Path) -> None:
    log = tmp_path / "saved.har"
    log.write_text(
        '{"log": {"version": "1.2", "creator": {"name": "b"}, "entries": [{"x": "s3cret"}]}}'
    )
    read = Program(tmp_path / "nowhere")("read", str(log), code=2)
    assert "s3cret" not in read.out
    assert "har, not a page" in read.err
    assert "spoor import" in read.err


def test_schedule_shows_pauses_and_resumes(tmp_path: Path) -> None:
    program = Program(tmp_path / "workspace")
    program("init", str(program.folder))
    (program.folder / "sources" / "shop.yml").write_text(
        "name: shop\nroute: clear\nstart: [https://shop.invalid/]\nschedule: '0 4 * * *'\n",
        encoding="utf-8",
    )
    row = program("schedule", "status", "--json").rows()[0]
    assert row["next"]
    assert not row["paused"]
    program("schedule", "pause", "shop")
    assert program("schedule", "status", "--json").rows()[0]["paused"]
    program("schedule", "resume")
    assert not program("schedule", "status", "--json").rows()[0]["paused"]
    program("schedule", "pause", "nosuch", code=2)
