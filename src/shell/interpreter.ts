import { rare } from '../engine/os/rare.ts';
import { FileError, type Child, type Reader, type Writer } from '../engine/os/process.ts';
import { pipe } from '../engine/os/pipe.ts';
import type { Task } from '../engine/os/task.ts';
import { WRITE_ERROR, writeText } from '../engine/os/text.ts';
import { ArithmeticError } from './arithmetic.ts';
import { arithmeticText, failedExpansion } from './failed-expansion.ts';
import { EndOfMenu, loop, menuLoop } from './loop.ts';
import { evaluateCondition } from './condition.ts';
import { arrayOf } from './array.ts';
import { expandArithmetic, expandDeclaration, expandPattern, expandText, expandValue, expandWords } from './expand.ts';
import { matches } from './pattern.ts';
import { chooseFrom } from './select.ts';
import { redirect, RedirectionError } from './redirect.ts';
import { Exit, ReturnFrom, SPECIAL_BUILTINS, type Shell } from './shell.ts';
import type { AndOr, Command, Compound, List, Pipeline, Simple } from './syntax.ts';
import { assignArray } from './assign-array.ts';
import { LineAborted, waitForeground } from './foreground.ts';
import { runProgram } from './run-program.ts';
import { tellTimes, trace } from './trace.ts';
import { closeOwn, startCoprocess } from './coprocess.ts';
import { ReadOnlyError, type Call } from './shell-variables.ts';
import { printCommand } from './print-function.ts';
import { runTrap } from './run-trap.ts';

const MAX_FUNCTION_DEPTH = 150;

/** Runs a list. With `last` the process ends with it, so that its last command may replace the shell. */
export function* runList(shell: Shell, list: List, last: boolean): Task<number> {
  for (let i = 0; i < list.length; i++) {
    const item = list[i] as AndOr;
    if (shell.options.noexec && !shell.interactive) return shell.status;
    if (item.background) yield* startBackground(shell, item);
    else yield* runAndOr(shell, item, last && i === list.length - 1);
    if (shell.caught !== undefined) yield* shell.runTraps();
  }
  return shell.status;
}

function* startBackground(shell: Shell, item: AndOr): Task<void> {
  const child = shell.fork((forked) => runInBackground(forked, item, shell.interactive), {
    stdin: { *read() { return undefined; }, close() {} },
    newGroup: shell.interactive || shell.options.monitor,
  }); // prettier-ignore
  shell.lastBackground = child.pid;
  shell.status = 0;
  const { id } = shell.jobs.add(child, item.text, 'running');
  if (shell.interactive) yield* writeText(shell.stderr, `[${id}] ${child.pid}\n`);
}

function* runInBackground(shell: Shell, item: AndOr, announced: boolean): Task<number> {
  // Its number is told before it says anything itself.
  if (announced) yield* shell.process.sleep(0);
  return yield* runAndOr(shell, { ...item, background: false }, true);
}

function* runAndOr(shell: Shell, item: AndOr, last: boolean): Task<number> {
  let status = yield* tolerating(shell, item.rest.length > 0, () => runPipeline(shell, item.first, last && item.rest.length === 0));
  for (let i = 0; i < item.rest.length; i++) {
    const { operator, pipeline } = item.rest[i] as AndOr['rest'][number];
    if ((operator === '&&') !== (status === 0)) continue;
    const final = i === item.rest.length - 1;
    status = yield* tolerating(shell, !final, () => runPipeline(shell, pipeline, last && final));
  }
  return status;
}

/** Runs something whose failure `set -e` overlooks. */
function* tolerating<T>(shell: Shell, tolerant: boolean, act: () => Task<T>): Task<T> {
  if (!tolerant) return yield* act();
  shell.tolerant++;
  try {
    return yield* act();
  } finally {
    shell.tolerant--;
  }
}

