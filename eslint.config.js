// Lint rules. Every "off" carries its reason; tests are linted too.
import tseslint from 'typescript-eslint';

const size = {
  'max-lines': ['error', { max: 500, skipBlankLines: true, skipComments: true }],
  'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
  complexity: ['error', 16],
};

/** Forbidden everywhere. */
const syntax = [
  { selector: 'TSEnumDeclaration', message: 'Use an "as const" object.' },
  { selector: 'ExportDefaultDeclaration', message: 'Export by name.' },
];

// The language leaves the last bits of these functions to the engine, so no guest state may depend on them.
const INEXACT = [
  ...['sin', 'cos', 'tan', 'asin', 'acos', 'atan', 'atan2', 'sinh', 'cosh', 'tanh', 'asinh', 'acosh', 'atanh'],
  ...['exp', 'expm1', 'log', 'log10', 'log1p', 'log2', 'pow', 'sqrt', 'cbrt', 'hypot', 'fround', 'f16round'],
]; // prettier-ignore

/** Host floating point may not stand for guest floating point. */
const hostFloats = [
  {
    selector: 'Identifier[name=/^(Float(16|32|64)Array|[gs]etFloat(16|32|64)|parseFloat)$/]',
    message: 'Guest floating point is computed with integers (src/emulator/x86/fpu/README.md).',
  },
  {
    selector: 'Literal[raw=/^[0-9]*\\.[0-9]/]',
    message: 'Guest floating point is computed with integers (src/emulator/x86/fpu/README.md).',
  },
];

const inexact = [
  {
    selector: `MemberExpression[object.name="Math"][property.name=/^(${INEXACT.join('|')})$/]`,
    message: 'Its last bits depend on the JavaScript engine; compute with integers.',
  },
  {
    selector: 'VariableDeclarator[init.name="Math"]',
    message: 'Say Math.name, so that its inexact functions are seen.',
  },
  {
    selector: 'BinaryExpression[operator="**"]:not([left.type="Literal"][right.type="Literal"])',
    message: 'The result of ** depends on the JavaScript engine; shift or multiply.',
  },
  {
    selector: 'AssignmentExpression[operator="**="]',
    message: 'The result of ** depends on the JavaScript engine; shift or multiply.',
  },
];

export default tseslint.config(
  { ignores: ['build', 'dist', 'node_modules', '.vscode-test', 'test/fixtures', '**/*.d.ts'] },
  {
    files: ['src/**/*.ts', 'test/**/*.ts'],
    extends: [...tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: {
        project: ['./tsconfig.host.json', './tsconfig.webview.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      ...size,
      curly: 'error',
      eqeqeq: 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-non-null-assertion': 'error',
      'no-restricted-syntax': ['error', ...syntax],
    },
  },
  {
    files: ['src/emulator/**/*.ts'],
    rules: { 'no-restricted-syntax': ['error', ...syntax, ...inexact] },
  },
  {
    // The floating-point units: also no number of the host that has a fraction.
    files: [
      'src/emulator/x86/fpu/**/*.ts',
      'src/emulator/x86/simd/**/*.ts',
      'src/emulator/x86/*State.ts',
      'src/emulator/x86/execute/{fpu,simd,mmx,sse}*.ts',
    ],
    rules: { 'no-restricted-syntax': ['error', ...syntax, ...inexact, ...hostFloats] },
  },
  {
    // A test may say that a value is there; the test fails if it is not. A describe() block is a list, not a function.
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      'max-lines-per-function': 'off',
      complexity: 'off',
    },
  },
  {
    // The instruction table and the dispatch over micro-operations are tables; splitting them hides them.
    files: ['src/emulator/x86/decode/opcodes*.ts', 'src/emulator/x86/execute/dispatch*.ts'],
    rules: { 'max-lines': 'off', 'max-lines-per-function': 'off', complexity: 'off' },
  },
);
