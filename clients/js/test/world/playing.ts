/** Performs the demo world's commands without a picture, on a clock that the test drives. */
import { deskCommands, phoneCommands } from "../../pages/demo/world/commands/index.ts";
import { Stage } from "../../pages/demo/world/stage.ts";

export interface Performed {
  readonly ended: Promise<unknown>;
  readonly abort: (reason?: Error) => void;
  readonly progress: number[];
}

export class Scene {
  readonly stage = new Stage();
  readonly desk = deskCommands(this.stage);
  readonly phone = phoneCommands(this.stage);
  #calls = 0;

  /** Begins a command; `text` is what is streamed to it. */
  start(
    name: string,
    args: Record<string, unknown> = {},
    text: AsyncIterable<string> | null = null,
  ): Performed {
    const controller = new AbortController();
    const progress: number[] = [];
    const spec = this.desk[name] ?? this.phone[name];
    if (!spec) throw new Error(`no command ${name}`);
    this.#calls += 1;
    const ended = Promise.resolve(
      spec.run(args, {
        id: `c${this.#calls}`,
        turn: "t1",
        name,
        signal: controller.signal,
        complete: Promise.resolve(args),
        stream: { text: text ?? written(String(args.text ?? "")) },
        progress: (share) => progress.push(share ?? 0),
      }),
    );
    ended.catch(() => {});
    return { ended, abort: (reason) => controller.abort(reason), progress };
  }

  /** Performs one to its end, in as many seconds of the world's time as it takes. */
  async perform(name: string, args: Record<string, unknown> = {}): Promise<unknown> {
    const { ended } = this.start(name, args);
    let open = true;
    const closed = () => {
      open = false;
    };
    ended.then(closed, closed);
    for (let steps = 0; open && steps < 1200; steps++) await this.pass(0.05);
    return ended;
  }

  async pass(seconds: number): Promise<void> {
    for (let left = seconds; left > 0.0001; left -= 0.05) {
      this.stage.advance(Math.min(left, 0.05));
      for (let turns = 0; turns < 6; turns++) await null;
    }
  }
}

async function* written(text: string): AsyncGenerator<string> {
  for (const piece of text.match(/.{1,4}/gsu) ?? []) yield piece;
}

/** The code of the fault that a command ended with. */
export async function faultOf(ended: Promise<unknown>): Promise<string> {
  const fault = await ended.then(
    () => ({ code: "none" }),
    (error: { code?: string; message: string }) => error,
  );
  return fault.code ?? "uncoded";
}
