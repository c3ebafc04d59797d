import type { CommandModule } from '../src/commands/command.ts';

type Tables = Readonly<{
  version: string;
  commands: readonly CommandModule[];
  commandHelp: (command: CommandModule) => string;
  programHelp: (version: string, commands: readonly CommandModule[]) => string;
  errorTable: object;
  issueTable: object;
  metricCatalogue: object;
  featureCatalogue: readonly object[];
  ctFeatureCatalogue: readonly object[];
  armCatalogue: object;
  ctArmCatalogue: object;
}>;

export function renderReference(tables: Tables): Map<string, string>;
