import type { CommandModule } from './command.ts';
import { doctor } from './doctor.ts';
import { evaluate } from './evaluate.ts';
import { harmonize } from './harmonize.ts';
import { inspect } from './inspect.ts';
import { modelsCheck, modelsList } from './models.ts';
import { report } from './report.ts';
import { simulate } from './simulate.ts';
import { styleCreate, styleList, styleShow } from './style.ts';

/** Every command, in the order of the help. */
export const commandModules: readonly CommandModule[] = [
  harmonize, evaluate, report, simulate, inspect, styleCreate, styleShow, styleList, modelsList, modelsCheck, doctor,
];
