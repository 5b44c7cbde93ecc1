"""Whether a PDF is a PDF/X, rule by rule; a checker of our own, as veraPDF knows PDF/A and PDF/UA alone.

The rules are those of ISO 15930-7:2010 (PDF/X-4) and ISO 15930-4:2003 (PDF/X-1a:2003) as public guides tell them; only
what a file of pictures and outlines can break is asked. Each rule is a name and a question to the open document.
"""

import io
import re
from itertools import pairwise

import pikepdf

NEWEST = {"PDF/X-4": ("1.6", (4, 2)), "PDF/X-1a:2003": ("1.4", (2, 4))}
"""Version of PDF and of ICC."""
DEVICE = {"/DeviceCMYK", "/DeviceGray"}
IN_CONTENT = {"rg", "RG", "g", "G", "Tj", "TJ", "sh", "BI", "gs", "Do", "cs", "CS", "k", "K"}
XMP = {
    "{http://www.npes.org/pdfx/ns/id/}GTS_PDFXVersion", "xmpMM:DocumentID", "xmpMM:VersionID", "xmpMM:RenditionClass",
    "xmp:CreateDate", "xmp:ModifyDate", "xmp:MetadataDate", "dc:title", "pdf:Trapped",
}  # fmt: skip
TITLES = {"dc:title": "/Title", "pdf:Trapped": "/Trapped", "pdf:Producer": "/Producer", "xmp:CreatorTool": "/Creator"}


def faults(data: bytes, standard: str) -> list[str]:
    """Names of the rules that a file breaks."""
    with pikepdf.open(io.BytesIO(data)) as document:
        seen = Seen(document, data, standard)
        return [rule.__name__ for rule in RULES if not rule(seen)]


class Seen:
    """A document and what the rules ask it for."""

    def __init__(self, document, data, standard):
        self.document, self.data, self.standard = document, data, standard
        self.version, self.newest_profile = NEWEST[standard]
        self.is_x4 = standard == "PDF/X-4"
        self.page = document.pages[0].obj
        self.info = document.trailer.get("/Info", pikepdf.Dictionary())
        self.intents = [
            one for one in document.Root.get("/OutputIntents", []) if one.get("/S") == pikepdf.Name.GTS_PDFX
        ]
        resources = self.page.get("/Resources", pikepdf.Dictionary())
        self.objects = list(resources.get("/XObject", pikepdf.Dictionary()).values())
        self.states = list(resources.get("/ExtGState", pikepdf.Dictionary()).values())
        self.fonts = resources.get("/Font", pikepdf.Dictionary())
        self.spaces = dict(resources.get("/ColorSpace", pikepdf.Dictionary()).items())
        self.steps = [
            (str(step.operator), list(step.operands)) for step in pikepdf.parse_content_stream(document.pages[0])
        ]

    @property
    def press(self):
        return bytes(self.intents[0].DestOutputProfile.read_bytes()) if self.intents else b""

    def used_spaces(self):
        yield from (one.ColorSpace for one in self.objects if "/ColorSpace" in one)
        for operator, operands in self.steps:
            if operator in ("cs", "CS"):
                name = str(operands[0])
                yield self.spaces.get(name, operands[0])
            elif operator in ("k", "K"):
                yield pikepdf.Name.DeviceCMYK
            elif operator in ("rg", "RG"):
                yield pikepdf.Name.DeviceRGB
            elif operator in ("g", "G"):
                yield pikepdf.Name.DeviceGray

    def metadata(self):
        return self.document.open_metadata()


def version_of_the_header(seen):
    return seen.data[:8].decode() <= f"%PDF-{seen.version}"


def no_encryption(seen):
    return not seen.document.is_encrypted


def document_id(seen):
    return len(seen.document.trailer.get("/ID", [])) == 2


def no_object_streams_before_1_5(seen):
    return seen.is_x4 or not re.search(rb"/Type\s*/(ObjStm|XRef)", seen.data)


def one_output_intent(seen):
    return len(seen.intents) == 1


def output_condition_named(seen):
    return all("/OutputConditionIdentifier" in one and "/Info" in one for one in seen.intents)


def press_profile_inside(seen):
    """An output device's ("prtr"), for CMYK."""
    return all(
        "/DestOutputProfile" in one
        and int(one.DestOutputProfile.N) == 4
        and bytes(one.DestOutputProfile.read_bytes())[12:20] == b"prtrCMYK"
        for one in seen.intents
    )


def profiles_of_that_age(seen):
    profiles = [one.DestOutputProfile for one in seen.intents if "/DestOutputProfile" in one]
    profiles += [space[1] for space in seen.used_spaces() if isinstance(space, pikepdf.Array) and len(space) == 2]
    return all((head[8], head[9] >> 4) <= seen.newest_profile for head in (bytes(one.read_bytes()) for one in profiles))


