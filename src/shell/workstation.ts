import type { Simulation } from '../engine/sim/simulation.ts';
import { addDevices } from '../engine/os/devices.ts';
import { MemoryFiles } from '../engine/os/files.ts';
import { Kernel } from '../engine/os/kernel.ts';
import type { Network, Program, SignalName, Terminal } from '../engine/os/process.ts';
import { made, part, rare } from '../engine/os/rare.ts';
import { suspend, type Task } from '../engine/os/task.ts';
import { decode, encode } from '../engine/os/text.ts';
import { Tty } from '../engine/os/tty.ts';
import { completeLine, type CompletionProvider, type Completion } from './completion.ts';
import { EditRequests } from './remote-editing.ts';
import { createShell, bash } from './sh.ts';
import type { Shell } from './shell.ts';
import { createEditor, type Edit, type OpenEditor } from './utilities/editor.ts';
import { top } from './utilities/top.ts';
import { pager } from './utilities/pager.ts';
import { machineTools, NETWORK_TOOLS } from './utilities/machine-tools.ts';
import { UTILITIES } from './utilities/index.ts';
import { NOT_BUILT } from './utilities/not-built.ts';

export interface WorkstationOptions {
  sim: Simulation;
  /** The network namespace, or one view of it per process, so that what a process holds open ends with it. */
  net: Network | ((pid: number) => Network & { close?(): void });
  /** Programs besides the utilities: `kubectl` and its like. They bring their own way to the API server. */
  programs: Readonly<Record<string, Program>>;
  /** Completion of a program's arguments. */
  complete?: Readonly<Record<string, CompletionProvider>>;
  /** Text of `~/.kube/config`. */
  kubeconfig?: string;
  /** Files of the scenario; relative paths are in the home directory. */
  files?: Readonly<Record<string, string | Uint8Array>>;
  /** Lets the learner edit a text for a program of a terminal. Absent: there is nobody who could, and `vi` says so. */
  openEditor?: (session: string, edit: Edit) => Task<string | undefined>;
  hostname?: string;
  user?: string;
  /** Address in the log. */
  actor?: string;
}

const DEFAULT_BASHRC = `alias k=kubectl
alias ll='ls -l'
`;

/** The learner's machine: files, programs, and any number of terminals. */
export class Workstation {
  readonly files: MemoryFiles;
  readonly kernel: Kernel;
  readonly home: string;
  readonly programs: ReadonlyMap<string, Program>;
  readonly sessions = new Map<string, TerminalSession>();
  readonly options: WorkstationOptions;

  constructor(options: WorkstationOptions) {
    this.options = options;
    const { sim, openEditor, user = 'learner', hostname = 'kubernotes' } = options;
    const open: OpenEditor | undefined = openEditor && (({ terminal }, edit) => openEditor(this.nameOf(terminal), edit));
    const editor = made(part(createEditor), (create) => create(open));
    this.home = `/home/${user}`;
    this.programs = new Map([
      ...Object.entries({
        ...NOT_BUILT,
        ...UTILITIES,
        ...machineTools(NETWORK_TOOLS),
        bash,
        sh: bash,
        vi: editor,
        vim: editor,
        nano: editor,
        less: rare(pager),
        more: rare(pager),
        top: rare(top),
        htop: rare(top),
      }),
      ...Object.entries(options.programs),
    ]);
    this.files = this.#install(user, hostname);
    this.kernel = new Kernel({
      sim,
      files: this.files,
      net: options.net,
      hostname,
      lookup: (name) => this.programs.get(name),
      random: sim.random('workstation'),
      user,
      foreground: true,
      actor: options.actor ?? 'workstation',
    });
    // The machine's init: terminals come and go, the machine stays.
    this.kernel.start(['init'], {
      *program() {
        return yield* suspend<number>(() => () => {});
      },
    });
  }

  /** A terminal by name; opened when there is none yet. */
  open(session: string): TerminalSession {
    let found = this.sessions.get(session);
    if (found === undefined) this.sessions.set(session, (found = new TerminalSession(this)));
    return found;
  }

