"""The face of curation."""

# pyright: reportMissingParameterType=false, reportIncompatibleMethodOverride=false
# The schema types the inputs of execute; ComfyUI checks them.

from ..ground import UserError
from ..host.api import io
from ..host.images import pictures, rgb, to_bytes
from ..host.progress import Progress
from ..news import RefusedRow, refusals
from . import comfy_relevance
from .fingerprints import Seen, fingerprint
from .standards import Standards


def _texts(name: str, tooltip: str, optional: bool = False) -> io.String.Input:
    return io.String.Input(name, force_input=True, optional=optional, tooltip=tooltip)


def _lists() -> list:
    """The outputs that all dataset nodes share."""
    return [
        io.Image.Output(display_name="images", is_output_list=True, tooltip="The pictures, one per article."),
        io.String.Output(display_name="titles", is_output_list=True, tooltip="Their headlines."),
        io.String.Output(display_name="topics", is_output_list=True, tooltip="Their topics."),
        io.String.Output(display_name="ids", is_output_list=True, tooltip="What the source calls them."),
    ]


class CurateNews(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DancheongCurateNews",
            display_name="Curate News",
            category="dancheong/news",
            description=(
                "Keep what is fit to learn from: wanted topics, Korean articles of some length, pictures that are "
                "neither small nor blank nor seen before. For whole datasets, `dancheong curate` does the same."
            ),
            search_aliases=["filter dataset", "deduplicate", "perceptual hash", "dataset cleaning", "near duplicates"],
            is_input_list=True,
            inputs=[
                io.Image.Input("images", tooltip="From Load News Dataset."),
                _texts("titles", "One headline per picture."),
                io.String.Input("keep_topics", default="", tooltip="Only these, with commas between; empty keeps all."),
                io.Int.Input("min_content", default=100, min=0, max=100_000, tooltip="Letters of a body; 0 is off."),
                io.Float.Input(
                    "min_hangul",
                    default=0.3,
                    min=0.0,
                    max=1.0,
                    step=0.05,
                    tooltip="Share of letters that must be Hangul: below it, an article is taken for English.",
                ),
                io.Int.Input("min_side", default=256, min=0, max=16384, tooltip="px of the shorter side; 0 is off."),
                io.Int.Input(
                    "duplicate_bits",
                    default=6,
                    min=-1,
                    max=32,
                    tooltip="Pictures whose perceptual hashes differ by no more of 64 bits are one; -1 keeps all.",
                ),
                _texts("topics", "One topic per picture.", optional=True),
                _texts("ids", "One id per picture.", optional=True),
                _texts("contents", "One body per picture.", optional=True),
            ],
            outputs=[
                *_lists(),
                io.String.Output(display_name="contents", is_output_list=True, tooltip="The articles' bodies."),
                io.String.Output(display_name="report", tooltip="How many were kept, and why the others were not."),
            ],
        )  # fmt: skip

    @classmethod
    def execute(
        cls,
        images,
        titles,
        keep_topics,
        min_content,
        min_hangul,
        min_side,
        duplicate_bits,
        topics=None,
        ids=None,
        contents=None,
    ) -> io.NodeOutput:
        singles = _singles(images)
        count = len(singles)
        columns = [
            _column("titles", titles, count),
            _column("topics", topics, count),
            _column("ids", ids, count) if ids else [str(number) for number in range(1, count + 1)],
            _column("contents", contents, count),
        ]
        standards = Standards(
            _split(keep_topics[0]), min_content[0], min_hangul[0], min_side[0], True, duplicate_bits[0]
        )
        kept, refused, seen, progress = [], [], Seen(standards.duplicate_bits), Progress(count)
        for picture, title, topic, called, content in zip(singles, *columns, strict=True):
            fault = _fault(standards, seen, picture, title, topic, called, content)
            if fault:
                refused.append(RefusedRow(called, fault))
            else:
                kept.append((picture, title, topic, called, content))
            progress.step()
        report = refusals(f"{len(kept)} of {count} articles kept.", refused)
        if not kept:
            raise UserError(f"{report} Nothing is left to go on with: loosen a rule.")
        return io.NodeOutput(*map(list, zip(*kept, strict=True)), report)


class ScoreRelevance(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DancheongScoreRelevance",
            display_name="Score Image-Title Relevance",
            category="dancheong/news",
            description="Keep pictures that show what their headline says, by the cosine of a CLIP's two halves.",
            search_aliases=["clip score", "image text similarity", "filter by relevance", "caption filter"],
            is_input_list=True,
            inputs=[
                io.Image.Input("images", tooltip="One picture per headline."),
                _texts("titles", "One headline per picture."),
                io.Clip.Input("clip", tooltip="The text half, such as Load Korean CLIP."),
                io.ClipVision.Input("clip_vision", tooltip="The picture half of the same model, by Load CLIP Vision."),
                io.Float.Input(
                    "threshold",
                    default=0.2,
                    min=-1.0,
                    max=1.0,
                    step=0.01,
                    tooltip="Pairs whose cosine is lower are left out; look at the report's scores to choose it.",
                ),
                _texts("topics", "One topic per picture.", optional=True),
                _texts("ids", "One id per picture.", optional=True),
            ],
            outputs=[
                *_lists(),
                io.Float.Output(display_name="scores", is_output_list=True, tooltip="The cosine of each kept pair."),
                io.String.Output(display_name="report", tooltip="How the scores lie, and what was left out."),
            ],
        )

    @classmethod
    def execute(cls, images, titles, clip, clip_vision, threshold, topics=None, ids=None) -> io.NodeOutput:
        singles = _singles(images)
        count = len(singles)
        titles, topics = _column("titles", titles, count), _column("topics", topics, count)
        ids = _column("ids", ids, count) if ids else [str(number) for number in range(1, count + 1)]
        scores = comfy_relevance.score(singles, titles, clip[0], clip_vision[0])
        standards = Standards(min_relevance=threshold[0])
        kept, refused = [], []
        for row in zip(singles, titles, topics, ids, scores, strict=True):
            fault = standards.relevance_fault(row[-1])
            if fault:
                refused.append(RefusedRow(row[3], fault))
            else:
                kept.append(row)
        middle = sorted(scores)[count // 2]
        report = refusals(
            f"{len(kept)} of {count} pairs kept; scores {min(scores):.3f} to {max(scores):.3f}, median {middle:.3f}.",
            refused,
        )
        if not kept:
            raise UserError(f"{report} Nothing is left to go on with: lower the threshold.")
        return io.NodeOutput(*map(list, zip(*kept, strict=True)), report)


def _fault(standards: Standards, seen: Seen, picture, title: str, topic: str, called: str, content: str) -> str | None:
    pixels = to_bytes(rgb(pictures(picture))[0])
    fault = standards.article_fault(topic, title, content) or standards.picture_fault(pixels)
    return fault or seen.take(fingerprint(pixels), called)


def _split(topics: str) -> tuple[str, ...]:
    return tuple(topic.strip() for topic in topics.split(",") if topic.strip())


def _singles(batches: list) -> list:
    """Each picture of a list of batches as `[1,H,W,C]`."""
    return [picture[None] for batch in batches for picture in batch]


def _column(name: str, values: list[str] | None, count: int) -> list[str]:
    if not values:
        return [""] * count
    if len(values) != count:
        raise UserError(
            f"Expected one of {name} per picture, got {len(values)} for {count} pictures: connect the same source."
        )
    return values