function* runPipeline(shell: Shell, pipeline: Pipeline, last: boolean): Task<number> {
  const { commands, negated, timed } = pipeline;
  const [only] = commands;
  const began = shell.process.now();
  let status: number;
  if (commands.length === 1 && only !== undefined) {
    status = yield* tolerating(shell, negated, () => runCommand(shell, only, last && !negated && timed === undefined));
    if (shell.dialect === 'bash' && (only.kind === 'simple' || only.kind === 'subshell'))
      shell.setArray('PIPESTATUS', arrayOf([String(status)]));
  } else status = yield* runStages(shell, commands);
  if (timed !== undefined) yield* tellTimes(shell, shell.process.now() - began, timed === 'posix');
  if (negated) status = status === 0 ? 1 : 0;
  shell.status = status;
  const compound =
    commands.length === 1 &&
    only !== undefined &&
    only.kind !== 'simple' &&
    only.kind !== 'subshell' &&
    only.kind !== 'condition' &&
    only.kind !== 'arithmetic-command';
  if (status !== 0 && !negated && shell.tolerant === 0 && !compound) {
    const onError = shell.traps.get('ERR');
    if (onError !== undefined && onError !== '' && (!shell.inFunction || shell.options.errtrace)) yield* runTrap(shell, 'ERR');
    if (shell.options.errexit) throw new Exit(status);
  }
  return status;
}

function* runStages(shell: Shell, commands: readonly Command[]): Task<number> {
  const children: Child[] = [];
  let stdin: Reader | undefined;
  const here = shell.options.lastpipe && !shell.interactive ? commands.at(-1) : undefined;
  // Every stage exists before the first one runs, as if all were forked at once.
  commands.forEach((command, i) => {
    if (command === here) return;
    const link = i < commands.length - 1 ? pipe() : undefined;
    children.push(
      shell.fork((forked) => runCommand(forked, command, true), {
        ...(stdin === undefined ? {} : { stdin }),
        ...(link === undefined ? {} : { stdout: link.writer }),
      }),
    );
    stdin = link?.reader;
  });
  const last = here === undefined ? [] : [yield* runLastStage(shell, here, stdin as Reader)];
  const codes = [...(yield* waitForeground(shell, children, '')), ...last];
  if (shell.dialect === 'bash') shell.setArray('PIPESTATUS', arrayOf(codes.map(String)));
  return shell.options.pipefail ? (codes.findLast((code) => code !== 0) ?? 0) : (codes.at(-1) ?? 0);
}

/** `shopt -s lastpipe`: the last stage is no process of its own. */
function* runLastStage(shell: Shell, command: Command, stdin: Reader): Task<number> {
  const before = shell.descriptors;
  shell.descriptors = new Map(before).set(0, stdin);
  try {
    return yield* runCommand(shell, command, false);
  } finally {
    stdin.close();
    shell.descriptors = before;
  }
}

function* runCommand(shell: Shell, command: Command, last: boolean): Task<number> {
  shell.line = command.line;
  if (!shell.trapping && HAS_TEXT.has(command.kind)) shell.current = command;
  if (command.kind === 'coproc') return yield* startCoprocess(shell, command);
  if (command.kind === 'simple') return yield* runSimple(shell, command, last);
  const before = shell.descriptors;
  try {
    shell.descriptors = yield* redirect(shell, command.kind === 'function' ? [] : command.redirections);
    return (shell.status = yield* runCompound(shell, command, last));
  } catch (error) {
    if (error instanceof RedirectionError) {
      shell.descriptors = before;
      yield* shell.complain(error.message);
      return (shell.status = shell.dialect === 'dash' ? 2 : 1);
    }
    // An arithmetic command that cannot be worked out only fails.
    if (
      error instanceof ArithmeticError &&
      shell.dialect === 'bash' &&
      (command.kind === 'arithmetic-command' || command.kind === 'condition' || command.kind === 'for-arithmetic')
    ) {
      yield* shell.complain(`${command.kind === 'condition' ? '[[' : '(('}: ${arithmeticText(error)}`);
      return (shell.status = 1);
    }
    if (error instanceof ReadOnlyError && shell.dialect === 'bash' && SURVIVES.has(command.kind)) {
      yield* shell.complain(error.message);
      return (shell.status = 1);
    }
    return yield* failedExpansion(shell, error);
  } finally {
    shell.descriptors = before;
  }
}

