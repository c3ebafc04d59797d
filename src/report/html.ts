const markup = Symbol('markup');

/** Text that is safe to place in a page. Only the tag below and `trusted` make it, so JSON can never pass for it. */
export type Html = Readonly<{ [markup]: string }>;
export type HtmlValue = Html | string | number | null | undefined | false | readonly HtmlValue[];

/** Builds HTML; every interpolated string or number is escaped, HTML is kept, lists are joined, nothing is nothing. */
export function html(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return trusted(parts.reduce((text, part, i) => text + markupOf(values[i - 1]) + part));
}

/** Marks text made by our own code (a chart, a style sheet) as HTML. Never for anything read from a file. */
export function trusted(text: string): Html {
  return { [markup]: text };
}

export function textOf(value: Html): string {
  return value[markup];
}

function markupOf(value: HtmlValue): string {
  if (value === null || value === undefined || value === false) return '';
  if (typeof value === 'string' || typeof value === 'number') return escaped(String(value));
  if (markup in value) return value[markup];
  return value.map(markupOf).join('');
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Control characters and direction overrides are shown as U+FFFD: they could hide or reorder what follows. */
function escaped(text: string): string {
  return text
    .replace(/[&<>"']/g, (character) => entities[character] ?? '')
    // eslint-disable-next-line no-control-regex -- control characters are what is looked for
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '\ufffd');
}
