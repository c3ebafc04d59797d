"""Real scans for training → one file of conformed, shading-free volumes: python real_scans.py DATA_DIR OUT.npz

Only scans whose licence allows released weights (models/recipe/README.md lists them); shading is removed with N4
(SimpleITK), independent of concord's own bias-field step.
"""
import os
import sys

import numpy as np
import SimpleITK as sitk

from conform import conform

PERMISSIVE = ['itk-philips-T1TFE-2_1', 'itk-trio-mprage-multiframe', 'openms-cs-p07-T1', 'openms-cs-p07-T2', 'openms-cs-p07-FLAIR',
              'studyforrest-02-T1w', 'uih-770-T1w-A', 'vs-seg-001-T1CE']


def without_shading(found):
    image = sitk.GetImageFromArray(found['working'])
    mask = sitk.GetImageFromArray((found['working'] > .12).astype(np.uint8))
    n4 = sitk.N4BiasFieldCorrectionImageFilter()
    n4.SetMaximumNumberOfIterations([30, 20, 10])
    shrunk = [2, 2, 2]
    n4.Execute(sitk.Shrink(image, shrunk), sitk.Shrink(mask, shrunk))
    field = np.exp(sitk.GetArrayFromImage(n4.GetLogBiasFieldAsImage(image)))
    volume = found['working'] / np.clip(field, .3, 3)
    return (volume / np.quantile(volume[found['brain']], .9) * .7).astype(np.float16)


if __name__ == '__main__':
    out = {}
    for name in PERMISSIVE:
        found = conform(os.path.join(sys.argv[1], name + '.nii.gz'))
        out[name] = without_shading(found)
        print(name, found['head_box'], found['brain_scale'], flush=True)
    np.savez(sys.argv[2], **out)
