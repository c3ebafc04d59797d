"""concord's shading against N4's: known shading on real and simulated heads, and real heads as they are.

    npm run build && .venv-oracle/bin/python validation/studies/bias-field/study.py ../shared/data [SCANS]

Writes results.json and prints the table of README.md. N4: SimpleITK, defaults of the filter (4 levels, 50 iterations
each, control points 4x4x4), sampled every 6 mm like ours, on the same brain mask.
"""
import json
import pathlib
import subprocess
import sys
import tempfile
import zlib

import nibabel as nib
import numpy as np
import SimpleITK as sitk
from scipy.ndimage import gaussian_filter

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[2] / "models" / "recipe"))
import conform as frame  # noqa: E402

REAL = ["heads/uih-770-T1w-A", "two-protocol-cohort/nichart-subj05-FLAIR", "repeat/openms-long-p12-s1-T1W",
        "heads/ixi-IXI012-HH-1211", "heads/vs-seg-001-T1CE", "heads/studyforrest-02-T1w",
        "two-protocol-cohort/nichart-subj08-T1w", "heads/openms-cs-p07-T2", "two-protocol-cohort/nichart-subj01-T1w",
        "heads/itk-trio-mprage-multiframe", "heads/niimath-T1"]
SIMULATED = [(17, "T1w"), (18, "T2w"), (20, "SE"), (19, "FLAIR"), (20, "CE")]
# relative signal of white, cortex, CSF, deep grey, cerebellar grey and white, soft tissue, fat, bone
CONTRAST = {
    "T1w": (1, .66, .25, .8, .7, .97, .75, 1.25, .12), "T2w": (.42, .6, 1.3, .48, .6, .45, .5, .9, .1),
    "FLAIR": (.6, .8, .2, .7, .75, .62, .7, 1.2, .12), "SE": (.85, .7, .35, .76, .72, .83, .9, 1.9, .2),
    "CE": (.95, .68, .3, .78, .72, .93, 1.1, 1.7, .2),
}
GROUPS = [[2, 41, 77, 251, 252, 253, 254, 255, 85, 16, 28, 60], [3, 42], [4, 43, 5, 44, 14, 15, 24, 72, 31, 63],
          [10, 49, 11, 50, 12, 51, 13, 52, 17, 53, 18, 54, 26, 58], [8, 47], [7, 46]]
GRID = np.meshgrid(*(np.arange(n, dtype=float) for n in (96, 120, 96)), indexing="ij", sparse=True)


def ellipsoid_coordinates(box):
    z, y, x = GRID
    return (x - 47.5) / (.8 * box[2]), (y - 59.5) / (.8 * box[3]), (z - 56) / 27


def random_shading(name, box, sd=.15):
    """Log of a coil array's root sum of squares, a bright or dark centre, and smooth noise; SD fixed in the brain."""
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    u, v, w = ellipsoid_coordinates(box)
    brain, power = u * u + v * v + w * w < 1, 0
    normal = lambda a: (a - a[brain].mean()) / a[brain].std()  # noqa: E731
    for _ in range(8):
        angle, rise = rng.uniform(0, 2 * np.pi), rng.uniform(-.5, .6)
        x, y, z = 1.7 * np.array([np.cos(angle) * np.cos(rise), np.sin(angle) * np.cos(rise), 1.5 * np.sin(rise)])
        reach = rng.uniform(1.3, 2)
        power = power + (rng.uniform(.3, 1) * np.exp(-((u - x)**2 + (v - y)**2 + (w - z)**2) / 2 / reach**2))**2
    centre = rng.uniform(-.5, 1.2) * np.exp(-(u * u + v * v + w * w) / 2 / .36)
    noise = gaussian_filter(rng.normal(size=(96, 120, 96)), 20)
    return sd * normal(normal(.5 * np.log(power + 1e-6)) + centre - centre[brain].mean() + .35 * normal(noise))


