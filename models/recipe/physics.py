"""Simulated scanners: signal equations over tissue groups (labels.py), relaxation times from the literature.

T1, T2, PD of brain groups: Wansapura 1999, Stanisz 2005, Rooney 2007 (rounded); extracerebral groups are mixtures of
muscle, fat, bone and fluid whose composition the label maps do not tell, so they are drawn widely.
"""
import numpy as np

BRAIN = 11  # the first 11 groups are the brain (labels.py)
GROUPS = 22
FAT_LIKE = (13, 15, 18, 19)
#        WM   GM   cWM  cGM  thal caud pall stem hipp CSF   other | extracerebral
T1 = {1.5: np.array([620, 980, 640, 950, 800, 1000, 720, 720, 950, 3800, 1200, 1500, 900, 320, 900, 300, 900, 900, 300, 350, 1000, 900.]),
      3.0: np.array([840, 1350, 860, 1300, 1080, 1300, 950, 960, 1300, 4000, 1500, 1800, 1200, 380, 1200, 370, 1200, 1200, 370, 420, 1300, 1200.])}
T2 = {1.5: np.array([75, 95, 78, 95, 85, 88, 65, 78, 98, 1800, 150, 200, 60, 75, 45, 70, 40, 60, 80, 60, 60, 60.]),
      3.0: np.array([70, 88, 72, 88, 75, 78, 55, 72, 90, 1600, 130, 180, 50, 68, 40, 65, 35, 50, 70, 55, 50, 50.])}
PD = np.array([.70, .82, .71, .81, .77, .80, .74, .74, .81, 1., .8, .9, .75, .6, .75, .8, .5, .75, .85, .3, .75, .7])
BARRIER_FREE = [10, *(g for g in range(BRAIN, GROUPS) if g not in FAT_LIKE)]  # vessels, choroid plexus, and outside the brain what is not fat
LESION = GROUPS  # one more column: a lesion tissue, drawn anew for each head


class Relaxation:
    """One person's tissues: group times and densities with individual variation, plus a lesion.

    Healthy people differ by 1-2 % in T1 and about 2 % in T2 of a tissue, partly together (Wansapura 1999; Rooney 2007). A contrast agent shortens T1 where no blood-brain barrier holds it back.
    """

    def __init__(self, rng, contrast_agent=False):
        lesion_t1, lesion_t2, lesion_pd = rng.uniform(.7, 2.6), rng.uniform(.8, 3.5), rng.uniform(.85, 1.2)
        together = rng.normal(size=2)
        self.t1_factor = np.r_[np.exp(.01 * together[0] + .012 * rng.normal(size=GROUPS)), lesion_t1]
        self.t2_factor = np.r_[np.exp(.01 * together[1] + .018 * rng.normal(size=GROUPS)), lesion_t2]
        self.pd_factor = np.r_[np.exp(.01 * rng.normal(size=GROUPS)), lesion_pd]
        if contrast_agent:
            self.t1_factor[BARRIER_FREE] *= .55
            self.t1_factor[LESION] *= .4

    def times(self, field):
        extend = lambda a: np.r_[a, a[0]]
        return extend(T1[field]) * self.t1_factor, extend(T2[field]) * self.t2_factor, extend(PD) * self.pd_factor


def draw_sequence(rng, family):
    """Random acquisition parameters; times in ms, flip angles in rad."""
    field = float(rng.choice([1.5, 3.0], p=[.4, .6]))
    if family == 'T1w':
        kind = rng.choice(['mprage', 'spgr', 'se'], p=[.55, .25, .2])
        if kind == 'mprage':
            return dict(kind=kind, field=field, TI=rng.uniform(650, 1200), TR=rng.uniform(1500, 2600))
        if kind == 'spgr':
            return dict(kind=kind, field=field, TR=rng.uniform(7, 32), flip=np.deg2rad(rng.uniform(8, 32)))
        return dict(kind=kind, field=field, TR=rng.uniform(350, 850), TE=rng.uniform(6, 18))
    if family == 'T2w':
        return dict(kind='se', field=field, TR=rng.uniform(2500, 7000), TE=rng.uniform(70, 120))
    if family == 'FLAIR':
        return dict(kind='flair', field=field, TI=rng.uniform(1700, 2600), TR=rng.uniform(5000, 11000), TE=rng.uniform(80, 150))
    return dict(kind='se', field=field, TR=rng.uniform(2000, 4000), TE=rng.uniform(8, 30))  # PD


