"""Every node is complete: tooltips, Korean labels, help, a workflow that uses it; public ids stay as they are."""

import json
import re

import pytest

HANGUL = re.compile("[\uac00-\ud7a3]")

# Saved workflows depend on these: new inputs are appended to this table, nothing in it is ever moved.
CONTRACT = {
    "DancheongLoadKoreanCLIP": (
        ["text_encoder", "tokenizer", "dtype", "second_text_encoder", "second_tokenizer"], ["CLIP", "STRING"],
    ),
    "DancheongLoadTopicPrompt": (["embedding"], ["DANCHEONG_TOPIC", "STRING"]),
    "DancheongEncodeTopicText": (
        ["clip", "text", "position", "strength", "on_overflow", "topic"],
        ["CONDITIONING", "STRING", "INT", "STRING"],
    ),
    "DancheongOCRTextMask": (
        ["image", "engine", "shape", "grow", "feather", "keep", "only", "min_height", "max_height", "min_score",
         "place", "script"],
        ["MASK", "STRING", "IMAGE", "INT"],
    ),
    "DancheongLoadInpaintModel": (["model_name"], ["DANCHEONG_INPAINT_MODEL"]),
    "DancheongEraseMasked": (["image", "mask", "method", "grow", "feather", "inpaint_model"], ["IMAGE"]),
    "DancheongEraseText": (
        ["image", "engine", "shape", "grow", "keep", "method", "rounds", "inpaint_model"],
        ["IMAGE", "MASK", "STRING", "INT"],
    ),
    "DancheongLoadDiffSTE": (["checkpoint", "dtype"], ["DANCHEONG_DIFFSTE", "STRING"]),
    "DancheongEditText": (
        ["diffste", "image", "text", "font", "color", "instruction", "steps", "cfg", "seed", "samples", "context",
         "feather", "resolution", "sampler", "scheduler", "eta", "reader", "mask", "regions"],
        ["IMAGE", "IMAGE", "STRING"],
    ),
    "DancheongLoadUpscaleModel": (["model_name", "noise_model", "denoise"], ["UPSCALE_MODEL", "STRING"]),
    "DancheongUpscaleToSize": (
        ["image", "width", "height", "mode", "fit", "upscale_model", "trim", "memory_limit_mb", "alpha", "bleed",
         "halo", "precision"],
        ["IMAGE", "MASK", "STRING"],
    ),
    "DancheongUpscaleToFile": (
        ["image", "width", "height", "mode", "fit", "format", "bits", "dpi", "profile_of", "filename_prefix",
         "upscale_model", "trim", "memory_limit_mb", "alpha", "bleed", "halo", "precision"],
        ["STRING", "IMAGE", "STRING"],
    ),
    "DancheongTestSeams": (["image", "upscale_model", "strip_width"], ["STRING", "IMAGE", "FLOAT"]),
    "DancheongLearnWatermark": (
        ["images", "region", "agency", "mask"], ["DANCHEONG_WATERMARK", "MASK", "IMAGE", "STRING"],
    ),
    "DancheongSaveWatermark": (["watermark", "name"], ["DANCHEONG_WATERMARK"]),
    "DancheongLoadWatermark": (["name"], ["DANCHEONG_WATERMARK"]),
    "DancheongCleanWatermark": (
        ["image", "method", "agencies", "watermark", "inpaint_model"], ["IMAGE", "MASK", "STRING"],
    ),
    "DancheongLoadNewsDataset": (
        ["source", "topics", "start", "count"], ["IMAGE", "STRING", "STRING", "STRING", "STRING", "STRING"],
    ),
    "DancheongCurateNews": (
        ["images", "titles", "keep_topics", "min_content", "min_hangul", "min_side", "duplicate_bits", "topics", "ids",
         "contents"],
        ["IMAGE", "STRING", "STRING", "STRING", "STRING", "STRING"],
    ),
    "DancheongScoreRelevance": (
        ["images", "titles", "clip", "clip_vision", "threshold", "topics", "ids"],
        ["IMAGE", "STRING", "STRING", "STRING", "FLOAT", "STRING"],
    ),
    "DancheongCleanHeadline": (["text", "hanja"], ["STRING", "STRING"]),
    "DancheongInvertPrompt": (
        ["image", "clip_vision", "clip", "phrases", "caption", "mode", "most", "built_in", "file"],
        ["STRING", "STRING"],
    ),
    "DancheongFindStyle": (
        ["image", "clip_vision", "clip", "styles", "top", "scope", "built_in", "file"], ["STRING", "STRING"],
    ),
    "DancheongCheckPrompt": (
        ["image", "prompt", "clip_vision", "clip", "threshold"], ["STRING", "STRING", "STRING"],
    ),
    "DancheongAskPicture": (["image", "clip", "question", "options"], ["STRING", "INT", "STRING"]),
    "DancheongReadJourneyDB": (
        ["source", "start", "count"], ["IMAGE", "STRING", "STRING", "STRING", "STRING", "STRING"],
    ),
    "DancheongCoverPrompt": (
        ["title", "genre", "summary", "requirements", "title_space", "language", "avoid"],
        ["STRING", "STRING", "STRING"],
    ),
    "DancheongTrimSize": (
        ["preset", "width_mm", "height_mm", "bleed_mm", "dpi", "generate_megapixels"],
        ["DANCHEONG_TRIM", "INT", "INT", "STRING"],
    ),
    "DancheongTypesetTitle": (
        ["image", "title", "subtitle", "author", "font", "layout", "position", "align", "title_size", "margin",
         "colour", "outline_colour", "outline", "trim", "weight", "width", "hanja_font", "latin_font", "numerals_font",
         "tracking", "leading", "breaking", "hanging", "shadow", "shadow_colour", "plate", "plate_colour"],
        ["IMAGE", "IMAGE", "MASK", "STRING", "DANCHEONG_TYPE"],
    ),
    "DancheongPlaceTitle": (
        ["image", "title", "subtitle", "author", "genre", "layouts", "trim", "font", "flat", "panel"],
        ["IMAGE", "IMAGE", "IMAGE", "STRING", "IMAGE", "DANCHEONG_TYPE"],
    ),
    "DancheongReletter": (
        ["image", "text", "regions", "font", "match", "fit", "background", "method", "mask", "colour", "inpaint_model"],
        ["IMAGE", "IMAGE", "STRING", "DANCHEONG_TYPE"],
    ),
    "DancheongCoverFlatSize": (
        ["trim", "pages", "paper", "thickness_mm", "wing_mm", "glue_mm", "binding"],
        ["DANCHEONG_FLAT", "DANCHEONG_TRIM", "INT", "INT", "INT", "FLOAT", "STRING"],
    ),
    "DancheongComposeCoverFlat": (
        ["flat", "front", "fill", "colour", "back", "spine", "back_wing", "front_wing", "front_text", "back_text",
         "front_type", "back_type", "spine_type", "back_wing_type", "front_wing_type", "isbn", "add_on",
         "barcode_size"],
        ["IMAGE", "IMAGE", "STRING", "DANCHEONG_TYPE"],
    ),
    "DancheongSavePrint": (
        ["image", "trim", "format", "filename_prefix", "icc_profile", "type", "standard", "ink_limit", "marks"],
        ["IMAGE", "STRING", "STRING"],
    ),
    "DancheongLoadStoryGen": (["file", "stage"], ["DANCHEONG_STORYGEN", "STRING"]),
    "DancheongApplyStoryGen": (["model", "storygen"], ["MODEL"]),
    "DancheongStoryReferences": (
        ["vae", "images", "clip", "captions", "null_caption", "reference_range", "schedule"],
        ["DANCHEONG_STORY_REFERENCES"],
    ),
    "DancheongStoryGuider": (
        ["model", "positive", "text_only", "negative", "cfg", "image_cfg", "references"], ["GUIDER"],
    ),
    "DancheongTellStory": (
        ["model", "clip", "vae", "storygen", "story", "negative", "keep", "steps", "cfg", "image_cfg", "width",
         "height", "seed", "first_frame"],
        ["IMAGE", "STRING", "STRING"],
    ),
    "DancheongExtractStoryGen": (["file", "model", "name"], ["STRING", "STRING"]),
    "DancheongTrainStoryGen": (
        ["model", "clip", "vae", "stories", "side", "steps", "learning_rate", "batch_size", "seed", "name", "storygen",
         "stage", "noise_levels", "held_out", "resume"],
        ["DANCHEONG_STORYGEN", "LOSS_MAP", "STRING"],
    ),
    "DancheongTrainTopicPrompt": (
        ["model", "clip", "vae", "images", "titles", "topic", "vectors", "steps", "learning_rate", "batch_size", "seed",
         "init_text", "caption_dropout", "held_out", "resume"],
        ["DANCHEONG_TOPIC", "LOSS_MAP", "STRING"],
    ),
    "DancheongTrainTopicDataset": (
        ["model", "clip", "vae", "dataset", "only", "side", "topic", "vectors", "steps", "learning_rate", "batch_size",
         "seed", "init_text", "caption_dropout", "held_out", "resume"],
        ["DANCHEONG_TOPIC", "LOSS_MAP", "STRING"],
    ),
    "DancheongSaveTopicPrompt": (["topic", "name", "format"], ["STRING"]),
    "DancheongStoryboard": (
        ["story", "task", "frames", "columns", "frame_width", "frame_height", "known", "known_frames", "vae",
         "shared_noise"],
        ["LATENT", "DANCHEONG_STORYBOARD"],
    ),
    "DancheongStoryboardAttention": (
        ["model", "clip", "storyboard", "whole_story", "global_weight"], ["MODEL", "CONDITIONING"],
    ),
    "DancheongSplitStoryboard": (["image", "storyboard"], ["IMAGE"]),
    "DancheongTrainStoryboard": (
        ["model", "clip", "vae", "stories", "frames", "columns", "side", "steps", "learning_rate", "batch_size", "rank",
         "seed", "name", "global_weight", "held_out", "resume"],
        ["LORA_MODEL", "LOSS_MAP", "STRING"],
    ),
    "DancheongWebtoonStrip": (
        ["frames", "captions", "font", "letters", "gap", "place", "colour", "ground"],
        ["IMAGE"],
    ),
}  # fmt: skip

