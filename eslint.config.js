import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

// What a type checker sees and a reader misses: floating promises, unsafe any, conditions that are always true.
// Each exception has its reason; test/architecture checks what a lint rule cannot say.
export default defineConfig(
  globalIgnores(['dist/', 'coverage/', 'node_modules/', '.venv-oracle/', '.venv-dharm/', '**/*.json']),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.{js,mjs,ts}'],
    rules: {
      eqeqeq: 'error',
      'no-constant-condition': ['error', { checkLoops: false }],
      'no-control-regex': 'error',
      'no-empty': 'error', // an empty catch included: a swallowed fault is a wrong number later
      'no-fallthrough': 'error',
      'no-self-compare': 'error',
      'no-unsafe-finally': 'error',
      'no-var': 'error',
      'object-shorthand': 'error',
      'prefer-const': 'error',
    },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': ['error', { ignoreVoid: false }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/explicit-function-return-type': ['error', { allowExpressions: true }],
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true }],
      // a typed array read inside its own bounds is never undefined; testing each one would cost the loop its speed
      '@typescript-eslint/no-non-null-assertion': 'off',
      // `[a, b] = [x!, y!]` and for-of over typed arrays read worse and run slower in numeric loops
      '@typescript-eslint/prefer-for-of': 'off',
      // numbers and booleans in a message are what a message is for
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      // `+=` on a counter next to `n / total` is arithmetic, and bigint never occurs
      '@typescript-eslint/restrict-plus-operands': 'error',
      // `() => emitter.emit(…)` is a habit of the language, not a confusion
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true }],
      // a function type may promise where its implementation has nothing to wait for
      '@typescript-eslint/require-await': 'off',
      // noUncheckedIndexedAccess makes these guards necessary that the rule calls unnecessary in loops
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: true }],
      // process.env['NAME'] is what noPropertyAccessFromIndexSignature would ask for
      '@typescript-eslint/dot-notation': 'off',
    },
  },
  {
    // Observable Plot's types name DOM types, and there is no DOM here: what it returns is read once, as text
    files: ['src/report/chart.ts'],
    rules: {
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      // expect.closeTo and its kin are `any`, as is parsed JSON: the assertion is the check
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      // a browser's event handler cannot wait
      '@typescript-eslint/no-floating-promises': ['error', { ignoreVoid: true }],
      '@typescript-eslint/explicit-function-return-type': 'off',
    },
  },
);