/** What `$BASH_COMMAND` shows, and what the DEBUG trap comes before. */
const HAS_TEXT: ReadonlySet<Command['kind']> = new Set(['simple', 'subshell', 'for', 'case', 'select', 'condition', 'arithmetic-command']);
/** Only assigning to a variable that is read-only ends a script. */
const SURVIVES: ReadonlySet<Command['kind']> = new Set(['for', 'select', 'arithmetic-command', 'for-arithmetic']);

function* runCompound(shell: Shell, command: Exclude<Compound, { kind: 'coproc' }>, last: boolean): Task<number> {
  if (command.kind === 'case' || command.kind === 'condition' || command.kind === 'arithmetic-command') yield* debug(shell);
  switch (command.kind) {
    case 'group':
      return yield* runList(shell, command.body, last && command.redirections.length === 0);
    case 'subshell': {
      const child = shell.fork((forked) => forked.runLast(command.body));
      return (yield* waitForeground(shell, [child], printCommand(command)))[0] ?? 0;
    }
    case 'if':
      for (const { condition, body } of command.branches) {
        if ((yield* tolerating(shell, true, () => shell.run(condition))) === 0) return yield* runList(shell, body, last);
      }
      return command.otherwise === undefined ? 0 : yield* runList(shell, command.otherwise, last);
    case 'while':
      return yield* loop(shell, function* () {
        if (((yield* tolerating(shell, true, () => shell.run(command.condition))) === 0) === command.until) return undefined;
        return yield* shell.run(command.body);
      });
    case 'for': {
      const values = command.words === undefined ? shell.positional : yield* expandWords(shell, command.words);
      let next = 0;
      return yield* loop(shell, function* () {
        const value = values[next++];
        if (value === undefined) return undefined;
        if (!shell.trapping) shell.current = command;
        yield* debug(shell);
        shell.set(command.name, value);
        return yield* shell.run(command.body);
      });
    }
    case 'for-arithmetic': {
      yield* expandArithmetic(shell, command.start);
      let first = true;
      return yield* loop(shell, function* () {
        if (!first) yield* expandArithmetic(shell, command.step);
        first = false;
        if (command.test.length > 0 && (yield* expandArithmetic(shell, command.test)) === 0n) return undefined;
        return yield* shell.run(command.body);
      });
    }
    case 'case': {
      const word = yield* expandText(shell, command.word);
      let falling = false;
      let status = 0;
      for (const { patterns, body, end } of command.items) {
        let found = falling;
        for (const pattern of patterns) found = found || matches(word, yield* expandPattern(shell, pattern), shell.patterns);
        if (!found) continue;
        status = body.length === 0 ? 0 : yield* shell.run(body);
        if (end === ';;') return status;
        // `;&` runs on into the next branch, `;;&` goes on to compare.
        falling = end === ';&';
      }
      return status;
    }
    case 'select': {
      const values = command.words === undefined ? shell.positional : yield* expandWords(shell, command.words);
      let shown = false;
      if (values.length === 0) return 0;
      return yield* menuLoop(shell, function* () {
        yield* debug(shell);
        const choice = yield* rare(chooseFrom)(shell, values, !shown);
        shown = true;
        if (choice === undefined) throw new EndOfMenu();
        shell.set(command.name, choice);
        return yield* shell.run(command.body);
      });
    }
    case 'condition':
      return yield* evaluateCondition(shell, command.condition);
    case 'arithmetic-command':
      return (yield* expandArithmetic(shell, command.expression)) === 0n ? 1 : 0;
    case 'function':
      shell.functions.set(command.name, command.body);
      DEFINED_IN.set(command.body, shell.calls.at(-1)?.source ?? shell.source);
      return 0;
  }
}

