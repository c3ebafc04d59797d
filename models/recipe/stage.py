"""Networks that train, with everything that a resume needs."""
import json
import os
import time

import numpy as np
import torch

from networks import Size


class Stage:
    """Networks, optimizer, average and progress of one stage, saved and resumed together."""

    def __init__(self, options, modules, device):
        self.options, self.modules, self.device = options, torch.nn.ModuleDict(modules).to(device), device
        self.parameters = [p for p in self.modules.parameters() if p.requires_grad]
        self.optimizer = torch.optim.AdamW(self.parameters, lr=options.rate, weight_decay=options.decay, betas=(.9, .98))
        self.average = {k: v.detach().clone() for k, v in self.modules.state_dict().items()}
        self.iteration, self.spent = 0, 0.
        self.path = os.path.join(options.checkpoints, options.stage + '.pt')
        if os.path.exists(self.path) and not options.fresh:
            saved = torch.load(self.path, map_location=device, weights_only=True)
            self.modules.load_state_dict(saved['modules'])
            self.optimizer.load_state_dict(saved['optimizer'])
            self.average, self.iteration, self.spent = saved['average'], saved['iteration'], saved['spent']
        elif options.init:
            self._begin_from(torch.load(options.init, map_location=device, weights_only=True)['average'])

    def _begin_from(self, weights):
        """Another run's averaged weights; inputs that its first convolution did not know begin with weight 0."""
        own = self.modules.state_dict()
        for key, value in own.items():
            value.zero_()
            value[tuple(slice(0, n) for n in weights[key].shape)] = weights[key]
        self.average = {k: v.detach().clone() for k, v in own.items()}

    def save(self):
        state = dict(modules=self.modules.state_dict(), optimizer=self.optimizer.state_dict(), average=self.average,
                     iteration=self.iteration, spent=self.spent, size=Size().to_json(), options={k: str(v) for k, v in vars(self.options).items()})
        torch.save(state, self.path + '.partial')
        os.rename(self.path + '.partial', self.path)

    def fraction(self):
        """Share of the training that is done."""
        return self.iteration / self.options.iterations if self.options.iterations else self.spent / self.options.seconds

    def step(self, loss):
        fraction = self.fraction()
        rate = self.options.rate * min(1, (self.iteration + 1) / 100) * (1 if fraction < .4 else max(.01, (1 - fraction) / .6))
        for group in self.optimizer.param_groups:
            group['lr'] = rate
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(self.parameters, 1.)
        if not torch.isfinite(norm):
            raise FloatingPointError(f'gradient is not finite at iteration {self.iteration}')
        self.optimizer.step()
        self.iteration += 1
        keep = min(.999, self.iteration / (self.iteration + 20))
        with torch.no_grad():
            for key, value in self.modules.state_dict().items():
                if value.dtype.is_floating_point:
                    self.average[key].lerp_(value, 1 - keep)
                else:
                    self.average[key].copy_(value)

    def averaged(self):
        """The averaged weights in place of the current ones, until the returned function is called."""
        current = {k: v.detach().clone() for k, v in self.modules.state_dict().items()}
        self.modules.load_state_dict(self.average)
        self.modules.eval()

        def back():
            self.modules.load_state_dict(current)
            self.modules.train()
        return back


def run(stage, loss, measure, refresh):
    """Train to the end: loss(rng) → (total, facts of the iteration); measure(rng) → facts, called with the averaged weights; refresh() takes up new samples → how many there are.

    One JSON line of progress every `report` iterations, a checkpoint and a measurement every `keep` seconds.
    """
    options = stage.options
    stage.modules.train()
    rows, kept, clock, samples = [], stage.spent, time.time(), refresh()
    while stage.fraction() < 1:
        total, row = loss(np.random.default_rng([options.seed, stage.iteration]))
        stage.step(total)
        rows.append(row)
        now = time.time()
        stage.spent, clock = stage.spent + now - clock, now
        line = {}
        if stage.iteration % options.report == 0:
            line = means(rows)
            rows = []
        if stage.spent - kept > options.keep or stage.fraction() >= 1:
            kept = stage.spent
            stage.save()
            samples = refresh()
            back = stage.averaged()
            with torch.no_grad():
                line |= {'held_out_' + k: v for k, v in measure(np.random.default_rng(77)).items()}
            back()
            clock = time.time()
        if line:
            print(json.dumps(dict(iteration=stage.iteration, seconds=round(stage.spent), samples=samples, **line)), flush=True)


def means(rows):
    return {k: round(float(np.mean([r[k] for r in rows])), 5) for k in rows[0]}
