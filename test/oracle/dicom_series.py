"""Prints a DICOM series as SimpleITK reads it: size, index-to-LPS matrix, sum, and some voxels.

argv: a JSON list of the files in slice order, a JSON list of [i, j, k]
"""
import json
import sys

import numpy as np
import SimpleITK as sitk

image = sitk.ReadImage(json.loads(sys.argv[1]))
values = sitk.GetArrayFromImage(image)  # [k, j, i]
direction = np.array(image.GetDirection()).reshape(3, 3)
matrix = np.hstack([direction * np.array(image.GetSpacing()), np.array(image.GetOrigin())[:, None]])
print(json.dumps({
    "size": list(image.GetSize()),
    "lps": matrix.tolist(),
    "sum": float(values.astype(np.float64).sum()),
    "voxels": [float(values[k, j, i]) for i, j, k in json.loads(sys.argv[2])],
}))
