import { fileURLToPath } from 'node:url';

/** The folder that holds package.json, protocols and models: two up from here, in src and in dist alike. */
export const packageRoot = fileURLToPath(new URL('../../', import.meta.url));