function* runSimple(shell: Shell, command: Simple, last: boolean): Task<number> {
  const before = shell.descriptors;
  let keepDescriptors = false;
  let argv: string[] = [];
  const owed = shell.afterCommand;
  shell.afterCommand = [];
  yield* debug(shell);
  try {
    shell.substituted = false;
    argv = isDeclaration(command) ? yield* expandDeclaration(shell, command.words) : yield* expandWords(shell, command.words);
    const [name] = argv;
    const assigned: [string, string][] = [];
    for (const assignment of command.assignments) {
      const { name: variable, append, value, index, items } = assignment;
      if (index !== undefined || items !== undefined) {
        yield* assignArray(shell, assignment);
        continue;
      }
      const text = yield* expandValue(shell, value);
      const before = append ? (assigned.findLast(([each]) => each === variable)?.[1] ?? shell.get(variable) ?? '') : '';
      const result = append ? shell.appended(variable, before, text) : text;
      assigned.push([variable, result]);
      // Later ones see the earlier: `a=1 b=$a`.
      if (name === undefined) shell.set(variable, result);
    }
    if (shell.options.xtrace) yield* trace(shell, assigned, argv);
    shell.descriptors = yield* redirect(shell, command.redirections);
    if (name === undefined && shell.copiesInput) yield* copy(shell.stdin, shell.stdout);
    if (name === undefined) return (shell.status = shell.substituted ? shell.status : 0);
    const body = shell.functions.get(name);
    // Only POSIX shells find their special built-ins before functions.
    const builtin = body === undefined || (shell.dialect !== 'bash' && SPECIAL_BUILTINS.has(name)) ? shell.builtin(name) : undefined;
    if (builtin !== undefined) {
      yield* shell.pay('builtin');
      keepDescriptors = name === 'exec' && argv.length === 1;
      if (SPECIAL_BUILTINS.has(name) && shell.dialect !== 'bash') {
        for (const [variable, value] of assigned) shell.set(variable, value);
        return (shell.status = yield* builtin(shell, argv));
      }
      shell.status = yield* withVariables(shell, assigned, () => builtin(shell, argv));
      for (const array of command.arrays ?? []) {
        const readOnly = name === 'readonly' || argv.some((arg) => /^-\w*r/.test(arg));
        // What the command has just made read-only still gets what stands behind it.
        if (readOnly) shell.mark(array.name, { readOnly: false });
        yield* assignArray(shell, array);
        if (readOnly) shell.mark(array.name, { readOnly: true });
      }
      return shell.status;
    }
    if (body !== undefined) return (shell.status = yield* withVariables(shell, assigned, () => callFunction(shell, name, body, argv)));
    yield* shell.pay('spawn');
    return (shell.status = yield* runProgram(shell, argv, assigned, last));
  } catch (error) {
    if (error instanceof RedirectionError) {
      shell.descriptors = before;
      yield* shell.complain(error.message);
      const code = shell.dialect === 'dash' ? 2 : 1;
      // POSIX 2.8.1: a special built-in whose redirection fails ends the script.
      if (shell.dialect !== 'bash' && !shell.interactive && argv[0] !== undefined && SPECIAL_BUILTINS.has(argv[0])) throw new Exit(2);
      return (shell.status = code);
    }
    if (error instanceof FileError && error.path === WRITE_ERROR) {
      shell.descriptors = before;
      yield* shell.complain(writeError(shell, argv[0] ?? '', error));
      return (shell.status = 1);
    }
    if (error instanceof ReadOnlyError && shell.dialect === 'bash' && argv.length > 0) {
      yield* shell.complain(error.message);
      return (shell.status = 1);
    }
    return yield* failedExpansion(shell, error);
  } finally {
    if (!keepDescriptors) shell.descriptors = before;
    else yield* closeOwn(shell, before);
    const now = shell.afterCommand;
    shell.afterCommand = owed;
    for (const act of now) yield* act();
  }
}

