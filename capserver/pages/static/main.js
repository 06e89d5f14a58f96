// @ts-check
/** Joins the parts: the wire brings commands, the lanes order them, the figure performs them, the page shows it. */
import { Chat } from './chat.js';
import { COMMANDS, manifest } from './commands.js';
import { Figure } from './figure.js';
import { FrameList } from './frames.js';
import { Lanes } from './lanes.js';
import { settle } from './motions.js';
import { CHIPS, language, say, speak } from './words.js';
import { Wire } from './wire.js';

/** @typedef {import('./wire.js').Frame} Frame */
/** @typedef {import('./lanes.js').Job} Job */

/** @param {string} id @returns {any} */
const $ = (id) => document.getElementById(id);

const figure = new Figure();
const chat = new Chat($('chat'));
const frames = new FrameList($('frames'), $('count'));
/** @type {import('./wire.js').Status} */
let status = { state: 'connecting' };
let planner = '';
/** @type {Map<string, number>} how often each command was performed to its end */
const performed = new Map();

const lanes = new Lanes((name) => COMMANDS.get(name)?.lane ?? 'main', perform, ended);
// Where the server asks for a token, it comes behind the #, which no server log sees.
const token = new URLSearchParams(location.hash.slice(1)).get('token') ?? undefined;
if (token) history.replaceState(null, '', location.pathname + location.search);
const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';
const wire = new Wire(`${scheme}//${location.host}/v1/ws`, () => manifest(navigator.language, token), {
  status: showStatus,
  seen: (direction, text, frame, again) => frames.add(direction, text, frame, again),
  take,
  lost,
});

/** @type {ReadonlyMap<string, (frame: Frame) => void>} */
const HEARD = new Map(Object.entries({
  welcome: welcomed,
  'turn.started': (/** @type {Frame} */ f) => chat.begin(f.turn, ''),
  text: (/** @type {Frame} */ f) => chat.write(f.turn, f.delta),
  'command.delta': (/** @type {Frame} */ f) => lanes.delta(f),
  command: (/** @type {Frame} */ f) => {
    const job = lanes.command(f);
    chat.step(f.turn, f.id, job.started ? 'running' : 'waiting', f);
  },
  'command.rejected': (/** @type {Frame} */ f) => chat.step(f.turn, f.id, 'rejected', f),
  cancel: (/** @type {Frame} */ f) => {
    chat.step(null, f.id, 'stopped');
    lanes.cancel(f.id, f.reason);
  },
  'turn.ended': (/** @type {Frame} */ f) => {
    lanes.clear((job) => job.turn === f.turn && !job.given);
    chat.end(f);
    showBusy();
  },
  error: (/** @type {Frame} */ f) => {
    if (f.ref_type === 'instruct' && f.ref) chat.close(f.ref, `${f.code}: ${f.message}`);
    else chat.note(`${f.code}: ${f.message}`, 'bad');
    showBusy();
  },
}));

/** @param {Frame} frame */
function take(frame) {
  HEARD.get(frame.type)?.(frame);
}

/** @param {Frame} frame */
function welcomed(frame) {
  if (frame.resumed) chat.note(say('resumed'), 'good');
  if (planner !== frame.planner && /^offline/.test(frame.planner)) chat.note(say('model'));
  planner = frame.planner;
  $('planner').hidden = false;
  $('planner-name').textContent = planner;
  document.documentElement.dataset.planner = planner;
}

/** @param {import('./wire.js').Loss} loss */
function lost({ reason, commands, unsent }) {
  lanes.clear();
  for (const turn of chat.open) chat.close(turn, say('turn.lost'));
  for (const { id } of commands) chat.step(null, id, 'lost');
  const names = commands.map((command) => command.name).join(', ');
  const texts = unsent.filter((frame) => frame.type === 'instruct').map((frame) => `“${frame.text}”`).join(', ');
  const words = [say('lost', say(`reason.${reason}`)), names && say('lost.commands', names), texts && say('lost.unsent', texts)];
  chat.note(words.filter(Boolean).join(' '), 'bad');
  showBusy();
}

/** @param {Job} job */
async function perform(job) {
  const offer = COMMANDS.get(job.name);
  if (!offer) throw new Error(`this page does not know ${job.name}`);
  chat.step(job.turn, job.id, 'running');
  try {
    // A streamed command begins while its text is still being written.
    const args = offer.stream ? {} : (await job.whole).args;
    const value = await offer.run({ figure, signal: job.signal, speak: (_args, signal) => talk(job, signal) }, args);
    figure.facts.energy = Math.max(5, figure.facts.energy - (offer.lane === 'body' ? 2 : 0));
    return value;
  } finally {
    if (job.signal.aborted && offer.lane === 'body') settle(figure).catch(() => {});
    if (figure.facts.posture === 'asleep') figure.facts.energy = 100;
  }
}

/** @param {Job} job @param {import('./lanes.js').Outcome} outcome */
function ended(job, outcome) {
  chat.step(job.turn, job.id, outcome.ok ? 'done' : 'failed');
  if (outcome.ok) performed.set(job.name, (performed.get(job.name) ?? 0) + 1);
  wire.send({ type: 'result', id: job.id, ...outcome });
  document.documentElement.dataset.performed = String([...performed.values()].reduce((sum, n) => sum + n, 0));
}

