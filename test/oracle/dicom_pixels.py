"""Prints the stored values of DICOM files as pydicom reads them: how many, smallest, largest, sum; null where it cannot.

argv: a JSON list of files
"""
import json
import sys

import numpy as np
import pydicom


def summary(path):
    try:
        dataset = pydicom.dcmread(path)
        bits = dataset.BitsStored
        values = dataset.pixel_array.astype(np.int64)
    except Exception:  # a codec that is not installed, or a file that it cannot read
        return None
    # overlay bits above the stored ones are no part of a value
    values = values & ((1 << bits) - 1)
    if dataset.PixelRepresentation == 1:
        values = np.where(values >= 1 << (bits - 1), values - (1 << bits), values)
    return [int(values.size), int(values.min()), int(values.max()), int(values.sum())]


print(json.dumps([summary(path) for path in json.loads(sys.argv[1])]))