def simulated_head(labels_path, contrast, seed):
    """A head without shading from a label map at 1 mm: tissue means, texture, partial volume, Rician noise."""
    image, rng = nib.as_closest_canonical(nib.load(labels_path)), np.random.default_rng(seed)
    labels, levels = np.asarray(image.dataobj).astype(int), CONTRAST[contrast]
    signal = np.zeros(labels.max() + 1)
    for label in np.unique(labels)[1:]:
        group = next((g for g, members in enumerate(GROUPS) if label in members), None)
        if group is not None:
            signal[label] = levels[group] * (1 + .015 * rng.normal())
        elif label >= 500:
            signal[label] = rng.choice([levels[6], levels[7], levels[8], levels[6]]) * rng.uniform(.8, 1.2)
        else:
            signal[label] = levels[6] * rng.uniform(.5, 1)
    samples = gaussian_filter(signal[labels], .6)
    samples *= 1 + .24 * gaussian_filter(rng.normal(size=samples.shape), 1.2)
    samples = 500 * np.hypot(samples + .03 * rng.normal(size=samples.shape), .03 * rng.normal(size=samples.shape))
    return samples.astype(np.float32), image.affine


def in_frame(samples, affine):
    """The scan on the working grid in its own units: volume, brain mask, box."""
    copy = frame.to_two_mm(samples, np.linalg.norm(affine[:3, :3], axis=0))
    box, top, threshold = frame.find_head(copy)
    aim = (frame.CENTRE[0] - box[0], frame.CENTRE[1] - box[1], frame.TOP - top)
    volume, in_view = frame.place(copy, tuple(int(np.floor(a + .5)) for a in aim))
    return volume, frame.ellipsoid(box) & in_view & (volume > .3 * threshold), box


def n4_log_field(volume, mask):
    image = sitk.GetImageFromArray(np.maximum(volume, 1e-3).astype(np.float32))
    brain = sitk.GetImageFromArray(mask.astype(np.uint8))
    image.SetSpacing((2, 2, 2))
    brain.CopyInformation(image)
    n4 = sitk.N4BiasFieldCorrectionImageFilter()
    n4.SetMaximumNumberOfIterations([50] * 4)
    n4.Execute(sitk.Shrink(image, [3] * 3), sitk.Shrink(brain, [3] * 3))
    return sitk.GetArrayFromImage(n4.GetLogBiasFieldAsImage(image)).astype(float)


def our_log_fields(volumes):
    """Log fields on the working grid, from concord's conform run on the working volumes themselves."""
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for number, volume in enumerate(volumes):
            paths.append(f"{folder}/scan-{number}.nii.gz")
            nib.save(nib.Nifti1Image(volume.T.astype(np.float32), np.diag([2., 2, 2, 1])), paths[-1])
        printed = subprocess.run(["node", str(HERE / "fields.mjs"), *paths], check=True, capture_output=True, text=True)
    found = [json.loads(line) for line in printed.stdout.splitlines()]
    cost = [f["cpuSeconds"]["withBias"] - f["cpuSeconds"]["plain"] for f in found]
    return [evaluate(f["field"], f["offset"]) for f in found], cost


def evaluate(field, offset):
    z, y, x = (axis + o for axis, o in zip(GRID, offset[::-1]))
    centre, semi_axes = field["ellipsoid"]["centre"], field["ellipsoid"]["semiAxes"]
    place = np.broadcast_arrays(*((p - c) / (1.1 * s) for p, c, s in zip((x, y, z), centre, semi_axes)))
    radius = np.maximum(1, np.sqrt(sum(p * p for p in place)))
    x, y, z = (p / radius for p in place)
    powers = [(a, b, t - a - b) for t in range(1, field["degree"] + 1) for a in range(t, -1, -1) for b in range(t - a, -1, -1)]
    total = sum(k * x**a * y**b * z**c for k, (a, b, c) in zip(field["coefficients"], powers))
    return np.clip(total - field["mean"], -.7, .7)


def white_variation(volume, mask, log_field):
    """Coefficient of variation (robust: 1.4826 MAD / median) of the voxels between the 55th and 95th percentile
    of N4-or-ours corrected intensity: mostly white matter in T1w scans."""
    flat = (volume / np.exp(log_field))[mask]
    low, high = np.quantile(flat, [.55, .95])
    white = flat[(flat > low) & (flat < high)]
    return float(1.4826 * np.median(abs(white - np.median(white))) / np.median(white))


