"""PDF/X: files keep every rule of their standard, and the checker sees each that is broken."""

import io

import numpy as np
import pikepdf
import pytest
from dancheong.nodes.page import colour_profile
from dancheong.nodes.page.drawing import Shape, box, circle
from dancheong.nodes.page.trim import Trim
from dancheong.nodes.print_cover.print_files import Press, encode
from dancheong.testing import icc_profiles, pdfx

MM = 72 / 25.4
SMALL = Trim(20, 10, 3, 150)
PRESS = icc_profiles.cmyk()
LETTER = Shape(box(30, 20, 60, 40))
"""As a letter is: black, 30 x 20 px."""
STANDARDS = ("PDF/X-4", "PDF/X-1a:2003")


def picture(page, colour=(90, 160, 200)):
    return np.full((*page.pixels[::-1], 3), colour, np.uint8)


@pytest.mark.parametrize("has_marks", [False, True])
@pytest.mark.parametrize("standard", STANDARDS)
def test_a_pdf_x_keeps_every_rule(standard, has_marks):
    shapes = (LETTER, Shape(circle(50, 30, 9), (200, 30, 60), 2.0))
    file = encode(picture(SMALL), "pdf", SMALL, {}, PRESS, Press(standard, 250, has_marks), shapes, "\ub2ec\ube5b")
    assert pdfx.faults(file.data, standard) == []


@pytest.mark.parametrize("standard", STANDARDS)
def test_a_pdf_x_without_a_title_keeps_every_rule_too(standard):
    assert pdfx.faults(encode(picture(SMALL), "pdf", SMALL, {}, PRESS, Press(standard)).data, standard) == []


@pytest.mark.parametrize("standard", STANDARDS)
def test_a_pdf_with_boxes_is_no_pdf_x(standard):
    broken = pdfx.faults(encode(picture(SMALL), "pdf", SMALL, {}).data, standard)
    assert {"one_output_intent", "version_named", "info_is_whole"} <= set(broken)


def remove(name):
    return lambda document: document.docinfo.__delitem__(name)


def intent(document):
    return document.Root.OutputIntents[0]


def page_of(document):
    return document.pages[0].obj


def image(document):
    return page_of(document).Resources.XObject.Im0


def put(where, name, value):
    return lambda document: where(document).__setitem__(name, value)


def root(document):
    return document.Root


def state(document):
    return page_of(document).Resources.ExtGState.Out


def rgb_ink(document):
    page_of(document).Contents = document.make_stream(b"1 0 0 rg 0 0 9 9 re f")


def own_profile(document):
    image(document).ColorSpace = pikepdf.Array([pikepdf.Name.ICCBased, intent(document).DestOutputProfile])


def newer(document):
    profile = colour_profile.stamped(intent(document).DestOutputProfile.read_bytes(), (4, 4))
    intent(document).DestOutputProfile = document.make_stream(profile, N=4)


def monitor(document):
    profile = bytearray(intent(document).DestOutputProfile.read_bytes())
    profile[12:16] = b"mntr"
    intent(document).DestOutputProfile = document.make_stream(bytes(profile), N=4)


def other_title(document):
    document.docinfo["/Title"] = "another"


OUTSIDE = pikepdf.Dictionary(F0=pikepdf.Dictionary(Type=pikepdf.Name.Font, BaseFont=pikepdf.Name.Helvetica))
BROKEN = {
    "one_output_intent": lambda document: document.Root.__delitem__("/OutputIntents"),
    "output_condition_named": lambda document: intent(document).__delitem__("/OutputConditionIdentifier"),
    "press_profile_inside": monitor,
    "profiles_of_that_age": newer,
    "trim_or_art_box": lambda document: page_of(document).__delitem__("/TrimBox"),
    "boxes_lie_in_each_other": put(page_of, "/TrimBox", [-1, 0, 9, 9]),
    "info_is_whole": remove("/CreationDate"),
    "version_named": remove("/GTS_PDFXVersion"),
    "trapped_is_known": put(lambda document: document.docinfo, "/Trapped", pikepdf.Name("/Unknown")),
    "metadata_is_whole": lambda document: document.Root.__delitem__("/Metadata"),
    "metadata_says_what_info_says": other_title,
    "colours_are_the_press_s": rgb_ink,
    "no_profile_beside_its_own_intent": own_profile,
    "no_transfer_or_halftone_tricks": put(state, "/TR", pikepdf.Name.Identity),
    "fonts_are_inside": lambda document: page_of(document).Resources.__setitem__("/Font", OUTSIDE),
    "plain_pictures": put(image, "/Alternates", pikepdf.Array()),
    "nothing_acts": put(root, "/OpenAction", pikepdf.Dictionary(S=pikepdf.Name.JavaScript)),
}


@pytest.mark.parametrize("rule", BROKEN)
def test_the_checker_sees_a_broken_rule(rule):
    with pikepdf.open(io.BytesIO(encode(picture(SMALL), "pdf", SMALL, {}, PRESS, Press("PDF/X-4")).data)) as document:
        BROKEN[rule](document)
        data = io.BytesIO()
        document.save(data, force_version="1.6")
    assert rule in pdfx.faults(data.getvalue(), "PDF/X-4")


def test_the_checker_sees_a_file_that_is_encrypted_or_packed_or_has_no_id():
    whole = encode(picture(SMALL), "pdf", SMALL, {}, PRESS, Press("PDF/X-4")).data
    with pikepdf.open(io.BytesIO(whole)) as document:
        locked = io.BytesIO()
        document.save(locked, encryption=pikepdf.Encryption(owner="a", user=""))
    assert b"/Type /Metadata" in whole
    packed = whole.replace(b"/Type /Metadata", b"/Type /Metadata /Filter []")
    assert "metadata_is_plain" in pdfx.faults(packed, "PDF/X-4")
    assert "no_encryption" in pdfx.faults(locked.getvalue(), "PDF/X-4")
    assert "document_id" in pdfx.faults(whole.replace(b"/ID", b"/XX"), "PDF/X-4")


@pytest.mark.parametrize(
    ("rule", "options"),
    [
        ("version_of_the_header", {"min_version": "1.7"}),
        ("no_object_streams_before_1_5", {"object_stream_mode": pikepdf.ObjectStreamMode.generate}),
        ("no_transparency_before_1_4", {}),
    ],
)
def test_the_checker_sees_what_is_too_new_for_x_1a(rule, options):
    with pikepdf.open(
        io.BytesIO(encode(picture(SMALL), "pdf", SMALL, {}, PRESS, Press(STANDARDS[1])).data)
    ) as document:
        state(document)["/ca"] = 0.5
        data = io.BytesIO()
        document.save(data, **options)
    assert rule in pdfx.faults(data.getvalue(), STANDARDS[1])
