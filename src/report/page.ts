import { createHash } from 'node:crypto';

import { RESEARCH_USE } from '../core/scanRecord.ts';
import { html, textOf, trusted, type Html } from './html.ts';
import { styleSheet } from './styleSheet.ts';

/** One entry of a report's table of contents. `caption` says how to look, and what bad looks like. */
export type Section<Content> = Readonly<{
  id: string;
  title: string;
  caption: string;
  render: (content: Content) => Html;
}>;

export type Page<Content> = Readonly<{
  kind: string;
  title: string;
  concordVersion: string;
  /** What stands under the title, before the first section. */
  opening: Html;
  sections: readonly Section<Content>[];
  content: Content;
}>;

/** Stands in every header and footer beside the research sentence (operations.md S-30). */
export const NOT_A_DEVICE =
  'Not a medical device, not FDA cleared, not CE marked. Harmonized images are synthetic and must not be used for primary interpretation.';

/**
 * A whole report as one HTML file: no script, no network, one style sheet allowed by its hash. What a hostile
 * header field could smuggle in is escaped by the template, and would be refused by the policy.
 */
export function renderPage<Content>(page: Page<Content>): string {
  const styleHash = createHash('sha256').update(styleSheet).digest('base64');
  const policy = `default-src 'none'; img-src data:; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'`;
  return textOf(html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="concord ${page.concordVersion}">
<title>${page.title} – concord ${page.kind.toLowerCase()}</title>
<style>${trusted(styleSheet)}</style>
</head>
<body>
<header class="research"><strong>${RESEARCH_USE}</strong> ${NOT_A_DEVICE}</header>
<div class="frame">
<nav aria-label="Contents"><span class="wordmark">concord</span>
<ol>${page.sections.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`)}</ol></nav>
<main>
<p class="kind">${page.kind}</p>
<h1>${page.title}</h1>
${page.opening}
${page.sections.map((section) => renderSection(section, page.content))}
<footer><p><strong>${RESEARCH_USE}</strong></p><p>${NOT_A_DEVICE}</p>
<p>concord ${page.concordVersion} does not de-identify: its input must already be de-identified.</p></footer>
</main>
</div>
</body>
</html>
`);
}

function renderSection<Content>({ id, title, caption, render }: Section<Content>, content: Content): Html {
  return html`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>
<p class="caption">${caption}</p>
${render(content)}</section>
`;
}
