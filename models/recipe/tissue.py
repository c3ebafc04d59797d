"""What each voxel holds: a small U-Net that knows brain tissue under any contrast (SynthSeg: Billot et al. 2023; smaller, on 2 mm)."""
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

import style_statistics as S

# groups of labels.py that make each tissue; whatever is left is background
TISSUES = dict(fluid=(9,), grey=(1, 3, 8), deep=(4, 5, 6), white=(0, 2, 7))
WINDOW = (slice(24, 96), slice(8, 112), slice(8, 88))  # ZYX of the frame: holds every brain, sides of multiples of 8
CEILING = 1.5  # of an equalised scan; the brain ends at 1


def equalised(values, view, quantiles):
    """Each intensity becomes its probability among the brain's: what the network sees is free of any rising tone curve. 0 out of view."""
    return np.where(view, np.minimum(S.apply_curve(S.start_curve(quantiles, S.PROBABILITIES), values), CEILING), 0).astype(np.float32)


def block(inside, outside):
    return nn.Sequential(nn.Conv3d(inside, outside, 3, padding=1), nn.GroupNorm(8, outside), nn.SiLU())


def folded(volume):
    """[n, 1, Z, Y, X] → [n, 8, Z/2, Y/2, X/2]: the eight voxels of a block side by side."""
    n, _, z, y, x = volume.shape
    return volume.reshape(n, z // 2, 2, y // 2, 2, x // 2, 2).permute(0, 2, 4, 6, 1, 3, 5).reshape(n, 8, z // 2, y // 2, x // 2)


def unfolded(blocks):
    """[n, 8·c, z, y, x] → [n, c, 2z, 2y, 2x]."""
    n, channels, z, y, x = blocks.shape
    return blocks.reshape(n, channels // 8, 2, 2, 2, z, y, x).permute(0, 1, 5, 2, 6, 3, 7, 4).reshape(n, channels // 8, 2 * z, 2 * y, 2 * x)


class TissueNetwork(nn.Module):
    """An equalised scan [n, 1, 96, 120, 96] → share of fluid, grey, deep grey and white matter [n, 4, 96, 120, 96]; 0 outside the window."""

    def __init__(self, width=24):
        super().__init__()
        z, y, x = (torch.linspace(-1, 1, (s.stop - s.start) // 2) for s in WINDOW)
        self.register_buffer('where', torch.stack(torch.meshgrid(z, y, x.abs(), indexing='ij'))[None])
        self.first = nn.Sequential(block(11, width), block(width, width))
        self.second = nn.Sequential(block(width, 2 * width), block(2 * width, 2 * width))
        self.third = nn.Sequential(block(2 * width, 4 * width), block(4 * width, 2 * width))
        self.rise2 = block(4 * width, width)
        self.rise1 = block(2 * width, width)
        self.last = nn.Conv3d(width + 8, 8 * (len(TISSUES) + 1), 1)

    def logits(self, window):
        """Inside the window, background first: [n, 5, 72, 104, 80]."""
        up = lambda v: F.interpolate(v, scale_factor=2, mode='nearest')
        eight = folded(window)
        one = self.first(torch.cat([eight, self.where.expand(window.shape[0], -1, -1, -1, -1)], 1))
        two = self.second(F.max_pool3d(one, 2))
        three = self.third(F.max_pool3d(two, 2))
        two = self.rise2(torch.cat([up(three), two], 1))
        one = self.rise1(torch.cat([up(two), one], 1))
        return unfolded(self.last(torch.cat([one, eight], 1)))

    def forward(self, scan):
        shares = self.logits(scan[:, :, WINDOW[0], WINDOW[1], WINDOW[2]]).softmax(1)[:, 1:]
        z, y, x = ((s.start, n - s.stop) for s, n in zip(WINDOW, S.FRAME))
        return F.pad(shares, (*x, *y, *z))
