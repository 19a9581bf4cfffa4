"""Our dedupe against datasketch's plain loop: CPU time, recall and precision on the same documents, in one run.

The documents are runs of sentences from the standard library's docstrings; a fifth of them are copies with a known share
of their words replaced. Truth is the exact Jaccard similarity of every pair that shares a shingle.
"""

from __future__ import annotations

import argparse
import ast
import collections
import json
import random
import re
import sysconfig
import tempfile
import time
from pathlib import Path
from typing import Any

from datasketch import MinHash, MinHashLSH

from cleaning.dedupe import dedupe
from sitecorpus.document import DOCUMENTS, document_id
from sitecorpus.executors import Serial
from sitecorpus.layout import CorpusDir
from sitecorpus.recipe import DedupeSettings
from sitecorpus.shards import iter_rows, shard_paths, write_shard
from sitecorpus.stage import Job

MIN_JACCARD = 0.8


def sentences() -> list[str]:
    """Return the sentences of the standard library's docstrings, read with ast."""
    found: list[str] = []
    for path in sorted(Path(sysconfig.get_paths()["stdlib"]).glob("*.py")):
        try:
            tree = ast.parse(path.read_text(encoding="utf-8"))
        except (SyntaxError, UnicodeDecodeError):
            continue
        for node in ast.walk(tree):
            if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)):
                text = ast.get_docstring(node) or ""
                found += [s for s in re.split(r"(?<=[.!?])\s+", text) if len(s.split()) > 6]
    return found


def documents(n: int, seed: int) -> list[str]:
    """Return n texts of some 300 words, a fifth of them copies with 0 to 15 % of the words replaced."""
    pick = random.Random(seed)
    pool = sentences()
    words = [w for s in pool for w in s.split()]
    texts = [" ".join(pick.choices(pool, k=20)) for _ in range(n - n // 5)]
    for _ in range(n // 5):
        copy = pick.choice(texts[: n - n // 5]).split()
        for i in pick.sample(range(len(copy)), k=int(len(copy) * pick.uniform(0, 0.15))):
            copy[i] = pick.choice(words)
        texts.append(" ".join(copy))
    return texts


def shingles(text: str) -> frozenset[str]:
    words = re.findall(r"\w+", text.lower())
    return frozenset(" ".join(words[i : i + 5]) for i in range(max(len(words) - 4, 1)))


def truth(texts: list[str]) -> set[tuple[int, int]]:
    """Return the pairs at or above the threshold, by counting every shared shingle."""
    sets = [shingles(t) for t in texts]
    index: dict[str, list[int]] = collections.defaultdict(list)
    shared: collections.Counter[tuple[int, int]] = collections.Counter()
    for i, one in enumerate(sets):
        for shingle in one:
            shared.update((j, i) for j in index[shingle])
            index[shingle].append(i)
    return {(i, j) for (i, j), n in shared.items() if n / (len(sets[i]) + len(sets[j]) - n) >= MIN_JACCARD}


def plain_loop(texts: list[str]) -> set[tuple[int, int]]:
    """Return the pairs that datasketch's documented loop finds with its own threshold."""
    lsh, found = MinHashLSH(threshold=MIN_JACCARD, num_perm=128), set()
    for i, text in enumerate(texts):
        signature = MinHash(num_perm=128)
        for shingle in shingles(text):
            signature.update(shingle.encode())
        found |= {(j, i) for j in lsh.query(signature)}
        lsh.insert(i, signature)
    return found


def ours(texts: list[str], folder: Path) -> set[tuple[int, int]]:
    """Return the verified pairs of our stage, from Parquet in to Parquet out."""
    (folder / "clean").mkdir(parents=True)
    urls = {f"https://bench.example/{i:07d}": i for i in range(len(texts))}
    rows = [{"document_id": document_id(u), "url": u, "text": texts[i]} for u, i in urls.items()]
    for n, start in enumerate(range(0, len(rows), 256)):
        write_shard(folder / "clean" / f"documents-{n:05d}.parquet", rows[start : start + 256], DOCUMENTS)
    import types

    job = Job(
        "dedupe",
        types.SimpleNamespace(dedupe=DedupeSettings(min_jaccard=MIN_JACCARD)),
        {"clean": folder / "clean"},
        folder / "dedupe",
        CorpusDir(folder),
        Serial(),
        folder / "dedupe",
    )
    dedupe(job)
    by_id = {document_id(u): i for u, i in urls.items()}
    return {
        (min(by_id[r["a"]], by_id[r["b"]]), max(by_id[r["a"]], by_id[r["b"]]))
        for r in iter_rows(shard_paths(folder / "dedupe", "edges"))
        if r["jaccard"] >= MIN_JACCARD
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-n", type=int, default=4000, help="documents")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    texts = documents(args.n, args.seed)
    right = truth(texts)
    result: dict[str, Any] = {"documents": len(texts), "pairs": len(right)}
    with tempfile.TemporaryDirectory() as folder:
        for name, run in (("datasketch plain loop", plain_loop), ("sitecorpus", lambda t: ours(t, Path(folder) / "x"))):
            clock = time.process_time()
            found = run(texts)
            result[name] = {
                "cpu_s": round(time.process_time() - clock, 2),
                "recall": round(len(found & right) / len(right), 4),
                "precision": round(len(found & right) / max(len(found), 1), 4),
            }
    result["cpu_ratio"] = round(result["datasketch plain loop"]["cpu_s"] / result["sitecorpus"]["cpu_s"], 1)
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
