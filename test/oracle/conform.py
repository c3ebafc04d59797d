"""Prints what the recipe's conform finds in a scan, and writes its working volume: conform.py SCAN OUT.f32"""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "models" / "recipe"))
import numpy as np  # noqa: E402
from conform import brain_quantiles, conform  # noqa: E402

found = conform(sys.argv[1])
found["working"].astype("<f4").tofile(sys.argv[2])
print(json.dumps({
    "offset": list(found["offset"]),
    "top": found["top"],
    "headBox": list(found["head_box"]),
    "brainScale": found["brain_scale"],
    "inView": int(found["in_view"].sum()),
    "brain": int(found["brain"].sum()),
    "nativeToWorking": np.asarray(found["native_to_working"]).ravel().tolist(),
    "median": float(brain_quantiles(found["working"], found["head_box"], 3)[1]),
}))
