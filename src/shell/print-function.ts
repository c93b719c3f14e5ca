import { isTyped, sourceText } from './source-text.ts';
import type { AndOr, Assignment, Command, Compound, Condition, List, Pipeline, Redirection, Simple } from './syntax.ts';

/** A function as bash's `declare -f` and `type` print it (print_cmd.c). */
export function printFunction(name: string, body: Command): string {
  const printer = new Printer();
  printer.function(name, body);
  return `${printer.text}\n`;
}

/** A command as `$BASH_COMMAND` shows it: of loops and `case` the head. */
export function printCommand(command: Command): string {
  switch (command.kind) {
    case 'for':
    case 'select':
      return `${command.kind} ${command.name} in ${command.words?.map(sourceText).join(' ') ?? '"$@"'}`;
    case 'case':
      return `case ${sourceText(command.word)} in `;
    default: {
      const printer = new Printer();
      printer.command(command);
      return printer.text;
    }
  }
}

class Printer {
  text = '';
  #indentation = 0;
  /** What comes next goes on in this line. */
  #joins = false;
  /** Here-documents whose text comes with the next separator. */
  #documents: Redirection[] = [];
  #wasDocument = false;

  function(name: string, body: Command): void {
    this.text += `${name} () \n`;
    this.#indent();
    this.text += '{ \n';
    this.#deeper(() => {
      if (body.kind === 'group') this.#list(body.body);
      else this.#command(body);
      this.#flush('');
    });
    this.#newline('}');
    if (body.kind === 'group') this.#redirections(body.redirections);
  }

  command(command: Command): void {
    this.#command(command);
    this.#flush('');
  }

  #deeper(print: () => void): void {
    this.#indentation += 4;
    print();
    this.#indentation -= 4;
  }

  #indent(): void {
    this.text += ' '.repeat(this.#indentation);
  }

  #newline(text: string): void {
    this.text += '\n';
    this.#indent();
    this.text += text;
  }

  #semicolon(): void {
    if (!/[&\n]$/.test(this.text)) this.text += ';';
  }

  /** The same line goes on with what is printed. */
  #joined(text: string, print: () => void): void {
    this.text += text;
    this.#joins = true;
    print();
  }

  #list(list: List): void {
    list.forEach((item, i) => {
      this.#andOr(item);
      const last = i === list.length - 1;
      if (item.background) {
        this.text += last ? ' &' : ' & ';
        this.#joins = !last;
      } else if (!last) {
        if (this.#documents.length > 0) this.#flush(';');
        else if (this.#wasDocument) this.#wasDocument = false;
        else this.text += ';';
        this.text += '\n';
      }
    });
  }

  #andOr({ first, rest }: AndOr): void {
    this.#pipeline(first);
    for (const { operator, pipeline } of rest) {
      this.#between(` ${operator} `);
      this.#pipeline(pipeline);
    }
  }

  #between(operator: string, blank = ''): void {
    if (this.#documents.length > 0) this.#flush(operator);
    else this.text += operator;
    this.text += blank;
    this.#joins = true;
  }

  #pipeline({ negated, timed, commands }: Pipeline): void {
    if (timed !== undefined || negated) {
      this.#begin();
      this.text += `${timed === undefined ? '' : timed === 'posix' ? 'time -p ' : 'time '}${negated ? '! ' : ''}`;
      this.#joins = true;
    }
    commands.forEach((command, i) => {
      if (i > 0) this.#between(' |', ' ');
      this.#command(command);
    });
  }

  #begin(): void {
    if (!this.#joins) this.#indent();
    this.#joins = false;
  }

  #command(command: Command): void {
    this.#begin();
    if (command.kind === 'simple') this.#simple(command);
    else {
      this.#compound(command);
      if (command.kind !== 'function') this.#redirections(command.redirections);
    }
  }

  #simple({ assignments, words, arrays = [], redirections }: Simple): void {
    const left = [...arrays];
    const printed = words.map((word) => {
      const array = isTyped(word) ? undefined : left.shift();
      return array === undefined ? sourceText(word) : assigned(array);
    });
    this.text += [...assignments.map(assigned), ...printed].join(' ');
    // Without a word there is nothing that a blank could part from.
    this.#redirections(redirections, assignments.length + words.length > 0);
  }

  #redirections(redirections: readonly Redirection[], parted = true): void {
    let blank = parted ? ' ' : '';
    for (const redirection of redirections) {
      if (redirection.operator === '<<') this.#documents.push(redirection);
      else {
        this.text += blank + redirected(redirection);
        blank = ' ';
      }
    }
  }

  /** Here-documents that wait: their heads, the separator, and their texts below. */
  #flush(separator: string): void {
    const documents = this.#documents.splice(0);
    if (documents.length === 0) return;
    for (const document of documents) this.text += ` ${document.delimiter ?? ''}`;
    const shown = separator === ';' ? '' : separator;
    this.text += `${shown}\n`;
    for (const { delimiter = '', word } of documents)
      this.text += `${sourceText(word)}${delimiter.replace(/^\d*<<-?/, '').replace(/['"\\]/g, '')}\n`;
    if (shown !== '') this.text += ' ';
    this.#wasDocument = true;
  }

  #compound(command: Compound): void {
    switch (command.kind) {
      case 'group':
        this.text += '{ \n';
        this.#deeper(() => {
          this.#list(command.body);
          this.#flush('');
        });
        return this.#newline('}');
      case 'subshell':
        this.#joined('( ', () => this.#list(command.body));
        this.#flush('');
        this.text += ' )';
        return;
      case 'if':
        return this.#if(command.branches, command.otherwise);
      case 'while':
        this.#joined(command.until ? 'until ' : 'while ', () => this.#list(command.condition));
        this.#flush('');
        this.#semicolon();
        this.text += ' do\n';
        return this.#body(command.body, 'done');
      case 'for':
      case 'select':
        this.text += `${command.kind} ${command.name} in ${command.words?.map(sourceText).join(' ') ?? '"$@"'};`;
        this.#newline('do\n');
        return this.#body(command.body, 'done');
      case 'for-arithmetic':
        this.text += `for ((${[command.start, command.test, command.step].map((each) => sourceText(each) || '1').join('; ')}))`;
        this.#newline('do\n');
        return this.#body(command.body, 'done');
      case 'case':
        this.text += `case ${sourceText(command.word)} in `;
        this.#deeper(() => {
          for (const { patterns, body, end } of command.items) {
            this.#newline(`${patterns.map(sourceText).join(' | ')})\n`);
            this.#deeper(() => {
              this.#list(body);
              this.#flush('');
            });
            this.#newline(end);
          }
        });
        return this.#newline('esac');
      case 'condition':
        this.text += `[[ ${conditionText(command.condition)} ]]`;
        return;
      case 'arithmetic-command':
        this.text += `((${sourceText(command.expression)}))`;
        return;
      case 'coproc':
        this.text += `coproc ${command.name} `;
        this.#joins = true;
        return this.#command(command.body);
      case 'function':
        this.text += 'function ';
        return this.function(command.name, command.body);
    }
  }

  #body(body: List, closer: string): void {
    this.#deeper(() => {
      this.#list(body);
      this.#flush('');
      this.#semicolon();
    });
    this.#newline(closer);
  }

  /** `elif` is an `if` in the `else`. */
  #if([branch, ...rest]: Extract<Compound, { kind: 'if' }>['branches'], otherwise: List | undefined): void {
    if (branch === undefined) return;
    this.#joined('if ', () => this.#list(branch.condition));
    this.#flush('');
    this.#semicolon();
    this.text += ' then\n';
    this.#deeper(() => {
      this.#list(branch.body);
      this.#flush('');
    });
    if (rest.length > 0 || otherwise !== undefined) {
      this.#semicolon();
      this.#newline('else\n');
      this.#deeper(() => {
        if (rest.length > 0) {
          this.#indent();
          this.#if(rest, otherwise);
        } else this.#list(otherwise ?? []);
        this.#flush('');
      });
    }
    this.#semicolon();
    this.#newline('fi');
  }
}