def measure(name, volume, mask, box, is_flat):
    truth = random_shading(name, box)
    shaded = volume * np.exp(truth)
    ours, cost = our_log_fields([volume, shaded])
    n4 = [n4_log_field(volume, mask), n4_log_field(shaded, mask)]
    row = {"scan": name, "flat": is_flat, "cpuSeconds": float(np.mean(cost)),
           "agreement": float(np.corrcoef(ours[0][mask], n4[0][mask])[0, 1])}
    for method, (plain, with_shading) in {"ours": ours, "n4": n4}.items():
        row[method] = {
            "found": float(plain[mask].std()),
            "correlation": float(np.corrcoef((with_shading - plain)[mask], truth[mask])[0, 1]),
            "residual": float((with_shading - plain - truth)[mask].std()),
            "error": float((with_shading - truth)[mask].std()),
            "whiteVariation": white_variation(volume, mask, plain),
        }
    row["whiteVariation"] = white_variation(volume, mask, 0 * truth)
    return row


def print_table(rows):
    print("| scan | agreement | found ours / N4 | residual ours / N4 | correlation ours / N4 | error ours / N4 | white CV before, ours, N4 |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for r in rows:
        pair = lambda key: f"{r['ours'][key]:.3f} / {r['n4'][key]:.3f}"  # noqa: E731
        error = pair("error") if r["flat"] else "–"
        print(f"| {r['scan']} | {r['agreement']:.2f} | {pair('found')} | {pair('residual')} | {pair('correlation')} | {error} | "
              f"{r['whiteVariation']:.3f}, {r['ours']['whiteVariation']:.3f}, {r['n4']['whiteVariation']:.3f} |", flush=True)


def shading_of_flat_heads(data):
    """What our correction finds where there is nothing to find: SD of log b in 20 simulated heads without shading."""
    found = {}
    for number in (17, 18, 19, 20):
        for contrast in CONTRAST:
            head = simulated_head(data / "labels" / f"synthseg-{number:02d}.nii.gz", contrast, 100 * number + 1)
            volume, mask, _ = in_frame(*head)
            found[f"{number}-{contrast}"] = round(float(our_log_fields([volume])[0][0][mask].std()), 4)
    return found


def main():
    data, rows = pathlib.Path(sys.argv[1]), []
    wanted = sys.argv[2:]
    for name in REAL:
        if not wanted or any(w in name for w in wanted):
            rows.append(measure(name, *in_frame(*frame.read_ras(data / "mr" / f"{name}.nii.gz")), False))
            print_table(rows[-1:])
    for number, contrast in SIMULATED:
        name = f"simulated-{number}-{contrast}"
        if not wanted or any(w in name for w in wanted):
            head = simulated_head(data / "labels" / f"synthseg-{number:02d}.nii.gz", contrast, 100 * number)
            rows.append(measure(name, *in_frame(*head), True))
            print_table(rows[-1:])
    flat = {} if wanted else shading_of_flat_heads(data)
    if flat:
        print("flat heads: mean", round(float(np.mean(list(flat.values()))), 4), "max", max(flat.values()))
    (HERE / "results.json").write_text(json.dumps({"scans": rows, "flatHeads": flat}, indent=1) + "\n")
    print()
    print_table(rows)
    for title, some in (("real", [r for r in rows if not r["flat"]]), ("flat", [r for r in rows if r["flat"]])):
        if some:
            mean = lambda m, k: np.mean([r[m][k] for r in some])  # noqa: E731
            print(title, {f"{m} {k}": round(float(mean(m, k)), 4) for m in ("ours", "n4") for k in ("found", "residual", "correlation", "error", "whiteVariation")},
                  "before", round(float(np.mean([r["whiteVariation"] for r in some])), 4), "agreement", round(float(np.mean([r["agreement"] for r in some])), 3),
                  "cpu s", round(float(np.mean([r["cpuSeconds"] for r in some])), 3))


if __name__ == "__main__":
    main()
