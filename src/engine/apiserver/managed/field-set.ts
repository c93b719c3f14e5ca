import type { Json, JsonObject } from '../../api/meta.ts';

const LEAF: JsonObject = Object.freeze({});

/**
 * A set of paths into an object, as structured-merge-diff keeps it: per level the elements that are members, and sets
 * below elements. An element is its text in `fieldsV1`: `f:name` a field, `k:{"name":"web"}` a list's item by its keys,
 * `v:"x"` a value of a set. A set is not changed once it has been handed out.
 */
export class FieldSet {
  readonly members = new Set<string>();
  readonly children = new Map<string, FieldSet>();
  #json: JsonObject | undefined;
  #memberJson: JsonObject | undefined;

  get empty(): boolean {
    if (this.members.size > 0) return false;
    for (const child of this.children.values()) if (!child.empty) return false;
    return true;
  }

  /** For building only. */
  insert(path: readonly string[]): void {
    if (path.length === 0) return;
    let at = this as FieldSet;
    for (let i = 0; i < path.length - 1; i++) {
      const step = path[i] as string;
      let next = at.children.get(step);
      if (next === undefined) at.children.set(step, (next = new FieldSet()));
      at = next;
    }
    at.members.add(path.at(-1) as string);
  }

  union(other: FieldSet): FieldSet {
    if (this === other || (other.members.size === 0 && other.children.size === 0)) return this;
    if (this.members.size === 0 && this.children.size === 0) return other;
    const out = new FieldSet();
    let more = false;
    for (const member of this.members) out.members.add(member);
    for (const member of other.members) out.members.add(member);
    more = out.members.size > this.members.size;
    for (const [step, child] of this.children) {
      const theirs = other.children.get(step);
      const both = theirs === undefined ? child : child.union(theirs);
      more ||= both !== child;
      out.children.set(step, both);
    }
    for (const [step, child] of other.children) {
      if (this.children.has(step)) continue;
      more = true;
      out.children.set(step, child);
    }
    return more ? out : this;
  }

  /** What is here and not there; a path that is there takes nothing below it away. What loses nothing is handed on as it is. */
  difference(other: FieldSet): FieldSet {
    if (other.members.size === 0 && other.children.size === 0) return this;
    const out = new FieldSet();
    let less = false;
    for (const member of this.members) {
      if (other.members.has(member)) less = true;
      else out.members.add(member);
    }
    for (const [step, child] of this.children) {
      const theirs = other.children.get(step);
      const rest = theirs === undefined ? child : child.difference(theirs);
      less ||= rest !== child;
      if (rest === child || !rest.empty) out.children.set(step, rest);
    }
    return less ? out : this;
  }

  intersection(other: FieldSet): FieldSet {
    const out = new FieldSet();
    for (const member of this.members) if (other.members.has(member)) out.members.add(member);
    for (const [step, child] of this.children) {
      const theirs = other.children.get(step);
      if (theirs === undefined) continue;
      const both = child.intersection(theirs);
      if (!both.empty) out.children.set(step, both);
    }
    return out;
  }

  /** Without a field of the top and all below it. */
  withoutField(name: string): FieldSet {
    const step = `f:${name}`;
    if (!this.members.has(step) && !this.children.has(step)) return this;
    const out = new FieldSet();
    for (const member of this.members) if (member !== step) out.members.add(member);
    for (const [other, child] of this.children) if (other !== step) out.children.set(other, child);
    return out;
  }

  equals(other: FieldSet): boolean {
    return this === other || (this.difference(other).empty && other.difference(this).empty);
  }

  /** Every path, in upstream's order. */
  *paths(): Generator<string[]> {
    for (const step of this.#steps()) {
      if (this.members.has(step)) yield [step];
      const child = this.children.get(step);
      if (child !== undefined) for (const path of child.paths()) yield [step, ...path];
    }
  }

