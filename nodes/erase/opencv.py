"""Inpainting by OpenCV without any network: Telea (2004) and Navier-Stokes (Bertalmio et al. 2001).

Both carry colours and edges inward from the rim: right for text on sky, paper and soft backgrounds, blurred on texture.
"""

import numpy as np

RADIUS = 4
MARGIN = 4 * RADIUS


def inpaint(picture: np.ndarray, mask: np.ndarray, method: str) -> np.ndarray:
    """The picture with the masked pixels filled from their surroundings.

    Args:
        picture: `[H,W,3]` uint8.
        mask: `[H,W]` bool, not all of it.
        method: "telea" or "ns".

    Returns:
        `[H,W,3]` uint8.
    """
    import cv2

    flag = {"telea": cv2.INPAINT_TELEA, "ns": cv2.INPAINT_NS}[method]
    return cv2.inpaint(np.ascontiguousarray(picture), mask.astype(np.uint8), RADIUS, flag)
