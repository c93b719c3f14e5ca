/** A piece of code that may have to be loaded before it can run. Nothing in the world can see whether it is there (`Simulation.need`). */
export interface Part {
  readonly name: string;
  readonly here: boolean;
}

/** The world cannot go on before somebody outside has loaded this. */
export class PartWanted extends Error {
  constructor(readonly part: Part) {
    super(`the next event needs "${part.name}", which is not loaded`);
  }
}

/** Code that could not be had: the browser has no way to the site. */
export class NotLoaded extends Error {
  constructor(part: Part) {
    super(`"${part.name}" could not be loaded. The page has it only after the first use: check the network, then try again.`);
  }
}
