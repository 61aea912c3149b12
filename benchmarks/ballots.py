"""A vote under load: real pages, real sessions, then roll and box compared.

    tools/test-postgres python -m benchmarks.ballots [--rate 100] [--seconds 60] [--workers 2]

Server processes on loopback receive ``--rate`` ballots a second for ``--seconds`` (the promise is ten minutes: ``--seconds 600``), each from a
voter with an account who has checked a ballot and presses the button: arrivals follow the clock whatever the server does, and a wait counts
from the moment the button was to be pressed. One in twenty presses twice, one in fifty sends a second, other ballot. Then the box is opened:
none lost, none double, box and roll equal, every receipt in the list, the count that of what was sent.
On PostgreSQL where ``MANDAT_TEST_DATABASE_URL`` names one, else on SQLite. The first step (filling, checking) is timed apart: ``--checks`` of them.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.applications import ROOT, TOKEN, database, free_port, run, settings_of, wait

LONGEST = 900
RECEIPT = re.compile(rb'class="receipt-code">([^<]+)<')

SETUP = """
import sys, json, secrets, datetime as dt
import django
django.setup()
from decimal import Decimal
from pathlib import Path
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils import timezone
from mandat.apps.accounts.models import User
from mandat.apps.ballots import tokens
from mandat.apps.ballots.choices import Option
from mandat.apps.ballots.models import Nullifier, Voter
from mandat.apps.ballots.schema import BallotRules
from mandat.apps.ballots.services import polls, rolls
from mandat.apps.programme.services import programme_load
from mandat.definitions.folder import read_texts
from mandat.kernel.text import Text
from tests.programmes_folder import texts

count, out = int(sys.argv[1]), Path(sys.argv[2])
programme_load(folder=read_texts(texts()))
roll = rolls.roll_open(process="charge", title=Text("Charge", "Load"))
now = timezone.now()
rules = BallotRules.model_validate({"type": "knapsack", "counting": {"rule": "equal-shares"}, "channels": ["account"]})
options = [Option(f"projet-{n}", Text(f"Projet {n}", f"Project {n}"), cost=Decimal(10_000 * (1 + n % 7))) for n in range(30)]
poll = polls.poll_open(actor=None, roll=roll, code="vote", title=Text("Vote", "Vote"), question=None, rules=rules, options=options,
    opens_at=now - dt.timedelta(hours=1), closes_at=now + dt.timedelta(days=2), budget=Decimal(300_000), synthetic=True)
backend = "django.contrib.auth.backends.ModelBackend"
users = []
for start in range(0, count, 1000):
    made = []
    for n in range(start, min(start + 1000, count)):
        user = User(email=f"votant{n}@example.org", name="")
        user.password = "!"
        made.append(user)
    users += User.objects.bulk_create(made)
found, sessions = [], []
store = SessionStore()
for start in range(0, count, 1000):
    voters, names = [], []
    for user in users[start:start + 1000]:
        voter = Voter(roll=roll, channel="account", enrolled_on=now.date())
        voters.append(voter)
        names.append(Nullifier(roll=roll, value=rolls.nullifier(roll=roll, identity=f"account:{user.pk}"), voter=voter))
    Voter.objects.bulk_create(voters)
    Nullifier.objects.bulk_create(names)
    rows = []
    for user, voter in zip(users[start:start + 1000], voters):
        key = secrets.token_hex(16)
        data = {SESSION_KEY: str(user.pk), BACKEND_SESSION_KEY: backend, HASH_SESSION_KEY: user.get_session_auth_hash()}
        rows.append(Session(session_key=key, session_data=store.encode(data), expire_date=now + dt.timedelta(days=3)))
        pair = [tokens.made(poll=poll, holder=f"user:{user.pk}", voter=voter.pk, channel="account") for _ in range(2)]
        found.append((key, *pair))
    Session.objects.bulk_create(rows)
