"""Prints a derived series as pydicom and highdicom read it: geometry, values, and what the coded labels say.

argv: a JSON list of the files in slice order
"""
import json
import sys

import highdicom as hd
import numpy as np
import pydicom
from highdicom.sr import CodedConcept

datasets = [pydicom.dcmread(path) for path in json.loads(sys.argv[1])]
elements = 0
for dataset in datasets:
    # decoding is lazy: walking reaches every value of every item
    for element in dataset.iterall():
        elements += 1
        str(element.value)
volume = hd.get_volume_from_series(datasets)
first = datasets[0]
stored = np.stack([dataset.pixel_array for dataset in datasets])
equipment = [CodedConcept.from_dataset(item.PurposeOfReferenceCodeSequence[0]) for item in first.ContributingEquipmentSequence]
print(json.dumps({
    "elements": elements,
    "shape": list(volume.spatial_shape),
    "affine": volume.affine.tolist(),
    "sum": float(volume.array.astype(np.float64).sum()),
    "stored": [int(stored.min()), int(stored.max())],
    "derivation": CodedConcept.from_dataset(first.DerivationCodeSequence[0]).value,
    "purpose": CodedConcept.from_dataset(first.SourceImageSequence[0].PurposeOfReferenceCodeSequence[0]).value,
    "equipment": [purpose.value for purpose in equipment],
    "qualification": hd.ContentQualificationValues(first.ContentQualification).value,
    "synthetic": first[0x0008, 0x001C].value,
    "written": hd.UID(first.SOPInstanceUID).is_valid,
}))
