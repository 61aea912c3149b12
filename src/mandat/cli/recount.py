#!/usr/bin/env python3
"""Recount a published vote with nothing but Python (3.9 or later): no package, no float.

    python recount.py ballots.pb

DEFINITION below says by which rule, with which choices, and who was announced. The script reads
the Pabulib file, counts it again in exact fractions, in the plainest way it knows, and says whether
the winners are the same. It shares no code with the program that made the first count.
"""

import csv
import hashlib
import itertools
import json
import sys
from fractions import Fraction

DEFINITION = {}  # filled in when the script is exported


# ---------------------------------------------------------------------- reading


def read(path, skip):
    """(budget, {id: cost}, vote_type, [(ballot, number of voters)]); a ballot maps ids to points."""
    meta, costs, count, section, header, line = {}, {}, {}, "", None, 0
    with open(path, encoding="utf-8-sig", newline="") as stream:
        rows = csv.reader(stream, delimiter=";")
        for row in rows:
            start, line = line + 1, rows.line_num
            if not any(row):
                continue
            if row[0].strip().upper() in ("META", "PROJECTS", "VOTES") and not any(row[1:]):
                section, header = row[0].strip().upper(), None
            elif header is None:
                header = [name.strip().lower() for name in row]
            elif section == "META":
                meta[row[0].strip()] = ";".join(row[1:]).strip()
            elif section == "PROJECTS":
                costs[row[header.index("project_id")].strip()] = number(row[header.index("cost")])
            elif start not in skip:
                record = dict(zip(header, row, strict=False))
                named = [name.strip() for name in record["vote"].split(",") if name.strip()]
                points = record.get("points", "")
                if meta["vote_type"] in ("cumulative", "scoring") and named:
                    ballot = tuple(zip(named, (number(p) for p in points.split(",")), strict=False))
                elif meta["vote_type"] == "ordinal":
                    ballot = tuple((name, len(named) - place) for place, name in enumerate(named))
                else:
                    ballot = tuple((name, 1) for name in sorted(set(named)))
                count[ballot] = count.get(ballot, 0) + 1
    return number(meta["budget"]), costs, meta["vote_type"], [(dict(b), n) for b, n in count.items()]


def number(text):
    return Fraction(text.strip().replace(" ", "").replace(",", "."))


def tie_order(order, costs, votes):
    """{id: place}: the smallest place wins a tie."""
    kind, _, argument = order.partition(":")
    keys = {
        "id": lambda i: i,
        "number": lambda i: (not plain(i), number(i) if plain(i) else 0, i),
        "cost": lambda i: (costs[i], i),
        "votes": lambda i: (-votes[i], i),
        "seed": lambda i: (hashlib.sha256((argument + "|" + i).encode()).hexdigest(), i),
        "list": lambda i: [name.strip() for name in argument.split(",")].index(i),
    }
    return {i: place for place, i in enumerate(sorted(costs, key=keys[kind]))}


def plain(text):
    try:
        number(text)
    except (ValueError, ZeroDivisionError):
        return False
    return True


class Vote:
    """Who uses what, and how much."""

    def __init__(self, path, definition):
        options = definition["options"]
        self.budget, self.costs, self.type, self.ballots = read(path, set(definition.get("refused_lines", ())))
        self.voters = sum(n for _, n in self.ballots)
        self.votes = dict.fromkeys(self.costs, 0)
        for ballot, n in self.ballots:
            for i in ballot:
                self.votes[i] += n
        utility = options.get("utility", "cardinality")
        unit = self.costs if utility == "cost" else dict.fromkeys(self.costs, 1)
        scored = utility in ("points", "borda")
        self.users = {i: [] for i in self.costs}  # (ballot number, use)
        for b, (ballot, _) in enumerate(self.ballots):
            for i, points in ballot.items():
                use = points if scored else unit[i]
                if use > 0:
                    self.users[i].append((b, use))
                elif not scored:  # a free project under cost utility is still wanted
                    self.users[i].append((b, 0))
        self.rank = tie_order(options.get("tie_order", "id"), self.costs, self.votes)

    def weight(self, b):
        return self.ballots[b][1]

    def worth(self, i):
        return sum(use * self.weight(b) for b, use in self.users[i])

    def cost(self, ids):
        return sum(self.costs[i] for i in ids)


