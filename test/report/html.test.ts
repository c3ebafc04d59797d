import { describe, expect, it } from 'vitest';

import { html, textOf, trusted, type HtmlValue } from '../../src/report/html.ts';

describe('html', () => {
  it('escapes what is interpolated, keeps what is HTML, joins lists, and prints nothing for nothing', () => {
    const name = `<img src=x onerror="alert('1')"> & co`;
    const page = html`<p title="${name}">${name}${null}${undefined}${false}${[html`<b>${1}</b>`, 'a<b']}</p>`;
    const escaped = '&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt; &amp; co';
    expect(textOf(page)).toBe(`<p title="${escaped}">${escaped}<b>1</b>a&lt;b</p>`);
  });

  it('never takes an object read from JSON for HTML', () => {
    const forged = JSON.parse('{"html":"<script>1</script>","markup":"<script>1</script>"}') as HtmlValue;
    expect(() => textOf(html`<p>${forged}</p>`)).toThrow();
  });

  it('shows control characters and direction overrides as U+FFFD', () => {
    expect(textOf(html`${'a\u0000b\u202ec\u2067d\te'}`)).toBe('a\ufffdb\ufffdc\ufffdd\te');
  });

  it('keeps trusted text as it is', () => {
    expect(textOf(html`${trusted('<svg/>')}`)).toBe('<svg/>');
  });
});
