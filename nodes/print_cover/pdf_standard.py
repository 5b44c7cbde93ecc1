"""What makes a PDF one for the press: PDF/X, which names the press, and what is stamped on the file for it."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

BOXES = "boxes only"
PRODUCER = "dancheong"
PDFX_ID = "http://www.npes.org/pdfx/ns/id/"
VERSION_KEY = "{" + PDFX_ID + "}GTS_PDFXVersion"


@dataclass(frozen=True)
class Standard:
    """A kind of PDF."""

    name: str
    """As files call it."""
    version: str
    """Of PDF."""
    newest_profile: tuple[int, int]
    """Of ICC that it may hold."""
    is_press: bool = True
    """For one press, whose profile is the file's OutputIntent."""
    has_metadata: bool = True
    """XMP beside the Info dictionary."""

    def stamp(self, document: Any, profile: Any, title: str) -> None:
        """Info, XMP and OutputIntent, for a press alone.

        Args:
            profile: the press's, as a stream of the document.

        Source: ISO 15930-7:2010 (PDF/X-4), sections 6.1 to 6.8; ISO 15930-4:2003 (PDF/X-1a:2003), sections 6.2 to
        6.10; both in the words of public guides.
        """
        if not self.is_press:
            return
        import pikepdf

        title = title or self.name  # it must have one
        now = datetime.now(timezone.utc).replace(microsecond=0)
        date = now.strftime("D:%Y%m%d%H%M%SZ")
        document.docinfo = document.make_indirect(
            pikepdf.Dictionary(
                Title=pikepdf.String(title),
                Creator=PRODUCER,
                Producer=PRODUCER,
                CreationDate=date,
                ModDate=date,
                Trapped=pikepdf.Name("/False"),
                GTS_PDFXVersion=self.name,
            )
        )
        described = description(profile.read_bytes())
        intent = pikepdf.Dictionary(
            Type=pikepdf.Name.OutputIntent,
            S=pikepdf.Name.GTS_PDFX,
            OutputConditionIdentifier=pikepdf.String(described),
            OutputCondition=pikepdf.String(described),
            Info=pikepdf.String(described),
            DestOutputProfile=profile,
        )
        document.Root.OutputIntents = pikepdf.Array([document.make_indirect(intent)])
        if self.has_metadata:
            self._describe(document, now, title)

    def _describe(self, document: Any, now: datetime, title: str) -> None:
        """The same in XMP, whose dates and names must be those of Info."""
        from pikepdf.models import PdfMetadata

        PdfMetadata.register_xml_namespace(PDFX_ID, "pdfxid")
        moment = now.isoformat().replace("+00:00", "Z")
        with document.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as metadata:
            metadata["dc:title"] = title
            metadata["xmp:CreatorTool"] = metadata["pdf:Producer"] = PRODUCER
            metadata["xmp:CreateDate"] = metadata["xmp:ModifyDate"] = metadata["xmp:MetadataDate"] = moment
            metadata["xmpMM:DocumentID"] = f"uuid:{uuid.uuid4()}"
            metadata["xmpMM:VersionID"] = "1"
            metadata["xmpMM:RenditionClass"] = "default"
            metadata["pdf:Trapped"] = "False"
            metadata[VERSION_KEY] = self.name


STANDARDS = {
    BOXES: Standard("PDF", "1.7", (4, 2), is_press=False),
    "PDF/X-4": Standard("PDF/X-4", "1.6", (4, 2)),
    "PDF/X-1a:2003": Standard("PDF/X-1a:2003", "1.4", (2, 4), has_metadata=False),
}
"""How they are chosen -> what they are."""


def description(profile: bytes) -> str:
    """What a profile calls its press."""
    import io

    from PIL import ImageCms

    return ImageCms.getProfileDescription(ImageCms.ImageCmsProfile(io.BytesIO(profile))).strip() or "Custom"