# ---------------------------------------------------------------------- budgeting rules


def price(vote, i, purses):
    """Money per unit of use at which the users of ``i`` can just pay for it; None if they cannot."""
    users = [(purses[b] / use, b, use) for b, use in vote.users[i] if purses[b] > 0]
    users.sort()
    needed, mass = vote.costs[i], sum(use * vote.weight(b) for _, b, use in users)
    for limit, b, use in users:
        if limit * mass >= needed:
            return needed / mass
        needed -= purses[b] * vote.weight(b)
        mass -= use * vote.weight(b)
    return None


def equal_shares(vote, start):
    purses = [start] * len(vote.ballots)
    elected = sorted((i for i in vote.costs if not vote.costs[i] and vote.users[i]), key=vote.rank.get)
    bound = {i: Fraction(0) for i in vote.costs if vote.costs[i] and vote.users[i]}
    while True:
        best, level = None, []
        # A price never falls while purses empty: an old one is a lower bound.
        for i in sorted(bound, key=bound.get):
            if best is not None and bound[i] > best:
                break
            found = price(vote, i, purses)
            if found is None:
                del bound[i]
                continue
            bound[i] = found
            if best is None or found < best:
                best, level = found, [i]
            elif found == best:
                level.append(i)
        if not level:
            return elected, purses
        chosen = min(level, key=vote.rank.get)
        del bound[chosen]
        elected.append(chosen)
        for b, use in vote.users[chosen]:
            purses[b] -= min(purses[b], best * use)


def exhaustive(vote, elected):
    left = vote.budget - vote.cost(elected)
    return not any(0 < c <= left and vote.users[i] and i not in elected for i, c in vote.costs.items())


def finished(vote, elected, stop):
    wanted = sum(1 for i in vote.costs if vote.users[i])
    return len(elected) == wanted or (stop == "exhaustive" and exhaustive(vote, elected))


def add1(vote, options):
    start, step = vote.budget / vote.voters, number(str(options["increment"]))
    kept = equal_shares(vote, start)[0]
    runs = 0
    while not finished(vote, kept, options["stop"]):
        runs += 1
        raised = equal_shares(vote, start + runs * step)[0]
        if vote.cost(raised) > vote.budget:
            break
        kept = raised
    return kept


def epsilon(vote):
    elected, purses = equal_shares(vote, vote.budget / vote.voters)
    while True:
        best, level = None, []
        for i in vote.costs:
            if i in elected or not vote.costs[i] or not vote.users[i]:
                continue
            users = {b for b, _ in vote.users[i]}
            needed = vote.costs[i] - sum(purses[b] * vote.weight(b) for b in users)
            others = sorted((purse, b) for b, purse in enumerate(purses) if b not in users and purse > 0)
            mass = sum(vote.weight(b) for _, b in others)
            for purse, b in others:
                if purse * mass >= needed:
                    if best is None or needed / mass < best:
                        best, level = needed / mass, [i]
                    elif needed / mass == best:
                        level.append(i)
                    break
                needed -= purse * vote.weight(b)
                mass -= vote.weight(b)
        if not level:
            return elected
        chosen = min(level, key=vote.rank.get)
        elected.append(chosen)
        users = {b for b, _ in vote.users[chosen]}
        purses = [Fraction(0) if b in users else purse - min(purse, best) for b, purse in enumerate(purses)]


def greedy(vote, elected=(), wanted_only=False):
    def density(i):
        if not vote.users[i]:
            return (0, 0)
        return (1, vote.worth(i) / vote.costs[i]) if vote.costs[i] else (2, 0)

    order, out = {i: density(i) for i in vote.costs}, list(elected)
    for i in sorted(vote.costs, key=lambda i: (-order[i][0], -order[i][1], vote.rank[i])):
        if i not in out and vote.cost(out) + vote.costs[i] <= vote.budget and (vote.users[i] or not wanted_only):
            out.append(i)
    return out


