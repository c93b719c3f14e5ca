/**
 * Finds tasks that nobody runs. A call that returns a generator does nothing by itself: it has to be run with `yield*`,
 * `start` or `run`. Prints each statement that is such a call, and each arrow function that returns one to somebody who does not ask for it.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

const file = path.resolve(process.argv[2] ?? 'tsconfig.json');
const { config } = ts.readConfigFile(file, (name) => readFileSync(name, 'utf8')) as { config: object };
const { options, fileNames } = ts.parseJsonConfigFileContent(config, ts.sys, path.dirname(file));
const program = ts.createProgram(fileNames, options);
const checker = program.getTypeChecker();
const found: string[] = [];

function isTask(node: ts.Expression): boolean {
  const type = checker.getTypeAtLocation(node);
  return (type.isUnion() ? type.types : [type]).some((one) => one.symbol?.name === 'Generator');
}

function visit(node: ts.Node): void {
  if (ts.isExpressionStatement(node) && !isKept(node.expression) && isTask(bare(node.expression))) report(node.expression);
  else if (ts.isArrowFunction(node) && !ts.isBlock(node.body)) {
    // An arrow handed over where nothing is expected of it (forEach), or anything will do (map): what it returns is not run.
    const wanted = checker.getContextualType(node)?.getNonNullableType().getCallSignatures()[0]?.getReturnType();
    const careless = ts.TypeFlags.Void | ts.TypeFlags.TypeParameter | ts.TypeFlags.Unknown;
    if (wanted !== undefined && (wanted.flags & careless) !== 0 && isTask(node.body)) report(node.body);
  }
  node.forEachChild(visit);
}

/** Put somewhere, for who runs it later. */
function isKept(node: ts.Expression): boolean {
  return ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.EqualsToken;
}

/** Without `void` and parentheses. */
function bare(node: ts.Expression): ts.Expression {
  if (ts.isVoidExpression(node)) return bare(node.expression);
  return ts.isParenthesizedExpression(node) ? bare(node.expression) : node;
}

function report(node: ts.Node): void {
  const source = node.getSourceFile();
  const { line, character } = source.getLineAndCharacterOfPosition(node.getStart());
  found.push(
    `${path.relative('.', source.fileName)}:${line + 1}:${character + 1}: a task that nobody runs: ${node.getText().split('\n')[0] ?? ''}`,
  );
}

for (const source of program.getSourceFiles()) {
  if (source.fileName.includes('node_modules')) continue;
  // Asked in another order than its own, the checker stumbles over some calls; so it goes through the file first.
  program.getSemanticDiagnostics(source);
  visit(source);
}
for (const line of found) console.error(line);
process.exitCode = found.length > 0 ? 1 : 0;
