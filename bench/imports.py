"""How fast large exports of chats are imported, and in how much memory.

    python bench/imports.py [--megabytes 100] [--messages 50000] [--json]

A WhatsApp text and a Telegram Desktop export are made up, and each is imported by `spoor import`
in a process of its own: sealed, read and stored. The peer reads the same file at once into a list
of dictionaries, by one regular expression or by `json.load`, and stores nothing. The memory is the
most the whole process had (resident); the vault is checked to hold every message once.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
WORDS = [
    "price",
    "tusk",
    "scale",
    "pangolin",
    "photo",
    "send",
    "today",
    "brother",
    "kilo",
    "agent",
    "ship",
    "port",
    "ok",
    "wait",
]
NAMES = ("Ali", "+84 90 123 45 67", "Bà Lan", "Chinedu", "~\u202fMoses")
MOST = 300
"""Megabytes of memory an import may take."""

PEERS = {
    "whatsapp": """
import re, sys
head = re.compile(r"(\\d\\d/\\d\\d/\\d{4}, \\d\\d:\\d\\d) - ([^:]*): (.*)")
found = []
for line in open(sys.argv[1], encoding="utf-8").read().split("\\n"):
    if m := head.match(line):
        found.append({"at": m[1], "by": m[2], "text": m[3]})
    elif found:
        found[-1]["text"] += "\\n" + line
print(len(found))
""",
    "telegram": """
import json, sys
print(len(json.load(open(sys.argv[1], encoding="utf-8"))["messages"]))
""",
}


class Measured(NamedTuple):
    """One run: messages found, seconds, and megabytes of resident memory at most."""

    messages: int
    seconds: float
    megabytes: float


def whatsapp_text(path: Path, size: int) -> int:
    """Write a chat of about ``size`` bytes; how many messages it has."""
    dice, moment, written, number = random.Random(1), datetime(2021, 1, 1, 8, tzinfo=UTC), 0, 0
    with path.open("w", encoding="utf-8", newline="") as file:
        while written < size:
            moment += timedelta(seconds=dice.randint(5, 200))
            text = " ".join(dice.choices(WORDS, k=dice.randint(3, 22)))
            more = "\n" + " ".join(dice.choices(WORDS, k=8)) if dice.random() < 0.1 else ""
            line = f"{moment:%d/%m/%Y, %H:%M} - {dice.choice(NAMES)}: {text}{more}\n"
            written, number = written + len(line.encode()), number + 1
            file.write(line)
    return number


def telegram_export(path: Path, number: int) -> int:
    """Write a ``result.json`` as Telegram Desktop does, of ``number`` messages."""
    dice, moment = random.Random(2), datetime(2023, 1, 1, tzinfo=UTC)
    messages = []
    for place in range(1, number + 1):
        moment += timedelta(seconds=dice.randint(5, 200))
        text = " ".join(dice.choices(WORDS, k=dice.randint(3, 22)))
        messages.append(
            {
                "id": place,
                "type": "message",
                "date": f"{moment:%Y-%m-%dT%H:%M:%S}",
                "date_unixtime": str(int(moment.timestamp())),
                "from": dice.choice(NAMES),
                "from_id": f"user{dice.randint(1000, 1050)}",
                "text": text,
                "text_entities": [{"type": "plain", "text": text}],
            }
        )
    whole = {"name": "Traders", "type": "private_supergroup", "id": 9, "messages": messages}
    path.write_text(json.dumps(whole, ensure_ascii=False, indent=1), "utf-8")
    return number


def measured(command: list[str]) -> tuple[str, float, float]:
    """What a command prints, its seconds, and the most memory it had in megabytes."""
    with tempfile.TemporaryFile() as output:
        start = time.perf_counter()
        child = subprocess.Popen(command, stdout=output, stderr=subprocess.DEVNULL, cwd=ROOT)
        _, status, used = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        printed = output.read().decode()
    if child.returncode:
        raise SystemExit(f"{' '.join(command[:6])} … ended with {child.returncode}")
    return printed, seconds, used.ru_maxrss / 1024


def imported(folder: Path, file: Path) -> Measured:
    """One import by the program, into a new workspace."""
    spoor = [sys.executable, "-c", "from app.cli import main; main()"]
    workspace = folder / f"workspace-{file.stem}"
    measured([*spoor, "init", str(workspace)])
    told = ["--saved-by", "bench", "--saved-at", "2026-11-01", "--saved-how", "made up"]
    options = ["--source", "bench", "--timezone", "UTC", "--workspace", str(workspace), "--json"]
    printed, seconds, most = measured([*spoor, "import", str(file), *options, *told])
    return Measured(int(json.loads(printed)["documents"]), seconds, most)


def compare(kind: str, folder: Path, file: Path, wanted: int) -> dict[str, object]:
    """Import and peer on the same file; the import also has the chat itself as a document."""
    ours = imported(folder, file)
    printed, seconds, most = measured([sys.executable, "-c", PEERS[kind], str(file)])
    peer = Measured(int(printed), seconds, most)
    if peer.messages != wanted or not wanted <= ours.messages <= wanted + 100:
        raise SystemExit(
            f"{kind}: {wanted} written, {ours.messages} imported, {peer.messages} read"
        )
    size = file.stat().st_size / 1e6
    return {
        "kind": kind,
        "megabytes": round(size, 1),
        "messages": wanted,
        "documents": ours.messages,
        "import_seconds": round(ours.seconds, 1),
        "messages_a_second": round(wanted / ours.seconds),
        "megabytes_a_second": round(size / ours.seconds, 2),
        "memory_mb": round(ours.megabytes),
        "peer_seconds": round(peer.seconds, 2),
        "peer_memory_mb": round(peer.megabytes),
        "memory_to_peer": round(ours.megabytes / peer.megabytes, 2),
        "is_flat": ours.megabytes <= MOST,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--megabytes", type=int, default=100)
    parser.add_argument("--messages", type=int, default=50_000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        chat = folder / "WhatsApp Chat with Traders.txt"
        wanted = whatsapp_text(chat, options.megabytes * 1_000_000)
        rows.append(compare("whatsapp", folder, chat, wanted))
        export = folder / "result.json"
        wanted = telegram_export(export, options.messages)
        rows.append(compare("telegram", folder, export, wanted))
    for row in rows:
        print(json.dumps(row) if options.json else "\n".join(f"{k}: {v}" for k, v in row.items()))
    if not all(row["is_flat"] for row in rows):
        raise SystemExit(f"an import took more than {MOST} MB")


if __name__ == "__main__":
    main()