def exact_equal_shares(vote, start):
    """Everyone who pays for a project pays the same: (elected, purses after each purchase, [(id, payers)])."""
    purses, elected, bought = [start] * len(vote.ballots), [], []
    elected += sorted((i for i in vote.costs if not vote.costs[i] and vote.users[i]), key=vote.rank.get)
    stages = [list(purses)]
    while True:
        best = None
        for i in vote.costs:
            if i in elected or not vote.costs[i]:
                continue
            size = group(vote, i, purses)
            if size:
                use = vote.users[i][0][1]
                key = (vote.costs[i] / (size * use), vote.rank[i])
                best = min(best or (key, i, size), (key, i, size))
        if best is None:
            return elected, stages, bought
        _, i, size = best
        for b, _ in vote.users[i]:
            if purses[b] >= vote.costs[i] / size:
                purses[b] -= vote.costs[i] / size
        elected.append(i)
        bought.append((i, size))
        stages.append(list(purses))


def levels(vote, i, purses):
    """(purse, voters with at least that much), richest first."""
    size, out = 0, []
    for purse, same in itertools.groupby(
        sorted(vote.users[i], key=lambda u: -purses[u[0]]), key=lambda u: purses[u[0]]
    ):
        size += sum(vote.weight(b) for b, _ in same)
        out.append((purse, size))
    return out


def group(vote, i, purses):
    return max((size for purse, size in levels(vote, i, purses) if purse * size >= vote.costs[i]), default=0)


def add_opt(vote, options):
    start, kept = vote.budget / vote.voters, []
    while True:
        elected, stages, bought = exact_equal_shares(vote, start)
        if vote.cost(elected) > vote.budget:
            return kept
        kept = elected
        if finished(vote, elected, options["stop"]):
            return kept
        size = dict(bought)
        raises = []
        for stage, purses in enumerate(stages):
            for i, cost in vote.costs.items():
                if not cost or not vote.users[i]:
                    continue
                for purse, voters in levels(vote, i, purses):
                    late = stage < len(bought) and in_turn(vote, bought[stage]) < cost / (voters * vote.users[i][0][1])
                    if voters > size.get(i, 0) and not late and cost / voters > purse:
                        raises.append(cost / voters - purse)
        if not raises:
            return kept
        start += min(raises)


def in_turn(vote, purchase):
    i, size = purchase
    return vote.costs[i] / (size * vote.users[i][0][1])


def phragmen(vote):
    loads, elected = [Fraction(0)] * len(vote.ballots), []
    open_ = [i for i in vote.costs if vote.users[i] and vote.costs[i] <= vote.budget]
    while open_:
        found = {
            i: (sum(loads[b] * vote.weight(b) for b, _ in vote.users[i]) + vote.costs[i]) / vote.votes[i] for i in open_
        }
        best = min(found.values())
        level = [i for i in open_ if found[i] == best]
        if any(vote.cost(elected) + vote.costs[i] > vote.budget for i in level):
            return elected
        chosen = min(level, key=vote.rank.get)
        elected.append(chosen)
        open_.remove(chosen)
        for b, _ in vote.users[chosen]:
            loads[b] = best
    return elected


