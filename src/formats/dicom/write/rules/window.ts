import { decimalString } from '../displayWindow.ts';
import { textElement } from '../element.ts';
import type { Rule } from '../rule.ts';
import { tags } from '../tags.ts';

/** Data table: how values are shown at first. */
export const windowRules: readonly Rule[] = [
  {
    id: 'D-24', action: 'KEEP',
    attributes: ['WindowCenter', 'WindowWidth', 'WindowCenterWidthExplanation', 'VOILUTFunction', 'VOILUTSequence'],
    says: 'CT: Hounsfield units have not moved.',
    appliesTo: ({ series }) => series.window === undefined,
  },
  {
    id: 'D-24', action: 'RECOMPUTE',
    attributes: ['WindowCenter', 'WindowWidth', 'WindowCenterWidthExplanation', 'VOILUTFunction', 'VOILUTSequence'],
    says: 'MR: one linear window for the series, from the 1st to the 99th percentile of the foreground; lookup tables go.',
    appliesTo: ({ series }) => series.window !== undefined,
    write: ({ series: { window } }) => window === undefined ? [] : [
      textElement(tags.WindowCenter, 'DS', decimalString(window.center)),
      textElement(tags.WindowWidth, 'DS', decimalString(window.width)),
      textElement(tags.WindowCenterWidthExplanation, 'LO', 'HARMONIZED P1-P99'),
    ],
  },
];