  /** @internal The session that has a terminal. */
  nameOf(terminal: Terminal | undefined): string {
    for (const [name, session] of this.sessions) if (session.terminal === terminal) return name;
    throw new Error('a program runs in a terminal that is none of this machine');
  }

  #install(user: string, hostname: string): MemoryFiles {
    const { sim, kubeconfig, files = {} } = this.options;
    const root = new MemoryFiles(() => sim.now);
    root.mount('/usr/bin', Object.fromEntries([...this.programs.keys()].map((name) => [name, '\x7fELF'])), { mode: 0o755 });
    root.symlink('/usr/bin', '/bin');
    root.mount('/etc', {
      hostname: `${hostname}\n`,
      passwd: `root:x:0:0:root:/root:/bin/bash\n${user}:x:1000:1000:${user}:${this.home}:/bin/bash\n`,
      'os-release': 'PRETTY_NAME="Kubernotes"\nNAME="Kubernotes"\nID=kubernotes\n',
    });
    addDevices(root, () => sim.random('workstation/urandom'));
    root.makeDirectory('/tmp');
    root.chmod('/tmp', 0o1777);
    root.makeDirectory(this.home, { parents: true });
    root.write(`${this.home}/.bashrc`, encode(DEFAULT_BASHRC));
    if (kubeconfig !== undefined) {
      root.makeDirectory(`${this.home}/.kube`);
      root.write(`${this.home}/.kube/config`, encode(kubeconfig), { mode: 0o600 });
    }
    for (const [name, content] of Object.entries(files)) {
      const path = name.startsWith('/') ? name : `${this.home}/${name}`;
      root.makeDirectory(path.slice(0, path.lastIndexOf('/')) || '/', { parents: true });
      root.write(path, typeof content === 'string' ? encode(content) : content);
    }
    root.chown(this.home, user);
    return new MemoryFiles(() => sim.now, { user, snapshot: root.snapshot() });
  }
}

/** One terminal with its shell. The page edits lines; whole lines come in, output and prompts go out. */
export class TerminalSession {
  readonly history: string[] = [];
  readonly #workstation: Workstation;
  readonly #tty: Tty;
  readonly #edits: EditRequests | undefined;
  readonly #outputListeners = new Set<(bytes: Uint8Array) => void>();
  readonly #promptListeners = new Set<(prompt: string | undefined) => void>();
  #shell: Shell | undefined;
  #prompt: string | undefined;
  #atPrompt = false;
  #group = 0;
  /** What came before anybody listened. */
  #early: Uint8Array[] = [];
  #columnZero = true;

  /** @internal Sessions are made by `Workstation.open`. */
  constructor(workstation: Workstation) {
    this.#workstation = workstation;
    this.#tty = new Tty({
      output: (bytes) => this.#emit(bytes),
      signal: (signal) => this.#send(signal),
      onReading: (waiting) => {
        // A program that reads the terminal has no prompt of ours: what it printed last is its prompt.
        if (!this.#atPrompt) this.#setPrompt(waiting ? '' : undefined);
      },
    });
    const { openEditor } = workstation.options;
    if (openEditor !== undefined)
      this.#edits = new EditRequests(
        (edit) => openEditor(workstation.nameOf(this.#tty), edit),
        (line) => this.#tty.line(line),
      );
    this.#startShell();
  }

  /** The prompt to edit a line at; `''` while a program reads its input; `undefined` while one runs and reads nothing. */
  get prompt(): string | undefined {
    return this.#prompt;
  }

  /** What its programs know as their terminal. */
  get terminal(): Terminal {
    return this.#tty;
  }

  get busy(): boolean {
    return !this.#atPrompt;
  }

  get cwd(): string {
    return this.#shell?.process.cwd ?? this.#workstation.home;
  }