def welfare(vote):
    """Best total worth by depth-first search with a fractional bound; winners by falling density."""
    free = sorted((i for i in vote.costs if not vote.costs[i] and vote.users[i]), key=vote.rank.get)
    worth = {i: vote.worth(i) for i in vote.costs}
    items = [i for i in vote.costs if 0 < vote.costs[i] <= vote.budget and worth[i]]
    items.sort(key=lambda i: (-worth[i] / vote.costs[i], vote.rank[i]))

    def bound(at, left, banned):
        total = 0
        for i in items[at:]:
            if i in banned:
                continue
            if vote.costs[i] > left:
                return total + worth[i] * left / vote.costs[i]
            total, left = total + worth[i], left - vote.costs[i]
        return total

    def best(at, left, target, banned=frozenset()):
        """Greatest worth if it reaches ``target``; -1 otherwise."""
        found, stack = -1, [(at, left, 0)]
        while stack:
            at, left, have = stack.pop()
            while at < len(items) and items[at] in banned:
                at += 1
            if have >= target and have > found:
                found = have
            if at == len(items) or not found < have + bound(at, left, banned) >= target:
                continue
            stack.append((at + 1, left, have))
            if vote.costs[items[at]] <= left:
                stack.append((at + 1, left - vote.costs[items[at]], have + worth[items[at]]))
        return found

    target, left, chosen, seen = best(0, vote.budget, 0), vote.budget, [], set()
    for i in sorted(items, key=vote.rank.get):
        seen.add(i)
        if (
            vote.costs[i] <= left
            and best(0, left - vote.costs[i], target - worth[i], frozenset(seen)) >= target - worth[i] >= 0
        ):
            chosen.append(i)
            target, left = target - worth[i], left - vote.costs[i]
    return free + sorted(chosen, key=items.index)


# ---------------------------------------------------------------------- rules that fill seats


def by_score(vote, score, seats):
    return sorted(vote.costs, key=lambda i: (-score[i], vote.rank[i]))[:seats]


def borda(vote, seats):
    score = dict.fromkeys(vote.costs, 0)
    for ballot, n in vote.ballots:
        for place, i in enumerate(ballot):
            score[i] += n * (len(vote.costs) - 1 - place)
    return by_score(vote, score, seats)


def schulze(vote, seats):
    wins = {(a, b): 0 for a in vote.costs for b in vote.costs}
    for ballot, n in vote.ballots:
        ranked = list(ballot)
        for place, a in enumerate(ranked):
            for b in vote.costs:
                if b not in ballot or ranked.index(b) > place:
                    wins[a, b] += n
    path = {(a, b): wins[a, b] if wins[a, b] > wins[b, a] else 0 for a, b in wins}
    for k in vote.costs:
        for a in vote.costs:
            for b in vote.costs:
                path[a, b] = max(path[a, b], min(path[a, k], path[k, b]))
    left, out = set(vote.costs), []
    while left and len(out) < seats:
        top = [j for j in left if not any(path[i, j] > path[j, i] for i in left)]
        out.append(min(top, key=vote.rank.get))
        left.remove(out[-1])
    return out