out.write_text(json.dumps({"reference": poll.reference, "forms": found}))
"""

CHECK = """
import sys, json, datetime as dt
import django
django.setup()
from collections import Counter
from django.utils import timezone
from mandat.apps.ballots import bundle, receipts, results
from mandat.apps.ballots.models import Ballot, Boxed, Mark, Poll
from mandat.apps.ballots.services import closing
poll = Poll.objects.select_related("roll").get()
box, marks, turnout = Boxed.objects.count(), Mark.objects.count(), closing.voters_so_far(poll)
voters = Mark.objects.values("voter").distinct().count()
Poll.objects.update(closes_at=timezone.now() - dt.timedelta(seconds=1))
poll.refresh_from_db()
import time
began = time.perf_counter()
result = closing.poll_close(actor=None, poll=poll)
took = time.perf_counter() - began
given = json.loads(open(sys.argv[1]).read())
listed = dict((receipts.receipt(pk), content) for pk, content in Ballot.objects.order_by("pk").values_list("pk", "content"))
missing = sum(receipt not in listed for receipt, _o in given)
false = sum(receipt in listed and json.loads(listed[receipt])["approved"] != sorted(options) for receipt, options in given)
again = bundle.recounted(results.file_lines(poll), root=result.root)
print(json.dumps({"box": box, "marks": marks, "voters": voters, "turnout": turnout, "listed": len(listed), "missing": missing, "false": false,
    "agrees": again.agrees, "closing": took, "winners": len(result.winners)}))