function assigned({ name, append, value, index, items }: Assignment): string {
  const subscript = index === undefined ? '' : `[${sourceText(index)}]`;
  const text =
    items === undefined
      ? sourceText(value)
      : `(${items.map((item) => `${item.index === undefined ? '' : `[${sourceText(item.index)}]=`}${sourceText(item.value)}`).join(' ')})`;
  return `${name}${subscript}${append ? '+' : ''}=${text}`;
}

function redirected({ descriptor, variable, operator, word }: Redirection): string {
  const target = sourceText(word);
  const input = operator.startsWith('<') && operator !== '<>';
  if (operator === '>&' || operator === '<&') {
    const from = variable === undefined ? String(descriptor ?? (input ? 0 : 1)) : `{${variable}}`;
    if (target === '-') return `${from}>&-`;
    // `>&file` is `&>file`.
    if (operator === '>&' && descriptor === undefined && variable === undefined && !/^\d+-?$/.test(target))
      return /^[$"]/.test(target) ? `>&${target}` : `&> ${target}`;
    return `${from}${operator}${target}`;
  }
  const usual = operator.startsWith('<') ? 0 : 1;
  const from = variable !== undefined ? `{${variable}}` : descriptor === undefined || descriptor === usual ? '' : String(descriptor);
  return `${from}${operator} ${target}`;
}

function conditionText(condition: Condition): string {
  switch (condition.kind) {
    case 'unary':
      return `${condition.operator} ${sourceText(condition.word)}`;
    case 'binary':
      return `${sourceText(condition.left)} ${condition.operator} ${sourceText(condition.right)}`;
    case 'not':
      return `! ${conditionText(condition.of)}`;
    case 'group':
      return `( ${conditionText(condition.of)} )`;
    default:
      return `${conditionText(condition.left)} ${condition.kind === 'and' ? '&&' : '||'} ${conditionText(condition.right)}`;
  }
}
