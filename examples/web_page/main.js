// A page without framework, bundler or npm, from any static server: the SDK comes from capserver itself.
const server = new URLSearchParams(location.search).get("server") ?? "http://127.0.0.1:8787";
const form = document.querySelector("form");
const output = document.querySelector("output");
const tell = (text) => {
  output.textContent = text;
};

const { createClient } = await import(`${server}/sdk.js`).catch((error) => {
  tell(`Nothing answers at ${server}. Start it with: capserver serve`);
  throw error;
});

const client = createClient({
  url: server,
  client: { name: "page", kind: "web", locale: navigator.language },
  commands: {
    paint: {
      description: "Paint the page in a colour. 变颜色",
      parameters: {
        type: "object",
        properties: { color: { enum: ["pink", "gold", "lightgreen", "skyblue"] } },
        required: ["color"],
      },
      examples: ["make it {color}", "变成{color}"],
      run: ({ color }) => {
        document.body.style.background = color;
      },
    },
  },
});

// What to do about a connection that does not come about is in the hint: here it is shown on the page.
client.on("status", ({ state, hint }) => tell(hint ?? state));
client.on("error", ({ message, hint }) => tell(hint ?? message));

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    const { status, commands, text } = await client.instruct(new FormData(form).get("text"));
    tell(text || `${status}: ${commands} done`);
    form.reset();
  } catch (error) {
    tell(error.message);
  }
});