"""

Choice = tuple[str, ...]


def choices(chance: random.Random) -> Choice:
    """Two to five projects, within the budget whatever they are."""
    return tuple(f"projet-{n}" for n in chance.sample([n for n in range(30) if n % 7 < 5], chance.randint(2, 5)))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rate", type=int, default=100)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--checks", type=int, default=50)
    options = parser.parse_args()
    if options.seconds > LONGEST:
        parser.error(f"at most {LONGEST} seconds")
    count = options.rate * options.seconds
    console = Console(width=110)
    with tempfile.TemporaryDirectory(prefix="mandat-ballots-") as temporary:
        folder, port = Path(temporary), free_port()
        with database(folder) as (kind, url):
            environment = settings_of(folder, url, port)
            run(environment, "-m", "django", "migrate", "--verbosity", "0")
            run(environment, "-m", "django", "collectstatic", "--noinput", "--verbosity", "0")
            run(environment, "-c", SETUP, str(count + options.checks), str(folder / "forms.json"))
            console.print(f"{count} voters are ready on {kind}.")
            ready = json.loads((folder / "forms.json").read_text())
            forms = [tuple(one) for one in ready["forms"]]
            random.Random(7).shuffle(forms)
            command = [
                sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--workers",
                str(options.workers), "--no-ws", "--blocking-threads", "4", "mandat.config.wsgi:application",
            ]  # fmt: skip
            with subprocess.Popen(
                command, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            ) as server:
                try:
                    wait(server, port)
                    crowd = Crowd(port=port, reference=ready["reference"], rate=options.rate)
                    asyncio.run(crowd.vote(forms[:count]))
                    checks = asyncio.run(crowd.check(forms[count:]))
                finally:
                    server.terminate()
                    server.wait(timeout=60)
            (folder / "given.json").write_text(json.dumps(crowd.given))
            found = json.loads(run(environment, "-c", CHECK, str(folder / "given.json")).splitlines()[-1])
    good = (
        found["box"]
        == found["marks"]
        == found["voters"]
        == found["turnout"]
        == found["listed"]
        == len(crowd.given)
        == count
        and not found["missing"]
        and not found["false"]
        and found["agrees"]
        and not crowd.doubles
    )
    title = f"{options.rate} ballots/s for {options.seconds} s, {options.workers} processes, {kind}"
    table = Table("what", "figure", "limit", title=title)
    table.add_row("answers", ", ".join(f"{one}: {n}" for one, n in sorted(crowd.outcomes.items())), "")
    table.add_row("receipts given, of ballots sent", f"{len(crowd.given)} of {count}", "all")
    table.add_row(
        "box / marks / voters / turnout",
        f"{found['box']} / {found['marks']} / {found['voters']} / {found['turnout']}",
        "equal",
    )
    table.add_row("receipts missing / ballots altered", f"{found['missing']} / {found['false']}", "0 / 0")
    table.add_row("second receipts for one voter", str(crowd.doubles), "0")
    table.add_row("the published file recounts to the same", str(found["agrees"]), "True")
    table.add_row("done in", f"{crowd.seconds:.0f} s, {count / crowd.seconds:.1f}/s", f"{options.rate}/s")
    table.add_row("latest press", f"{crowd.late * 1e3:.0f} ms after its moment", "the sender kept up")
    for name, waits in (("cast", crowd.waits), ("fill and check", checks)):
        ordered = sorted(waits)
        for part in (0.5, 0.95, 0.99):
            if ordered:
                table.add_row(
                    f"{name} p{part * 100:.0f}", f"{ordered[int((len(ordered) - 1) * part)] * 1e3:.0f} ms", ""
                )
    table.add_row("closing and count", f"{found['closing']:.2f} s", "")
    console.print(table)
    if not good:
        raise SystemExit("a ballot was lost, doubled or altered, or box and roll differ")


class Crowd:
    """Voters who press at their moment, and what they were answered."""

    def __init__(self, *, port: int, reference: str, rate: int) -> None:
        self.port, self.reference, self.rate = port, reference, rate
        self.waits: list[float] = []
        self.outcomes: Counter[str] = Counter()
        self.given: list[tuple[str, Choice]] = []
        self.doubles = 0
        self.late = self.seconds = 0.0

    async def vote(self, forms: list[tuple[str, str, str]]) -> None:
        chance = random.Random(11)
        room = asyncio.Semaphore(600)
        receipts: dict[str, str] = {}
        start = time.perf_counter()

        async def press(session: str, token: str, chosen: Choice, due: float, kind: str) -> None:
            async with room:
                try:
                    status, body = await asyncio.wait_for(self.post(session, token, chosen, "cast"), timeout=120)
                except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
                    self.outcomes[f"{kind}: {type(error).__name__}"] += 1
                    return
            match = RECEIPT.search(body)
            self.outcomes[f"{kind}: {status}{' receipt' if match else ''}"] += 1
            if match is None:
                return
            receipt = match[1].decode()
            if session not in receipts:
                receipts[session] = receipt
                self.given.append((receipt, chosen))
            elif receipts[session] != receipt:
                self.doubles += 1
            if kind == "once":
                self.waits.append(time.perf_counter() - start - due)

        tasks = []
        for number, (session, token, other) in enumerate(forms):
            due = number / self.rate
            await asyncio.sleep(max(0.0, due - (time.perf_counter() - start)))
            self.late = max(self.late, time.perf_counter() - start - due)
            chosen = choices(chance)
            tasks.append(asyncio.create_task(press(session, token, chosen, due, "once")))
            if chance.random() < 0.05:
                tasks.append(asyncio.create_task(press(session, token, chosen, due, "pressed twice")))
            if chance.random() < 0.02:
                # The second page was filled otherwise: whichever comes first is the ballot.
                tasks.append(asyncio.create_task(press(session, other, choices(chance), due, "second ballot")))
        await asyncio.gather(*tasks)
        self.seconds = time.perf_counter() - start

    async def check(self, forms: list[tuple[str, str, str]]) -> list[float]:
        """The step before, one after another: what filling and checking takes."""
        taken = []
        for session, token, _other in forms:
            began = time.perf_counter()
            status, _body = await self.post(session, token, choices(random.Random(3)), "check")
            assert status == "200", status
            taken.append(time.perf_counter() - began)
        return taken

    async def post(self, session: str, token: str, chosen: Choice, step: str) -> tuple[str, bytes]:
        """The status of the answer, and its page."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            fields = "".join(f"&o={code}" for code in chosen)
            body = f"step={step}&token={token}&csrfmiddlewaretoken={TOKEN}{fields}"
            head = (
                f"POST /votes/{self.reference}/voter/ HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nConnection: close\r\n"
                f"Cookie: sessionid={session}; csrftoken={TOKEN}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                f"Content-Length: {len(body)}\r\n\r\n{body}"
            )
            writer.write(head.encode())
            await writer.drain()
            answer = await reader.read()
            return answer.split(b" ", 2)[1].decode(), answer
        finally:
            writer.close()


if __name__ == "__main__":
    main()
