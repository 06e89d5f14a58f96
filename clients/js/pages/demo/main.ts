/** Joins the parts: the world performs, the session brings commands, the panels show what happens. */
import { CapserverError, type Client } from "../../src/index.ts";
import { Chat } from "./chat.ts";
import { $, h } from "./dom.ts";
import { cut } from "./line.ts";
import { type Declared, ManifestPanel } from "./manifest.ts";
import { readAloud, startMicrophone, startSpeaker } from "./microphone.ts";
import { startPanels } from "./panels.ts";
import { startTally, tally, watched, watchedAll } from "./performed.ts";
import { plannedBy, startPlannerCard } from "./planner-card.ts";
import { showTheme, turnTheme } from "./preferences.ts";
import { begin, inDoubt, type Offering, record } from "./session.ts";
import { holdUp, sample } from "./signs.ts";
import { raise, show } from "./stage.ts";
import { StatusView, whyLost } from "./status.ts";
import { startThings } from "./things.ts";
import { Timeline } from "./timeline.ts";
import { readToken, setToken } from "./token.ts";
import { Touches, told } from "./touches.ts";
import { Turns } from "./turns.ts";
import { startViewport } from "./viewport.ts";
import { Wire } from "./wire.ts";
import { language, languageOf, say, speak, spoken, translate } from "./words.ts";
import { CHIPS, PHONE_CHIPS } from "./words-table.ts";
import type { World } from "./world/index.ts";

/** ms after which a picture is made without a session. */
const LONG_GREETING = 500;

const turns = new Turns();
const chat = new Chat(turns);
const wire = new Wire();
const status = new StatusView({ retry });
const manifest = new ManifestPanel({ add, remove, attempt });
new Timeline(turns);

/** A phone offers a smaller set of commands, for as long as the page lives. */
const isPhone = matchMedia("(max-width: 700px)").matches || new URLSearchParams(location.search).has("phone");
let client: Client | undefined;
let world: World | undefined;
let offering: Offering | undefined;
let greet!: () => void;
const greeting = new Promise<void>((resolve) => {
  greet = resolve;
});
/** Said before there was a client to say it to. */
const early: string[] = [];

function instruct(text: string): void {
  if (!client) {
    early.push(text);
    return;
  }
  const turn = client.instruct(text);
  // How it ends is told by the record; a rejection is told there and by the notice.
  turn.then(
    undefined,
    (error: unknown) => error instanceof CapserverError && turns.end(turn.id, "failed", "", error.message),
  );
  turns.ask(turn.id, text);
  chat.newest();
}

/** Put something to say into the input: it is the person who sends it. */
function attempt(text: string): void {
  const input = $("text", HTMLInputElement);
  input.value = text;
  input.focus();
  const slot = /\{\w+\}/.exec(text);
  if (slot) input.setSelectionRange(slot.index, slot.index + slot[0].length);
}

function connect(): void {
  if (!offering) return;
  status.begin();
  try {
    client = begin(offering);
  } catch (error) {
    if (!(error instanceof CapserverError)) throw error;
    status.heard(error);
    status.change({ state: "closed", code: 4500 });
    return;
  }
  listen(client);
  for (const text of early.splice(0)) instruct(text);
}

function listen(heard: Client): void {
  record(heard, turns);
  heard.on("frame", (seen) => wire.see(seen));
  heard.on("status", (now) => {
    if (heard !== client) return;
    status.change(now);
    turns.connected(now.state === "open");
    if (now.state === "closed") turns.lose(say("turn.lost"));
  });
  heard.on("error", (error) => {
    if (heard !== client) return;
    status.heard(error);
    if (error.code === "storage_unavailable") chat.note(say("notice.storage"));
    else if (!error.ref && status.now.state === "open") chat.note(`${error.code}: ${error.message}`, "bad");
  });
  heard.on("welcome", (welcome) => {
    greet();
    plannedBy(welcome);
    manifest.welcome(welcome);
    if (welcome.resumed) chat.note(say(turns.all.length > 0 ? "note.resumed" : "hello.again"), "good");
  });
  heard.on("updated", (updated) => manifest.updated(updated));
  heard.on("ended", ({ text }) => readAloud(text));
  heard.on("lost", ({ reason, lost, turns: over }) => {
    turns.lose(say("turn.lost"));
    const words = [
      say("notice.lost", whyLost(reason)),
      lost.length > 0 && say("notice.lost.commands", inDoubt(lost)),
    ];
    if (over.length > 0) words.push(say("notice.lost.turns", over.length));
    chat.note(words.filter(Boolean).join(" · "), "bad");
  });
  status.change(heard.status);
}

