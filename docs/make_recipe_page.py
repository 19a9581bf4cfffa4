"""Write docs/recipe.md from the settings' own docstrings: `python docs/make_recipe_page.py`."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

from sitecorpus import recipe

HEAD = """# The recipe

`corpora/<name>/corpus.toml`. Unknown keys are errors that suggest the right name. Everything has a default but the source:
a `[crawl]` or an `[intake]` section (or both). `sitecorpus init URL` writes a commented recipe for a site.

This page is made from `sitecorpus/recipe.py` by `python docs/make_recipe_page.py`.
"""


def page() -> str:
    """Return the page as Markdown."""
    tree = ast.parse(inspect.getsource(recipe))
    classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    out = [HEAD, "## At the top", "", *table(classes["Recipe"], only_told=True)]
    for name, node in classes.items():
        if name != "Recipe":
            section = name.removesuffix("Settings").lower()
            out += ["", f"## [{section}]", "", ast.get_docstring(node) or "", "", *table(node)]
    return "\n".join(out) + "\n"


def table(node: ast.ClassDef, only_told: bool = False) -> list[str]:
    """Return the Markdown table of one section's settings."""
    rows = ["| setting | default | meaning |", "|---|---|---|"]
    for field, after in zip(node.body, [*node.body[1:], None], strict=True):
        if not isinstance(field, ast.AnnAssign) or not isinstance(field.target, ast.Name):
            continue
        told = isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)
        if only_told and not told:
            continue
        text = inspect.cleandoc(str(after.value.value)) if told else ""
        default = "needed" if field.value is None else f"`{ast.unparse(field.value)}`"
        if default == "`OPEN_LICENSES`":
            default = "open licences, see below"
        if field.target.id == "allow" and "SPDX" in text:
            text += " Default: " + ", ".join(f"`{i}`" for i in recipe.OPEN_LICENSES) + "."
        cells = [f"`{field.target.id}`", default, text.replace("\n", " ")]
        rows.append("| " + " | ".join(c.replace("|", "\\|") for c in cells) + " |")
    return rows


if __name__ == "__main__":
    (Path(__file__).parent / "recipe.md").write_text(page(), encoding="utf-8")
