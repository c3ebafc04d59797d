"""The three CT networks. Statistics [n, 52, Z, Y, X], fields [n, 48, Z, Y, X], any number of cells; style code [n, 16], style map [n, 48]."""
import math
from dataclasses import asdict, dataclass

import torch
import torch.nn as nn
import torch.nn.functional as F

from ct.bands import BANDS
from ct.gain_statistics import CHANNELS, CLASS_COUNT
from networks import Residual

FIELD = CLASS_COUNT * BANDS
SEEN = math.log1p(500) / 8  # support channel of a node that counts


@dataclass(frozen=True)
class Size:
    code: int = 16
    encoder: int = 64
    decoder: int = 128
    width: int = 48
    embedding: int = 128
    reader: int = 256

    def to_json(self):
        return asdict(self)


def node_seen(statistics):
    """[n, 4, Z, Y, X] 1 where a class fills enough of a cell."""
    return (statistics[:, FIELD:] > SEEN).to(statistics.dtype)


class StyleEncoder(nn.Module):
    """Local statistics → style code. Each cell speaks for itself; the mean and spread over cells that hold a body make the code."""

    def __init__(self, size):
        super().__init__()
        w = size.encoder
        self.local = nn.Sequential(nn.Conv3d(CHANNELS, 2 * w, 1), nn.SiLU(), nn.Conv3d(2 * w, w, 1), nn.SiLU())
        self.head = nn.Sequential(nn.Linear(2 * w + 2 * FIELD, 256), nn.SiLU(), nn.Linear(256, size.code))
        self.centre = nn.BatchNorm1d(size.code, affine=False, momentum=.02)

    def forward(self, statistics):
        h = self.local(statistics)
        seen = node_seen(statistics)
        filled = (seen.sum(1, keepdim=True) > 0).to(h.dtype)
        total = filled.sum((2, 3, 4)) + 1e-3
        mean = (h * filled).sum((2, 3, 4)) / total
        spread = ((h - mean[:, :, None, None, None]) ** 2 * filled).sum((2, 3, 4)) / total
        nodes = seen.repeat_interleave(BANDS, 1)
        count = nodes.sum((2, 3, 4))
        by_class = (statistics[:, :FIELD] * nodes).sum((2, 3, 4)) / (count + 1e-3)
        return self.centre(self.head(torch.cat([mean, (spread + 1e-4).sqrt(), by_class, count / (count + 1)], 1)))


class StyleDecoder(nn.Module):
    """Style code → style map: band statistics by class of an average body in this style."""

    def __init__(self, size):
        super().__init__()
        w = size.decoder
        self.net = nn.Sequential(nn.Linear(size.code, w), nn.SiLU(), nn.Linear(w, w), nn.SiLU(), nn.Linear(w, FIELD))

    def forward(self, code):
        return self.net(code)


class Denoiser(nn.Module):
    """v of the noisy residual field, given started source, reference style map, both codes, the start and the patches of both. One part of it is the same in every cell."""

    def __init__(self, size, dropout=0.):
        super().__init__()
        e, w = size.embedding, size.width
        self.register_buffer('frequencies', torch.exp(-math.log(1e4) * torch.arange(16) / 16))
        self.time = nn.Sequential(nn.Linear(32, e), nn.SiLU(), nn.Linear(e, e))
        self.style = nn.Sequential(nn.Linear(3 * size.code + 4 * FIELD + BANDS, e), nn.SiLU(), nn.Linear(e, e), nn.SiLU(), nn.Linear(e, e))
        self.enter = nn.Conv3d(CHANNELS + 2 * FIELD, w, 1)
        self.block1, self.block2, self.block3 = (Residual(w, w, e, dropout) for _ in range(3))
        self.norm, self.out = nn.GroupNorm(8, w), nn.Conv3d(w, FIELD, 1)
        self.level = nn.Linear(e, FIELD)
        for layer in (self.out, self.level):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(self, statistics, style_map, noisy_field, timestep, reference_code, source_code, start_log_gain, source_spectra, reference_spectra):
        phase = self.frequencies * timestep[:, None]
        e = self.time(torch.cat([phase.sin(), phase.cos()], 1))
        e = e + self.style(torch.cat([reference_code, source_code, reference_code - source_code, style_map, start_log_gain,
                                      source_spectra, reference_spectra, reference_spectra - source_spectra], 1))
        seen = node_seen(statistics).repeat_interleave(BANDS, 1)
        difference = (style_map[:, :, None, None, None] - statistics[:, :FIELD]) * seen
        h = self.enter(torch.cat([statistics, difference, noisy_field], 1))
        h = self.block3(self.block2(self.block1(h, e), e), e)
        return self.out(F.silu(self.norm(h))) + self.level(F.silu(e))[:, :, None, None, None]
