/** The tables of commands that the page offers. */
import type { Commands } from "../../../../src/schema.ts";
import type { Stage } from "../stage.ts";
import { gestures, getAbout } from "./body.ts";
import { face, voice } from "./face.ts";
import { hands } from "./hands.ts";
import { counted } from "./perform.ts";
import { phoneTable } from "./phone.ts";
import { sensing } from "./sensing.ts";

/** Everything she can do. */
export const deskCommands = (stage: Stage): Commands => counted(stage, all(stage));

/** What the phone layout offers. */
export const phoneCommands = (stage: Stage): Commands => counted(stage, phoneTable(stage, all(stage)));

const all = (stage: Stage): Commands => ({
  ...getAbout(stage),
  ...gestures(stage),
  ...hands(stage),
  ...face(stage),
  ...voice(stage),
  ...sensing(stage),
});
