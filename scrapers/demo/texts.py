"""The words of the demonstration site: documentation that ships with every Python and NumPy install.

Sources are read with `ast` and never imported, so that nothing of them runs. Three shelves: the language
reference that `help()` shows (`pydoc_data/topics.py`), docstrings of the standard library's modules, both
PSF-2.0, and docstrings of NumPy's functions, BSD-3-Clause. A source file that names a copyright holder of
its own is left out: only what the shelf's licence surely covers is used.
"""

from __future__ import annotations

import ast
import importlib.util
import re
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from scrapers.demo.cutting import Article, Cutter, Shelf, read_chapters
from sitecorpus.errors import SitecorpusError

REFERENCE = Shelf(
    "Language reference",
    author="Python Software Foundation and contributors",
    license="PSF License Version 2",
    license_url="https://docs.python.org/3/license.html",
    max_words=42_000,
)
LIBRARY = Shelf(
    "Standard library",
    author="Python Software Foundation and contributors",
    license="PSF License Version 2",
    license_url="https://docs.python.org/3/license.html",
    max_words=4_000,
    max_parts=2,
)
NUMPY = Shelf(
    "NumPy",
    author="NumPy Developers",
    license="BSD 3-Clause License",
    license_url="https://numpy.org/doc/stable/license.html",
    max_words=3_000,
    max_parts=1,
)
# `max_words` keeps the site so small that the demo's model has read it often enough to overfit in two minutes.

_NOT_LIBRARY = frozenset(
    ("distutils", "ensurepip", "idlelib", "lib2to3", "pydoc_data", "test", "tests", "tkinter", "turtledemo")
)
_NUMPY_FUNCTIONS = (
    "apply_along_axis", "argpartition", "argsort", "array_equal", "as_strided", "average", "bincount", "blackman",
    "cholesky", "clip", "concatenate", "convolve", "corrcoef", "cov", "diff", "digitize", "eig", "fft", "fftshift",
    "gradient", "histogram", "inv", "isclose", "isin", "lexsort", "linspace", "lstsq", "matrix_rank", "median",
    "meshgrid", "nan_to_num", "pad", "piecewise", "pinv", "polyfit", "qr", "quantile", "reshape", "searchsorted",
    "sort", "std", "svd", "take", "tensordot", "trapezoid", "unique", "vectorize", "where",
)  # fmt: skip
_NUMPY_PACKAGES = ("lib", "_core", "linalg", "fft")
_LEFT_OUT = re.compile(
    r"\A\w+\((?s:.*?)\)\n--\n+"  # the signature of a function written in C
    r"|^(?:References|See Also)\n-+\n(?s:.*?)(?=^\S[^\n]*\n-{3,}$|\Z)"  # lists of names
    r"|^\.\. [a-z].*\n(?:\n|  .*\n)*|^ +\.\. \w+:: .*\n",  # Sphinx directives: formulas, versions
    re.MULTILINE,
)
_MIN_PROSE_WORDS = 100
_MIN_MEMBER_WORDS = 25
_MIN_TOPIC_WORDS = 55  # what is shorter would be dropped by the clean stage


@dataclass(frozen=True)
class _Source:
    name: str
    tree: ast.Module


def read_articles() -> list[Article]:
    """Return every article of the site, shelf by shelf, in reading order.

    No paragraph of a dozen words or more is in two of them. Raises SitecorpusError where this Python was
    installed without its sources.
    """
    cutter = Cutter()
    # A small topic is often a chapter of a large one; the small one keeps the text, under its own name.
    for name, text in _topics_by_size():
        if len(text.split()) >= _MIN_TOPIC_WORDS:
            cutter.add(REFERENCE, name, text)
    for source in _library():
        cutter.add(LIBRARY, source.name, _module_text(source))
    for name, text in sorted(_numpy()):
        cutter.add(NUMPY, name, text)
    return cutter.articles


def read_stub() -> Article:
    """Return the shortest topic: a page that is too short to be worth keeping."""
    name, text = _topics_by_size()[0]
    [chapter] = read_chapters(text, name)
    return Article(REFERENCE, name, chapter.title, "\n\n".join(chapter.paragraphs))


