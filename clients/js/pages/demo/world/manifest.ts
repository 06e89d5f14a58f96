/** What the demo page tells the server at first: for tests of planners against it. */
import { deskCommands } from "./commands/index.ts";
import { Stage } from "./stage.ts";
import { vocabularyOf } from "./vocabulary.ts";

export function demoManifest() {
  const stage = new Stage();
  const commands = Object.entries(deskCommands(stage)).map(([name, { run: _, ...spec }]) => ({
    name,
    ...spec,
  }));
  return { client: { name: "Ling", kind: "web3d" }, commands, vocabulary: vocabularyOf(stage) };
}
