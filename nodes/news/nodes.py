"""The face of news data."""

# pyright: reportMissingParameterType=false, reportIncompatibleMethodOverride=false
# The schema types the inputs of execute; ComfyUI checks them.

from ..ground import UserError
from ..ground.prompt_text import literal
from ..host import folders, images
from ..host.api import io
from ..host.progress import Progress, check_interrupt
from . import dataset
from .comfy_stamp import stamp
from .foreign import shown
from .headline import clean
from .names import composed
from .picture import read
from .record import Record, RefusedRow
from .report import refusals, unread


class LoadNewsDataset(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DancheongLoadNewsDataset",
            display_name="Load News Dataset",
            category="dancheong/news",
            description=(
                "Pictures with headlines and topics from a zip, a folder with a table (CSV, XLSX, JSON), raw JSON "
                "records or parquet; read row by row, so that 100,000 rows cost no memory."
            ),
            search_aliases=[
                "dataset",
                "nate news",
                "image folder",
                "parquet",
                "metadata.jsonl",
                "load images and captions",
            ],
            inputs=[
                io.String.Input(
                    "source",
                    default="",
                    tooltip="A file or folder of ComfyUI's input folder, or of its datasets folder.",
                ),
                io.String.Input("topics", default="", tooltip="Only these, with commas between; empty takes all."),
                io.Int.Input(
                    "start", default=0, min=0, max=100_000_000, tooltip="Skip so many articles of these topics."
                ),
                io.Int.Input(
                    "count", default=20, min=1, max=10_000, tooltip="Take at most so many; all are held in memory."
                ),
            ],
            outputs=[
                io.Image.Output(display_name="images", is_output_list=True, tooltip="The pictures, one per article."),
                io.String.Output(display_name="titles", is_output_list=True, tooltip="Their headlines."),
                io.String.Output(display_name="topics", is_output_list=True, tooltip="Their topics."),
                io.String.Output(display_name="ids", is_output_list=True, tooltip="What the source calls them."),
                io.String.Output(display_name="contents", is_output_list=True, tooltip="The articles' bodies."),
                io.String.Output(display_name="report", tooltip="How many rows were read, and why rows were refused."),
            ],
        )

    @classmethod
    def execute(cls, source, topics, start, count) -> io.NodeOutput:
        path = folders.dataset(source)
        wanted = {composed(topic.strip()).casefold() for topic in topics.split(",") if topic.strip()}
        progress = Progress(count)
        taken: list[tuple] = []
        refused: list[RefusedRow] = []
        rows = passed = moving = 0
        for row in dataset.records(path):
            check_interrupt()
            rows += 1
            if isinstance(row, RefusedRow):
                refused.append(row)
                continue
            if wanted and row.topic.casefold() not in wanted:
                continue
            passed += 1
            if passed <= start:
                continue
            try:
                picture = read(row.read())
            except UserError as error:
                refused.append(RefusedRow(shown(row.id), str(error)))
                continue
            taken.append((images.from_bytes(picture.pixels)[None], row))
            moving += picture.is_animated
            progress.step()
            if len(taken) == count:
                break
        first = f"{path.name}: {len(taken)} articles taken of {rows} rows looked at."
        if moving:
            first += f"\n{moving} of them move or have several pages: the first picture of each was taken."
        report = refusals(first + unread(dataset.left(path)), refused)
        if not taken:
            raise UserError(f"No article was found. {report} Check topics and start.")
        records: list[Record] = [record for _, record in taken]
        return io.NodeOutput(
            [images.to_host(picture) for picture, _ in taken],
            [record.title for record in records],
            [record.topic for record in records],
            [record.id for record in records],
            [record.content for record in records],
            report,
        )

    @classmethod
    def fingerprint_inputs(cls, source, **_) -> str | float:
        if source is None:
            # It comes by a link and is not known yet. A NaN of its own: ComfyUI takes one and the same for unchanged.
            return float("nan")
        return stamp(folders.dataset(source))


class CleanHeadline(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DancheongCleanHeadline",
            display_name="Clean News Headline",
            category="dancheong/news",
            description="Take tags, reporters, outlets and quotes off a Korean headline, so that it can be a prompt.",
            search_aliases=["headline", "news title", "strip tags", "korean text", "prompt cleaning"],
            inputs=[
                io.String.Input("text", multiline=True, tooltip="A headline, as the outlet wrote it."),
                io.Boolean.Input(
                    "hanja",
                    default=True,
                    tooltip="Write Hanja abbreviations of headlines out, which Korean text encoders hardly know.",
                ),
            ],
            outputs=[
                io.String.Output(
                    display_name="text",
                    tooltip="The headline in one line, for a prompt: brackets are escaped, so that they weigh nothing.",
                ),
                io.String.Output(display_name="plain", tooltip="The same to show or to save: nothing is escaped."),
            ],
        )

    @classmethod
    def execute(cls, text, hanja) -> io.NodeOutput:
        plain = clean(text, hanja)
        return io.NodeOutput(literal(plain), plain)