def documentation_date() -> date:
    """Return the day on which Sphinx wrote this Python's topics; it says so in its second line."""
    head = _topics_file().read_text(encoding="utf-8")[:300]
    found = re.search(r"Sphinx on (\w{3} \w{3} +\d+ [\d:]+ \d{4})", head)
    return datetime.strptime(found[1], "%a %b %d %H:%M:%S %Y").date() if found else date(2024, 1, 1)


def _topics_file() -> Path:
    path = Path(sysconfig.get_path("stdlib")) / "pydoc_data" / "topics.py"
    if not path.is_file():
        raise SitecorpusError(
            f"{path}: this Python was installed without its documentation topics, of which the demo is made. "
            "Install them (on Debian: libpython3-stdlib), or start with a site of your own: `sitecorpus init URL`."
        )
    return path


def _topics_by_size() -> list[tuple[str, str]]:
    tree = ast.parse(_topics_file().read_text(encoding="utf-8"))
    values = [node.value for node in tree.body if isinstance(node, ast.Assign)]
    topics = ast.literal_eval(values[0])
    return sorted(topics.items(), key=lambda item: (len(item[1]), item[0]))


def _library() -> Iterator[_Source]:
    root = Path(sysconfig.get_path("stdlib"))
    for path in _modules_below(root):
        tree = _parse(path, "Python Software Foundation")
        if tree is not None and _prose_words(ast.get_docstring(tree) or "") >= _MIN_PROSE_WORDS:
            name = path.parent if path.name == "__init__.py" else path.with_suffix("")
            yield _Source(".".join(name.relative_to(root).parts), tree)


def _modules_below(folder: Path) -> Iterator[Path]:
    """Walk the public modules in the order of their names."""
    for path in sorted(folder.iterdir()):
        if (
            path.is_dir()
            and path.name.isidentifier()
            and not path.name.startswith("_")
            and path.name not in _NOT_LIBRARY
        ):
            yield from _modules_below(path)
        elif path.suffix == ".py" and (not path.name.startswith("_") or path.name == "__init__.py"):
            yield path


def _numpy() -> Iterator[tuple[str, str]]:
    spec = importlib.util.find_spec("numpy")  # finds, does not import
    if spec is None or spec.origin is None:
        return
    root = Path(spec.origin).parent
    wanted = set(_NUMPY_FUNCTIONS)
    for package in _NUMPY_PACKAGES:
        for path in sorted((root / package).glob("*.py")):
            tree = _parse(path, "NumPy Developers")
            for node in tree.body if tree else ():
                if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name in wanted:
                    wanted.discard(node.name)
                    prefix = f"numpy.{package}" if package in ("linalg", "fft") else "numpy"
                    text = _LEFT_OUT.sub("", ast.get_docstring(node) or "")
                    yield (
                        f"{prefix}.{node.name}",
                        re.sub(r"^\.\. [a-z].*\n(?:\n|  .*\n)*", "", text, flags=re.MULTILINE),
                    )


def _parse(path: Path, holder: str) -> ast.Module | None:
    """Return the syntax tree, or None where the file is not Python or names another copyright holder."""
    text = path.read_text(encoding="utf-8", errors="replace")
    notices = re.findall(
        r"^.*(?:copyright (?:\(c\)|\d|by)|permission (?:is hereby|to use)).*$", text, re.IGNORECASE | re.MULTILINE
    )
    if any(holder not in notice for notice in notices):
        return None
    try:
        return ast.parse(text)
    except SyntaxError:
        return None


def _module_text(source: _Source) -> str:
    """Join a module's docstring and those of its public classes and functions, each under a heading."""
    chapters = [ast.get_docstring(source.tree) or ""]
    for name, node in _members(source.tree, ""):
        text = ast.get_docstring(node) or ""
        if len(text.split()) >= _MIN_MEMBER_WORDS:
            chapters.append(f"{name}\n{'=' * len(name)}\n\n{text}")
    return "\n\n".join(chapters)


def _members(node: ast.AST, prefix: str) -> Iterator[tuple[str, ast.ClassDef | ast.FunctionDef]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef | ast.FunctionDef) and not child.name.startswith("_"):
            yield prefix + child.name, child
            if isinstance(child, ast.ClassDef):
                yield from _members(child, f"{prefix}{child.name}.")


def _prose_words(text: str) -> int:
    return sum(len(p.split()) for p in re.split(r"\n\s*\n", text) if not p.startswith((" ", ">>>")))
