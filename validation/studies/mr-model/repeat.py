"""Measures what repeat.mjs wrote: python validation/studies/mr-model/repeat.py --data ../shared/data --arms FOLDER [--json FILE]

The truth (the other session, shading removed by N4 in the same way for every arm) is registered rigidly to the source
(SimpleITK, Mattes mutual information) and carried to the source's grid. dB: PSNR in the brain ellipsoid after one best
global factor, range = the truth's 99th percentile there. The best field is the ceiling: the truth regressed on the source
by cell and intensity (models/recipe/style_statistics.py).
"""
import argparse
import glob
import json
import os
import sys

import numpy as np
import SimpleITK as sitk

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', '..', '..', 'models', 'recipe'))
import style_statistics as S  # noqa: E402
import tone_field  # noqa: E402
from conform import conform, ellipsoid, place, to_two_mm  # noqa: E402


def n4(image):
    small = sitk.Shrink(image, [max(1, round(2 / s)) for s in image.GetSpacing()])
    corrector = sitk.N4BiasFieldCorrectionImageFilter()
    corrector.SetMaximumNumberOfIterations([30, 20, 10])
    corrector.Execute(small, sitk.OtsuThreshold(small, 0, 1))
    return image / sitk.Exp(sitk.Cast(corrector.GetLogBiasFieldAsImage(image), sitk.sitkFloat32))


def registered(truth, source):
    method = sitk.ImageRegistrationMethod()
    method.SetMetricAsMattesMutualInformation(48)
    method.SetMetricSamplingStrategy(method.RANDOM)
    method.SetMetricSamplingPercentage(.2, 1)
    method.SetInterpolator(sitk.sitkLinear)
    method.SetOptimizerAsRegularStepGradientDescent(1., 1e-4, 200)
    method.SetOptimizerScalesFromPhysicalShift()
    method.SetShrinkFactorsPerLevel([4, 2, 1])
    method.SetSmoothingSigmasPerLevel([2, 1, 0])
    method.SetInitialTransform(sitk.CenteredTransformInitializer(source, truth, sitk.Euler3DTransform(), sitk.CenteredTransformInitializerFilter.GEOMETRY))
    return sitk.Resample(truth, source, method.Execute(source, truth), sitk.sitkBSpline, 0.)


def decibel(values, truth):
    factor = (values @ truth) / (values @ values)
    return float(20 * np.log10(np.quantile(truth, .99) / np.sqrt(np.mean((factor * values - truth) ** 2))))


def working(image, frame):
    """An image on the source's grid, in the source's own working frame."""
    oriented = sitk.DICOMOrient(image, 'RAI')  # SimpleITK's LPS words for nibabel's RAS order reversed in x and y
    array = sitk.GetArrayFromImage(oriented).transpose(2, 1, 0)[::-1, ::-1]
    return place(to_two_mm(np.ascontiguousarray(array, dtype=np.float32), frame['spacing']), frame['offset'])[0]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--data', default='../shared/data')
    parser.add_argument('--arms', required=True)
    parser.add_argument('--json')
    options = parser.parse_args()
    result = {}
    for contrast in ('T1W', 'FLAIR'):
        for source_name, truth_name in (('s1', 's2'), ('s2', 's1')):
            path = lambda s: os.path.join(options.data, 'mr/repeat', f'openms-long-p12-{s}-{contrast}.nii.gz')
            frame = conform(path(source_name))
            source, truth = (n4(sitk.Cast(sitk.ReadImage(path(s)), sitk.sitkFloat32)) for s in (source_name, truth_name))
            y = working(registered(truth, source), frame)
            brain = ellipsoid(frame['head_box']) & frame['in_view'] & (frame['working'] > .12) & (y > 0)
            row = {}
            for arm in sorted(glob.glob(os.path.join(options.arms, f'{contrast}_{source_name}-to-{truth_name}_*.nii.gz'))):
                v = working(sitk.ReadImage(arm), frame)
                row[os.path.basename(arm).split('_')[2][:-7]] = round(decibel(v[brain].astype(float), y[brain].astype(float)), 2)
                if 'doing-nothing' in arm:
                    x, t = v / 1000, y / np.quantile(y[brain], .9) * .7
                    counts, sums = S.splat(x[frame['in_view']], S.CELL_INDEX[frame['in_view'].ravel()], np.clip(t[frame['in_view']], 0, 2.4))
                    tone = tone_field.compose((np.array([0., 10.]), np.array([0., 10.])), S.target_field(counts, sums))
                    best = tone_field.apply_tone(tone, x, brain)
                    row['best-field'] = round(decibel(best.astype(float), y[brain].astype(float)), 2)
            result[f'{contrast} {source_name} to {truth_name}'] = row
            print(contrast, source_name, 'to', truth_name, row, flush=True)
    if options.json:
        with open(options.json, 'w') as f:
            json.dump(result, f, indent=1)


if __name__ == '__main__':
    main()
