// A lamp in a terminal, with the SDK: three commands, typed by their schemas, one instruction, an exit code.
// Node 20 needs `node --experimental-websocket`. In a project of your own: import … from "capserver-client".
import { createClient } from "../../capserver/pages/static/sdk.js";

const COLORS = { red: "🔴", green: "🟢", blue: "🔵" };
const lamp = { on: false, color: "green" };
const show = () => console.log(lamp.on ? COLORS[lamp.color] : "⚫");

const client = createClient({
  url: process.env.CAPSERVER_URL ?? "http://127.0.0.1:8787",
  client: { name: "lamp", kind: "terminal" },
  commands: {
    light: {
      description: "Switch the lamp on or off. 开灯，关灯",
      parameters: { type: "object", properties: { on: { type: "boolean" } }, required: ["on"] },
      run: ({ on }) => {
        lamp.on = on;
        show();
      },
    },
    set_color: {
      description: "Change the colour of the lamp. 变颜色",
      parameters: { type: "object", properties: { color: { enum: Object.keys(COLORS) } }, required: ["color"] },
      examples: ["turn {color}", "变成{color}"],
      run: ({ color }) => {
        lamp.color = color;
        show();
      },
    },
    blink: {
      description: "Blink a number of times. 闪",
      parameters: { type: "object", properties: { times: { type: "integer", minimum: 1, maximum: 9 } } },
      examples: ["blink {times} times", "闪{times}下"],
      async run({ times = 1 }, { signal, progress }) {
        for (let done = 0; done < times && !signal.aborted; done++) {
          console.log(`✨ ${COLORS[lamp.color]}`);
          progress((done + 1) / times);
        }
      },
    },
  },
});

client.on("error", ({ message, hint = "" }) => {
  console.error(message, hint);
  process.exitCode = 1;
  client.close();
});

const text = process.argv.slice(2).join(" ") || "turn the lamp on, turn red and then blink twice";
const ended = await client.instruct(text).catch(() => undefined);
client.close();
if (ended) console.log(ended.status, ended.text);
process.exitCode ??= ended?.status === "completed" && ended.commands > 0 ? 0 : 1;