def signal(sequence, relaxation):
    """Steady-state magnitude of each group: inversion recovery, Ernst, spin echo (Bernstein 2004, ch. 14)."""
    t1, t2, pd = relaxation.times(sequence['field'])
    kind = sequence['kind']
    if kind == 'mprage':
        return pd * np.abs(1 - 2 * np.exp(-sequence['TI'] / t1) / (1 + np.exp(-sequence['TR'] / t1)))
    if kind == 'spgr':
        e = np.exp(-sequence['TR'] / t1)
        return pd * np.sin(sequence['flip']) * (1 - e) / (1 - np.cos(sequence['flip']) * e)
    if kind == 'se':
        return pd * (1 - np.exp(-sequence['TR'] / t1)) * np.exp(-sequence['TE'] / t2)
    inversion = np.abs(1 - 2 * np.exp(-sequence['TI'] / t1) + np.exp(-sequence['TR'] / t1))
    return pd * inversion * np.exp(-sequence['TE'] / t2)


class Scanner:
    """What a scanner does to any head: sequence, vendor curve, blur, residual shading, noise, extracerebral habits."""

    def __init__(self, rng, family):
        self.sequence = draw_sequence(rng, family) if family != 'random' else None
        self.random_signal = rng.uniform(.05, 1, GROUPS + 1)
        self.group_factor = np.exp(.03 * rng.normal(size=GROUPS + 1))
        self.outside_factor = np.exp(.3 * rng.normal(size=(2, GROUPS - BRAIN)))
        self.fat_suppression = rng.uniform(.1, .7) if rng.random() < .25 else 1.
        self.gamma = float(np.exp(.14 * rng.normal()))
        self.blur = rng.uniform(0, .8)
        self.noise = rng.uniform(0, .04) if rng.random() < .8 else rng.uniform(.04, .08)
        self.bias = rng.uniform(0, .05)  # what bias-field correction leaves, log units

    def near(self, rng, amount):
        """The same scanner after a small upgrade."""
        other = object.__new__(Scanner)
        other.__dict__.update(self.__dict__)
        other.group_factor = self.group_factor * np.exp(amount * rng.normal(size=GROUPS + 1))
        other.outside_factor = self.outside_factor * np.exp(amount * rng.normal(size=self.outside_factor.shape))
        other.gamma = self.gamma * float(np.exp(amount * rng.normal()))
        if amount > 0:
            other.blur, other.noise = rng.uniform(0, .8), rng.uniform(0, .04)
        return other

    def signals(self, relaxation):
        """Two columns [GROUPS + 1, 2]: two extracerebral compositions that a smooth mask mixes in space."""
        m = self.random_signal.copy() if self.sequence is None else signal(self.sequence, relaxation)
        m = np.maximum(m * self.group_factor, 0.01 * m.max())
        columns = np.stack([m, m], 1)
        columns[BRAIN:GROUPS] *= self.outside_factor.T
        columns[list(FAT_LIKE)] *= self.fat_suppression
        return columns / columns[0, 0]


FAMILIES = ('T1w', 'T2w', 'FLAIR', 'PD', 'random')


def draw_pair(rng, kinds=None):
    """Two scanners of one contrast family and the kind of pair; about three in ten nearly or quite the same.

    `kinds`: only pairs of these kinds ('same', 'near' or a family), for measurements with fixed shares.
    """
    while True:
        family = rng.choice(FAMILIES, p=[.58, .11, .14, .06, .11])
        a = Scanner(rng, family)
        u = rng.random()
        if u < .06:
            b, kind = a.near(rng, 0.), 'same'
        elif u < .30:
            b, kind = a.near(rng, rng.uniform(.01, .06)), 'near'
        else:
            b, kind = Scanner(rng, family), str(family)
            if family == 'random':
                b.random_signal = np.clip(a.random_signal * np.exp(rng.uniform(.05, .35) * rng.normal(size=GROUPS + 1)), .01, 1.5)
        if kinds is None or kind in kinds:
            return a, b, kind