# Their options are files, or what this ComfyUI's samplers are called.
OF_THIS_MACHINE = {
    "name", "model_name", "font", "text_encoder", "tokenizer", "embedding", "checkpoint", "sampler", "scheduler",
    "second_text_encoder", "second_tokenizer", "noise_model", "icc_profile", "hanja_font", "latin_font",
    "numerals_font", "file",
}  # fmt: skip


@pytest.fixture(scope="module")
def ours(comfy):
    return {name: node for name, node in comfy.nodes.NODE_CLASS_MAPPINGS.items() if name.startswith("Dancheong")}


def inputs(node):
    declared = node.INPUT_TYPES()
    return {**declared.get("required", {}), **declared.get("optional", {})}


def locale(root, language):
    return json.loads((root / "locales" / language / "nodeDefs.json").read_text(encoding="utf-8"))


def test_the_contract_is_kept(ours):
    assert {name: (list(inputs(node)), list(node.RETURN_TYPES)) for name, node in ours.items()} == CONTRACT


@pytest.mark.parametrize("name", CONTRACT)
def test_everything_has_a_tooltip(ours, name):
    schema = ours[name].GET_SCHEMA()
    assert schema.description and schema.search_aliases and schema.category.startswith("dancheong/")
    assert all(part.tooltip for part in [*schema.inputs, *schema.outputs])


