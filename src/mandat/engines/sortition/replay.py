"""Replay a public draw with nothing but Python: ``python3 replay.py NUMBER < lottery.json``.

Prints which panel the public number designates and the tickets on it, after checking that the file holds together:
as many panels as announced, every panel with its seats and quotas, every type with the stated probability.
This file imports nothing of Mandat: it is published beside lottery.json for whoever wants to check or rewrite it.
"""

import hashlib
import json
import sys
from typing import Any


def file_hash(lottery: dict[str, Any]) -> str:
    """SHA-256 of the file's canonical JSON, the one announced before the ceremony."""
    text = json.dumps(lottery, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def designated(number: str, panels: int) -> int:
    """A whole number under the number of panels is the panel; any other text goes through SHA-256."""
    text = number.strip()
    if text.isascii() and text.isdigit() and int(text) < panels:
        return int(text)
    return int.from_bytes(hashlib.sha256(text.encode()).digest(), "big") % panels


def faults(lottery: dict[str, Any]) -> list[str]:
    """What does not hold in the published file; empty when all is well."""
    found = []
    types = lottery["types"]
    drawn = [0] * len(types)
    for which, panels in enumerate(lottery["panels"]):
        everyone = [ticket for panel in panels for ticket in panel]
        if len(set(everyone)) != len(everyone):
            found.append(f"panel {which}: a ticket comes twice")
        for panel in panels:
            if len(panel) != lottery["seats"]:
                found.append(f"panel {which}: {len(panel)} seats instead of {lottery['seats']}")
            held: dict[tuple[str, str], int] = {}
            for ticket in panel:
                kind = int(ticket.partition(".")[0]) - 1
                drawn[kind] += 1
                for item in types[kind]["features"].items():
                    held[item] = held.get(item, 0) + 1
            for category, value, low, high in lottery["quotas"]:
                if not low <= held.get((category, value), 0) <= high:
                    found.append(f"panel {which}: quota {category} = {value} not met")
    for place, kind in enumerate(types):
        share = drawn[place] / (len(lottery["panels"]) * kind["people"])
        if abs(share - kind["in_this_lottery"]) > 1e-9:
            found.append(f"type {place + 1}: probability {share}, {kind['in_this_lottery']} announced")
    return found


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print("python3 replay.py NUMBER < lottery.json", file=sys.stderr)
        return 2
    lottery = json.load(sys.stdin)
    print("SHA-256", file_hash(lottery))
    wrong = faults(lottery)
    for fault in wrong:
        print("!", fault)
    which = designated(arguments[0], len(lottery["panels"]))
    print(f"number {arguments[0]!r} -> panel {which} of 0..{len(lottery['panels']) - 1}")
    for panel in lottery["panels"][which]:
        print(" ".join(panel))
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