/** Begin anew: with another token, or because somebody pressed the button. */
function retry(token?: string): void {
  if (token) setToken(token);
  client?.close();
  connect();
}

function add({ name, ...declared }: Declared, own: boolean) {
  const spec = own
    ? {
        ...(declared as object),
        run: (args: Record<string, unknown>, ctx: Parameters<typeof holdUp>[1]) =>
          holdUp(args, ctx).then(() => declared.returns && sample(declared.returns)),
      }
    : offering?.commands[name];
  if (!client || !spec) return Promise.reject(new CapserverError("closed", say("manifest.none")));
  return client.commands.add({ [name]: own ? watched(spec as never, (id) => turns.begin(id)) : spec });
}

function remove(name: string) {
  return client
    ? client.commands.remove(name)
    : Promise.reject(new CapserverError("closed", say("manifest.none")));
}

function showTurns(): void {
  const { length } = turns.open;
  $("stop").hidden = length === 0;
  document.documentElement.dataset.turns = String(length);
}

function chips(): void {
  const made = (isPhone ? PHONE_CHIPS : CHIPS)[language()].map((text) =>
    h("button", { type: "button", lang: languageOf(text), click: () => instruct(text) }, text),
  );
  $("chips").replaceChildren(...made);
}

/** The world, its session, its picture. To make the picture stops the page for a moment: the session comes first. */
async function build(): Promise<void> {
  try {
    world = await raise();
  } catch {
    return unbuilt();
  }
  enter(world);
  await Promise.race([greeting, new Promise((resolve) => setTimeout(resolve, LONG_GREETING))]);
  const again = () => greeting.then(() => show(world as World));
  const isSeen = await show(world).catch(again).catch(unbuilt);
  if (isSeen === false) status.tell(say("notice.webgl"), say("notice.webgl.do"));
}

/** A file did not come: the server went away while the page was loading. */
function unbuilt(): void {
  status.tell(say("notice.unbuilt"), say("notice.unbuilt.do"), () => location.reload());
}

function enter(world: World): void {
  const commands = watchedAll(isPhone ? world.phoneCommands : world.commands, (id) => turns.begin(id));
  const { position, posture, expression, color } = world.state();
  const state = { position, posture, expression, color };
  offering = { kind: isPhone ? "phone" : "web3d", commands, vocabulary: told(world.vocabulary()), state };
  turns.laneOf = (name) => commands[name]?.lane;
  manifest.fill(Object.entries(commands).map(([name, spec]) => ({ ...spec, name })));
  connect();
  startThings(
    new Touches(
      world,
      () => client,
      turns,
      (words) => chat.note(words, "event"),
    ),
  );
}

$("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  const input = $("text", HTMLInputElement);
  const text = input.value.trim();
  if (!text || status.now.state === "closed") return;
  input.value = "";
  instruct(text);
});
$("stop").addEventListener("click", () => {
  for (const turn of turns.open) client?.cancel(turn.id);
});
$("cut").addEventListener("click", cut);
$("theme").addEventListener("click", turnTheme);
$("language").addEventListener("click", () => speak(language() === "zh" ? "en" : "zh"));

showTheme();
translate();
turns.watch(showTurns);
spoken(chips);
startPanels();
startPlannerCard();
startTally();
startViewport();
readToken();
startMicrophone({ heard: instruct, failed: (words) => chat.note(words, "bad") });
startSpeaker((on) => world?.setSounds(on));
chat.note(say("hello"), "hello");
// Until here a browser would have sent the form by itself, and left the page.
$("send", HTMLButtonElement).disabled = false;
// The page is seen before the world is built.
requestAnimationFrame(() => setTimeout(() => void build()));

/** For tests and the curious: what the world is, and what was done. */
Object.defineProperty(window, "capserverDemo", {
  value: Object.freeze({
    get client() {
      return client;
    },
    get world() {
      return world;
    },
    get state() {
      return { ...world?.state(), status: status.now, tally: tally() };
    },
    cut,
  }),
});