@pytest.mark.parametrize("name", CONTRACT)
@pytest.mark.parametrize("language", ["en", "ko"])
def test_labels_are_complete_and_nothing_more(ours, root, name, language):
    table = locale(root, language)[name]
    schema = ours[name].GET_SCHEMA()
    # In English the schema itself has title, description and tooltips.
    assert set(table) == {"inputs", "outputs"} | ({"display_name", "description"} if language == "ko" else set())
    assert list(table["inputs"]) == [part.id for part in schema.inputs]
    assert list(table["outputs"]) == [str(number) for number in range(len(schema.outputs))]
    for part in schema.inputs:
        entry = table["inputs"][part.id]
        assert entry["name"] and ("tooltip" in entry) == (language == "ko")
        options = getattr(part, "options", None)
        if options and part.id not in OF_THIS_MACHINE:
            assert list(entry["options"]) == list(options), part.id
    for entry in table["outputs"].values():
        assert entry["name"] and ("tooltip" in entry) == (language == "ko")
    labels = [part["name"] for part in [*table["inputs"].values(), *table["outputs"].values()]]
    assert language == "ko" or (all(map(str.isascii, labels)) and not any("_" in label for label in labels))


@pytest.mark.parametrize("language", ["en", "ko"])
def test_categories_are_complete(ours, root, language):
    named = json.loads((root / "locales" / language / "main.json").read_text(encoding="utf-8"))["nodeCategories"]
    assert set(named) == {part for node in ours.values() for part in node.GET_SCHEMA().category.split("/")}


def test_locales_name_no_other_node(ours, root):
    assert set(locale(root, "ko")) == set(ours)
    assert set(locale(root, "en")) == set(ours)


