import { ExpressionParser } from './expressions.ts';
import { SqlSyntaxError, type ColumnDefinition, type Expression, type SelectItem, type Statement, type TableName } from './syntax.ts';
import { tokenize } from './tokens.ts';

/** One statement. Throws `SqlSyntaxError`. */
export function parseStatement(text: string, options: { doubleQuotedStrings: boolean }): Statement {
  const parser = new Parser(tokenize(text, options.doubleQuotedStrings));
  const statement = parser.statement();
  parser.sign(';');
  parser.end();
  return statement;
}

class Parser extends ExpressionParser {
  statement(): Statement {
    if (this.word('SELECT')) return this.#select();
    if (this.word('INSERT')) return this.#insert();
    if (this.word('UPDATE')) return this.#update();
    if (this.word('DELETE')) {
      this.expect('FROM');
      return { kind: 'delete', table: this.name(), where: this.#where() };
    }
    if (this.word('CREATE')) return this.#create();
    if (this.word('DROP')) return this.#drop();
    if (this.word('TRUNCATE')) {
      this.word('TABLE');
      return { kind: 'truncate', table: this.name(), ifThere: false };
    }
    if (this.word('USE')) return { kind: 'use', name: this.name().name };
    if (this.word('SHOW')) {
      if (this.word('DATABASES')) return { kind: 'show', what: 'databases' };
      this.expect('TABLES');
      return { kind: 'show', what: 'tables' };
    }
    return this.fail();
  }

  #create(): Statement {
    if (this.word('DATABASE')) {
      const ifMissing = this.#ifNotExists();
      return { kind: 'create-database', name: this.name().name, ifMissing };
    }
    this.expect('TABLE');
    const ifMissing = this.#ifNotExists();
    const table = this.name();
    const columns: ColumnDefinition[] = [];
    const keys = new Set<string>();
    this.mustSign('(');
    do {
      if (this.word('PRIMARY')) {
        this.expect('KEY');
        this.mustSign('(');
        do keys.add(this.name().name);
        while (this.sign(','));
        this.mustSign(')');
      } else columns.push(this.#column());
    } while (this.sign(','));
    this.mustSign(')');
    // A key of several columns is not watched; each of them may not be null.
    const keyed = columns.map((column) => (keys.has(column.name) ? { ...column, notNull: true, primaryKey: keys.size === 1 } : column));
    return { kind: 'create-table', table, columns: keyed, ifMissing };
  }

  #column(): ColumnDefinition {
    const name = this.name().name;
    let type = this.name().name.toLowerCase();
    while (this.here.kind === 'word' && /^(varying|precision|unsigned|with|without|time|zone)$/i.test(this.here.text))
      type += ` ${this.next().text.toLowerCase()}`;
    if (this.sign('(')) {
      const sizes: string[] = [];
      do sizes.push(this.next().text);
      while (this.sign(','));
      this.mustSign(')');
      type += `(${sizes.join(',')})`;
    }
    let [serial, primaryKey, unique, notNull] = [type.endsWith('serial'), false, false, false];
    let otherwise: Expression | undefined;
    for (;;) {
      if (this.word('PRIMARY')) {
        this.expect('KEY');
        primaryKey = true;
      } else if (this.word('UNIQUE')) unique = true;
      else if (this.word('NOT')) {
        this.expect('NULL');
        notNull = true;
      } else if (this.word('AUTO_INCREMENT')) serial = true;
      else if (this.word('DEFAULT')) otherwise = this.operand();
      else if (!this.word('NULL')) break;
    }
    return { name, type, serial, primaryKey, unique: unique || primaryKey, notNull: notNull || primaryKey || serial, otherwise };
  }

  #drop(): Statement {
    const database = this.word('DATABASE');
    if (!database) this.expect('TABLE');
    const ifThere = this.word('IF');
    if (ifThere) this.expect('EXISTS');
    const table = this.name();
    return database ? { kind: 'drop-database', name: table.name, ifThere } : { kind: 'drop-table', table, ifThere };
  }

  #ifNotExists(): boolean {
    if (!this.word('IF')) return false;
    this.expect('NOT');
    this.expect('EXISTS');
    return true;
  }

  #insert(): Statement {
    this.expect('INTO');
    const table = this.name();
    let columns: TableName[] | undefined;
    if (this.sign('(')) {
      columns = [];
      do columns.push(this.name());
      while (this.sign(','));
      this.mustSign(')');
    }
    if (!this.word('VALUE')) this.expect('VALUES');
    const rows: (Expression | undefined)[][] = [];
    do {
      this.mustSign('(');
      const row: (Expression | undefined)[] = [];
      do row.push(this.word('DEFAULT') ? undefined : this.expression());
      while (this.sign(','));
      this.mustSign(')');
      rows.push(row);
    } while (this.sign(','));
    return { kind: 'insert', table, columns, rows, returning: this.word('RETURNING') ? this.#items() : undefined };
  }

  #select(): Statement {
    const items = this.#items();
    const table = this.word('FROM') ? this.name() : undefined;
    const where = this.#where();
    const groupBy: Expression[] = [];
    if (this.word('GROUP')) {
      this.expect('BY');
      do groupBy.push(this.expression());
      while (this.sign(','));
    }
    const orderBy: { expression: Expression; descending: boolean }[] = [];
    if (this.word('ORDER')) {
      this.expect('BY');
      do {
        const expression = this.expression();
        const descending = this.word('DESC');
        if (!descending) this.word('ASC');
        orderBy.push({ expression, descending });
      } while (this.sign(','));
    }
    const limit = this.word('LIMIT') ? this.#number() : undefined;
    const offset = this.word('OFFSET') ? this.#number() : 0;
    return { kind: 'select', items, table, where, groupBy, orderBy, limit, offset };
  }

  #items(): SelectItem[] {
    const items: SelectItem[] = [];
    do {
      const expression: Expression = this.sign('*') ? { kind: 'star' } : this.expression();
      const named = this.word('AS') || (this.here.kind === 'word' && !/^(from|where|group|order|limit|offset)$/i.test(this.here.text));
      items.push({ expression, alias: named ? this.name().name : undefined });
    } while (this.sign(','));
    return items;
  }

  #update(): Statement {
    const table = this.name();
    this.expect('SET');
    const set: { column: TableName; value: Expression }[] = [];
    do {
      const column = this.name();
      this.mustSign('=');
      set.push({ column, value: this.expression() });
    } while (this.sign(','));
    return { kind: 'update', table, set, where: this.#where() };
  }

  #where(): Expression | undefined {
    return this.word('WHERE') ? this.expression() : undefined;
  }

  #number(): number {
    const token = this.next();
    if (token.kind !== 'number') throw new SqlSyntaxError(token.text, token.at);
    return Number(token.text);
  }
}
