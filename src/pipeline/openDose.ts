import type { CtProtocol } from '../config/protocol.ts';
import type { CtStyle } from '../config/styleFile.ts';
import type { CtFacts } from '../core/ctRecord.ts';
import { chooseDose } from '../detail/chooseDose.ts';
import { doseChange } from '../field/doseChange.ts';
import type { DoseChange } from '../field/doseChange.ts';
import type { GainField } from '../field/gainField.ts';
import type { BandEnergies, GainScan } from '../field/gainStatistics.ts';
import type { NoisePower } from '../field/noisePower.ts';
import { directionFacts, meanSoftGains, sixDigits } from './ctFacts.ts';

export type OpenedDose = Readonly<{ change: DoseChange | undefined; facts: CtFacts['dose'] }>;

/** Decides what noise asks for beside the gain field: nothing where the detail stage has the noise in hand, or where a protocol has no word of it. */
export function openDose(
  given: Readonly<{ native: GainScan; noise: NoisePower; energies: BandEnergies; reference: CtStyle; field: GainField; isDetailRunning: boolean }>, protocol: CtProtocol,
): OpenedDose {
  const { native: { stack: { shape, spacing: [si, sj] } }, noise, reference, field, energies } = given;
  if (protocol.dose === undefined || given.isDetailRunning) return untouched(given.isDetailRunning ? 'the detail stage does it' : 'the protocol does not ask for it');
  const choice = chooseDose(protocol.dose, { source: noise, reference, fieldGains: meanSoftGains(field, energies), bounds: protocol.field, spacing: [si, sj] });
  return {
    change: choice.change === null ? undefined : doseChange(choice.change, [shape[0], shape[1]], [si, sj]),
    facts: { reason: choice.reason, ...directionFacts(choice.direction), gains: choice.gains && Array.from(choice.gains, sixDigits) },
  };
}

function untouched(reason: string): OpenedDose {
  return { change: undefined, facts: { reason, ...directionFacts(null), gains: null } };
}
