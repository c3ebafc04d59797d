"""IBSI features of one float32 volume (C order, [k, j, i], 1 mm) by MIRP: prints one JSON object."""
import contextlib
import io
import json
import logging
import sys

import mirp
import numpy as np

path, path_mask, i, j, k, bins = sys.argv[1:]
shape = (int(k), int(j), int(i))
image = np.fromfile(path, np.float32).reshape(shape)
mask = np.fromfile(path_mask, np.uint8).reshape(shape)
logging.disable(logging.CRITICAL)
with contextlib.redirect_stdout(io.StringIO()):
    table = mirp.extract_features(
        image=image, mask=mask, image_modality="mr", by_slice=False, resegmentation_sigma=3.0,
        base_feature_families=["statistics", "glcm", "glrlm", "glszm", "ngtdm", "morph"],
        base_discretisation_method="fixed_bin_number", base_discretisation_n_bins=int(bins),
        glcm_spatial_method="3d_volume_merge", glrlm_spatial_method="3d_volume_merge",
        glszm_spatial_method="3d", ngtdm_spatial_method="3d")
row = table[0].iloc[0]
families = ("stat_", "cm_", "rlm_", "szm_", "ngt_", "morph_")
print(json.dumps({key.split("_3d_")[0]: float(row[key]) for key in table[0].columns if key.startswith(families)}))
