"""int8 or float32? python int8.py --bundle models/mr-head/VERSION --fractions CACHE --work DIR [--pairs 12] [--json OUT]

Every network is quantized statically (QDQ, int8 weights per channel), calibrated on pairs of training anatomies at both noise levels.
Prints the time of a run and, with the networks swapped one at a time, the error on held-out pairs at full strength.
"""
import argparse
import json
import os
import shutil
import time
from functools import partial

import numpy as np
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

import chain
import tone_field
from simulate import sample
from travel import load_heads


class Recorded:
    """A network that keeps what it was given."""

    def __init__(self, network):
        self.network, self.names, self.seen = network, network.names, []

    def __call__(self, *tensors):
        self.seen.append({n: t.contiguous().numpy().copy() for n, t in zip(self.names, tensors)})
        return self.network(*tensors)


class Replay(CalibrationDataReader):
    def __init__(self, seen):
        self.rows = iter(seen)

    def get_next(self):
        return next(self.rows, None)


def error(networks, item, seed):
    head = item['view'] & (item['values'] > .12) & (item['truth'] > .05)
    tone = tone_field.compose(item['curve'], chain.sample_fields(networks, item, 8, seed=seed).mean(0))
    e = np.abs(tone_field.apply_tone(tone, item['values'], head) - item['truth'][head])
    return float(e.mean()), float(e[item['ellipse'][head]].mean())


def seconds(network, given, runs=20):
    network.session.run(None, given)
    begin = time.perf_counter()
    for _ in range(runs):
        network.session.run(None, given)
    return (time.perf_counter() - begin) / runs


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ('bundle', 'fractions', 'work'):
        parser.add_argument('--' + name, required=True)
    parser.add_argument('--pairs', type=int, default=12)
    parser.add_argument('--json')
    options = parser.parse_args()
    for name in ('bundle', 'fractions', 'work', 'json'):
        if getattr(options, name):
            setattr(options, name, os.path.abspath(getattr(options, name)))
    networks, manifest = chain.load_bundle(options.bundle)
    recorded = {k: Recorded(n) for k, n in networks.items()}
    training = load_heads(options.fractions, 0, 16)
    for i in range(6):
        chain.sample_fields(recorded, sample(np.random.default_rng([8000, i]), training, look=partial(chain.tissue_look, recorded)), 2, seed=i)
    shutil.rmtree(options.work, ignore_errors=True)
    os.makedirs(options.work)
    os.chdir(options.work)  # the quantizer leaves its temporary files where it runs
    held_out = load_heads(options.fractions, 16, 20)
    drawn = lambda nets, i: sample(np.random.default_rng([4000, i]), held_out, person=i % 4, look=partial(chain.tissue_look, nets))
    mean = lambda nets: np.mean([error(nets, drawn(nets, i), i) for i in range(options.pairs)], 0).round(5).tolist()
    table = {'float32': dict(zip(('head', 'brain'), mean(networks)))}
    for name, short in (('encoder', 'style_encoder'), ('decoder', 'style_decoder'), ('denoiser', 'denoiser'), ('tissue', 'tissue')):
        source, ready, small = (os.path.join(options.work, f'{short}{end}.onnx') for end in ('', '-ready', '-int8'))
        shutil.copy(os.path.join(options.bundle, manifest['networks'][short]['path']), source)
        given = recorded[name].seen[-1]
        row = dict(float32_ms=round(1e3 * seconds(networks[name], given), 2))
        try:
            quant_pre_process(source, ready, skip_symbolic_shape=True)
            quantize_static(ready, small, Replay(recorded[name].seen), QuantFormat.QDQ, per_channel=True, weight_type=QuantType.QInt8, activation_type=QuantType.QInt8)
            quantized = chain.OnnxNetwork(small)
            row |= dict(int8_ms=round(1e3 * seconds(quantized, given), 2)) | dict(zip(('head', 'brain'), mean({**networks, name: quantized})))
        except Exception as fault:  # what the runtime cannot quantize is a result too
            row['fault'] = str(fault).splitlines()[0][:200]
        table[short] = row
        print(short, row, flush=True)
    print(table['float32'])
    if options.json:
        with open(options.json, 'w') as f:
            json.dump(dict(pairs=options.pairs, **table), f, indent=1)


if __name__ == '__main__':
    main()
