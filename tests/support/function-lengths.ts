import ts from 'typescript';

/** One function of a source file, with its lengths in lines. */
export interface FunctionLength {
  readonly name: string;
  /** The line where it begins. */
  readonly line: number;
  /** Its lines without those of nested functions and of multi-line data literals. */
  readonly own: number;
  /** All its lines. */
  readonly whole: number;
  /** Whether it is the callback of a `describe`, `test` or `suite`: its length is that of a group of tests. */
  readonly tests: boolean;
}

/** The lengths of all functions in a source text. */
export function functionLengths(file: string, text: string): FunctionLength[] {
  const source = ts.createSourceFile(
    file,
    text,
    ts.ScriptTarget.Latest,
    true,
    file.endsWith('x') ? ts.ScriptKind.TSX : undefined,
  );
  const lineOf = (position: number): number => source.getLineAndCharacterOfPosition(position).line;
  const linesOf = (node: ts.Node): number => lineOf(node.end) - lineOf(node.getStart()) + 1;
  const lengths: FunctionLength[] = [];

  /** The lines that nested functions and data take, less the first line of each, which belongs to the outer function too. */
  const nested = (node: ts.Node): number => {
    let lines = 0;
    ts.forEachChild(node, (child) => {
      lines += bodyOf(child) !== undefined || isData(child) ? linesOf(child) - 1 : nested(child);
    });
    return lines;
  };
  const visit = (node: ts.Node): void => {
    const body = bodyOf(node);
    if (body !== undefined) {
      const whole = linesOf(node);
      lengths.push({
        name: nameOf(node),
        line: lineOf(node.getStart()) + 1,
        own: whole - nested(body),
        whole,
        tests: isTestCallback(node),
      });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return lengths;
}

const bodyOf = (node: ts.Node): ts.Node | undefined =>
  ts.isFunctionLike(node) && 'body' in node ? (node.body as ts.Node | undefined) : undefined;

const isData = (node: ts.Node): boolean => ts.isObjectLiteralExpression(node) || ts.isArrayLiteralExpression(node);

function nameOf(node: ts.Node): string {
  const named = ts.isFunctionLike(node) && node.name !== undefined ? node : node.parent;
  return 'name' in named && named.name !== undefined ? (named.name as ts.Node).getText() : '(anonymous)';
}

const isTestCallback = ({ parent }: ts.Node): boolean =>
  ts.isCallExpression(parent) && /^(describe|test|suite|it)\b/.test(parent.expression.getText());