def majority_judgement(vote, seats):
    def middles(i):
        grades = sorted(g for ballot, n in vote.ballots for g in [ballot.get(i, 0)] * n)
        out = []
        while grades:
            out.append(grades.pop((len(grades) - 1) // 2))
        return out

    found = {i: middles(i) for i in vote.costs}
    order = sorted(vote.costs, key=vote.rank.get)
    return sorted(order, key=found.get, reverse=True)[:seats]


def stv(vote, seats):
    """Scottish rules: values in hundred-thousandths of a vote, fractions of them dropped."""
    unit, papers = 100000, [[list(ballot), n, 100000] for ballot, n in vote.ballots if ballot]
    quota = sum(n for _, n, _ in papers) // (seats + 1) + 1
    going, elected, waiting, stages, full = set(vote.costs), [], [], [], {}

    def tally():
        votes = dict.fromkeys(vote.costs, 0)
        for prefs, n, value in papers:
            if prefs:
                votes[prefs[0]] += n * value
        votes.update(full)
        stages.append(votes)

    def pick(among, highest):
        sign = -1 if highest else 1
        level = list(among)
        for votes in reversed(stages):
            best = min(sign * votes[i] for i in level)
            level = [i for i in level if sign * votes[i] == best]
        return (min if highest else max)(level, key=vote.rank.get)

    def elect():
        reached = [i for i in going if stages[-1][i] >= quota * unit]
        while reached and len(elected) < seats:
            i = pick(reached, True)
            reached.remove(i)
            going.remove(i)
            elected.append(i)
            if stages[-1][i] > quota * unit:
                waiting.append(i)

    def move(gone):
        for paper in papers:
            if paper[0] and paper[0][0] == gone:
                paper[0] = [i for i in paper[0] if i in going]

    tally()
    elect()
    while len(elected) < seats and going:
        if len(going) <= seats - len(elected):
            return elected + sorted(going, key=lambda i: (-stages[-1][i], vote.rank[i]))
        if waiting:
            i = pick(waiting, True)
            waiting.remove(i)
            for paper in papers:
                if paper[0] and paper[0][0] == i:
                    paper[2] = paper[2] * (stages[-1][i] - quota * unit) // stages[-1][i]
            full[i] = quota * unit
        else:
            i = pick(going, False)
            going.remove(i)
        move(i)
        tally()
        elect()
    return elected


def pav_score(vote, members):
    return sum(n * sum(Fraction(1, k + 1) for k in range(len(members & set(b)))) for b, n in vote.ballots)


def pav(vote, seats):
    """Every committee is tried, in tie order: for small numbers of candidates."""
    order = sorted(vote.costs, key=vote.rank.get)
    return list(max(itertools.combinations(order, seats), key=lambda members: pav_score(vote, set(members))))


def sequential_pav(vote, seats):
    out = []
    for _ in range(seats):
        rest = [i for i in sorted(vote.costs, key=vote.rank.get) if i not in out]
        out.append(max(rest, key=lambda i: pav_score(vote, {*out, i})))
    return out


# ---------------------------------------------------------------------- the count


def count(vote, definition):
    rule, options = definition["rule"], definition["options"]
    if rule == "equal-shares":
        completion = options["completion"]
        if not vote.voters:
            return []
        if completion == "epsilon":
            winners = epsilon(vote)
        elif completion in ("add1", "add1u"):
            winners = add1(vote, options)
        elif completion in ("add-opt", "add-optu"):
            winners = add_opt(vote, options)
        else:
            winners = equal_shares(vote, vote.budget / vote.voters)[0]
        if completion in ("add1u", "add-optu", "greedy"):
            winners = greedy(vote, winners, wanted_only=True)
        return compared(vote, winners, options)
    if rule in ("greedy", "phragmen", "welfare"):
        return {"greedy": greedy, "phragmen": phragmen, "welfare": welfare}[rule](vote)
    if rule == "approval":
        return by_score(vote, vote.votes, options["seats"])
    rules = {"borda": borda, "schulze": schulze, "majority-judgement": majority_judgement}
    rules.update({"stv": stv, "pav": pav, "sequential-pav": sequential_pav})
    return rules[rule](vote, options["seats"])


def compared(vote, winners, options):
    """The comparison step: greedy instead, where voters prefer it."""
    kind = options.get("comparison", "none")
    if kind == "none":
        return winners
    other = greedy(vote)
    use = [[0] * len(vote.ballots), [0] * len(vote.ballots)]
    for total, out in zip(use, (winners, other), strict=False):
        for i in out:
            for b, u in vote.users[i]:
                total[b] += u
    if kind == "majority":
        better = sum(vote.weight(b) for b in range(len(vote.ballots)) if use[1][b] > use[0][b])
        worse = sum(vote.weight(b) for b in range(len(vote.ballots)) if use[1][b] < use[0][b])
    else:
        won = [set(winners), set(other)]
        better, worse = (sum(n for ballot, n in vote.ballots if ballot and not w & set(ballot)) for w in won)
    return other if better > worse else winners


def main(argv):
    if len(argv) != 2:
        print(__doc__)
        return 2
    winners = count(Vote(argv[1], DEFINITION), DEFINITION)
    announced = DEFINITION.get("winners")
    same = announced is None or winners == announced
    print(json.dumps({"winners": winners, "announced": announced, "same": same}, ensure_ascii=False, indent=2))
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv))
