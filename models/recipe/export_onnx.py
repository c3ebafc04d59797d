"""Averaged weights → a bundle: four ONNX files and manifest.json, with the measured parity.

python export_onnx.py --checkpoints DIR --bundle models/mr-head/0.3.0 --version 0.3.0 [--calibration calibration.json]
python export_onnx.py --tiny test/support/tinyBundle     random small weights for tests, no checkpoints needed
"""
import argparse
import hashlib
import json
import os
import platform

import numpy as np
import onnx
import onnxruntime
import torch

from networks import Denoiser, Size, StyleDecoder, StyleEncoder
from noise import smooth_noise
from style_statistics import CELL, FRAME, GRID, KNOTS, STEP
from tissue import TISSUES, TissueNetwork

TIMESTEPS = [999, 749, 499, 249]  # the levels of training (train.py); a protocol may visit fewer
PARITY_LIMIT = 1e-4  # model scale: the field is divided by FIELD_SCALE before it moves an intensity
FIELD_SCALE = 6.0
TRAINED_ON = [
    'SynthSeg training label maps 01-16 (Apache-2.0), rendered by the simulated scanners of models/recipe/physics.py',
    'ITK example data: Siemens Trio MPRAGE, Philips T1TFE (Apache-2.0)',
    'open_ms_data cross-sectional patient 07: T1w, T2w, FLAIR (CC BY 4.0, Lesjak et al. 2018)',
    'studyforrest subject 02 T1w (PDDL)',
    'UIH uMR 770 T1w (BSD-2-Clause)',
    'Vestibular-Schwannoma-SEG 001 contrast-enhanced T1w (CC BY 4.0, Shapey et al. 2021)',
]


def grid(channels, size=None):
    return [size, channels, *GRID] if size else ['n', channels, *GRID]


def interfaces(code):
    """Names and shapes of every tensor; 'n' is the free batch size."""
    return {
        'style_encoder': ([('statistics', grid(KNOTS))], [('style_code', ['n', code])]),
        'style_decoder': ([('style_code', ['n', code])], [('style_map', grid(KNOTS))]),
        'denoiser': ([('statistics', grid(KNOTS)), ('style_map', grid(KNOTS)), ('noisy_field', grid(KNOTS)), ('timestep', ['n']),
                      ('reference_code', ['n', code]), ('source_code', ['n', code]), ('start_shift', ['n', KNOTS]), ('source_map', grid(KNOTS))],
                     [('v', grid(KNOTS))]),
        'tissue': ([('scan', ['n', 1, *FRAME])], [('tissue', ['n', len(TISSUES), *FRAME])]),
    }


def examples(inputs, n, seed):
    g = torch.Generator().manual_seed(seed)
    made = []
    for name, shape in inputs:
        shape = [n, *shape[1:]]
        if name in ('statistics', 'style_map', 'source_map'):
            made.append(torch.rand(shape, generator=g) * 1.5)
        elif name == 'noisy_field':
            made.append(smooth_noise(n, g))
        elif name == 'timestep':
            made.append(torch.tensor([float(TIMESTEPS[i % 4]) for i in range(n)]))
        elif name == 'start_shift':
            made.append(.2 * torch.randn(shape, generator=g))
        else:
            made.append(torch.randn(shape, generator=g))
    return made


def export(network, name, interface, path):
    """Writes one ONNX file; returns the largest difference to PyTorch over two batch sizes."""
    inputs, outputs = interface
    arguments = tuple(examples(inputs, 2, 1))
    batch = torch.export.Dim('n', min=1, max=64)
    program = torch.onnx.export(network, arguments, dynamo=True, opset_version=18, input_names=[i for i, _ in inputs],
                                output_names=[o for o, _ in outputs], dynamic_shapes=tuple({0: batch} for _ in inputs), verbose=False)
    program.optimize()
    model = program.model_proto
    del model.metadata_props[:]
    model.graph.name, model.doc_string = name, ''
    model.producer_name, model.producer_version = 'concord recipe', ''
    for node in model.graph.node:
        del node.metadata_props[:]
        node.doc_string = ''
    for value in (*model.graph.value_info, *model.graph.initializer):
        if hasattr(value, 'metadata_props'):
            del value.metadata_props[:]
    onnx.checker.check_model(model)
    with open(path, 'wb') as f:
        f.write(model.SerializeToString())
    session = onnxruntime.InferenceSession(path, providers=['CPUExecutionProvider'])
    worst = 0.
    for n in (1, 5):
        given = examples(inputs, n, 10 + n)
        with torch.no_grad():
            ours = network(*given).numpy()
        theirs, = session.run(None, {i: t.numpy() for (i, _), t in zip(inputs, given)})
        worst = max(worst, float(np.abs(ours - theirs).max()))
    return worst


def described(path):
    with open(path, 'rb') as f:
        content = f.read()
    return dict(path=os.path.basename(path), sha256=hashlib.sha256(content).hexdigest(), bytes=len(content))


