// @ts-check
/** The live list of frames: the newest 200, text only, each with its JSON to unfold. */

const MOST = 200; // rows
const JOINED = 64; // deltas to a row
const SMALL = new Set(['ack', 'ping', 'pong']);

/** @typedef {import('./wire.js').Frame} Frame */

/** @param {string} tag @param {string} name @param {string} [text] */
function element(tag, name, text = '') {
  const made = document.createElement(tag);
  made.className = name;
  made.textContent = text;
  return made;
}

/** What a frame says, in a few words. @param {Frame} f @returns {string} */
function summary(f) {
  const quoted = (/** @type {unknown} */ text) => `“${text}”`;
  /** @type {Map<string, () => string>} */
  const words = new Map([
    ['manifest', () => (f.resume ? `resume upto ${f.resume.upto}` : `${f.commands?.length ?? 0} commands`)],
    ['welcome', () => `${f.resumed ? 'resumed' : 'new session'} · ${f.planner}`],
    ['instruct', () => quoted(f.text)],
    ['turn.started', () => ''],
    ['text', () => quoted(f.delta)],
    ['command.delta', () => `${f.name} ${f.param} += ${quoted(f.delta)}`],
    ['command', () => `${f.name}(${brief(f.args)})`],
    ['command.rejected', () => `${f.name}: ${f.errors?.[0]?.message ?? ''}`],
    ['result', () => (f.ok ? `ok ${f.value === undefined ? '' : JSON.stringify(f.value)}` : `${f.error?.code}: ${f.error?.message}`)],
    ['cancel', () => f.reason ?? f.id],
    ['turn.ended', () => `${f.status} · ${f.commands} · ${Math.round(f.timing?.total_ms ?? 0)} ms`],
    ['error', () => `${f.code}: ${f.message}`],
    ['ack', () => `upto ${f.upto}`],
  ]);
  return words.get(f.type)?.() ?? '';
}

/** Arguments in one line. @param {Frame | undefined} args */
export function brief(args) {
  return Object.entries(args ?? {}).map(([key, value]) => `${key}: ${JSON.stringify(value)}`).join(', ');
}

/** What several deltas in a row have in common, or nothing. @param {Frame | null} f */
const stream = (f) => (f?.type === 'text' ? `text ${f.turn}` : f?.type === 'command.delta' ? `delta ${f.id}` : '');

/**
 * @typedef {object} Row
 * @property {string} direction
 * @property {string[]} texts
 * @property {HTMLElement} item
 * @property {boolean} small
 * @property {string} stream
 */

export class FrameList {
  #rows = /** @type {Row[]} */ ([]);
  #total = 0;

  /** @param {HTMLElement} list @param {HTMLElement} count */
  constructor(list, count) {
    this.list = list;
    this.count = count;
  }

  /** @param {'in' | 'out'} direction @param {string} text @param {Frame | null} frame @param {boolean} again */
  add(direction, text, frame, again) {
    const follow = this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < 40;
    const last = this.#rows.at(-1);
    const kind = stream(frame);
    if (last && kind && last.stream === kind && last.texts.length < JOINED) extend(last, text, frame?.delta);
    else this.#append(direction, text, frame, again, kind);
    this.count.textContent = String(++this.#total);
    if (follow) this.newest();
  }

  newest() {
    this.list.scrollTop = this.list.scrollHeight;
  }

  /** @param {string} direction @param {string} text @param {Frame | null} frame @param {boolean} again @param {string} kind */
  #append(direction, text, frame, again, kind) {
    const texts = [text];
    const item = row(direction, texts, frame, again);
    this.#rows.push({ direction, texts, item, small: SMALL.has(frame?.type ?? ''), stream: kind });
    this.list.append(item);
    if (this.#rows.length <= MOST) return;
    // A page left open must not lose what matters to a night of pings.
    const old = Math.max(0, this.#rows.findIndex((each) => each.small));
    this.#rows.splice(old, 1)[0].item.remove();
  }

  /** As a transcript: `> frame` sent, `< frame` received. @returns {string} */
  transcript() {
    return this.#rows.flatMap(({ direction, texts }) => texts.map((text) => `${direction === 'out' ? '>' : '<'} ${text}`)).join('\n');
  }

  clear() {
    this.#rows.length = this.#total = 0;
    this.list.replaceChildren();
    this.count.textContent = '0';
  }
}

/** @param {string} direction @param {string[]} texts @param {Frame | null} frame @param {boolean} again */
function row(direction, texts, frame, again) {
  const item = element('li', `frame ${direction}`);
  const kind = String(frame?.type ?? '?');
  item.classList.toggle('small', SMALL.has(kind));
  item.classList.toggle('again', again);
  item.dataset.type = kind;
  const details = document.createElement('details');
  const head = element('summary', '');
  const arrow = element('span', 'arrow', direction === 'out' ? '↑' : '↓');
  arrow.setAttribute('role', 'img');
  arrow.setAttribute('aria-label', direction === 'out' ? 'sent' : 'received');
  head.append(arrow, element('b', '', kind), element('span', 'about', frame ? summary(frame) : texts[0].slice(0, 80)));
  if (Number.isInteger(frame?.seq)) head.append(element('span', 'seq', `#${frame?.seq}`));
  details.append(head);
  details.addEventListener('toggle', () => {
    details.querySelector('pre')?.remove();
    if (details.open) details.append(pretty(texts));
  });
  item.append(details);
  return item;
}

/** Join a delta to the row of those before it. @param {Row} last @param {string} text @param {unknown} delta */
function extend(last, text, delta) {
  last.texts.push(text);
  const about = last.item.querySelector('.about');
  if (about) about.textContent = `${about.textContent?.slice(0, -1)}${delta}”`;
  const times = last.item.querySelector('.seq') ?? element('span', 'seq');
  times.textContent = `×${last.texts.length}`;
  last.item.querySelector('summary')?.append(times);
}

/** @param {string[]} texts */
function pretty(texts) {
  const block = element('pre', '', texts.map(indented).join('\n'));
  block.tabIndex = 0;
  return block;
}

/** @param {string} text what is no JSON comes back as it is */
function indented(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