/** Fill the bubble as the text comes, and keep it long enough to be read. @param {Job} job @param {AbortSignal} signal */
async function talk(job, signal) {
  const bubble = $('bubble');
  const show = (/** @type {string} */ text) => {
    bubble.textContent = text;
    bubble.hidden = !text;
    placeBubble(...figure.head());
  };
  clearTimeout(hush);
  try {
    job.ondraft = () => show(job.draft);
    show(job.draft);
    figure.rig.to({ talk: 1 }, 120);
    const { text } = (await job.whole).args;
    show(text);
    await figure.rig.during(Math.min(3200, 700 + [...text].length * 45), signal);
    figure.facts.said.push(text);
    if (figure.facts.said.length > 20) figure.facts.said.shift();
  } finally {
    job.ondraft = () => {};
    figure.rig.to({ talk: 0 }, 160);
    hush = setTimeout(() => { bubble.hidden = true; }, signal.aborted ? 0 : 2200);
  }
}
let hush = 0;

/** @param {number} x @param {number} y px in the picture */
function placeBubble(x, y) {
  const bubble = $('bubble');
  if (bubble.hidden) return;
  const { clientWidth: room } = $('stage');
  const half = bubble.offsetWidth / 2;
  const left = Math.min(Math.max(x, half + 10), room - half - 10);
  bubble.style.transform = `translate(${(left - half).toFixed(1)}px, ${Math.max(8, y - bubble.offsetHeight - 30).toFixed(1)}px)`;
  bubble.style.setProperty('--tip', `${(x - left + half).toFixed(1)}px`);
}
figure.onmove = placeBubble;

/** @param {string} text */
function instruct(text) {
  const id = `page-${crypto.getRandomValues(new Uint32Array(2)).join('-')}`;
  chat.begin(id, text);
  wire.send({ type: 'instruct', id, text, on_busy: 'queue' });
  showBusy();
}

function showBusy() {
  $('stop').hidden = chat.open.length === 0;
  document.documentElement.dataset.turns = String(chat.open.length);
}

/** @param {import('./wire.js').Status} now */
function showStatus(now) {
  status = now;
  const { state, code, reason, seconds } = now;
  const why = code === 1006 && !reason ? say('unreachable') : [reason, code && String(code)].filter(Boolean).join(' · ');
  const next = seconds ? say('retry', String(seconds)) : '';
  $('status').dataset.state = document.documentElement.dataset.status = state;
  $('status-text').textContent = say(`status.${state}`);
  $('status').title = why;
  $('notice').hidden = state === 'open' || !(why || next);
  $('notice').textContent = [say(`status.${state}`), why, next, code === 4501 && say('token')].filter(Boolean).join(' — ');
  $('again').hidden = state === 'open' || (state === 'connecting' && !why);
  $('send').disabled = state === 'closed';
}

/** @param {import('./words.js').Language} chosen */
function show(chosen) {
  speak(chosen);
  $('language').textContent = say('language');
  $('language').setAttribute('aria-label', say('language.label'));
  $('chips').replaceChildren(...(CHIPS.get(chosen) ?? []).map((text) => {
    const chip = Object.assign(document.createElement('button'), { type: 'button', textContent: text });
    chip.lang = /[一-鿿]/.test(text) ? 'zh-CN' : 'en';
    chip.addEventListener('click', () => instruct(text));
    return chip;
  }));
  showStatus(status);
}

$('composer').addEventListener('submit', (/** @type {SubmitEvent} */ event) => {
  event.preventDefault();
  const text = $('text').value.trim();
  if (!text || status.state === 'closed') return;
  $('text').value = '';
  instruct(text);
});
$('stop').addEventListener('click', () => chat.open.forEach((id) => wire.send({ type: 'cancel', id })));
$('again').addEventListener('click', () => wire.connect());
$('language').addEventListener('click', () => show(language() === 'zh' ? 'en' : 'zh'));
$('wire').addEventListener('toggle', () => frames.newest());
$('clear').addEventListener('click', () => frames.clear());
$('small').addEventListener('change', () => $('frames').classList.toggle('quiet-small', !$('small').checked));
$('copy').addEventListener('click', async () => {
  await navigator.clipboard.writeText(frames.transcript());
  $('copy').textContent = say('copied');
  setTimeout(() => { $('copy').textContent = say('copy'); }, 1500);
});
$('spirit').addEventListener('click', () => figure.giggle());
addEventListener('pointermove', (event) => figure.glance(event.clientX, event.clientY), { passive: true });
addEventListener('resize', () => placeBubble(...figure.head()));
addEventListener('pagehide', () => wire.close());
addEventListener('pageshow', (event) => event.persisted && location.reload());

$('wire').open = matchMedia('(min-width: 60rem)').matches;
show(language());
chat.note(say('hello'), 'hello');
wire.connect();

/** For tests and the curious: what the figure is and did. */
Object.defineProperty(window, 'capserverDemo', {
  value: Object.freeze({
    get state() {
      const { x, depth, y } = figure.rig.pose;
      const position = { x, depth, y };
      return { ...figure.facts, position, status, planner, running: lanes.size, performed: Object.fromEntries(performed) };
    },
    cut: () => wire.cut(),
  }),
});