def trim_or_art_box(seen):
    return ("/TrimBox" in seen.page) != ("/ArtBox" in seen.page)


def boxes_lie_in_each_other(seen):
    boxes = [
        [float(edge) for edge in seen.page.get(name, seen.page.MediaBox)]
        for name in ("/MediaBox", "/BleedBox", "/TrimBox")
    ]
    return all(
        outer[0] <= inner[0] and outer[1] <= inner[1] and outer[2] >= inner[2] and outer[3] >= inner[3]
        for outer, inner in pairwise(boxes)
    )


def info_is_whole(seen):
    return all(
        str(seen.info.get(f"/{name}", "")) for name in ("Title", "CreationDate", "ModDate", "Creator", "Producer")
    )


def version_named(seen):
    return str(seen.info.get("/GTS_PDFXVersion", "")) == seen.standard


def trapped_is_known(seen):
    return str(seen.info.get("/Trapped", "")) in ("/True", "/False")


def metadata_is_plain(seen):
    return not seen.is_x4 or "/Filter" not in seen.document.Root.get("/Metadata", pikepdf.Dictionary(Filter=0))


def metadata_is_whole(seen):
    return not seen.is_x4 or all(seen.metadata().get(name) for name in XMP)


def metadata_says_what_info_says(seen):
    if not seen.is_x4:
        return True
    told = seen.metadata()
    same = [str(told.get(key, "")) == str(seen.info.get(name, "")).lstrip("/") for key, name in TITLES.items()]
    dates = (("xmp:CreateDate", "/CreationDate"), ("xmp:ModifyDate", "/ModDate"))
    same += [
        re.sub(r"\D", "", str(told.get(key, ""))) == re.sub(r"\D", "", str(seen.info.get(name, "")))
        for key, name in dates
    ]
    return all(same)


def colours_are_the_press_s(seen):
    """Inks, or a spot colour that stands for inks; in PDF/X-4 also what has a profile of its own."""
    for space in seen.used_spaces():
        if isinstance(space, pikepdf.Array):
            if space[0] == pikepdf.Name.Separation:
                space = space[2]
            elif space[0] == pikepdf.Name.ICCBased and seen.is_x4:
                continue
        if str(space) not in DEVICE:
            return False
    return True


def no_profile_beside_its_own_intent(seen):
    """A picture in the press's inks is in device colours, or overprint would end."""
    return all(
        not isinstance(space, pikepdf.Array)
        or space[0] != pikepdf.Name.ICCBased
        or bytes(space[1].read_bytes()) != seen.press
        for space in seen.used_spaces()
    )


def fonts_are_inside(seen):
    return all("/FontFile" in str(font.get("/FontDescriptor", "")) for font in seen.fonts.values())


def no_transparency_before_1_4(seen):
    return seen.is_x4 or (
        "/Group" not in seen.page
        and all("/SMask" not in one for one in seen.objects)
        and all(
            one.get("/CA", 1) == one.get("/ca", 1) == 1 and one.get("/BM", pikepdf.Name.Normal) == pikepdf.Name.Normal
            for one in seen.states
        )
    )


def no_transfer_or_halftone_tricks(seen):
    return all(not {"/TR", "/TR2", "/HTP", "/HT"} & set(one.keys()) for one in seen.states)


def plain_pictures(seen):
    return all(
        one.Subtype != pikepdf.Name.PS
        and not {"/OPI", "/Alternates", "/Ref"} & set(one.keys())
        and str(one.get("/Filter", "")) not in ("/LZWDecode", "/JBIG2Decode")
        for one in seen.objects
    )


def nothing_acts(seen):
    root = seen.document.Root
    names = root.get("/Names", pikepdf.Dictionary())
    return (
        not {"/AA", "/OpenAction", "/AcroForm"} & set(root.keys())
        and not {"/JavaScript", "/EmbeddedFiles"} & set(names.keys())
        and not {"/AA", "/Annots"} & set(seen.page.keys())
    )


RULES = [
    version_of_the_header, no_encryption, document_id, no_object_streams_before_1_5, one_output_intent,
    output_condition_named, press_profile_inside, profiles_of_that_age, trim_or_art_box, boxes_lie_in_each_other,
    info_is_whole, version_named, trapped_is_known, metadata_is_plain, metadata_is_whole,
    metadata_says_what_info_says, colours_are_the_press_s, no_profile_beside_its_own_intent, fonts_are_inside,
    no_transparency_before_1_4, no_transfer_or_halftone_tricks, plain_pictures, nothing_acts,
]  # fmt: skip
