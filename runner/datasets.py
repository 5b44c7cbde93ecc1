"""Datasets on the command line: collected, curated, judged; what is interrupted goes on where it was."""

import argparse
import json
from collections.abc import Generator
from contextlib import contextmanager

from ..nodes.ground import UserError
from .language import tell, warn

RIGHTS = (
    "articles and pictures are their publishers' work: ask your counsel whether you may collect and learn from them"
)


def collect(options: argparse.Namespace) -> int:
    """Articles and their pictures from a portal."""
    from ..nodes.curation import Standards
    from ..nodes.news.collecting import Collecting, Collection, read_portal, summary
    from .progress import Bar

    portal = read_portal(options.portal)
    standards = Standards(min_content=options.min_content, min_hangul=options.min_hangul)
    collecting = Collecting(
        Collection(
            portal,
            options.out,
            options.first,
            options.last,
            _listed(options.topics) or tuple(portal.topics),
            options.contact,
            options.delay,
            lambda title, content: standards.article_fault("", title, content),
            {"min_content": options.min_content, "min_hangul": options.min_hangul},
        )
    )
    if collecting.is_new:
        warn(f"dancheong: {RIGHTS}")
    else:
        warn(f"dancheong: going on after {collecting.done:,} articles")
    with _goes_on(), Bar(collecting.known, "articles", collecting.done) as bar:
        counts = collecting.finish(bar.reach_of, lambda sentence: bar.say(f"dancheong: {sentence}"))
    tell(*summary(counts))
    for address, reason in collecting.left.items():
        warn(f"dancheong: {address} could not be had ({reason}); the same command tries it again")
    return 1 if collecting.left else 0


def _listed(text: str) -> tuple[str, ...]:
    """What stands between commas, each once."""
    return tuple(dict.fromkeys(one.strip() for one in text.split(",") if one.strip()))


def curate(options: argparse.Namespace) -> None:
    """What of a dataset is fit to learn from."""
    from ..nodes.curation import Curation, Standards, Walk, lines
    from .progress import Bar

    if options.lama and not options.watermark:
        raise UserError("--lama fills the places of marks that are taken off: add --watermark, or leave it out.")
    standards = Standards(
        topics=_listed(options.topics),
        min_content=options.min_content,
        min_hangul=options.min_hangul,
        min_side=options.min_side,
        animated=options.animated,
        duplicate_bits=options.duplicate_bits,
        min_relevance=options.min_relevance,
    )
    walk = Walk(
        Curation(
            options.source,
            options.out,
            standards,
            tuple(options.watermark),
            options.clip,
            options.workers,
            options.ray,
            options.form,
            options.lama,
        )
    )
    if walk.done:
        warn(f"dancheong: going on after {walk.done:,} of {walk.total:,} rows")
    if walk.left:
        warn(f"dancheong: not read, as other files are the dataset: {', '.join(walk.left)}")
    with _goes_on(), Bar(walk.total, "rows", walk.done) as bar:
        counts = walk.finish(bar.reach, lambda sentence: bar.say(f"dancheong: {sentence}"))
    tell(*lines(counts))


def judge(options: argparse.Namespace) -> None:
    """What is said of pictures, by JourneyDB's measures."""
    from ..nodes.retrieval.judging import Judging
    from .progress import Bar

    judging = Judging(
        options.task, options.source, options.out, options.answers, options.clip, options.styles, options.sentences
    )
    with _goes_on(), Bar(0, "rows") as bar:
        result = judging.finish(bar.reach)
    print(json.dumps(result, ensure_ascii=False, indent=1))


@contextmanager
def _goes_on() -> Generator[None, None, None]:
    """Says of what Ctrl-C ends that it can be taken up again."""
    try:
        yield
    except KeyboardInterrupt:
        warn("dancheong: interrupted; the same command goes on from here")
        raise