  /** A whole typed line: the shell's, or the foreground program's input. Typed ahead it waits its turn. */
  line(text: string): void {
    if (this.#atPrompt && text.trim() !== '' && text !== this.history.at(-1)) this.history.push(text);
    this.#columnZero = true;
    this.#tty.line(text);
  }

  /** ^C, ^Z, ^\ to the foreground. */
  signal(name: 'INT' | 'TSTP' | 'QUIT'): void {
    const atPrompt = this.#atPrompt;
    this.#emit(encode(`^${{ INT: 'C', TSTP: 'Z', QUIT: '\\' }[name]}${name === 'TSTP' && !atPrompt ? '' : '\n'}`));
    this.#tty.type(Uint8Array.of({ INT: 3, TSTP: 26, QUIT: 28 }[name]));
  }

  /** ^D on an empty line. */
  eof(): void {
    this.#tty.type(Uint8Array.of(4));
  }

  resize(columns: number, rows: number): void {
    this.#tty.resize(columns, rows);
  }

  onOutput(listener: (bytes: Uint8Array) => void): () => void {
    this.#outputListeners.add(listener);
    for (const bytes of this.#early.splice(0)) listener(bytes);
    return () => this.#outputListeners.delete(listener);
  }

  /** Called with the present prompt at once and with every change. */
  onPrompt(listener: (prompt: string | undefined) => void): () => void {
    this.#promptListeners.add(listener);
    listener(this.#prompt);
    return () => this.#promptListeners.delete(listener);
  }

  complete(line: string, cursor: number): Completion {
    const { programs, options, files } = this.#workstation;
    const shell = this.#shell;
    if (shell === undefined) return { from: cursor, candidates: [] };
    return completeLine({ shell, programs: [...programs.keys()], providers: options.complete ?? {}, files }, line, cursor);
  }

  /** Ends everything that runs in this terminal. */
  close(): void {
    this.#workstation.kernel.killGroup(this.#group, 'KILL');
    this.#tty.hangUp();
    for (const [name, session] of this.#workstation.sessions) if (session === this) this.#workstation.sessions.delete(name);
  }

  #startShell(): void {
    const { home, kernel, options } = this.#workstation;
    const user = options.user ?? 'learner';
    const env = new Map([
      ['HOME', home],
      ['USER', user],
      ['LOGNAME', user],
      ['SHELL', '/bin/bash'],
      ['TERM', 'xterm-256color'],
      ['LANG', 'C.UTF-8'],
      ['PATH', `${home}/bin:/usr/local/bin:/usr/bin:/bin`],
    ]);
    const program = createShell('bash', {
      history: this.history,
      onStart: (shell) => {
        this.#shell = shell;
      },
      onPrompt: (prompt) => {
        this.#atPrompt = prompt !== undefined;
        if (this.#atPrompt) this.#edits?.close();
        if (prompt !== undefined && !this.#columnZero) this.#emit(encode('\n'));
        this.#setPrompt(prompt);
      },
    });
    const started = kernel.start(['bash'], {
      program,
      env,
      cwd: home,
      stdin: this.#tty.reader,
      stdout: this.#tty.writer,
      stderr: this.#tty.writer,
      terminal: this.#tty,
    });
    this.#group = started.pid;
    started.onExit(() => {
      if (this.#group !== started.pid && this.#group !== 0) return;
      this.#atPrompt = false;
      // `exit` closes no lesson: a fresh shell takes the terminal, after the present event.
      if (this.#workstation.sessions.size > 0) options.sim.after(0, () => this.#startShell());
    });
  }

  #send(signal: SignalName): void {
    this.#workstation.kernel.killGroup(this.#group, signal);
  }

  #emit(output: Uint8Array): void {
    const bytes = this.#edits?.shown(output) ?? output;
    if (bytes.length === 0) return;
    const last = bytes.at(-1);
    if (last !== undefined) this.#columnZero = last === 10 || decode(bytes).endsWith('\x1b[2J');
    if (this.#outputListeners.size === 0) this.#early.push(bytes);
    for (const listener of this.#outputListeners) listener(bytes);
  }

  #setPrompt(prompt: string | undefined): void {
    if (prompt === this.#prompt) return;
    this.#prompt = prompt;
    for (const listener of this.#promptListeners) listener(prompt);
  }
}
