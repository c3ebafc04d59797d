"""The detail denoiser: a U-Net on tiles without normalisation layers, so that a pixel's answer does not depend on where its tile was cut.

image [n, 3, J, I]: the source's detail, the gain field's detail (both over the noise scale), the low band over LOW_HU; noisy_detail [n, 1, J, I]; condition [n, 26]; timestep [n]; J and I multiples of 8.
"""
import math
from dataclasses import asdict, dataclass

import torch
import torch.nn as nn
import torch.nn.functional as F

CONDITIONS = 26
FOLD = 2


@dataclass(frozen=True)
class Size:
    widths: tuple = (32, 64, 96)
    embedding: int = 96

    def to_json(self):
        return asdict(self)


class Residual(nn.Module):
    """Two convolutions, scaled and shifted per channel by the embedding (FiLM: Perez et al. 2018)."""

    def __init__(self, width, embedding):
        super().__init__()
        self.conv1, self.conv2 = (nn.Conv2d(width, width, 3, padding=1) for _ in range(2))
        self.modulate = nn.Linear(embedding, 2 * width)
        for zero in (self.conv2, self.modulate):
            nn.init.zeros_(zero.weight)
            nn.init.zeros_(zero.bias)

    def forward(self, x, e):
        gain, offset = self.modulate(e)[:, :, None, None].chunk(2, 1)
        return x + self.conv2(F.silu(self.conv1(x) * (1 + gain) + offset))


class DetailDenoiser(nn.Module):
    """v of the noisy detail: a free part, and a share of what the gain field changed (an edge it softened is given back, grain is not)."""

    def __init__(self, size=Size()):
        super().__init__()
        a, b, c = size.widths
        e = size.embedding
        self.register_buffer('frequencies', torch.exp(-math.log(1e4) * torch.arange(16) / 16))
        self.time = nn.Sequential(nn.Linear(32, e), nn.SiLU(), nn.Linear(e, e))
        self.style = nn.Sequential(nn.Linear(CONDITIONS, e), nn.SiLU(), nn.Linear(e, e))
        self.enter = nn.Conv2d(4 * FOLD ** 2, a, 3, padding=1)
        self.down1, self.down2, self.middle, self.up2, self.up1 = (Residual(w, e) for w in (a, b, c, b, a))
        self.fold1, self.fold2 = nn.Conv2d(a, b, 2, 2), nn.Conv2d(b, c, 2, 2)
        self.unfold2, self.unfold1 = nn.Conv2d(c, 4 * b, 1), nn.Conv2d(b, 4 * a, 1)
        self.last = Residual(a, e)
        self.out = nn.Conv2d(a, 2 * FOLD ** 2, 3, padding=1)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(self, image, noisy_detail, condition, timestep):
        phase = self.frequencies * timestep[:, None]
        e = F.silu(self.time(torch.cat([phase.sin(), phase.cos()], 1)) + self.style(condition))
        h1 = self.down1(self.enter(F.pixel_unshuffle(torch.cat([image, noisy_detail], 1), FOLD)), e)
        h2 = self.down2(self.fold1(h1), e)
        h3 = self.middle(self.fold2(h2), e)
        h2 = self.up2(h2 + F.pixel_shuffle(self.unfold2(h3), 2), e)
        h1 = self.last(self.up1(h1 + F.pixel_shuffle(self.unfold1(h2), 2), e), e)
        free, share = F.pixel_shuffle(self.out(h1), FOLD).chunk(2, 1)
        return free + share * (image[:, :1] - image[:, 1:2])


def channels_last(module):
    return module.to(memory_format=torch.channels_last)
