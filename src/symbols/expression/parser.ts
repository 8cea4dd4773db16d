// C expressions as people type them into a debugger: parsed by precedence climbing into a small tree.
// The condition grammar of event breakpoints is the same plus "in" with intervals and task(n).
import { FormatError } from '../../base/bytes.ts';

export type Expression =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'unary'; readonly operator: string; readonly operand: Expression }
  | {
      readonly kind: 'binary';
      readonly operator: string;
      readonly left: Expression;
      readonly right: Expression;
    }
  | {
      readonly kind: 'member';
      readonly object: Expression;
      readonly name: string;
      readonly arrow: boolean;
    }
  | { readonly kind: 'index'; readonly object: Expression; readonly index: Expression }
  | { readonly kind: 'call'; readonly name: string; readonly operand: Expression }
  | { readonly kind: 'cast'; readonly type: string; readonly operand: Expression }
  | {
      readonly kind: 'interval';
      readonly low: Expression;
      readonly high: Expression;
      readonly includesHigh: boolean;
    };

const TOKEN =
  /\s*(0[xX][0-9a-fA-F]+|\d+|[A-Za-z_$][\w$]*|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)'|->|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^~!<>()[\].,])/y;

/** Binding strength of the binary operators, weakest first, as in C (C11 6.5); "in" compares. */
const PRECEDENCE: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['|'],
  ['^'],
  ['&'],
  ['==', '!=', 'in'],
  ['<', '>', '<=', '>='],
  ['<<', '>>'],
  ['+', '-'],
  ['*', '/', '%'],
];

/** Parses one expression. Throws FormatError with a sentence that shows where it went wrong. */
export function parseExpression(text: string): Expression {
  const parser = new Parser(text);
  const expression = parser.binary(0);
  parser.expectEnd();
  return expression;
}

class Parser {
  private readonly text: string;
  private readonly tokens: { text: string; at: number }[] = [];
  private next = 0;
  private depth = 0;

  constructor(text: string) {
    this.text = text;
    TOKEN.lastIndex = 0;
    while (text.slice(TOKEN.lastIndex).trim() !== '') {
      const at = TOKEN.lastIndex;
      const match = TOKEN.exec(text);
      if (match === null) {
        throw this.error(`"${text.slice(at).trim()[0]}" is not understood`, at);
      }
      this.tokens.push({ text: match[1], at: TOKEN.lastIndex - match[1].length });
    }
  }

  binary(level: number): Expression {
    if (level === PRECEDENCE.length) {
      return this.unary();
    }
    let left = this.binary(level + 1);
    while (PRECEDENCE[level].includes(this.peek())) {
      const operator = this.take();
      const right = operator === 'in' ? this.set() : this.binary(level + 1);
      left = { kind: 'binary', operator, left, right };
    }
    return left;
  }

  expectEnd(): void {
    if (this.next < this.tokens.length) {
      throw this.unexpected();
    }
  }

  private peek(ahead = 0): string {
    return this.tokens[this.next + ahead]?.text ?? '';
  }

  private take(): string {
    const token = this.peek();
    this.next += 1;
    return token;
  }

  private expect(token: string): void {
    if (this.peek() !== token) {
      throw this.unexpected(`"${token}"`);
    }
    this.next += 1;
  }

  private unexpected(wanted = 'something else'): FormatError {
    const token = this.tokens[this.next];
    return token === undefined
      ? this.error(`it ends where ${wanted === 'something else' ? 'a value' : wanted} is expected`)
      : this.error(`"${token.text}" stands where ${wanted} is expected`, token.at);
  }

  private error(reason: string, at?: number): FormatError {
    const place = at === undefined ? '' : ` (column ${at + 1})`;
    return new FormatError(`The expression "${this.text}" is not valid: ${reason}${place}.`);
  }

  /** What may stand after "in": an interval, task(n), or a value. */
  private set(): Expression {
    if (this.peek() !== '[') {
      return this.unary();
    }
    this.take();
    const low = this.binary(0);
    this.expect(',');
    const high = this.binary(0);
    const close = this.peek();
    if (close !== ')' && close !== ']') {
      throw this.unexpected('")" or "]"');
    }
    this.take();
    return { kind: 'interval', low, high, includesHigh: close === ']' };
  }

  private unary(): Expression {
    this.depth += 1;
    if (this.depth > 200) {
      throw this.error('it is nested too deeply');
    }
    const operator = this.peek();
    let result: Expression;
    if (['-', '+', '!', '~', '*', '&'].includes(operator)) {
      this.take();
      result = { kind: 'unary', operator, operand: this.unary() };
    } else {
      result = this.cast() ?? this.postfix(this.primary());
    }
    this.depth -= 1;
    return result;
  }

  /** "(struct tcb *)x" and "(uint32_t)x": a parenthesis that opens with a type name and holds only such words. */
  private cast(): Expression | undefined {
    if (this.peek() !== '(') {
      return undefined;
    }
    const words: string[] = [];
    let ahead = 1;
    while (/^\w+$/.test(this.peek(ahead)) || this.peek(ahead) === '*') {
      words.push(this.peek(ahead));
      ahead += 1;
    }
    const follows = this.peek(ahead + 1);
    const isType =
      ['struct', 'union', 'enum', 'unsigned', 'char', 'int'].includes(words[0]) ||
      words[words.length - 1] === '*' ||
      /_t$/.test(words[0] ?? '');
    if (this.peek(ahead) !== ')' || !isType || follows === '') {
      return undefined;
    }
    this.next += ahead + 1;
    return { kind: 'cast', type: words.join(' '), operand: this.unary() };
  }

  private primary(): Expression {
    const token = this.peek();
    if (token === '(') {
      this.take();
      const inner = this.binary(0);
      this.expect(')');
      return inner;
    }
    if (/^\d/.test(token)) {
      return { kind: 'number', value: Number(this.take()) };
    }
    if (token.startsWith('"')) {
      return { kind: 'string', value: unescape(this.take()) };
    }
    if (token.startsWith("'")) {
      return { kind: 'number', value: unescape(this.take()).charCodeAt(0) };
    }
    if (!/^[A-Za-z_$]/.test(token)) {
      throw this.unexpected('a value');
    }
    this.take();
    if (this.peek() !== '(') {
      return { kind: 'name', name: token };
    }
    this.take();
    const operand = this.binary(0);
    this.expect(')');
    return { kind: 'call', name: token, operand };
  }

  private postfix(expression: Expression): Expression {
    let object = expression;
    for (;;) {
      const operator = this.peek();
      if (operator === '[') {
        this.take();
        const index = this.binary(0);
        this.expect(']');
        object = { kind: 'index', object, index };
      } else if (operator === '.' || operator === '->') {
        this.take();
        if (!/^[A-Za-z_]/.test(this.peek())) {
          throw this.unexpected('a member name');
        }
        object = { kind: 'member', object, name: this.take(), arrow: operator === '->' };
      } else {
        return object;
      }
    }
  }
}

function unescape(quoted: string): string {
  const escapes: Record<string, string> = { n: '\n', t: '\t', r: '\r', '0': '\0' };
  return quoted.slice(1, -1).replace(/\\(.)/g, (_, letter: string) => escapes[letter] ?? letter);
}