function* copy(from: Reader, to: Writer): Task<void> {
  for (let chunk = yield* from.read(); chunk !== undefined; chunk = yield* from.read()) yield* to.write(chunk);
}

const DECLARATIONS = new Set(['declare', 'typeset', 'local', 'readonly', 'export']);

function isDeclaration({ words }: Simple): boolean {
  const [first] = words;
  return first?.length === 1 && first[0]?.kind === 'literal' && !first[0].quoted && DECLARATIONS.has(first[0].text);
}

function* withVariables<T>(shell: Shell, assigned: readonly (readonly [string, string])[], act: () => Task<T>): Task<T> {
  if (assigned.length === 0) return yield* act();
  const before = assigned.map(([name]) => [name, shell.variables.get(name)] as const);
  for (const [name, value] of assigned) {
    try {
      shell.set(name, value, true);
    } catch (error) {
      if (!(error instanceof ReadOnlyError) || shell.dialect !== 'bash') throw error;
      yield* shell.complain(error.message);
    }
  }
  try {
    return yield* act();
  } finally {
    for (const [name, variable] of before) {
      if (variable === undefined) shell.variables.delete(name);
      else shell.variables.set(name, variable);
    }
  }
}

/** The trap that comes before a command; not before those of functions, unless `set -T`. */
function* debug(shell: Shell): Task<void> {
  if (shell.traps.has('DEBUG') && !shell.trapping && (shell.options.functrace || !shell.inFunction)) yield* runTrap(shell, 'DEBUG');
}

/** The files that functions were defined in. */
const DEFINED_IN = new WeakMap<Command, string>();

function* callFunction(shell: Shell, name: string, body: Command, argv: readonly string[]): Task<number> {
  if (shell.calls.length - shell.inheritedCalls >= MAX_FUNCTION_DEPTH) {
    yield* shell.complain(`${name}: maximum function nesting level exceeded (${MAX_FUNCTION_DEPTH})`);
    throw shell.interactive ? new LineAborted() : new Exit(1);
  }
  yield* shell.pay('builtin');
  const { positional, loopDepth, line } = shell;
  shell.positional = argv.slice(1);
  const call: Call = { kind: 'function', name, source: DEFINED_IN.get(body) ?? shell.source, line };
  shell.calls.push(call);
  shell.loopDepth = 0;
  shell.locals.push(new Map());
  const trapped = shell.options.functrace ? undefined : shell.traps.get('RETURN');
  if (trapped !== undefined) shell.traps.delete('RETURN');
  try {
    if (shell.options.functrace) yield* debug(shell);
    let status: number;
    try {
      status = yield* runCommand(shell, body, false);
    } catch (error) {
      if (!(error instanceof ReturnFrom)) throw error;
      status = error.code;
    }
    // A function runs the trap that it set itself.
    if (shell.traps.has('RETURN')) yield* runTrap(shell, 'RETURN');
    return status;
  } finally {
    if (trapped !== undefined && !shell.traps.has('RETURN')) shell.traps.set('RETURN', trapped);
    shell.calls.pop();
    if (call.options !== undefined) Object.assign(shell.options, call.options);
    shell.line = line;
    shell.loopDepth = loopDepth;
    shell.positional = positional;
    for (const [variable, value] of shell.locals.pop() ?? []) {
      if (value === undefined) shell.variables.delete(variable);
      else shell.variables.set(variable, value);
    }
  }
}

/** A built-in command's output finds no room. */
function writeError({ dialect }: Shell, name: string, { message }: FileError): string {
  if (dialect === 'dash') return `${name}: ${name}: I/O error`;
  return `${dialect === 'bash' ? `${name}: ` : ''}${WRITE_ERROR}: ${message}`;
}
