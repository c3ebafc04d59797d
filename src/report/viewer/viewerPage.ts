import { createHash } from 'node:crypto';

import { RESEARCH_USE } from '../../core/scanRecord.ts';
import { html, textOf, trusted } from '../html.ts';
import { NOT_A_DEVICE } from '../page.ts';

/** Two NIfTI files of one grid, and the window that both are shown at. */
export type ViewerImages = Readonly<{ scan: string; before: Uint8Array; after: Uint8Array; low: number; high: number }>;

const style = `
*{box-sizing:border-box}
body{margin:0;font:15px/1.45 system-ui,sans-serif;color:#14181c;background:#fff}
header,footer{padding:10px 18px;background:#f4f1ea;font-size:13px}
main{padding:14px 18px}
h1{font-size:20px;margin:0 0 6px}
p{margin:4px 0;max-width:100ch}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(320px,1fr));gap:12px;margin:12px 0}
figure{margin:0}
figcaption{font-weight:650;margin-bottom:4px}
.stage{height:min(60vh,640px);background:#000}
canvas{display:block;width:100%;height:100%}
canvas:focus-visible{outline:3px solid #0b5cad}
`;

/**
 * One person before and after, in linked slices, as one HTML file with its own viewer in it. The policy allows this one
 * script by its hash, no request at all, and no other script.
 *
 * @param script the bundled viewer, as scripts/viewer/bundle.mjs makes it
 */
export function renderViewerPage({ scan, before, after, low, high }: ViewerImages, script: string, concordVersion: string): string {
  const inside = script.replaceAll('</script', '<\\/script');
  const policy = `default-src 'none'; script-src '${hashOf(inside)}'; style-src '${hashOf(style)}'; img-src data: blob:; connect-src 'none'; base-uri 'none'; form-action 'none'`;
  const images = JSON.stringify({ before: base64(before), after: base64(after), low, high });
  return textOf(html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="concord ${concordVersion}">
<title>${scan} before and after – concord viewer</title>
<style>${trusted(style)}</style>
</head>
<body>
<header><strong>${RESEARCH_USE}</strong> ${NOT_A_DEVICE}</header>
<main>
<h1>${scan}, before and after</h1>
<p>Click or drag in either picture: both show the same place. The wheel and the arrow keys move through slices. Brain scale, one window of ${low} to ${high} for both; the person’s left on the left. Only the head above the eyes is in
this file.</p>
<p>At the cross: <output id="values">…</output></p>
<div class="pair">
<figure><figcaption>Before</figcaption><div class="stage"><canvas id="before" tabindex="0" role="img" aria-label="Slices of the upper head before harmonization"></canvas></div></figure>
<figure><figcaption>After</figcaption><div class="stage"><canvas id="after" tabindex="0" role="img" aria-label="The same slices after harmonization"></canvas></div></figure>
</div>
<noscript><p><b>The viewer needs JavaScript and WebGL 2.</b> The report shows the worst scans without either.</p></noscript>
</main>
<footer><p><strong>This file holds voxels of one person.</strong> Treat it as you treat the scan.</p><p>Drawn with NiiVue (BSD 2-Clause); its licences stand in this file’s script.</p></footer>
<script type="application/json" id="images">${trusted(images)}</script>
<script>${trusted(inside)}</script>
</body>
</html>
`);
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
