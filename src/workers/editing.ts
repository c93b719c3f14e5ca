import { suspend, type Task } from '../engine/os/task.ts';
import type { Edit } from '../shell/utilities/editor.ts';

interface Open {
  readonly session: string;
  readonly edit: Edit;
  readonly answer: (text: string | undefined) => void;
}

/** The texts that programs of the terminals wait for: the page shows them, and its answers come back as inputs. */
export class Editing {
  #open: readonly Open[] = [];

  /** `onChange` is told what a terminal's editor shows now; `undefined`: it is closed. */
  constructor(readonly onChange: (session: string, edit: Edit | undefined) => void) {}

  /** What is edited in a terminal: of several (jobs in the background) the newest. */
  current(session: string): Edit | undefined {
    return this.#newest(session)?.edit;
  }

  open(session: string, edit: Edit): Task<string | undefined> {
    return suspend((resume) => {
      const close = (): void => {
        if (!this.#open.includes(opened)) return;
        this.#open = this.#open.filter((each) => each !== opened);
        this.onChange(session, this.current(session));
      };
      const opened: Open = {
        session,
        edit,
        answer: (text) => {
          close();
          resume(text);
        },
      };
      this.#open = [...this.#open, opened];
      this.onChange(session, edit);
      return close;
    });
  }

  /** The learner's answer. The program may have been ended meanwhile: then nobody asks for it. */
  answer(session: string, text: string | undefined): void {
    this.#newest(session)?.answer(text);
  }

  #newest(session: string): Open | undefined {
    return this.#open.findLast((each) => each.session === session);
  }
}