@pytest.mark.parametrize("language", ["en", "ko"])
def test_preset_labels_show_the_millimetres_of_the_data_file(comfy, root, language):
    presets = comfy.module("nodes.page.trim").PRESETS
    labels = locale(root, language)["DancheongTrimSize"]["inputs"]["preset"]["options"]
    for name, entry in presets.items():
        assert labels[name] == f"{entry[language]} {entry['mm'][0]} x {entry['mm'][1]} mm"
    assert set(labels) == {*presets, "custom"}


@pytest.mark.parametrize("language", ["en", "ko"])
def test_paper_labels_show_the_thickness_of_the_data_file(comfy, root, language):
    papers = comfy.module("nodes.cover_flat.flat").PAPERS
    labels = locale(root, language)["DancheongCoverFlatSize"]["inputs"]["paper"]["options"]
    for name, entry in papers.items():
        assert labels[name] == f"{entry[language]} ({entry['mm']:g} mm)"
    assert set(labels) == {*papers, "custom"}


@pytest.mark.parametrize("name", CONTRACT)
@pytest.mark.parametrize("language", ["en", "ko"])
def test_help_pages_exist_and_belong_to_a_node(ours, root, name, language):
    text = (root / "web" / "docs" / name / f"{language}.md").read_text(encoding="utf-8")
    title = ours[name].GET_SCHEMA().display_name if language == "en" else locale(root, "ko")[name]["display_name"]
    assert text.startswith(f"# {title}\n\n![{title}]({name}/{language}.jpg)\n")
    assert (root / "web" / "docs" / name / f"{language}.jpg").stat().st_size > 3000
    assert {"en": "**Errors**", "ko": "**\uc624\ub958**"}[language] in text
    assert {path.name for path in (root / "web" / "docs").iterdir()} == set(ours)


def test_every_node_is_used_by_a_workflow(ours, root):
    used = {
        node["class_type"]
        for path in (root / "workflows" / "api").glob("*.json")
        for node in json.loads(path.read_text(encoding="utf-8")).values()
    }
    assert set(ours) <= used


def test_templates_have_thumbnails_and_are_alone_in_their_folder(root):
    templates = {path.stem for path in (root / "workflows").glob("*.json")}
    assert templates == {path.stem for path in (root / "workflows").glob("*.jpg")}
    assert templates == {path.stem for path in (root / "workflows" / "api").glob("*.json")}


def test_templates_are_explained_in_both_languages_and_grouped(root):
    for path in (root / "workflows").glob("*.json"):
        graph = json.loads(path.read_text(encoding="utf-8"))
        notes = {node["title"]: node["widgets_values"][0] for node in graph["nodes"] if node["type"] == "MarkdownNote"}
        korean, english = notes["\uc124\uba85"], notes["Note"]
        assert len(HANGUL.findall(korean)) > len(korean) / 4 > 10, path.stem
        assert len(HANGUL.findall(english)) < len(english) / 10, path.stem
        boxes = [group["bounding"] for group in graph["groups"]]
        for node in graph["nodes"]:
            (x, y), (width, height) = node["pos"], node["size"]
            homes = [
                box for box in boxes
                if box[0] <= x and x + width <= box[0] + box[2] and box[1] <= y and y + height <= box[1] + box[3]
            ]  # fmt: skip
            assert len(homes) == (node["type"] != "MarkdownNote"), (path.stem, node["id"])


def test_templates_say_which_models_they_need(root):
    """Whatever a loader of a template names is in models.json for it, or the template's notes name it."""
    table = json.loads((root / "runner" / "setup" / "models.json").read_text(encoding="utf-8"))
    files = {}
    for entry in table.values():
        for name in entry["files"]:
            for template in entry["for"]:
                files.setdefault(template, []).append(f"{entry['folder']}/{name}")
    for path in (root / "workflows" / "api").glob("*.json"):
        notes = (root / "workflows" / path.name).read_text(encoding="utf-8")
        for node in json.loads(path.read_text(encoding="utf-8")).values():
            for name, value in node["inputs"].items():
                if name in OF_THIS_MACHINE | {"ckpt_name", "lora_name", "clip_name"} and named(value):
                    known = any(value.rstrip("/") in file for file in files.get(path.stem, []))
                    assert known or MODELS_OF_ONE_S_OWN[value] in notes, (path.stem, value)


# Nobody publishes these; the template's notes say where one's own go.
MODELS_OF_ONE_S_OWN = {
    "book_cover.safetensors": "models/loras",
    "topic-economy.safetensors": "models/embeddings",
    "my_agency.safetensors": "learn_watermark",
    "qwen3.5_0.8b.safetensors": "models/text_encoders",
}


def named(value):
    return isinstance(value, str) and (value.endswith(("/", ".safetensors", ".pt", ".pth", ".ckpt")))
