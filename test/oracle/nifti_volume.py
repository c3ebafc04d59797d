"""Prints shape, affine, and a few voxels of NIfTI files as nibabel reads them.

argv: a JSON list of [path, [[i, j, k], ...]]
"""
import json
import sys

import nibabel as nib
import numpy as np

out = []
for path, voxels in json.loads(sys.argv[1]):
    image = nib.load(path)
    values = np.asarray(image.dataobj, dtype=np.float64)
    values = values.reshape(values.shape[:3])
    out.append({
        "shape": list(values.shape),
        "affine": image.affine[:3].tolist(),
        "sum": float(values.sum()),
        "voxels": [float(values[i, j, k]) for i, j, k in voxels],
        "dtype": str(image.get_data_dtype()),
        "descrip": bytes(image.header["descrip"]).rstrip(b"\0").decode("latin1"),
        "qform": image.header.get_qform()[:3].tolist(),
        "slope": [float(image.dataobj.slope), float(image.dataobj.inter)],
    })
print(json.dumps(out))
