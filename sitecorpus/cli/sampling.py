"""The `sample` command: the stage, or text for a prompt of one's own."""

from __future__ import annotations

from typing import Annotated

import typer

from sitecorpus.cli.options import DryRun, Json, Name, Workers, print_json
from sitecorpus.cli.stages import run_through
from sitecorpus.errors import RecipeError, SitecorpusError
from sitecorpus.layout import CorpusDir
from sitecorpus.strict_toml import printable


def sample(
    name: Name,
    prompt: Annotated[str | None, typer.Option(help="Continue this text instead of held-out first sentences.")] = None,
    interactive: Annotated[
        bool, typer.Option("--interactive", "-i", help="Ask for prompts until an empty line.")
    ] = False,
    samples: Annotated[int, typer.Option("--samples", "-n", min=1, help="With --prompt: how many.")] = 1,
    max_new_tokens: Annotated[int | None, typer.Option(min=1, help="With --prompt: tokens to generate.")] = None,
    temperature: Annotated[float | None, typer.Option(min=0.0, help="With --prompt: 0 is greedy.")] = None,
    top_k: Annotated[
        int | None, typer.Option(min=0, help="With --prompt: only the k likeliest tokens; 0 is all.")
    ] = None,
    top_p: Annotated[float | None, typer.Option(min=0.0, max=1.0, help="With --prompt: nucleus; 1 is off.")] = None,
    seed: Annotated[int | None, typer.Option(help="With --prompt: seed.")] = None,
    step: Annotated[
        int | None, typer.Option(help="With --prompt: a checkpoint's step; default: the recommended one.")
    ] = None,
    workers: Workers = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Generate text from the recommended checkpoint: of held-out first sentences, or of a prompt of yours."""
    if prompt is None and not interactive:
        given = [max_new_tokens, temperature, top_k, top_p, seed, step]
        if any(value is not None for value in given):
            raise RecipeError(
                "these options go with --prompt or --interactive; for the sample stage write them under [sample] in the recipe."
            )
        run_through(name, "sample", workers, as_json, dry_run)
        return
    from sitecorpus import pipeline
    from sitecorpus.recipe import Recipe
    from sitecorpus.stage import open_door

    corpus = CorpusDir.find(name)
    recipe = Recipe.load(corpus.recipe)
    train = next(s for s in pipeline.survey(corpus, recipe) if s.stage == "train")
    if train.manifest is None or train.directory is None:
        raise SitecorpusError(
            f"{corpus.name}: there is no trained model for this recipe yet. Run `sitecorpus train {name}`."
        )
    settings = recipe.sample
    generate = open_door("training.sample:open_sampler")(train.directory, step)

    def say(text: str) -> None:
        texts = generate(
            text,
            n=samples,
            max_new_tokens=max_new_tokens or settings.max_new_tokens,
            temperature=settings.temperature if temperature is None else temperature,
            top_k=settings.top_k if top_k is None else top_k,
            top_p=settings.top_p if top_p is None else top_p,
            seed=settings.seed if seed is None else seed,
        )
        if as_json:
            print_json([{"prompt": text, "continuation": t} for t in texts])
            return
        for number, continuation in enumerate(texts, 1):
            if len(texts) > 1:
                typer.secho(f"--- {number}", fg="blue")
            # a model can emit any character: none may steer the terminal
            typer.echo("\n".join(printable(line) for line in (text + continuation).splitlines()))

    if prompt is not None:
        say(prompt)
    while interactive:
        try:
            text = typer.prompt("prompt", default="", show_default=False, err=as_json)
        except typer.Abort:
            break
        if not text:
            break
        say(text)
