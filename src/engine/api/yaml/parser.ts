import { Scanner } from './scanner.ts';
import { YamlFault, type Mark, type Token } from './tokens.ts';

/** What a YAML text says, before anything is made of it. */
export type Node =
  | { readonly kind: 'scalar'; readonly tag: string; readonly start: Mark; readonly value: string; readonly plain: boolean }
  | { readonly kind: 'sequence'; readonly tag: string; readonly start: Mark; readonly items: Node[] }
  | { readonly kind: 'mapping'; readonly tag: string; readonly start: Mark; readonly pairs: [Node, Node][] }
  | { readonly kind: 'alias'; readonly start: Mark; readonly name: string; readonly node: Node };

/** The first document of a text; undefined where there is none. By the rules of libyaml's parser. Throws `YamlFault`. */
export function parseDocument(text: string): Node | undefined {
  return new Parser(new Scanner(text)).document();
}

class Parser {
  readonly #scanner: Scanner;
  readonly #anchors = new Map<string, Node>();
  #handles = new Map([
    ['!', '!'],
    ['!!', 'tag:yaml.org,2002:'],
  ]);

  constructor(scanner: Scanner) {
    this.#scanner = scanner;
  }

  document(): Node | undefined {
    if (this.#sees('stream-end')) return undefined;
    if (this.#sees('version', 'tag-directive', 'document-start')) this.#directives();
    const node = this.#sees('document-start', 'document-end', 'stream-end') ? this.#nothing() : this.#node(true, false);
    // What stands behind it has to be tokens, though nobody reads them.
    this.#scanner.peek();
    return node;
  }

  #directives(): void {
    let versions = 0;
    const own = new Set<string>();
    for (;;) {
      const token = this.#scanner.peek();
      if (token.type === 'version') {
        if (versions++ > 0) throw YamlFault.parser(token.start, 'found duplicate %YAML directive');
        if (token.version !== '1.1') throw YamlFault.parser(token.start, 'found incompatible YAML document');
      } else if (token.type === 'tag-directive') {
        if (own.has(token.handle)) throw YamlFault.parser(token.start, 'found duplicate %TAG directive');
        own.add(token.handle);
        this.#handles.set(token.handle, token.prefix);
      } else break;
      this.#scanner.take();
    }
    if (!this.#sees('document-start')) throw this.#fault('did not find expected <document start>');
    this.#scanner.take();
  }

  /** `indentless`: a sequence may begin at the column of the key that it belongs to. */
  #node(block: boolean, indentless: boolean): Node {
    let token = this.#scanner.peek();
    const { start } = token;
    if (token.type === 'alias') {
      this.#scanner.take();
      const node = this.#anchors.get(token.value);
      if (node === undefined) throw YamlFault.of(`unknown anchor '${token.value}' referenced`);
      return { kind: 'alias', start, name: token.value, node };
    }
    let anchor: string | undefined;
    let tag: string | undefined;
    for (; token.type === 'anchor' || token.type === 'tag'; token = this.#scanner.peek()) {
      if ((token.type === 'anchor' ? anchor : tag) !== undefined) break;
      if (token.type === 'anchor') anchor = token.value;
      else {
        const prefix = token.handle === '' ? '' : this.#handles.get(token.handle);
        if (prefix === undefined) throw YamlFault.parser(token.start, 'found undefined tag handle');
        tag = prefix + token.suffix;
      }
      this.#scanner.take();
    }
    const known = <T extends Node>(node: T): T => {
      if (anchor !== undefined) this.#anchors.set(anchor, node);
      return node;
    };
    if (token.type === 'scalar') {
      this.#scanner.take();
      return known({ kind: 'scalar', tag: tag ?? '', start, value: token.value, plain: token.plain });
    }
    const sequence = (): Node & { kind: 'sequence' } => known({ kind: 'sequence', tag: tag ?? '', start, items: [] });
    const mapping = (): Node & { kind: 'mapping' } => known({ kind: 'mapping', tag: tag ?? '', start, pairs: [] });
    if (indentless && token.type === '-') return this.#indentlessSequence(sequence());
    if (token.type === '[') return this.#flowSequence(sequence());
    if (token.type === '{') return this.#flowMapping(mapping());
    if (block && token.type === 'block-sequence') return this.#blockSequence(sequence());
    if (block && token.type === 'block-mapping') return this.#blockMapping(mapping());
    if (anchor !== undefined || tag !== undefined) return known({ kind: 'scalar', tag: tag ?? '', start, value: '', plain: true });
    throw this.#fault('did not find expected node content');
  }

  #indentlessSequence<T extends Node & { kind: 'sequence' }>(node: T): T {
    while (this.#sees('-')) {
      this.#scanner.take();
      node.items.push(this.#sees('-', '?', ':', 'block-end') ? this.#nothing() : this.#node(true, false));
    }
    return node;
  }

  #blockSequence<T extends Node & { kind: 'sequence' }>(node: T): T {
    this.#scanner.take();
    while (this.#sees('-')) {
      this.#scanner.take();
      node.items.push(this.#sees('-', 'block-end') ? this.#nothing() : this.#node(true, false));
    }
    if (!this.#sees('block-end')) throw this.#fault("did not find expected '-' indicator");
    this.#scanner.take();
    return node;
  }

  #blockMapping<T extends Node & { kind: 'mapping' }>(node: T): T {
    this.#scanner.take();
    while (!this.#sees('block-end')) {
      if (!this.#sees('?')) throw this.#fault('did not find expected key');
      this.#scanner.take();
      const key = this.#sees('?', ':', 'block-end') ? this.#nothing() : this.#node(true, true);
      node.pairs.push([key, this.#valueBehind(['?', ':', 'block-end'], () => this.#node(true, true))]);
    }
    this.#scanner.take();
    return node;
  }

  #flowSequence<T extends Node & { kind: 'sequence' }>(node: T): T {
    this.#scanner.take();
    while (!this.#sees(']')) {
      if (node.items.length > 0) {
        this.#separator(']');
        if (this.#sees(']')) break;
      }
      if (!this.#sees('?')) {
        node.items.push(this.#node(false, false));
        continue;
      }
      // A pair by itself is a mapping of one.
      const { start } = this.#scanner.take();
      const key = this.#sees(':', ',', ']') ? this.#nothing() : this.#node(false, false);
      const value = this.#valueBehind([',', ']'], () => this.#node(false, false));
      node.items.push({ kind: 'mapping', tag: '', start, pairs: [[key, value]] });
    }
    this.#scanner.take();
    return node;
  }

  #flowMapping<T extends Node & { kind: 'mapping' }>(node: T): T {
    this.#scanner.take();
    while (!this.#sees('}')) {
      if (node.pairs.length > 0) {
        this.#separator('}');
        if (this.#sees('}')) break;
      }
      if (!this.#sees('?')) {
        node.pairs.push([this.#node(false, false), this.#nothing()]);
        continue;
      }
      this.#scanner.take();
      const key = this.#sees(':', ',', '}') ? this.#nothing() : this.#node(false, false);
      node.pairs.push([key, this.#valueBehind([',', '}'], () => this.#node(false, false))]);
    }
    this.#scanner.take();
    return node;
  }

  #separator(end: ']' | '}'): void {
    if (!this.#sees(',')) throw this.#fault(`did not find expected ',' or '${end}'`);
    this.#scanner.take();
  }

  /** The value of a key; nothing where no `:` or nothing follows. */
  #valueBehind(ends: readonly Token['type'][], node: () => Node): Node {
    if (!this.#sees(':')) return this.#nothing();
    this.#scanner.take();
    return this.#sees(...ends) ? this.#nothing() : node();
  }

  #nothing(): Node {
    return { kind: 'scalar', tag: '', start: this.#scanner.peek().start, value: '', plain: true };
  }

  #sees(...types: readonly Token['type'][]): boolean {
    return types.includes(this.#scanner.peek().type);
  }

  #fault(problem: string): YamlFault {
    return YamlFault.parser(this.#scanner.peek().start, problem);
  }
}
