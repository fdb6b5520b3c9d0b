"""Fifty clients at once for so many seconds: good, bad and runaway queries, and what the server holds afterwards.

    python tests/load.py build/technews --seconds 300

Ends with 1 if a good query failed, a bad one was taken, a connection broke, or the memory of the server and its workers
grew by more than 64 MB after the first fifth of the time.
"""

import argparse
import sys
import threading
import time
from collections import Counter
from urllib.error import URLError
from urllib.parse import quote

from servers import Server, send, serving

GOOD = (
    "SELECT ?n { ?x a tn:Company ; rdfs:label ?n } ORDER BY ?n",
    "ASK { ?s ?p ?o }",
    "CONSTRUCT WHERE { ?x a tn:Company }",
)
BAD = ("SELECT nothing", "DROP ALL", "SELECT * { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }", "\0", "ASK {" * 2_000)
RUNAWAY = (
    "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }",
    "SELECT * { ?a (!<a:a>)* ?b . ?c (!<a:a>)* ?d }",
)
ALLOWED = {"good": {200, 503}, "bad": {400, 403, 422, 503}, "runaway": {422, 503}}
GROWTH = 64 * 2**20


def client(server: Server, number: int, until: float, seen: Counter[tuple[str, int]]) -> None:
    """Asks one query after another; one client in ten asks for too much, one in five what is none."""
    kind = "runaway" if number % 10 == 0 else "bad" if number % 5 == 1 else "good"
    queries = {"good": GOOD, "bad": BAD, "runaway": RUNAWAY}[kind]
    turn = number
    while time.monotonic() < until:
        turn += 1
        try:
            status = send(f"{server.url}?query={quote(queries[turn % len(queries)])}").status
        except (URLError, OSError):
            status = 0
        seen[kind, status] += 1


def load(server: Server, seconds: float, clients: int) -> tuple[Counter[tuple[str, int]], list[int]]:
    """What was answered how often, and the memory held at each fifth of the time, in bytes."""
    seen: Counter[tuple[str, int]] = Counter()
    until = time.monotonic() + seconds
    threads = [threading.Thread(target=client, args=(server, n, until, seen)) for n in range(clients)]
    for thread in threads:
        thread.start()
    held = []
    for _ in range(4):
        time.sleep(seconds / 5)
        held.append(server.memory)
    for thread in threads:
        thread.join()
    time.sleep(2)  # workers that were ended are replaced
    return seen, [*held, server.memory]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("graph")
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--clients", type=int, default=50)
    given = parser.parse_args()
    with serving(given.graph, "--seconds", 2, "--memory", 300) as server:
        seen, held = load(server, given.seconds, given.clients)
        alive = send(f"{server.url}?query={quote(GOOD[1])}").status == 200
    for (kind, status), count in sorted(seen.items()):
        sys.stdout.write(f"{kind} {status}: {count}\n")
    sys.stdout.write(f"memory, MB: {', '.join(str(each // 2**20) for each in held)}\n")
    wrong = {key: count for key, count in seen.items() if key[1] not in ALLOWED[key[0]]}
    return 1 if wrong or not alive or held[-1] - held[0] > GROWTH else 0


if __name__ == "__main__":
    sys.exit(main())
