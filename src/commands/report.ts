import { join } from 'node:path';

import { ConcordError } from '../core/errors.ts';
import { writeFileAtomic } from '../formats/atomicFile.ts';
import { readEvaluation } from '../pipeline/readEvaluation.ts';
import { REPORT_NAME } from '../pipeline/writeEvaluation.ts';
import { VIEWER_WARNING, writeViewer } from '../pipeline/writeViewer.ts';
import { renderCohortReport } from '../report/cohortReport.ts';
import { command } from './command.ts';
import { argument, flag, optionalText } from './parameter.ts';
import { printPdf } from './printPdf.ts';

export const report = command({
  name: 'report',
  summary: 'Make the report of an evaluation again from its numbers, without any scan, and print it as PDF.',
  groups: {
    'Input and output': {
      evaluation: argument('Folder that "concord evaluate" wrote'),
      pdf: flag('Also print evaluation.pdf, with your own Chromium, Chrome or Edge'),
      browser: optionalText('PATH', 'The program to print with', 'first on PATH'),
    },
    Viewer: {
      viewer: flag('Also write viewer.html: one person’s slices, above the eyes'),
      subject: optionalText('NAME', 'Whose scan the viewer shows: sub-01, or the name of a scan'),
      before: optionalText('PATH', 'The scans before, as "concord evaluate" got them'),
      after: optionalText('PATH', 'The scans after'),
    },
  },
  example: 'report evaluation',
  run: async (values, context) => {
    const { record, worst } = await readEvaluation(values.evaluation);
    const page = join(values.evaluation, REPORT_NAME);
    await writeFileAtomic(page, renderCohortReport(record, worst));
    const outputs = [page];
    if (values.pdf) {
      const pdf = page.replace(/\.html$/, '.pdf');
      await printPdf(page, pdf, values.browser, context.signal);
      outputs.push(pdf);
    }
    if (values.viewer) {
      if (record.modality === 'CT') throw new ConcordError('CONCORD_USAGE', '--viewer is for evaluations of heads; this one is of CT.');
      const { subject, before, after } = values;
      if (subject === undefined || before === undefined || after === undefined) throw new ConcordError('CONCORD_USAGE', '--viewer needs --subject, --before and --after: the evaluation holds no scan.');
      outputs.push(await writeViewer(values.evaluation, subject, { before, after }, context.version));
      context.say(VIEWER_WARNING);
    }
    context.log.info({ scans: record.counts.matched, pictures: worst.length, printed: values.pdf }, 'reported');
    context.result({ outputs }, outputs.join('\n'));
    return 0;
  },
});
