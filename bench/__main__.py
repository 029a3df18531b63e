"""Measures on one core, in one run: ``python -m bench [NAME ...]``. Prints Markdown tables for bench/README.md.

The texts are the news articles of ``--articles FILE`` (JSON lines with title, text, language), by default
../shared/data/news/articles_en_2019.jsonl; if that is missing, the few articles of the demo.
"""

import argparse
import os
import platform
from collections.abc import Callable
from pathlib import Path

from bench import backlog, chaos, elastic, languages, latency, memory, names, path, samples, search, stream, topics, writes
from bench.texts import REAL, load_texts

MEASUREMENTS: dict[str, Callable[[Path | None], None]] = {
    "path": path.measure,
    "names": names.measure,
    "writes": writes.measure,
    "search": search.measure,
    "memory": memory.measure,
    "topics": topics.measure,
    "samples": samples.measure,
    "languages": languages.measure,
}
# These use all cores and start servers, so they must be named.
ON_ALL_CORES: dict[str, Callable[[Path | None], None]] = {
    "stream": stream.measure,
    "latency": latency.measure,
    "backlog": backlog.measure,
    "elastic": elastic.measure,
    "chaos": chaos.measure,
}


def main() -> None:
    """Run the measurements that are named, or by default all that need one core and no server."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    known = MEASUREMENTS | ON_ALL_CORES
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(known))
    parser.add_argument("--articles", type=Path, default=REAL if REAL.exists() else None)
    arguments = parser.parse_args()
    if unknown := set(arguments.names) - set(known):
        parser.error(f"there is no measurement {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    cores = os.sched_getaffinity(0)
    if not set(arguments.names) & set(ON_ALL_CORES):
        cores = {min(cores)}
    os.sched_setaffinity(0, cores)
    texts = load_texts(arguments.articles)
    words = sum(len(text.body.split()) for text in texts)
    print(f"{_processor()}, {len(cores)} of its cores, Python {platform.python_version()}; {len(texts)} texts, {words:,} words\n")
    for name in arguments.names or MEASUREMENTS:
        print(f"## {name}\n")
        known[name](arguments.articles)
        print(flush=True)


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines() if Path("/proc/cpuinfo").exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.processor())


if __name__ == "__main__":
    main()
