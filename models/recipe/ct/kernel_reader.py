"""The kernel reader: a small network that tells, from the looks of two scans, the log gains that turn the kernel of one into the other's.

Two scans of one kernel differ in dose and in what their anatomies show, and either can pass for a kernel in a single band; only together do bands, and patches from flat to rich in edges, tell them apart.
Exchanging the scans turns the sign of the answer, so two equal looks give exactly no gain.
"""
import torch
import torch.nn as nn

from ct.bands import BANDS
from ct.kernel_look import LENGTH, READINGS


class KernelReader(nn.Module):
    """(source [n, 63], reference [n, 63]) → log gains [n, 12]: of every band a mixture of what the groups and the flat patches differ by, and what must be taken off or added.

    What two noises differ by is the kernels' ratio times a dose, whatever the anatomy; the mixture says where noise is seen, the rest what was dose and what low bands hide behind anatomy.
    """

    def __init__(self, width=256, dropout=0.):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(2 * LENGTH, width), nn.SiLU(), nn.Dropout(dropout), nn.Linear(width, width), nn.SiLU(), nn.Dropout(dropout),
                                 nn.Linear(width, width), nn.SiLU(), nn.Linear(width, BANDS * (READINGS + 2)))
        nn.init.zeros_(self.net[-1].weight)

    def forward(self, source, reference):
        mean, half = (source + reference) / 2, (reference - source) / 2
        one, other = (self.net(torch.cat([mean, d], -1)).unflatten(-1, (READINGS + 2, BANDS)) for d in (half, -half))
        shares, rest = ((one + other)[:, :-1]).softmax(1), (one - other)[:, -1]
        differences = 2 * half[:, :READINGS * BANDS].unflatten(-1, (READINGS, BANDS))
        both = torch.cat([torch.ones_like(shares[:, :READINGS - 1, :1]), (source[:, -3] * reference[:, -3])[:, None, None]], 1)
        return (shares[:, :READINGS] * both * differences).sum(1) + rest

    def answer_by_flat_patches(self):
        """For tests: what flat patches differ by, and nothing in the lowest band."""
        bias = self.net[-1].bias.detach().fill_(-20.).unflatten(0, (READINGS + 2, BANDS))
        bias[READINGS - 1], bias[READINGS, :1], bias[READINGS + 1] = 0, 20, 0
        return self


class ReaderEnsemble(nn.Module):
    """The mean answer of networks that were trained alike from different seeds (Lakshminarayanan et al. 2017)."""

    def __init__(self, members):
        super().__init__()
        self.members = nn.ModuleList(members)

    def forward(self, source, reference):
        return torch.stack([member(source, reference) for member in self.members]).mean(0)