  /** `fieldsV1`. Made once: sets that others share keep it, so an update costs what it changes. */
  toJson(): JsonObject {
    return (this.#json ??= this.#write({}));
  }

  /** As the value of a step that is a member itself. */
  #toMemberJson(): JsonObject {
    return (this.#memberJson ??= this.#write({ '.': {} }));
  }

  #write(out: JsonObject): JsonObject {
    for (const step of this.#steps()) {
      const child = this.children.get(step);
      const member = this.members.has(step);
      if (child === undefined || child.empty) {
        if (member) out[step] = LEAF;
      } else out[step] = member ? child.#toMemberJson() : child.toJson();
    }
    return out;
  }

  #steps(): string[] {
    if (this.children.size === 0) return inOrder([...this.members]);
    if (this.members.size === 0) return inOrder([...this.children.keys()]);
    return inOrder([...new Set([...this.members, ...this.children.keys()])]);
  }

  static fromJson(json: Json | undefined): FieldSet {
    const out = new FieldSet();
    if (typeof json !== 'object' || json === null || Array.isArray(json)) return out;
    for (const [step, below] of Object.entries(json)) {
      if (step === '.') continue;
      const child = FieldSet.fromJson(below);
      const leaf = child.members.size === 0 && child.children.size === 0;
      if (leaf || (typeof below === 'object' && below !== null && '.' in below)) out.members.add(step);
      if (!leaf) out.children.set(step, child);
    }
    return out;
  }
}

/** `.spec.containers[name="web"].image`: how messages write a path. */
export function pathText(path: readonly string[]): string {
  return path.map(stepText).join('');
}

function stepText(step: string): string {
  const rest = step.slice(2);
  if (step.startsWith('f:')) return `.${rest}`;
  if (step.startsWith('v:')) return `[=${rest}]`;
  if (!step.startsWith('k:')) return `[${rest}]`;
  const keys = JSON.parse(rest) as JsonObject;
  const shown = Object.entries(keys).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return `[${shown.join(',')}]`;
}

const RANK: Readonly<Record<string, number>> = { f: 0, k: 1, v: 2, i: 3 };

const HEAD = /^(?:f:|v:"|k:\{"[^"]*":")/;

/** Steps in upstream's order: fields by name, items by their keys, values of sets. */
function inOrder(steps: string[]): string[] {
  if (steps.length < 2) return steps;
  const head = HEAD.exec(steps[0] as string)?.[0];
  // One key with a text, the same for all: their order is that of the steps as they are written.
  if (head !== undefined && steps.every((step) => step.startsWith(head) && (head[0] !== 'k' || !step.includes('",')))) return steps.sort();
  return steps
    .map((step) => ({ step, rank: RANK[step[0] as string] ?? 4, value: valueOf(step) }))
    .sort((a, b) => a.rank - b.rank || compareValues(a.value, b.value) || (a.step < b.step ? -1 : a.step > b.step ? 1 : 0))
    .map(({ step }) => step);
}

type Scalar = readonly [name: string, value: Json, text: string];

/** What a step says of an item, read once; a field says nothing but its name. */
function valueOf(step: string): readonly Scalar[] {
  if (step[0] !== 'k' && step[0] !== 'v') return [];
  const value = JSON.parse(step.slice(2)) as Json;
  if (step[0] === 'v' || typeof value !== 'object' || value === null || Array.isArray(value)) return [['', value, JSON.stringify(value)]];
  return Object.entries(value).map(([name, item]) => [name, item, JSON.stringify(item)]);
}

function compareValues(left: readonly Scalar[], right: readonly Scalar[]): number {
  const shorter = Math.min(left.length, right.length);
  for (let i = 0; i < shorter; i++) {
    const [leftName, leftValue, leftText] = left[i] as Scalar;
    const [rightName, rightValue, rightText] = right[i] as Scalar;
    if (leftName !== rightName) return leftName < rightName ? -1 : 1;
    if (typeof leftValue === 'number' && typeof rightValue === 'number') {
      if (leftValue !== rightValue) return leftValue - rightValue;
    } else if (leftText !== rightText) return leftText < rightText ? -1 : 1;
  }
  return left.length - right.length;
}
