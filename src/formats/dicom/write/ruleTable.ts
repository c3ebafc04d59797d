import { derivationRules } from './rules/derivation.ts';
import { dropRules } from './rules/drops.ts';
import { equipmentRules } from './rules/equipment.ts';
import { identityRules } from './rules/identity.ts';
import { labelRules } from './rules/labels.ts';
import { pixelRules } from './rules/pixels.ts';
import { windowRules } from './rules/window.ts';
import type { Rule } from './rule.ts';

/** Everything concord does to an attribute of a harmonized instance; what no rule names is kept as bytes. */
export const ruleTable: readonly Rule[] = [
  ...identityRules, ...labelRules, ...derivationRules, ...equipmentRules, ...pixelRules, ...windowRules, ...dropRules,
];
