"""The tables of README.md from results.json, printed as Markdown: python validation/studies/ct-kernel/tables.py results.json"""
import json
import sys

NAMES = dict(nothing='doing nothing', gaussian='Gaussian picked on the pair', spectrum='whole-slice spectrum matching', flat='√(NPS ratio) of flat patches', start='start alone', field='field, full strength',
             model='**concord**', best_linear='best linear filter fitted on the pair (oracle)')
KINDS = dict(pairs='all', kernel='another kernel, same noise', both='another kernel and dose', dose='another dose alone', same='nearly or quite the same scanner')
TISSUES = ('lung', 'fat', 'soft', 'bone')


def table(head, rows):
    return '\n'.join('| ' + ' | '.join(r) + ' |' for r in (head, ['---'] * len(head), *rows)) + '\n'


def simulated(result):
    share = lambda t: f"{t['share']:.2f} [{t['share_ci'][0]:.2f}, {t['share_ci'][1]:.2f}]" if t['share'] is not None else '–'
    for kind, name in KINDS.items():
        r = result.get('simulated_' + kind)
        if r:
            yield f"Simulated pairs, {name}: {r['pairs']}, of which {r['differing']} differ\n\n" + table(
                ['method', 'MAE HU, median [95 %]', 'share of the gap, median [95 %]', 'worse than nothing', 'HF-SD off', '10 mm regions, 95 % / worst HU'],
                [[NAMES[m], f"{t['mae']:.2f} [{t['mae_ci'][0]:.2f}, {t['mae_ci'][1]:.2f}]", share(t), f"{100 * t['worse_than_nothing']:.0f} %", f"{t['hf_sd_off_percent']:.1f} %",
                  f"{t['region_shift_p95']:.2f} / {t['region_shift_max']:.0f}"] for m, t in r['methods'].items()])


def doses(result):
    three = lambda v: f"{v[0]:.2f} [{v[1]:.2f}, {v[2]:.2f}]"
    return (f"Another dose, {result['pairs']} pairs, of which {result['left_alone']} are left alone (few flat patches, or noise within 30 %); the others, median [5 %, 95 %]\n\n" + table(
        ['the reference has', 'pairs', 'noise SD over the truth’s, before', 'after', 'within 10 %', 'after, over the reference’s', 'error over that of doing nothing', '10–90 % rise over the truth’s, 100 HU', '200 HU', '400 HU'],
        [[name, str(r['pairs']), three(r['noise_before']), three(r['noise_after']), f"{r['noise_within_10_percent']} of {r['pairs']}", three(r['noise_after_over_reference']), three(r['mae']), *(three(r[f'rise_{c}']) for c in (100, 200, 400))]
         for name, r in (('less noise', result['less_noise']), ('more noise', result['more_noise']))]))


def pair(key, r):
    off = lambda v: f"{v['nps_deviation_mean']:.0f} % / {v['nps_deviation_max']:.0f} %" if 'nps_deviation_mean' in v else '–'
    direction, reference = key.replace('_to_', ' → ').split('_', 1)
    regions = r['values']['model']
    return (f"{direction}, reference: {reference.replace('_', ' ')} (size of the start {r['distance']:.2f}, λ {r['strength']:.2f})\n\n" + table(
        ['method', 'MAE HU', 'HF-SD ratio', 'soft tissue', 'lung', 'LAA−950 % (true)', 'Perc15 HU (true)', 'NPS off, mean / largest band', '10 mm regions, 95 % / worst HU'],
        [[NAMES[m], f"{v['mae']:.2f}", f"{v['hf_sd_ratio']:.3f}", f"{v['soft_ratio']:.2f}", f"{v['lung_ratio']:.2f}", f"{v['laa950']:.1f} ({v['laa950_true']:.1f})", f"{v['perc15']:.0f} ({v['perc15_true']:.0f})", off(v),
          f"{v['region_shift_p95']:.1f} / {v['region_shift_max']:.0f}"] for m, v in r['values'].items()])
        + '\nHomogeneous 10 mm regions under concord, mean shift / 95 % of single ones / share below 1 HU: '
        + '; '.join(f"{t} {a:.2f} / {b:.1f} HU / {c:.0f} %" for t in TISSUES if f'homogeneous_{t}' in regions for a, b, c in [regions[f'homogeneous_{t}']]) + '.\n')


def main():
    with open(sys.argv[1]) as f:
        result = json.load(f)
    for key, r in result.get('kernel_pair', {}).items():
        print(pair(key, r))
    for text in simulated(result.get('simulated', {})):
        print(text)
    if 'dose' in result:
        print(doses(result['dose']))


if __name__ == '__main__':
    main()