def load(checkpoints, size):
    networks = dict(style_encoder=StyleEncoder(size), style_decoder=StyleDecoder(size), denoiser=Denoiser(size), tissue=TissueNetwork(size.tissue))
    if checkpoints:
        style = torch.load(os.path.join(checkpoints, 'style.pt'), map_location='cpu', weights_only=True)['average']
        field = torch.load(os.path.join(checkpoints, 'field.pt'), map_location='cpu', weights_only=True)['average']
        tissue = torch.load(os.path.join(checkpoints, 'tissue.pt'), map_location='cpu', weights_only=True)['average']
        for key, state, prefix in (('style_encoder', style, 'encoder.'), ('style_decoder', style, 'decoder.'), ('denoiser', field, 'denoiser.'), ('tissue', tissue, 'network.')):
            networks[key].load_state_dict({k[len(prefix):]: v for k, v in state.items() if k.startswith(prefix)})
    return {k: n.eval() for k, n in networks.items()}


def nothing_is_refused(code):
    """The calibration of a bundle that was never calibrated: full strength, no limit that a scan could reach."""
    return dict(redrawError=dict(p995=1e6), uncertainty=dict(limit=1e6),
                codeSpread=dict(mean=[0.] * code, precision=np.eye(code).tolist(), p995=1e6))


def manifest(options, size, parity, calibration, evaluation):
    described_networks = {}
    for name, (inputs, outputs) in interfaces(size.code).items():
        tensors = lambda pairs: [dict(name=n, dtype='float32', shape=s) for n, s in pairs]
        described_networks[name] = dict(path=name + '.onnx', inputs=tensors(inputs), outputs=tensors(outputs))
    return dict(
        schemaVersion=1, id=options.id, version=options.version, changelog={options.version: options.change},
        task='Style harmonization of head MR: local tone curves generated by few-step diffusion',
        description='Style encoder, style decoder and style-field denoiser on a 16 mm grid with 20 intensity knots; a tissue network on 2 mm.',
        license='Apache-2.0', intended_use='Research on head MR cohorts. For research use only. Not for use in diagnostic procedures.',
        not_for='Diagnosis; body parts other than the head; quantitative maps; diffusion-weighted or phase images.',
        references=['DDIM: arXiv 2010.02502', 'v-prediction: arXiv 2202.00512', 'zero terminal SNR: arXiv 2305.08891', 'bilateral grid: arXiv 1707.02880'],
        trained_on=TRAINED_ON if options.checkpoints else ['nothing: random weights for tests'],
        framework_versions=dict(torch=torch.__version__.split('+')[0], onnx=onnx.__version__, onnxruntime=onnxruntime.__version__, python=platform.python_version()),
        conform=dict(orientation='RAS', spacingMm=2, frame=[96, 120, 96], intensity='brain-p90'),
        statistics=dict(cellVoxels=CELL, knots=KNOTS, knotSpacing=STEP), style=dict(codeLength=size.code), field=dict(scale=FIELD_SCALE),
        sampler=dict(prediction_type='v_prediction', num_train_timesteps=1000, beta_schedule='cosine', timesteps=TIMESTEPS,
                     noise=dict(cellSigma=1, knotSigma=2)),
        networks=described_networks, parity=dict(limit=PARITY_LIMIT, maxAbsDifference=parity), calibration=calibration,
        files=[described(os.path.join(options.bundle, n + '.onnx')) for n in described_networks], eval_metrics=evaluation)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--checkpoints')
    parser.add_argument('--bundle')
    parser.add_argument('--tiny')
    parser.add_argument('--id', default='mr-head')
    parser.add_argument('--version', default='0.0.1')
    parser.add_argument('--change', default='First weights.')
    parser.add_argument('--calibration', help='calibration.json of calibrate.py')
    parser.add_argument('--evaluation', help='simulated.json of evaluate.py, for eval_metrics')
    options = parser.parse_args()
    torch.manual_seed(0)
    size = Size()
    if options.tiny:
        options.bundle, options.id, options.checkpoints = options.tiny, 'tiny', None
        options.change = 'Random weights for tests.'
        size = Size(code=24, encoder=8, decoder=16, width=8, inner=8, deepest=8, embedding=16, tissue=8)
    os.makedirs(options.bundle, exist_ok=True)
    networks = load(options.checkpoints, size)
    if options.tiny:  # the output layers start at zero; tests want a network that answers
        for p in networks['denoiser'].parameters():
            torch.nn.init.normal_(p, std=.05)
    parity = {name: export(networks[name], name, interface, os.path.join(options.bundle, name + '.onnx')) for name, interface in interfaces(size.code).items()}
    if max(parity.values()) > PARITY_LIMIT:
        raise SystemExit(f'parity with PyTorch is broken: {parity}')
    read = lambda path: json.load(open(path)) if path else {}
    calibration = read(options.calibration) if options.calibration else nothing_is_refused(size.code)
    out = manifest(options, size, {k: float(f'{v:.3g}') for k, v in parity.items()}, calibration, {'simulated_' + k: v for k, v in read(options.evaluation).items()})
    with open(os.path.join(options.bundle, 'manifest.json'), 'w') as f:
        json.dump(out, f, indent=2)
        f.write('\n')
    print(json.dumps(dict(bundle=options.bundle, parity=parity, bytes=sum(x['bytes'] for x in out['files']))))


if __name__ == '__main__':
    main()
